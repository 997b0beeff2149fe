"""Exact nearest neighbours by brute force: narrow selections, small collections, an index that is being rebuilt."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.embeddings import EmbeddingStore

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ChunkHit:
    """A chunk near the question; `similarity` is the cosine, -1..1."""

    key: int
    similarity: float


class ExactSearch:
    """Scans stored embeddings. The matrix of a whole collection is kept until the store changes. Thread-safe.

    Over 13,000 chunks the scan takes 0.8 ms where a query of the vector index takes 9 (docs/benchmarks.md).
    """

    def __init__(self, embeddings: EmbeddingStore) -> None:
        self._embeddings = embeddings
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[list[int], Vectors]] = {}
        self._changes = 0

    def among(self, keys: Sequence[int], vector: Vectors, limit: int) -> list[ChunkHit]:
        """The nearest of the given chunks."""
        return _nearest(*self._embeddings.matrix("", keys), vector, limit)

    def everywhere(self, collection: str, vector: Vectors, limit: int) -> list[ChunkHit]:
        """The nearest of all current chunks of a collection."""
        return _nearest(*self._matrix(collection), vector, limit)

    def at_hand(self, collection: str, vector: Vectors, limit: int) -> list[ChunkHit] | None:
        """The same, if nothing has to be read for it; else None."""
        with self._lock:
            kept = self._kept.get(collection)
        return _nearest(*kept, vector, limit) if kept else None

    def keep(self, collection: str) -> None:
        """Have the vectors of a collection at hand from now until the store changes."""
        self._matrix(collection)

    def _matrix(self, collection: str) -> tuple[list[int], Vectors]:
        with self._lock:
            kept, seen = self._kept.get(collection), self._changes
        if kept is None:
            kept = self._embeddings.matrix(collection)
            with self._lock:
                if seen == self._changes:
                    self._kept[collection] = kept
        return kept

    def forget(self) -> None:
        """Drop what is kept, because the store changed or the index is whole again."""
        with self._lock:
            self._kept.clear()
            self._changes += 1


def _nearest(keys: Sequence[int], matrix: Vectors, vector: Vectors, limit: int) -> list[ChunkHit]:
    if not len(keys):
        return []
    # On one thread: those that `@` would wake go on spinning and slow the embedding of the next question.
    similarities = np.vecdot(matrix, vector)
    best = np.argpartition(-similarities, min(limit, len(keys)) - 1)[:limit]
    ordered = sorted(best.tolist(), key=lambda i: -float(similarities[i]))
    return [ChunkHit(keys[i], float(similarities[i])) for i in ordered]
