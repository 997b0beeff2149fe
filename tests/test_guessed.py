"""What was guessed stays marked: from the page through the command line and the store to the API."""

import gzip
import json
import os
import subprocess
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.schema import MIGRATIONS
from corpus.store import ArticleStore
from tests.commands import DATELINE, run
from tests.documents import docx, letter, page, paragraph, pdf


def piped(data: Path, raw: bytes, check: int = 0) -> dict[str, object]:
    return dict(json.loads(run("ingest", "-", "--json", data=data, given=raw, check=check).stdout))


def test_a_folder_of_every_kind_and_its_guesses(data_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "page.html").write_bytes(page("<title>Harbour reopens</title>", "<h1>Harbour reopens</h1>"))
    (folder / "paper.pdf").write_bytes(pdf([(72, 700, 12, "Fuel exports resumed.")], info="/Title (Fuel)"))
    (folder / "note.docx").write_bytes(docx(paragraph("Ships came in.")))
    (folder / "letter.eml").write_bytes(letter("The town rejoiced."))
    (folder / "rows.csv.gz").write_bytes(gzip.compress(b"title,body\nFish,Fish was sold.\nCoal,Coal was not.\n"))
    (folder / "bad.pdf").write_bytes(b"%PDF-1.4 broken")
    report = json.loads(run("ingest", str(folder), "--json", data=data_folder, check=1).stdout)
    assert report["added"] == 6 and [Path(one["name"]).name for one in report["failed"]] == ["bad.pdf"]
    again = json.loads(run("ingest", str(folder), "--json", data=data_folder, check=1).stdout)
    assert again["unchanged"] == 6

    listed = json.loads(run("articles", "--json", data=data_folder).stdout)["data"]
    guessed = {one["title"]: one["guessed"] for one in listed}
    assert guessed["Harbour reopens"] == ["title"] and guessed["Fuel"] == ["title"] and guessed["Fish"] == []
    (name,) = (one["id"] for one in listed if one["title"] == "Fuel")
    assert json.loads(run("articles", name, "--json", data=data_folder).stdout)["guessed"] == ["title"]


@pytest.mark.parametrize(
    ("raw", "added"),
    [(page("<title>T</title>"), 1), (b'{"body": "One."}\n{"body": "Two."}\n', 2), (b"Prose of one line.", 1)],
    ids=["page", "lines", "prose"],
)
def test_standard_input(data_folder: Path, raw: bytes, added: int) -> None:
    assert piped(data_folder, raw)["added"] == added


def test_what_a_shell_pipes_under_a_name(data_folder: Path) -> None:
    command = f"""{DATELINE} ingest --json <(printf '{{"body": "One."}}\n{{"body": "Two."}}\n')"""
    environment = {**os.environ, "DATELINE_DATA": str(data_folder), "DATELINE_SAMPLE": "0"}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, timeout=120, check=True)
    assert json.loads(done.stdout)["added"] == 2


def test_empty_standard_input_says_so(data_folder: Path) -> None:
    assert "standard input is empty" in str(piped(data_folder, b"", check=2)["failed"])


def test_a_folder_of_the_first_release_opens(tmp_path: Path) -> None:
    path = tmp_path / "dateline.sqlite"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO articles (key, collection, id) VALUES (1, 'default', 'a')"))
        connection.execute(
            text(
                "INSERT INTO revisions (article_key, number, title, body, authors, first_seen_at, visible_from, content_hash,"
                " is_current) VALUES (1, 1, 'T', 'Body.', '[]', '2024-05-03', '2024-05-03', 'x', 1)"
            )
        )
        connection.commit()
    engine.dispose()
    database = Database(path)
    store = ArticleStore(database)
    assert store.article("default", "a").guessed == ()
    store.put([(IncomingArticle("U", "Other.", "b", guessed=("title",)), [])])
    assert store.article("default", "b").guessed == ("title",)
    database.close()
