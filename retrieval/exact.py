"""Exact nearest neighbours by brute force: narrow selections, small collections, an index that is being rebuilt."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from corpus.embeddings import EmbeddingStore
from retrieval.signs import Signs

Vectors = NDArray[np.float32]
Keys = NDArray[np.int64]

# Of more chunks than this, only those whose signs are nearest are compared, so many for each one wanted. Over 59,797
# news chunks that finds all of the ten nearest and 99.6 % of the sixty nearest (docs/benchmarks.md).
_WORTH_SIGNS = 4_000
_PER_WANTED = 20


@dataclass(frozen=True, slots=True)
class ChunkHit:
    """A chunk near the question; `similarity` is the cosine, -1..1."""

    key: int
    similarity: float


@dataclass(frozen=True, slots=True)
class _Block:
    """Vectors, shape (chunks, dimensions), of chunks with these ascending keys."""

    keys: Keys
    matrix: Vectors
    signs: Signs | None = None

    @classmethod
    def of(cls, keys: Sequence[int], matrix: Vectors) -> Self:
        return cls(np.asarray(keys, dtype=np.int64), matrix)

    @classmethod
    def to_keep(cls, keys: Sequence[int], matrix: Vectors) -> Self:
        """The same for many questions: worth to be made ready for them when it is large."""
        block = cls.of(keys, matrix)
        return replace(block, signs=Signs.of(matrix)) if len(keys) > _WORTH_SIGNS else block

    def nearest(self, vector: Vectors, limit: int) -> list[ChunkHit]:
        if not len(self.keys):
            return []
        keys, matrix = self.keys, self.matrix
        if self.signs and limit * _PER_WANTED < len(keys):
            rows = self.signs.nearest(vector, limit * _PER_WANTED)
            keys, matrix = keys[rows], matrix[rows]
        # On one thread: those that `@` would wake go on spinning and slow the embedding of the next question.
        similarities = np.vecdot(matrix, vector)
        best = np.argpartition(-similarities, min(limit, len(keys)) - 1)[:limit]
        best = best[np.argsort(-similarities[best], kind="stable")]
        pairs = zip(keys[best].tolist(), similarities[best].tolist(), strict=True)
        return [ChunkHit(key, similarity) for key, similarity in pairs]

    def rows_of(self, keys: Keys) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """The row of each key, and whether it is there at all."""
        rows = np.minimum(np.searchsorted(self.keys, keys), max(0, len(self.keys) - 1))
        return rows, self.keys[rows] == keys if len(self.keys) else np.zeros(len(keys), dtype=bool)


class ExactSearch:
    """Scans stored embeddings. The vectors of a whole collection are kept until the store changes. Thread-safe.

    A scan costs less than a query of the vector index as long as the vectors fit in memory (docs/benchmarks.md).
    """

    def __init__(self, embeddings: EmbeddingStore) -> None:
        self._embeddings = embeddings
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, bool], _Block] = {}  # by collection, and whether of its current chunks
        self._changes = 0

    def among(self, collection: str, keys: Sequence[int], vector: Vectors, limit: int) -> list[ChunkHit]:
        """The nearest of the given chunks of a collection."""
        return _Block.of(*self.vectors(collection, keys)).nearest(vector, limit)

    def everywhere(self, collection: str, vector: Vectors, limit: int) -> list[ChunkHit]:
        """The nearest of all current chunks of a collection."""
        return self._block(collection, current=True).nearest(vector, limit)

    def at_hand(self, collection: str, vector: Vectors, limit: int, *, current: bool = True) -> list[ChunkHit] | None:
        """The nearest of all current, or all past, chunks, if nothing has to be read for it; else None."""
        block = self._at_hand(collection, current=current)
        return None if block is None else block.nearest(vector, limit)

    def is_at_hand(self, collection: str, *, current: bool) -> bool:
        """Whether nothing has to be read to look at all current, or all past, chunks."""
        return self._at_hand(collection, current=current) is not None

    def vectors(self, collection: str, keys: Sequence[int]) -> tuple[list[int], Vectors]:
        """Those of the given chunks of a collection that have a vector, and their vectors."""
        wanted = np.asarray(keys, dtype=np.int64)
        block = self._at_hand(collection, current=True)
        if block is None or not len(block.keys):
            return self._embeddings.among(keys)
        rows, are_there = block.rows_of(wanted)
        found, matrix = wanted[are_there].tolist(), block.matrix[rows[are_there]]
        if are_there.all():
            return found, matrix
        others, read = self._embeddings.among(wanted[~are_there].tolist())
        return (found + others, np.concatenate([matrix, read])) if others else (found, matrix)

    def keep(self, collection: str, *, current: bool = True) -> None:
        """Have the vectors of a collection's current, or past, chunks at hand from now until the store changes."""
        self._block(collection, current=current)

    def _at_hand(self, collection: str, *, current: bool) -> _Block | None:
        with self._lock:
            return self._kept.get((collection, current))

    def _block(self, collection: str, *, current: bool) -> _Block:
        with self._lock:
            kept, seen = self._kept.get((collection, current)), self._changes
        if kept is None:
            kept = _Block.to_keep(*self._embeddings.matrix(collection, current=current))
            with self._lock:
                if seen == self._changes:
                    self._kept[collection, current] = kept
        return kept

    def forget(self) -> None:
        """Drop what is kept, because the store changed or the index is whole again."""
        with self._lock:
            self._kept.clear()
            self._changes += 1
