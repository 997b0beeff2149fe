"""Vectors on a Chroma server that is killed, frozen, emptied and comes back: questions are answered all the while."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.selection import Selection
from retrieval.indexer import IndexState
from tests.small import Small, article, words

CHROMA = Path(sys.executable).with_name("chroma")
PATIENCE = 60.0


class ChromaServer:
    """`chroma run` over a folder, on one port through all its lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve, and return once it listens."""
        command = [str(CHROMA), "run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: socket.socket().connect_ex(("127.0.0.1", self.port)) == 0)

    def send(self, which: signal.Signals) -> None:
        """Send a signal; after SIGKILL it is gone when this returns."""
        assert self._process is not None
        os.kill(self._process.pid, which)
        if which is signal.SIGKILL:
            self._process.wait(10)


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[ChromaServer]:
    if not CHROMA.exists():
        pytest.skip("the chroma command is not installed beside this Python")
    server = ChromaServer(tmp_path / "chroma")
    server.start()
    yield server
    server.send(signal.SIGCONT)
    server.send(signal.SIGKILL)


@pytest.fixture
def small(tmp_path: Path, chroma: ChromaServer) -> Iterator[Small]:
    """Thirty articles on the server. Nothing is kept at hand, so that every search asks it."""
    small = Small(tmp_path / "data", url=chroma.url, most_at_hand=0).start()
    small.ingester.put([article(number) for number in range(30)])
    small.settle().check(["n0", "n29"])
    yield small
    small.close()


def answers(small: Small, number: int) -> list[str]:
    """What a search by vector alone finds first, and what it has to say of itself."""
    result = small.searcher.search(words(f"n{number}"), Selection(), sides="dense")
    assert result.passages[0].article.id == f"n{number}"
    return list(result.notices)


def test_a_killed_server_costs_no_answer_and_nothing_that_comes_in_meanwhile(
    small: Small, chroma: ChromaServer
) -> None:
    assert answers(small, 7) == []
    chroma.send(signal.SIGKILL)
    answers(small, 7)
    until(lambda: small.indexer.state is IndexState.UNAVAILABLE)
    assert any("unavailable" in notice for notice in answers(small, 8))
    small.ingester.put([article(30)])
    found = small.searcher.search(words("n30"), Selection(), sides="keyword").passages
    assert found[0].article.id == "n30"
    chroma.start()
    until(lambda: small.indexer.state is IndexState.READY)
    small.settle().check(["n0", "n30"])
    assert answers(small, 30) == []


def test_a_server_that_comes_back_empty_is_filled_again(small: Small, chroma: ChromaServer) -> None:
    chroma.send(signal.SIGKILL)
    shutil.rmtree(chroma.folder)
    chroma.start()
    answers(small, 7)
    until(lambda: small.indexer.state is not IndexState.READY)
    until(lambda: small.indexer.state is not IndexState.UNAVAILABLE)
    small.settle().check(["n0", "n29"])


def test_a_frozen_server_holds_no_question_for_long(small: Small, chroma: ChromaServer) -> None:
    chroma.send(signal.SIGSTOP)
    began = time.monotonic()
    answers(small, 7)
    assert time.monotonic() - began < PATIENCE, "the deadline of a call is ten seconds; without one it would not return"
    chroma.send(signal.SIGCONT)
    until(lambda: small.indexer.state is IndexState.READY)
    small.settle().check(["n0", "n29"])
