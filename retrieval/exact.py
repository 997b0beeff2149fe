"""Exact nearest neighbours by brute force: narrow selections, small collections, an index that is being rebuilt."""

import threading
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.embeddings import EmbeddingStore
from corpus.touched import EVERYTHING, Touched
from retrieval.held import ChunkHit, HeldVectors, Rows, nearest

Vectors = NDArray[np.float32]


class ExactSearch:
    """Scans stored embeddings. The vectors of whole collections are kept, and follow what changes. Thread-safe.

    A scan costs less than a query of the vector index as long as the vectors fit in memory (docs/benchmarks.md).
    """

    def __init__(self, embeddings: EmbeddingStore) -> None:
        self._embeddings = embeddings
        self._changing = threading.Lock()
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, bool], HeldVectors] = {}  # by collection, and whether of its current chunks
        self._changes = 0

    def among(self, collection: str, keys: Sequence[int], vector: Vectors, limit: int) -> list[ChunkHit]:
        """The nearest of the given chunks of a collection."""
        found, matrix = self.vectors(collection, keys)
        return nearest(np.asarray(found, dtype=np.int64), matrix, vector, limit)

    def everywhere(self, collection: str, vector: Vectors, limit: int) -> list[ChunkHit]:
        """The nearest of all current chunks of a collection."""
        return self._held(collection, current=True).nearest(vector, limit)

    def at_hand(self, collection: str, vector: Vectors, limit: int, *, current: bool = True) -> list[ChunkHit] | None:
        """The nearest of all current, or all past, chunks, if nothing has to be read for it; else None."""
        held = self._at_hand(collection, current=current)
        return None if held is None else held.nearest(vector, limit)

    def is_at_hand(self, collection: str, *, current: bool) -> bool:
        """Whether nothing has to be read to look at all current, or all past, chunks."""
        return self._at_hand(collection, current=current) is not None

    def vectors(self, collection: str, keys: Sequence[int]) -> tuple[list[int], Vectors]:
        """Those of the given chunks of a collection that have a vector, and their vectors."""
        held = self._at_hand(collection, current=True)
        if held is None or not len(held):
            return self._embeddings.among(keys)
        found, matrix = held.vectors_of(np.asarray(keys, dtype=np.int64))
        if len(found) == len(keys):
            return found, matrix
        others, read = self._embeddings.among(list(set(keys).difference(found)))
        if not found or not others:
            return (found, matrix) if found else (others, read)
        return found + others, np.concatenate([matrix, read])

    def centres(self, collection: str) -> Mapping[int, Vectors]:
        """The unit mean of the vectors of each article's current wording, by the article's key; of those at hand."""
        held = self._at_hand(collection, current=True)
        return {} if held is None else held.centres

    def keys(self, collection: str) -> list[int]:
        """The current chunks that are at hand, those that came last first."""
        held = self._at_hand(collection, current=True)
        return [] if held is None else held.keys.tolist()[::-1]

    def keep(self, collection: str, *, current: bool = True) -> None:
        """Have the vectors of a collection's current, or past, chunks at hand from now on."""
        self._held(collection, current=current)

    def changed(self, touched: Touched, most: int) -> None:
        """Some articles changed: bring up to date what is kept. What grew beyond `most` chunks is let go."""
        if not touched:
            return
        with self._changing:
            self._change(touched, most)

    def forget(self) -> None:
        """Drop what is kept, because nobody can say what changed."""
        self.changed(EVERYTHING, 0)

    def _change(self, touched: Touched, most: int) -> None:
        with self._lock:
            kept = self._kept
            self._changes += 1
            if touched.everything or not kept:
                self._kept = {}
                return
        chunks, matrix = self._embeddings.of_articles(sorted(touched.articles))
        rows = Rows.of([chunk.key for chunk in chunks], [chunk.article_key for chunk in chunks], matrix)
        now = {}
        for place, held in kept.items():
            of = np.array([(chunk.collection, chunk.is_current) == place for chunk in chunks], dtype=bool)
            now[place] = held.after(touched.articles, rows[of])
        with self._lock:
            self._kept = {place: held for place, held in now.items() if len(held) <= most}

    def _at_hand(self, collection: str, *, current: bool) -> HeldVectors | None:
        with self._lock:
            return self._kept.get((collection, current))

    def _held(self, collection: str, *, current: bool) -> HeldVectors:
        with self._lock:
            held, seen = self._kept.get((collection, current)), self._changes
        if held is None:
            held = HeldVectors.of(Rows.of(*self._embeddings.matrix(collection, current=current)))
            with self._lock:
                if seen == self._changes:
                    self._kept = self._kept | {(collection, current): held}
        return held
