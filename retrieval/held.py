"""Vectors of chunks held in memory: which of them are nearest, and what follows when a few of them change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from retrieval.signs import Signs

Vectors = NDArray[np.float32]
Keys = NDArray[np.int64]

# Of more chunks than this, only those whose signs are nearest are compared, so many for each one wanted. Over 59,797
# news chunks that finds all of the ten nearest and 99.6 % of the sixty nearest (docs/benchmarks.md).
_WORTH_SIGNS = 4_000
_PER_WANTED = 20
# When so large a part came or went since all were put in order, that is done again.
_MOST_CHANGED = 1 / 8


class ChunkHit(NamedTuple):
    """A chunk near the question; `similarity` is the cosine, -1..1."""

    key: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Rows:
    """Keys of chunks, the keys of their articles, and their unit vectors, shape (chunks, dimensions)."""

    keys: Keys
    articles: Keys
    matrix: Vectors

    @classmethod
    def of(cls, keys: Sequence[int], articles: Sequence[int], matrix: Vectors) -> Self:
        """From the store's lists."""
        return cls(np.asarray(keys, dtype=np.int64), np.asarray(articles, dtype=np.int64), matrix)

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, of: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Self:
        return type(self)(self.keys[of], self.articles[of], self.matrix[of])

    def take(self, rows: NDArray[np.intp]) -> Self:
        """These rows. Of some hundreds numpy copies twice as fast so as by their index."""
        return type(self)(self.keys.take(rows), self.articles.take(rows), self.matrix.take(rows, axis=0))

    def find(self, keys: Keys) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """The row of each key, and whether it is there at all, of rows in the order of their keys."""
        if not len(self):
            return np.zeros(len(keys), dtype=np.intp), np.zeros(len(keys), dtype=bool)
        rows = np.minimum(np.searchsorted(self.keys, keys), len(self) - 1)
        return rows, self.keys[rows] == keys


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows made ready for many questions; those that are not `alive` are passed over."""

    rows: Rows
    signs: Signs | None
    alive: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: Rows) -> Self:
        signs = Signs.of(rows.matrix) if len(rows) > _WORTH_SIGNS else None
        return cls(rows, signs, np.ones(len(rows), dtype=bool))

    def nearest(self, vector: Vectors, limit: int) -> list[ChunkHit]:
        rows, alive = self.rows, self.alive
        if self.signs and limit * _PER_WANTED < len(rows):
            near = self.signs.nearest(vector, limit * _PER_WANTED)
            rows, alive = rows.take(near), alive.take(near)
        return nearest(rows.keys, rows.matrix, vector, limit, alive)


@dataclass(frozen=True, slots=True)
class HeldVectors:
    """The vectors of a collection: the many that were put in order together, and the few that came `since`.

    `centres` has for each article by key the unit mean of its vectors. A change costs as much as what changed, not as
    much as all.
    """

    base: _Block
    since: _Block
    centres: Mapping[int, Vectors]

    @classmethod
    def of(cls, rows: Rows) -> Self:
        """Put in order."""
        return cls(_Block.of(rows), _Block.of(rows[:0]), centres_of(rows.articles, rows.matrix))

    def __len__(self) -> int:
        return len(self.base.rows) + len(self.since.rows)

    @property
    def keys(self) -> Keys:
        """Of all its chunks, ascending but for the few."""
        return np.concatenate([self.base.rows.keys[self.base.alive], self.since.rows.keys])

    def nearest(self, vector: Vectors, limit: int) -> list[ChunkHit]:
        """The nearest chunks to a unit vector, nearest first."""
        found = self.base.nearest(vector, limit)
        if len(self.since.rows):
            found = sorted(found + self.since.nearest(vector, limit), key=lambda hit: -hit.similarity)[:limit]
        return found

    def vectors_of(self, keys: Keys) -> tuple[list[int], Vectors]:
        """Those of these chunks that are held, and their vectors."""
        found, are_there = self.base.rows.find(keys)
        held = self.base.rows.take(found[are_there])
        if not are_there.all():
            rest = keys[~are_there]
            found, are_there = self.since.rows.find(rest)
            held = _joined(held, self.since.rows[found[are_there]])
        return held.keys.tolist(), held.matrix

    def after(self, touched: Collection[int], now: Rows) -> Self:
        """The same after these articles changed, whose chunks are `now` these."""
        articles = np.fromiter(touched, dtype=np.int64)
        base, since = self.base.rows, self.since.rows
        alive = np.where(np.isin(base.articles, articles), np.isin(base.keys, now.keys), self.base.alive)
        since = _in_order(_joined(since[~np.isin(since.articles, articles)], now[~base.find(now.keys)[1]]))
        gone = len(base) - int(np.count_nonzero(alive))
        if len(since) + gone > max(_WORTH_SIGNS, len(base) * _MOST_CHANGED):
            return type(self).of(_in_order(_joined(base[alive], since)))
        others = {key: centre for key, centre in self.centres.items() if key not in touched}
        centres = others | centres_of(now.articles, now.matrix)
        return type(self)(replace(self.base, alive=alive), _Block.of(since), centres)


def nearest(
    keys: Keys, matrix: Vectors, vector: Vectors, limit: int, alive: NDArray[np.bool_] | None = None
) -> list[ChunkHit]:
    """Of these chunks the nearest to a unit vector by cosine, nearest first."""
    if not len(keys):
        return []
    # On one thread: those that `@` would wake go on spinning and slow the embedding of the next question.
    similarities = np.vecdot(matrix, vector)
    if alive is not None and not alive.all():
        keys, similarities = keys[alive], similarities[alive]
    if not len(keys):
        return []
    best = np.argpartition(-similarities, min(limit, len(keys)) - 1)[:limit]
    best = best[np.argsort(-similarities[best], kind="stable")]
    return [ChunkHit(*pair) for pair in zip(keys[best].tolist(), similarities[best].tolist(), strict=True)]


def centres_of(articles: Keys, matrix: Vectors) -> dict[int, Vectors]:
    """The unit mean of the vectors, shape (chunks, dimensions), of each of the articles that they are of."""
    if not len(articles):
        return {}
    # Chunks of one article mostly stand together, so that they are added up where they are.
    begins = np.flatnonzero(np.diff(articles, prepend=articles[0] - 1))
    sums: dict[int, Vectors] = {}
    for article, total in zip(articles[begins].tolist(), np.add.reduceat(matrix, begins, axis=0), strict=True):
        sums[article] = sums[article] + total if article in sums else total
    return {article: total / max(float(np.linalg.norm(total)), 1e-12) for article, total in sums.items()}


def _joined(some: Rows, others: Rows) -> Rows:
    if not len(some) or not len(others):
        return some if len(some) else others
    return Rows(
        np.concatenate([some.keys, others.keys]),
        np.concatenate([some.articles, others.articles]),
        np.concatenate([some.matrix, others.matrix]),
    )


def _in_order(rows: Rows) -> Rows:
    return rows[np.argsort(rows.keys)]
