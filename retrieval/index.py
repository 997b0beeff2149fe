"""The gateway to the vector index: every call of Chroma has a deadline and a typed error."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from corpus.errors import IndexUnavailable, InvalidSettings
from retrieval.chroma import SAME, SYNC_THRESHOLD, Chroma, Vectors
from retrieval.chroma_address import ChromaAddress
from retrieval.chroma_process import ChromaFailed, ChromaProcess

# Chroma Cloud takes at most 300 records a write; smaller writes also let reads in between while ingest runs.
WRITE_BATCH = 250
_OPENING_SECONDS = 60.0
_WRITTEN_A_SECOND = 5_000  # entries of a graph that goes to disk as a whole, on a slow disk that others use too


@dataclass(frozen=True, slots=True)
class IndexHit:
    """An entry near the question; `similarity` is the cosine, -1..1."""

    index_id: str
    similarity: float


class _Asked(Protocol):
    """A `Chroma` somewhere: its methods are called by name, with a deadline in seconds."""

    def ask(self, operation: str, arguments: tuple[Any, ...], deadline: float) -> Any: ...

    def end(self) -> None: ...


class _ChromaOnServer:
    """A `Chroma` of a server, asked in threads: a call that overran its deadline keeps its own."""

    def __init__(self, fingerprint: str, server: ChromaAddress) -> None:
        self._pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="chroma")
        self._chroma = self._pool.submit(Chroma, fingerprint, server)

    def ask(self, operation: str, arguments: tuple[Any, ...], deadline: float) -> Any:
        return self._pool.submit(lambda: getattr(self._chroma.result(), operation)(*arguments)).result(deadline)

    def end(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._chroma.done():
            with suppress(Exception):  # it may have failed already; what closing it says adds nothing
                self._chroma.result().close()


class ChromaIndex:
    """Vectors of chunks in Chroma, embedded in `folder` or on a `server`, one Chroma collection per collection.

    Embedded, the folder belongs to one process that this one starts, and after `sync_threshold` writes the graph is put
    on disk. Every method raises `IndexUnavailable` when Chroma fails or does not answer: within `deadline` seconds, or,
    for a write, which may have to put that graph on disk, six times as many and one more for every 5,000 entries:
    `held` to begin with.
    """

    def __init__(
        self,
        fingerprint: str,
        folder: Path | None = None,
        server: ChromaAddress | None = None,
        deadline: float = 10.0,
        sync_threshold: int = SYNC_THRESHOLD,
        held: int = 0,
    ) -> None:
        self._deadline = deadline
        self._writer = threading.Lock()
        self._held = held  # about; an entry that was there counts again
        self._chroma: _Asked
        if server:
            self._chroma = _ChromaOnServer(fingerprint, server)
        else:
            assert folder is not None
            self._chroma = ChromaProcess(fingerprint, folder, sync_threshold)
        try:
            self._ask("heartbeat", deadline=max(deadline, _OPENING_SECONDS))
        except BaseException:
            self._chroma.end()
            raise

    def add(self, collection: str, ids: Sequence[str], vectors: Vectors, article_ids: Sequence[str]) -> None:
        """Add entries; shape of `vectors` is (ids, dimensions), unit length. An id that is held stays as it is."""
        for at in range(0, len(ids), WRITE_BATCH):
            part = slice(at, at + WRITE_BATCH)
            self._write("add", collection, ids[part], vectors[part], article_ids[part])
            self._held += len(ids[part])

    def remove(self, collection: str, ids: Sequence[str]) -> None:
        """Drop entries; ids that are not held are passed over."""
        for at in range(0, len(ids), WRITE_BATCH):
            self._write("delete", collection, ids[at : at + WRITE_BATCH])

    def drop(self, collection: str) -> None:
        """Drop all that is held of a collection."""
        self._write("drop", collection)

    def query(self, collection: str, vector: Vectors, limit: int) -> list[IndexHit]:
        """The `limit` entries nearest to a unit vector of shape (dimensions,), nearest first."""
        return [IndexHit(*found) for found in self._ask("query", collection, vector, limit)]

    def finds(self, collection: str, vector: Vectors) -> bool:
        """Whether what is nearest to a unit vector of shape (dimensions,) is that vector."""
        return any(hit.similarity > SAME for hit in self.query(collection, vector, 1))

    def count(self, collection: str) -> int:
        """How many entries a collection holds."""
        return int(self._ask("count", collection))

    def ids(self, collection: str) -> set[str]:
        """Every id that a collection holds."""
        held: set[str] = set()
        while page := self._ask("page", collection, len(held)):
            held.update(page)
        return held

    def close(self) -> None:
        """Write everything out and let the folder go."""
        try:
            with self._writer:
                self._ask("close", deadline=self._writing_seconds())
        finally:
            self._chroma.end()

    def abandon(self) -> None:
        """Let go of an index that failed, without writing anything; its folder is opened again or left behind."""
        self._chroma.end()

    def _write(self, operation: str, collection: str, *arguments: Any) -> None:
        with self._writer:
            self._ask(operation, collection, *arguments, deadline=self._writing_seconds())

    def _writing_seconds(self) -> float:
        return self._deadline * 6 + self._held / _WRITTEN_A_SECOND

    def _ask(self, operation: str, *arguments: Any, deadline: float | None = None) -> Any:
        limit = deadline or self._deadline
        try:
            return self._chroma.ask(operation, arguments, limit)
        except TimeoutError:
            raise IndexUnavailable(f"The vector index did not answer within {limit:.0f} seconds.") from None
        except InvalidSettings:
            raise
        except Exception as error:
            why = error if isinstance(error, ChromaFailed) else type(error).__name__
            raise IndexUnavailable(f"The vector index failed ({why}).") from error
