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
