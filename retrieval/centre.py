"""What a whole article is about: the mean of its chunks' vectors."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.embeddings import EmbeddedChunk, EmbeddingStore
from corpus.touched import Touched

Vectors = NDArray[np.float32]
Place = tuple[int, int]  # article key and revision number

_MOST_KEPT = 20_000  # 30 MB at 384 dimensions
# How much of a chunk's likeness is that of its whole article. Chosen with `retrieval.fusion.VECTOR_SHARE`; between 0.2
# and 0.5 all is nearly the same (docs/evaluate.md).
_SHARE = 0.35


class Centres:
    """The unit mean of the vectors of each revision asked for, kept until its article changes. Thread-safe.

    A question reads those of the few articles that may be shown, so its cost does not grow with the archive.
    """

    def __init__(self, embeddings: EmbeddingStore) -> None:
        self._embeddings = embeddings
        self._lock = threading.Lock()
        self._kept: OrderedDict[Place, Vectors] = OrderedDict()
        self._changes = 0

    def cosines(self, places: Iterable[Place], vector: Vectors) -> dict[Place, float]:
        """The cosine of the question's unit vector to each revision as a whole; those not embedded are left out."""
        wanted = list(dict.fromkeys(places))
        with self._lock:
            found = {place: self._kept[place] for place in wanted if place in self._kept}
            seen = self._changes
            for place in found:
                self._kept.move_to_end(place)
        if missing := {place[0] for place in wanted if place not in found}:
            read = _means(*self._embeddings.of_articles(sorted(missing)))
            found |= {place: read[place] for place in wanted if place in read}
            self._keep(read, seen)
        if not found:
            return {}
        return dict(zip(found, np.vecdot(np.stack(list(found.values())), vector).tolist(), strict=True))

    def forget(self, touched: Touched) -> None:
        """The store changed."""
        with self._lock:
            self._changes += 1
            for place in [place for place in self._kept if place[0] in touched]:
                del self._kept[place]

    def _keep(self, read: dict[Place, Vectors], seen: int) -> None:
        with self._lock:
            if seen != self._changes:
                return
            self._kept.update(read)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)


def with_centres(
    cosines: Mapping[int, float], places: Mapping[int, Place], centres: Mapping[Place, float]
) -> dict[int, float]:
    """The cosines of chunks by key, each moved towards that of its article as a whole.

    A passage counts more in an article that is about the question than in one that touches it.
    """
    return {key: (1.0 - _SHARE) * cosine + _SHARE * centres.get(places[key], cosine) for key, cosine in cosines.items()}


def _means(chunks: Sequence[EmbeddedChunk], matrix: Vectors) -> dict[Place, Vectors]:
    rows: dict[Place, list[int]] = {}
    for row, chunk in enumerate(chunks):
        rows.setdefault((chunk.article_key, chunk.revision), []).append(row)
    sums = {place: matrix[of].sum(axis=0) for place, of in rows.items()}
    return {place: total / max(float(np.linalg.norm(total)), 1e-12) for place, total in sums.items()}
