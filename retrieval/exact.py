"""Exact nearest neighbours over the store's embeddings: for narrow selections, and while the index is rebuilt."""

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
    """Brute force over stored embeddings. The matrix of a whole collection is kept between questions."""

    def __init__(self, embeddings: EmbeddingStore) -> None:
        self._embeddings = embeddings
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[list[int], Vectors]] = {}

    def among(self, keys: Sequence[int], vector: Vectors, limit: int) -> list[ChunkHit]:
        """The nearest of the given chunks."""
        return _nearest(*self._embeddings.matrix("", keys), vector, limit)

    def everywhere(self, collection: str, vector: Vectors, limit: int) -> list[ChunkHit]:
        """The nearest of all current chunks of a collection."""
        with self._lock:
            if collection not in self._kept:
                self._kept[collection] = self._embeddings.matrix(collection)
            keys, matrix = self._kept[collection]
        return _nearest(keys, matrix, vector, limit)

    def forget(self) -> None:
        """Drop what is kept, because the store changed or the index is whole again."""
        with self._lock:
            self._kept.clear()


def _nearest(keys: Sequence[int], matrix: Vectors, vector: Vectors, limit: int) -> list[ChunkHit]:
    if not len(keys):
        return []
    similarities = matrix @ vector
    best = np.argpartition(-similarities, min(limit, len(keys)) - 1)[:limit]
    ordered = sorted(best.tolist(), key=lambda i: -float(similarities[i]))
    return [ChunkHit(keys[i], float(similarities[i])) for i in ordered]
