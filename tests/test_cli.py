"""The command line as a person uses it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.commands import DATELINE, run
from tests.running import Server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "port.md").write_text(
        "---\ntitle: Port reopens\npublisher: Coast Times\ndate: 2024-05-03\n---\n"
        "The port of Skelmouth reopened to cargo on 3 May after the storm.\n\nFuel exports resumed two days later.\n"
    )
    (folder / "bad.json").write_text("{")
    return folder


def test_ingest_ask_search_list_and_delete(data_folder: Path, folder: Path) -> None:
    first = json.loads(run("ingest", str(folder), "--json", data=data_folder, check=1).stdout)
    assert first["added"] == 1 and "bad.json" in first["failed"][0]["name"]
    again = run("ingest", str(folder), data=data_folder, check=1)
    assert "0 added, 0 revised, 1 unchanged, 1 failed" in again.stdout and "not valid JSON" in again.stderr

    answer = json.loads(run("ask", "When did the port reopen?", "--json", data=data_folder).stdout)
    assert answer["status"] == "answered" and "3 May" in answer["citations"][0]["quote"]
    shown = run("ask", "When did the port reopen?", data=data_folder).stdout
    assert answer["citations"][0]["quote"] in shown.replace("\n    ", " ") and "[1] Coast Times, 2024-05-03" in shown

    told = json.loads(run("ask", "-", "--json", data=data_folder, given="When did the port reopen?\n").stdout)
    assert told["question"] == "When did the port reopen?" and "3 May" in told["answer"]
    given = "What happened to the port in May 2024?\n"
    found = json.loads(run("search", "-", "--json", data=data_folder, given=given).stdout)
    assert [times["text"] for times in found["hints"]["published"]["times"]] == ["in May 2024"]

    assert "Fuel exports" in run("search", "fuel exports", data=data_folder).stdout
    (listed,) = json.loads(run("articles", "--json", data=data_folder).stdout)["data"]
    assert "The port of Skelmouth" in run("articles", listed["id"], data=data_folder).stdout
    run("articles", listed["id"], "--delete", data=data_folder)
    assert json.loads(run("search", "fuel exports", "--json", data=data_folder).stdout)["data"] == []


def test_what_is_installed_starts(data_folder: Path, folder: Path) -> None:
    environment = {**os.environ, "DATELINE_DATA": str(data_folder), "DATELINE_SAMPLE": "0"}
    for arguments, code, said in (
        (["ingest", str(folder / "port.md")], 0, "1 added"),
        (["ask", "When did the port reopen?"], 0, "3 May"),
        (["ask", ""], 2, "question"),
    ):
        done = subprocess.run([DATELINE, *arguments], env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == code and said in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ingest", "/no/such/path"), "no file or folder"),
        (("ingest", "", "/no/such/path"), "empty"),
        (("ask", ""), "question"),
        (("ask", "x", "--as-of", "soon"), "as_of"),
        (("ask", "x", "--mode", "chat"), "DATELINE_MODEL"),
        (("search", "x", "--published-from", "soon"), "published_from"),
        (("search", "x", "--published-from", "2025-05-02", "--published-to", "2025-05-01"), "later than published_to"),
        (("ask", "x", "--published-from", "2025-05-02", "--as-of", "2025-05-01"), "later than as_of"),
        (("ask", "-"), "no question on standard input"),
        (("articles", "nothing"), "No article"),
        (("ingest", ".", "--collection", "Not Valid"), "collection name"),
        (("serve", "--workers", "4"), "PostgreSQL"),
        (("serve", "--host", "256.256.256.256"), "Cannot listen"),
    ],
)
def test_mistakes_get_one_sentence_and_exit_code_2(data_folder: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments, data=data_folder, check=2)
    assert done.stdout == "" and words in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_any_name_of_a_file_is_told(data_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "named"
    folder.mkdir()
    for name in (b"caf\xe9.txt", b"x\x1b[31m.txt"):
        (folder / os.fsdecode(name)).write_bytes(b"")
    told = json.loads(run("ingest", str(folder), "--json", data=data_folder, check=2).stdout)
    assert {os.fsencode(Path(one["name"]).name) for one in told["failed"]} == {b"caf\xe9.txt", b"x\x1b[31m.txt"}
    assert (
        "\\x1b[31m" in (shown := run("ingest", str(folder), data=data_folder, check=2).stderr) and "\x1b" not in shown
    )


def test_what_is_not_there_is_named_and_the_rest_is_done(data_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The ferry sails again.")
    (tmp_path / "b.txt").write_text("")
    named = [str(tmp_path / name) for name in ("a.txt", "b.txt", "none.txt")]
    done = run("ingest", *named, data=data_folder, check=1)
    assert done.stdout == "1 added, 0 revised, 0 unchanged, 2 failed\n"
    assert f"\n  There is no file or folder {named[2]}." in done.stderr
    assert done.stderr.count(named[1]) == 1, "once, in the reason itself"
    done = run("ingest", "ftp://coast.example/x", data=data_folder, check=2)
    assert "not an http or https address" in done.stderr


def test_a_wrong_setting_is_named(data_folder: Path) -> None:
    done = run("articles", data=data_folder, check=2, DATELINE_PORT="many")
    assert "DATELINE_PORT" in done.stderr


def test_another_embedder_is_refused_with_the_command_that_mends_it(data_folder: Path, folder: Path) -> None:
    run("ingest", str(folder), data=data_folder, check=1)
    done = run("articles", data=data_folder, check=2, DATELINE_EMBEDDER="some/other-model")
    assert "dateline reindex" in done.stderr
    assert "Done" in run("reindex", data=data_folder).stdout


def test_commands_go_through_a_running_server(server: Server) -> None:
    server.engine.ownership.announce(server.url)
    data = server.engine.settings.data
    through = json.loads(run("ask", "Why does Putin avoid the meeting?", "--json", data=data).stdout)
    assert through["status"] == "answered"
    assert through["citations"][0]["url"].startswith(server.url)


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        (["--publisher", "harbour ledger"], lambda a: a["publisher"] == "Harbour Ledger"),
        (["--author", "zoë marchbréton"], lambda a: "Zoë Marchbréton" in a["authors"]),
        (["--published-from", "2025-09-01"], lambda a: a["published_at"] >= "2025-09-01"),
        (["--published-to", "2021-12-31"], lambda a: a["published_at"] < "2022-01-01"),
        (
            ["--publisher", "Estuary Radio", "--publisher", "Northline Agency"],
            lambda a: a["publisher"] in ("Estuary Radio", "Northline Agency"),
        ),
        (["--language", "cy"], lambda _: False),
        (["--known-by", "2020-01-01"], lambda _: False),
    ],
)
def test_the_filters_of_a_search(
    server: Server, data_folder: Path, filters: list[str], fits: Callable[[dict[str, Any]], bool]
) -> None:
    told = run("search", "the storm and the port", *filters, "--json", "--url", server.url, data=data_folder)
    found = {hit["article_id"] for hit in json.loads(told.stdout)["data"]}
    assert all(fits(httpx.get(f"{server.url}/v1/articles/{article}").json()) for article in found)
    assert bool(found) is not (filters[0] in ("--language", "--known-by"))


def test_commands_go_to_the_server_that_they_are_told(server: Server, data_folder: Path) -> None:
    told = json.loads(
        run("ask", "Why does Putin avoid the meeting?", "--url", server.url, "--json", data=data_folder).stdout
    )
    assert told["status"] == "answered"
    listed = json.loads(run("articles", "--limit", "3", "--json", data=data_folder, DATELINE_URL=server.url).stdout)
    assert len(listed["data"]) == 3
    assert run("search", "Putin", "--url", server.url, data=data_folder).stdout.startswith("1. ")
    assert run("export", "--url", server.url, data=data_folder).stdout.count("\n") >= 37
    nobody = run("ask", "x", "--url", "http://127.0.0.1:9", data=data_folder, check=2).stderr
    assert "http://127.0.0.1:9 does not answer" in nobody and len(nobody.strip().splitlines()) == 1
    assert not (data_folder / "dateline.sqlite").exists()


def test_help_needs_no_heavy_imports() -> None:
    code = (
        "import sys; from api.cli import app; from typer.testing import CliRunner;"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0;"
        "heavy = {'torch', 'transformers', 'chromadb', 'langchain', 'fastapi', 'sqlalchemy', 'onnxruntime', 'tantivy', 'numpy'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_command_ends_cleanly_while_a_thread_still_works_in_native_code(made_files: Path, embedder: object) -> None:
    code = (
        "import sys, threading, time\nfrom pathlib import Path\nfrom retrieval.embedder import BUNDLED, load_embedder\n"
        "model, working = load_embedder(BUNDLED, Path(sys.argv.pop(1)), threads=1), threading.Event()\n"
        "def work():\n while True:\n  model.embed_questions(['Is it open?'])\n  working.set()\n"
        "threading.Thread(target=work, daemon=True).start()\nworking.wait()\n"
        "from api.cli import main\nmain()"
    )
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", code, made_files, "ask", "--help"], capture_output=True, text=True)
        assert done.returncode == 0 and "Usage" in done.stdout, done.stderr


def test_asking_imports_no_torch(data_folder: Path, folder: Path) -> None:
    run("ingest", str(folder), data=data_folder, check=1)
    code = (
        "import sys; sys.argv = ['dateline', 'ask', 'When did the port reopen?']\n"
        "from api.cli import app\n"
        "app(standalone_mode=False)\n"
        "assert not {'torch', 'sentence_transformers', 'chromadb', 'langchain'} & set(sys.modules)"
    )
    environment = {**os.environ, "DATELINE_DATA": str(data_folder), "DATELINE_SAMPLE": "0"}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env=environment)
