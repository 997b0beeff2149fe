"""Clusters: articles that carry one text. Kept by the store, in the transaction that stores or removes an article.

A cluster is a connected part of the graph of articles whose current wordings are one text (`corpus.resemblance`), so it
does not depend on the order in which its members came. It is named by the key of one of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Connection, and_, delete, exists, func, select, update

from corpus.dialect import insert_many
from corpus.resemblance import Runs, are_one_text, bands, is_short, runs, shingles
from corpus.schema import articles, cluster_bands, revisions
from corpus.touched import touch

# Texts compared with a new one, those that share most bands first.
_MOST_COMPARED = 40
# Of these at most so many of one cluster: a text may carry the words of one member and not of another.
_MOST_OF_ONE = 5
_MANY = 5_000  # bound values a statement


@dataclass(frozen=True, slots=True)
class Placing:
    """What is needed to place an article, made from its current body."""

    body: str
    runs: Runs
    bands: Sequence[int]

    @classmethod
    def of(cls, collection: str, body: str) -> Self:
        """For a body. Takes most of a millisecond, so it is made before the transaction begins."""
        found = runs(body)
        return cls(body, found, bands(collection, found))


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An article whose cluster is to be found."""

    key: int
    collection: str
    body: str


def place(connection: Connection, placings: Mapping[int, Placing]) -> None:
    """Put articles, by key, each into the cluster of its copies, joining what it connects, or into one of its own.

    One that was in a cluster must `leave` it first.
    """
    rows = [(band, key) for key, it in placings.items() for band in set(it.bands)]
    # In the order of the table, so that it is walked through once.
    insert_many(connection, cluster_bands, (cluster_bands.c.band, cluster_bands.c.article_key), sorted(rows))
    # Most texts are like no other, and need not be looked at one by one.
    resembling = _resembling(connection, list(placings))
    _set_alone(connection, [key for key in placings if key not in resembling])
    # What is equal to another of the batch goes where that went, so that a thousand copies are not each compared with
    # all before.
    equal: dict[tuple[tuple[int, ...], bytes], list[int]] = {}
    for key in [key for key in placings if key in resembling]:
        placing = placings[key]
        alike = equal.setdefault((tuple(placing.bands), placing.runs.tobytes()), [])
        alike.append(key)
        if alike == [key]:
            _join(connection, key, placing)
    for first, *others in equal.values():
        if others:
            cluster = connection.execute(select(articles.c.cluster).where(articles.c.key == first)).scalar_one()
            _set(connection, others, cluster)


def leave(connection: Connection, key: int) -> None:
    """Take the article out of its cluster. What is left of it is sorted anew: it may have held only by this one."""
    cluster = connection.execute(select(articles.c.cluster).where(articles.c.key == key)).scalar()
    connection.execute(delete(cluster_bands).where(cluster_bands.c.article_key == key))
    if cluster is None:
        return
    rest = [other for other in _members(connection, [cluster]) if other != key]
    _set(connection, [key, *rest], None)
    touch(connection, [cluster])
    for other in rest:
        held = connection.execute(select(cluster_bands.c.band).where(cluster_bands.c.article_key == other)).scalars()
        body = _bodies(connection, [other])[other]
        _join(connection, other, Placing(body, runs(body), list(held)))


def unplaced(connection: Connection, limit: int) -> list[Unplaced]:
    """Articles in no cluster yet: those stored before there were clusters."""
    query = (
        select(articles.c.key, articles.c.collection, revisions.c.body)
        .join(revisions, revisions.c.article_key == articles.c.key)
        .where(articles.c.cluster.is_(None), revisions.c.is_current)
        .limit(limit)
    )
    return [Unplaced(*row) for row in connection.execute(query)]


def _join(connection: Connection, key: int, placing: Placing) -> None:
    # Equal texts share every band, and a short text is like none but its equals.
    ours = frozenset(placing.runs.tolist())
    fewest = len(set(placing.bands)) if is_short(ours) else 1
    near = _near(connection, key, placing.bands, fewest)
    bodies = _bodies(connection, [other for other, _ in near]) if near else {}
    joined: set[int] = set()
    for other, cluster in near:
        if cluster not in joined and are_one_text(placing.body, bodies[other], ours, shingles(bodies[other])):
            joined.add(cluster)
    name = min(joined, default=key)
    others = joined - {name}
    if others:
        _set(connection, _members(connection, sorted(others)), name)
    _set(connection, [key], name)


def _resembling(connection: Connection, keys: Sequence[int]) -> set[int]:
    """Those of these articles that share a band with any other."""
    other = cluster_bands.alias()
    shared = exists().where(other.c.band == cluster_bands.c.band, other.c.article_key != cluster_bands.c.article_key)
    query = select(cluster_bands.c.article_key).where(shared).distinct()
    found: set[int] = set()
    for at in range(0, len(keys), _MANY):
        these = cluster_bands.c.article_key.in_(keys[at : at + _MANY])
        found.update(connection.execute(query.where(these)).scalars())
    return found


def _near(connection: Connection, key: int, bands: Sequence[int], fewest: int) -> list[tuple[int, int]]:
    """Articles that share at least `fewest` bands, with their clusters, most first; at most a few of one cluster."""
    query = (
        select(cluster_bands.c.article_key, articles.c.cluster)
        .join(articles, articles.c.key == cluster_bands.c.article_key)
        .where(cluster_bands.c.band.in_(bands), cluster_bands.c.article_key != key, articles.c.cluster.is_not(None))
        .group_by(cluster_bands.c.article_key, articles.c.cluster)
        .having(func.count() >= fewest)
        .order_by(func.count().desc(), cluster_bands.c.article_key)
    )
    taken: dict[int, int] = {}
    near = []
    for other, cluster in connection.execute(query):
        taken[cluster] = taken.get(cluster, 0) + 1
        if taken[cluster] <= _MOST_OF_ONE:
            near.append((other, cluster))
    return near[:_MOST_COMPARED]


def _members(connection: Connection, clusters: Sequence[int]) -> list[int]:
    query = select(articles.c.key).where(articles.c.cluster.in_(clusters)).order_by(articles.c.key)
    return list(connection.execute(query).scalars())


def _set(connection: Connection, keys: Sequence[int], cluster: int | None) -> None:
    for at in range(0, len(keys), _MANY):
        these = articles.c.key.in_(keys[at : at + _MANY])
        connection.execute(update(articles).where(these).values(cluster=cluster))
    touch(connection, [*keys, cluster] if cluster is not None else keys)


def _set_alone(connection: Connection, keys: Sequence[int]) -> None:
    for at in range(0, len(keys), _MANY):
        these = articles.c.key.in_(keys[at : at + _MANY])
        connection.execute(update(articles).where(these).values(cluster=articles.c.key))
    touch(connection, keys)


def _bodies(connection: Connection, keys: Sequence[int]) -> dict[int, str]:
    query = select(revisions.c.article_key, revisions.c.body)
    current = and_(revisions.c.article_key.in_(keys), revisions.c.is_current)
    return {row.article_key: row.body for row in connection.execute(query.where(current))}
