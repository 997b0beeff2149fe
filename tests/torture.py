"""Shared pieces of the fault tests: a process of its own over a data folder, which obeys until it is killed.

The process is forked from a server that has the libraries loaded but nothing open, so that a start costs little.
"""

import os
import pickle
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from sqlalchemy import text

from corpus.selection import Selection
from retrieval.embedder import Vectors
from retrieval.indexer import IndexState
from tests.small import Small, article, words

P = ParamSpec("P")
R = TypeVar("R")

# Far above what anything here takes, on the slowest machine: only a hang reaches it.
PATIENCE = 120.0

_forks = get_context("forkserver")
_forks.set_forkserver_preload(["__main__", "chromadb", "tests.torture"])


class Died(Exception):
    """The process is gone."""


class Worker:
    """A `Small` in a process of its own. Starting it is all that a person does after a crash."""

    def __init__(self, folder: Path, sync_threshold: int = 50) -> None:
        self._pipe, far = _forks.Pipe()
        self._process = _forks.Process(target=_obey, args=(far, folder, sync_threshold), daemon=True)
        self._process.start()
        far.close()

    def do(self, work: Callable[Concatenate[Small, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What `work` gives over there; it is a function of a module. Raises what it raises, or `Died`."""
        try:
            self._pipe.send((work, args, kwargs))
            assert self._pipe.poll(PATIENCE), "the process hangs"
            outcome: Any = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._process.join(PATIENCE)
            raise Died(f"exit code {self._process.exitcode}") from error
        if isinstance(outcome, Exception):
            raise outcome
        return outcome  # type: ignore[no-any-return]

    def kill(self) -> None:
        """SIGKILL: nothing is finished, flushed or closed."""
        self._process.kill()
        self._process.join(PATIENCE)

    def close(self) -> None:
        """A clean stop."""
        self.do(_close)
        self._process.join(PATIENCE)
        assert self._process.exitcode == 0


def _obey(pipe: Connection, folder: Path, sync_threshold: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, which end their workers
    try:
        small: Small | Exception = Small(folder, sync_threshold).start()
    except Exception as error:
        small = error
    while True:
        try:
            work, args, kwargs = pipe.recv()
        except EOFError:
            os._exit(1)  # whoever gave the orders is gone
        try:
            if isinstance(small, Exception):
                raise small
            outcome: Any = work(small, *args, **kwargs)
        except Exception as error:
            outcome = error
        pipe.send(_sendable(outcome))
        if work is _close:
            os._exit(0)


def _sendable(outcome: Any) -> Any:
    try:
        pickle.loads(pickle.dumps(outcome))
    except Exception:
        return AssertionError(repr(outcome)[:2000])
    return outcome


def _close(small: Small) -> None:
    small.close()


@dataclass(frozen=True)
class Contents:
    """What is stored, and what the index holds."""

    articles: tuple[str, ...]
    expected: frozenset[str]
    indexed: tuple[str, ...]
    generation: int


def contents(small: Small) -> Contents:
    """Once everything has caught up, everything that the store and the index hold."""
    small.settle(PATIENCE)
    stored = [article.id for _, article in small.store.all_current("default", limit=1_000_000)]
    collection = small.indexer._opened()._collection("default")
    generation = int(small.database.fact("index_generation") or 1)
    return Contents(
        tuple(stored), frozenset(small.expected()), tuple(collection.get(include=[])["ids"]), generation
    )


def check_whole(small: Small, acknowledged: Sequence[str], looked_for: Sequence[str]) -> Contents:
    """Nothing acknowledged is missing or doubled, and each of `looked_for` is found by keyword and by vector."""
    found = contents(small)
    assert not set(acknowledged) - set(found.articles), "acknowledged articles are missing"
    assert len(found.articles) == len(set(found.articles)), "an article is stored twice"
    assert len(found.indexed) == len(set(found.indexed)), "a chunk is indexed twice"
    assert set(found.indexed) == found.expected, "the index differs from the store"
    small.check(looked_for)
    return found


def vectors_in_index(small: Small) -> dict[str, Vectors]:
    """Each entry of the index with its vector, as Chroma gives them back."""
    held = small.indexer._opened()._collection("default").get(include=["embeddings"])
    return dict(zip(held["ids"], np.asarray(held["embeddings"], dtype=np.float32), strict=True))


def vectors_in_store(small: Small) -> dict[str, Vectors]:
    """Each chunk that the index should hold, with its vector, as the store gives them."""
    keys, matrix = small.embeddings.matrix("default")
    found = small.store.found_by_key(keys, Selection())
    return {found[key].chunk.index_id: vector for key, vector in zip(keys, matrix, strict=True)}


def same_as_fresh(small: Small, ids: Sequence[str]) -> None:
    """The index holds exactly the stored vectors and ranks like an exact search does."""
    held, stored = vectors_in_index(small), vectors_in_store(small)
    assert held.keys() == stored.keys()
    assert all(np.allclose(held[index_id], stored[index_id], atol=1e-5) for index_id in stored)
    index = small.indexer.ready_index()
    assert index is not None
    for article_id in ids:
        vector = small.searcher.embed(words(article_id))
        exact = small.indexer.exact.everywhere("default", vector, 5)
        found = index.query("default", vector, 5)
        assert np.allclose([hit.similarity for hit in found], [hit.similarity for hit in exact], atol=1e-4)


def row_counts(small: Small) -> dict[str, int]:
    """How many rows each table holds, the keyword index included."""
    tables = ("articles", "revisions", "chunks", "chunk_words", "removals")
    with small.database.read() as connection:
        return {name: int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()) for name in tables}


def state(small: Small) -> IndexState:
    """What the index can do now."""
    return small.indexer.state


def put(small: Small, numbers: Sequence[int]) -> list[str]:
    """Store articles; gives the acknowledged ids."""
    return [stored.id for stored in small.ingester.put([article(number) for number in numbers]).stored]
