"""Vectors on a Chroma server that is killed, frozen, emptied and comes back: questions are answered all the while."""

import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.selection import Selection
from retrieval.indexer import IndexState
from tests.chroma import PATIENCE, ChromaServer, until
from tests.small import Small, article, words


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


def test_what_a_server_holds_of_another_time_is_not_taken_for_what_is_stored(
    small: Small, chroma: ChromaServer, tmp_path: Path
) -> None:
    """Another store begins with the same keys, as one does that was put back from a backup."""
    small.close()
    other = Small(tmp_path / "other", url=chroma.url, most_at_hand=0).start()
    other.ingester.put([article(number) for number in range(100, 120)])
    try:
        other.settle().check([f"n{number}" for number in range(100, 120)])
    finally:
        other.close()
