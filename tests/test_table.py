"""Tables: CSV, TSV, semicolons."""

import gzip

import pytest

from corpus.article import IncomingArticle
from corpus.reader import read_bytes
from tests.documents import read, refusal

ROWS = 'Headline,Text,Source,Date,Author\n"Port, reopened","It opened.\nAt last.",Coast Times,2024-05-03,Ana; Bo\n'


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "download"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_columns_are_known_by_their_names(name: str, encoding: str) -> None:
    raw = ROWS.encode(encoding)
    article = read(gzip.compress(raw) if name.endswith(".gz") else raw, name)
    assert (article.title, article.body, article.publisher) == ("Port, reopened", "It opened.\nAt last.", "Coast Times")
    assert article.authors == ("Ana", "Bo") and article.published_at and article.published_at.day == 3


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators(separator: str) -> None:
    raw = separator.join(["title", "body", "id"]) + "\r\n" + separator.join(["A, b", "It opened.", "x"]) + "\r\n"
    article = read(raw.encode(), "a.tsv")
    assert (article.title, article.body, article.id) == ("A, b", "It opened.", "x")


LATE = "Último,El señor Muñoz dijo que mañana abrirá el puerto de La Coruña.\nSøren,På rådhuset i går.\nLast,It shut.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "iso-8859-1", "utf-16"])
@pytest.mark.parametrize("before", [11, 65_533, 65_534, 65_535, 65_536, 131_071, 1_000_000])
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_accents_that_come_late_are_read_right(encoding: str, before: int, name: str) -> None:
    line = "The ferry,It sails at noon and comes back at night.\n"
    table = ("title,body\n" + line * ((before - 11) // len(line))).ljust(before, "\n") + LATE
    raw = table.encode(encoding)
    found = list(read_bytes(gzip.compress(raw) if name.endswith(".gz") else raw, name, "default"))
    last = [one.outcome.body for one in found if isinstance(one.outcome, IncomingArticle)][-3:]
    assert last == [line.split(",")[1] for line in LATE.splitlines()]


def test_a_table_that_turns_into_no_text_ends_there() -> None:
    raw = b"title,body\n" + b"A,It opened.\n" * 10_000 + bytes(range(128, 256)) + bytes(70_000)
    found = [one.outcome for one in read_bytes(raw, "a.csv", "default")]
    assert 0 < len(found) <= 10_001 and "binary" in str(found[-1])


def test_a_bad_row_fails_alone() -> None:
    raw = "title,body,date\nA,One.,2024-05-03\nB,,\nC,Three.,someday\n\nD," + "x" * 3_000_000 + ",\nE,Five.,\n"
    found = list(read_bytes(raw.encode(), "a.csv", "default"))
    titles = [one.outcome.title for one in found if isinstance(one.outcome, IncomingArticle)]
    failed = [(one.name, str(one.outcome)) for one in found if not isinstance(one.outcome, IncomingArticle)]
    assert titles == ["A", "E"]
    assert [name for name, _ in failed] == ["a.csv, row 3", "a.csv, row 4", "a.csv, row 6"]
    assert "no text" in failed[0][1] and "publication date" in failed[1][1] and "limit" in failed[2][1]


def test_a_table_without_a_body_column_says_so() -> None:
    assert "no column named body" in refusal(b"a,b\n1,2\n", "a.csv")
