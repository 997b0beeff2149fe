"""What a whole article is about: the mean of its chunks' vectors."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.candidates import Candidate
from corpus.embeddings import EmbeddedChunk, EmbeddingStore
from corpus.touched import Touched
from retrieval.exact import ExactSearch
from retrieval.held import centres_of

Vectors = NDArray[np.float32]
Place = tuple[int, int]  # article key and revision number

_MOST_KEPT = 20_000  # 30 MB at 384 dimensions
# How much of a chunk's likeness is that of its whole article. Chosen with `retrieval.fusion.VECTOR_SHARE`; between 0.2
# and 0.5 all is nearly the same (docs/evaluate.md).
_SHARE = 0.35


class Centres:
    """The unit mean of the vectors of each revision asked for. Thread-safe.

    Those of current wordings come from what is at hand; others are read, and kept until their article changes, so that
    the cost of a question does not grow with the archive.
    """

    def __init__(self, embeddings: EmbeddingStore, exact: ExactSearch) -> None:
        self._embeddings = embeddings
        self._exact = exact
        self._lock = threading.Lock()
        self._kept: OrderedDict[Place, Vectors] = OrderedDict()
        self._changes = 0

    def cosines(self, collection: str, candidates: Iterable[Candidate], vector: Vectors) -> dict[Place, float]:
        """The cosine of the question's unit vector to each revision as a whole that these chunks of a collection are
        of; those not embedded are left out."""
        wanted = {(one.chunk.article_key, one.chunk.revision): one.is_current for one in candidates}
        at_hand = self._exact.centres(collection)
        found = {place: at_hand[place[0]] for place, current in wanted.items() if current and place[0] in at_hand}
        found |= self._read([place for place in wanted if place not in found])
        if not found:
            return {}
        matrix = np.concatenate(list(found.values())).reshape(len(found), -1)  # `np.stack` takes four times as long
        return dict(zip(found, np.vecdot(matrix, vector).tolist(), strict=True))

    def forget(self, touched: Touched) -> None:
        """The store changed."""
        with self._lock:
            self._changes += 1
            for place in [place for place in self._kept if place[0] in touched]:
                del self._kept[place]

    def _read(self, wanted: Sequence[Place]) -> dict[Place, Vectors]:
        with self._lock:
            found = {place: self._kept[place] for place in wanted if place in self._kept}
            seen = self._changes
            for place in found:
                self._kept.move_to_end(place)
        if missing := {place[0] for place in wanted if place not in found}:
            read = _means(*self._embeddings.of_articles(sorted(missing)))
            found |= {place: read[place] for place in wanted if place in read}
            self._keep(read, seen)
        return found

    def _keep(self, read: dict[Place, Vectors], seen: int) -> None:
        with self._lock:
            if seen != self._changes:
                return
            self._kept.update(read)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)


def with_centres(
    cosines: Mapping[int, float], candidates: Mapping[int, Candidate], centres: Mapping[Place, float]
) -> dict[int, float]:
    """The cosines of chunks by key, each moved towards that of its article as a whole.

    A passage counts more in an article that is about the question than in one that touches it.
    """
    moved = {}
    for key, cosine in cosines.items():
        chunk = candidates[key].chunk
        moved[key] = (1.0 - _SHARE) * cosine + _SHARE * centres.get((chunk.article_key, chunk.revision), cosine)
    return moved


def _means(chunks: Sequence[EmbeddedChunk], matrix: Vectors) -> dict[Place, Vectors]:
    numbers = {place: number for number, place in enumerate(dict.fromkeys((c.article_key, c.revision) for c in chunks))}
    of = np.array([numbers[chunk.article_key, chunk.revision] for chunk in chunks], dtype=np.int64)
    means = centres_of(of, matrix)
    return {place: means[number] for place, number in numbers.items()}
