"""Starting: quickly, without a word to the outside, and on the data folders of earlier releases."""

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from answering.ask import Ask
from api.engine import Engine
from api.settings import read_settings
from corpus.selection import Moment, Selection
from tests.commands import DATELINE
from tests.test_stop import announced

ROOT = Path(__file__).parent.parent
FIRST_RELEASE = Path(__file__).parent / "data" / "first-release.sqlite.gz"
# Stands in front of the command line and notes every address beyond this machine that it would talk to or look up.
_WATCHED = """
import sys
log = open(sys.argv[1], "a")
def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        place = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        host = str(place[0] if isinstance(place, tuple) else place)
        if host not in ("127.0.0.1", "::1", "localhost", "None") and not host.startswith("/"):
            log.write(f"{event} {place}\\n"); log.flush()
sys.addaudithook(watch)
sys.argv = ["dateline", *sys.argv[2:]]
from api.cli import main
main()
"""


@contextmanager
def served(data: Path, *before: str) -> Iterator[tuple[str, float]]:
    """The address of a `dateline serve` of its own, and when it was started."""
    environment = {**os.environ, "DATELINE_DATA": str(data), "DATELINE_SAMPLE": "0", "DATELINE_PORT": "0"}
    clock = time.monotonic()
    process = subprocess.Popen([*(before or (str(DATELINE),)), "serve"], env=environment, cwd=ROOT, text=True)
    try:
        yield announced(data, process), clock
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def until_ready(http: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while http.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_is_alive_before_the_model_is_loaded_and_then_ready(data_folder: Path) -> None:
    with served(data_folder) as (url, clock), httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
        assert http.get("/healthz").status_code == 200
        # Two seconds on a quiet machine; the bound only notices a start that waits for a model or a rebuild.
        assert time.monotonic() - clock < 45
        until_ready(http)


def test_nothing_is_said_to_the_outside(data_folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "addresses"
    log.touch()
    watched = (sys.executable, "-c", _WATCHED, str(log))
    with served(data_folder, *watched) as (url, _), httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
        body = "The port of Skelmouth reopened to cargo on 3 May, the harbour board said."
        http.post("/v1/articles", json={"articles": [{"title": "Port reopens", "body": body}]}).raise_for_status()
        answer = http.post("/v1/ask", json={"question": "When did the port of Skelmouth reopen?"}).json()
        assert answer["status"] == "answered"
        for page in ("/", "/docs", "/openapi.json"):
            assert http.get(page).status_code == 200
    assert log.read_text() == ""


def test_the_watch_would_notice(tmp_path: Path) -> None:
    log = tmp_path / "addresses"
    log.touch()
    watch = _WATCHED.split("sys.argv = ")[0] + "import socket; socket.socket(2, 2).connect(('192.0.2.1', 9))"
    subprocess.run([sys.executable, "-c", watch, str(log)], cwd=ROOT, timeout=60, check=False)
    assert "192.0.2.1" in log.read_text()


@pytest.fixture
def first_release(data_folder: Path) -> Path:
    """A data folder as the first release left it: three revisions of two articles, embedded."""
    with gzip.open(FIRST_RELEASE) as packed, open(data_folder / "dateline.sqlite", "wb") as file:
        shutil.copyfileobj(packed, file)
    return data_folder


async def test_a_data_folder_of_the_first_release_opens_and_answers_as_before(first_release: Path) -> None:
    with Engine(read_settings(data=first_release, sample=False)) as engine:
        engine.start()
        assert engine.embeddings.backlog().to_embed == 0, "what was embedded is not embedded again"
        assert engine.indexer.wait_until_current(lambda _: None, 60)
        now = await engine.asker.ask(Ask("How much did the repairs of the port cost?", Selection()))
        assert "6 million" in now.citations[0].span.quote and now.citations[0].span.article.revision == 2
        then = Selection(moment=Moment(as_of=datetime(2024, 5, 5, tzinfo=UTC)))
        before = await engine.asker.ask(Ask("How much did the repairs of the port cost?", then))
        assert "4 million" in before.citations[0].span.quote and before.citations[0].span.article.revision == 1
        by_word = engine.searcher.search("herring quota", Selection(), sides="keyword").passages
        assert [passage.article.id for passage in by_word] == ["quota"]
