"""SIGTERM and Ctrl-C during work: the process is gone soon, with nothing lost and a sound index."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from api.engine import Engine
from api.settings import read_settings
from corpus.owner import current_owner
from corpus.selection import Selection
from retrieval.probe import probe
from tests.commands import DATELINE

PATIENCE = 30.0  # ten seconds is the promise, on a quiet machine; this only notices what hangs
SIGNALS = (signal.SIGTERM, signal.SIGINT)
CODES = (143, 130)


def lines(first: int, count: int, padding: int = 6) -> list[dict[str, str]]:
    """Articles; with `padding` 24 four hundred are work for some seconds."""
    return [
        {
            "id": f"n{n}",
            "title": f"Report {n}",
            "body": f"The harbour of unique{n} reopened. " + "It was long shut. " * padding,
        }
        for n in range(first, first + count)
    ]


def started(data: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "DATELINE_DATA": str(data), "DATELINE_SAMPLE": "0", "DATELINE_PORT": "0"}
    return subprocess.Popen(
        [DATELINE, *arguments], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def stopped_in_time(process: subprocess.Popen[str], by: signal.Signals) -> int:
    process.send_signal(by)
    return process.wait(PATIENCE)


def is_at_work(data: Path, process: subprocess.Popen[str]) -> bool:
    owner = current_owner(data)
    return owner is not None and owner.pid == process.pid and (data / "index" / "1").exists()


def is_whole(data: Path, acknowledged: int) -> None:
    """The index is sound as it lies there; the next start finishes the work, and each article is there once."""
    assert probe(data / "index" / "1", 1).sound
    with Engine(read_settings(data=data, sample=False)) as engine:
        engine.start()
        assert engine.indexer.wait_until_current(lambda _: None, 120)
        held = engine.store.coverage("default").articles
        assert held >= acknowledged
        index = engine.indexer.ready_index()
        chunks = len(engine.store.selected_chunks(Selection(), 1_000_000))
        assert index is not None and index.count("default") == chunks >= held


def ingest_stopped(data: Path, file: Path, rounds: int, padding: int) -> None:
    for round_ in range(rounds):
        file.write_text("\n".join(json.dumps(line) for line in lines(round_ * 400, 400, padding)))
        process = started(data, "ingest", str(file))
        deadline = time.monotonic() + 60
        while not is_at_work(data, process) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3 * (round_ % 8))
        assert stopped_in_time(process, SIGNALS[round_ % 2]) == CODES[round_ % 2]
        is_whole(data, 0)


def test_ingest_is_stopped_in_time(data_folder: Path, tmp_path: Path) -> None:
    ingest_stopped(data_folder, tmp_path / "many.jsonl", rounds=2, padding=8)


@pytest.mark.torture
def test_ingest_is_stopped_in_time_long(data_folder: Path, tmp_path: Path) -> None:
    ingest_stopped(data_folder, tmp_path / "many.jsonl", rounds=20, padding=24)


def serve_stopped(data: Path, rounds: int, padding: int) -> None:
    acknowledged = 0
    for round_ in range(rounds):
        process = started(data, "serve")
        url = announced(data, process)
        with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
            for batch in range(3):
                articles = lines(1_000_000 * round_ + 100 * batch, 100, padding)
                report = http.post("/v1/articles", json={"articles": articles, "wait": "keyword"}).json()
                acknowledged += report["added"]
        time.sleep(0.3 * (round_ % 8))
        assert stopped_in_time(process, SIGNALS[round_ % 2]) == CODES[round_ % 2]
        is_whole(data, acknowledged)
    assert acknowledged == 300 * rounds


def announced(data: Path, process: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        owner = current_owner(data)
        if owner is not None and owner.pid == process.pid and owner.url:
            return owner.url
        time.sleep(0.05)
    raise AssertionError("the server did not announce itself")


def test_a_server_is_stopped_in_time_while_it_embeds(data_folder: Path) -> None:
    serve_stopped(data_folder, rounds=2, padding=5)


@pytest.mark.torture
def test_a_server_is_stopped_in_time_while_it_embeds_long(data_folder: Path) -> None:
    serve_stopped(data_folder, rounds=20, padding=24)


def push_until_stopped(url: str, first: int, acknowledged: list[str]) -> None:
    """Push small batches, noting what the server said it has, until it is gone."""
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
        for batch in range(1_000):
            body = {"articles": lines(first + 5 * batch, 5), "wait": "vector" if batch % 3 == 2 else "keyword"}
            try:
                report = http.post("/v1/articles", json=body)
            except httpx.HTTPError:
                return
            if report.status_code != 200:
                return
            acknowledged += [one["id"] for one in report.json()["articles"]]


def pushing_stopped(data: Path, rounds: int) -> None:
    acknowledged: list[str] = []
    for round_ in range(rounds):
        process = started(data, "serve")
        url = announced(data, process)
        pushers = [
            threading.Thread(target=push_until_stopped, args=(url, 1_000_000 * round_ + 100_000 * n, acknowledged))
            for n in range(2)
        ]
        for pusher in pushers:
            pusher.start()
        before = len(acknowledged)
        while len(acknowledged) < before + 20:
            time.sleep(0.01)
        time.sleep(0.1 * (round_ % 10))
        assert stopped_in_time(process, SIGNALS[round_ % 2]) == CODES[round_ % 2]
        for pusher in pushers:
            pusher.join(30)
        is_whole(data, len(acknowledged))
    with Engine(read_settings(data=data, sample=False)) as engine:
        for article_id in acknowledged:
            assert engine.store.article("default", article_id).revision == 1
            found = engine.indexer.keywords.search(f"unique{article_id[1:]}", "default", 2)
            assert len(found) == 1, article_id
    assert len(set(acknowledged)) == len(acknowledged)


def test_a_server_is_stopped_in_time_while_articles_come_in(data_folder: Path) -> None:
    pushing_stopped(data_folder, rounds=2)


@pytest.mark.torture
def test_a_server_is_stopped_in_time_while_articles_come_in_long(data_folder: Path) -> None:
    pushing_stopped(data_folder, rounds=20)


_EARLY = """
import signal, sys
from pathlib import Path
from api.commands.command import go_on, heed_signals
from api.server import serve
from api.settings import read_settings
heed_signals()
signal.raise_signal(signal.SIGTERM)
serve(read_settings(data=Path(sys.argv[1]), sample=False, port=0))
go_on()
"""


def test_a_signal_that_comes_before_the_server_serves_ends_it(data_folder: Path) -> None:
    command = [sys.executable, "-c", _EARLY, str(data_folder)]
    ended = subprocess.run(command, cwd=Path(__file__).parent.parent, timeout=PATIENCE, check=False)
    assert ended.returncode == 143
