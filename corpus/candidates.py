"""Chunks that a search weighs, with what it needs to know of their articles. Their words are read later."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from corpus.article import Chunk
from corpus.database import Database
from corpus.dialect import listed
from corpus.kept import KeptOfArticles
from corpus.rows import CHUNK
from corpus.schema import OF_REVISION, articles, chunks, revisions
from corpus.selection import Selection, conditions

_MOST_KEPT = 100_000  # about 60 MB


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that may be shown, with what ranking needs to know of its article."""

    chunk: Chunk
    article_id: str
    publisher: str | None
    published_at: datetime | None
    cluster: int | None
    is_current: bool


class Candidates:
    """Reads candidates from the store, those of whole collections mostly from memory. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._current: KeptOfArticles[tuple[str, int], Candidate] = KeptOfArticles(
            database, _MOST_KEPT, lambda candidate: candidate.chunk.article_key
        )
        # A cluster is named by an article's key, and that article counts as touched when the cluster changes.
        self._shared: KeptOfArticles[int, tuple[int, bool]] = KeptOfArticles(database, _MOST_KEPT, lambda of: of[0])

    def of(self, keys: Collection[int], selection: Selection) -> dict[int, Candidate]:
        """Chunks by their key; those stored no more, or outside the selection, are left out."""
        collection = selection.collection
        if not selection.is_plain:
            return self._read(_candidate_query().where(*conditions(selection)), keys, collection)

        def read(missing: list[tuple[str, int]]) -> dict[tuple[str, int], Candidate]:
            found = self._read(_PLAIN, [key for _, key in missing], collection)
            return {(collection, key): candidate for key, candidate in found.items()}

        kept = self._current.get([(collection, key) for key in keys], read)
        return {key: candidate for (_, key), candidate in kept.items()}

    def has_room(self, count: int) -> bool:
        """Whether so many more are kept without letting others go."""
        return self._current.has_room(count)

    def shared(self, clusters: Collection[int]) -> list[int]:
        """Those of these clusters that more than one article is in."""

        def read(missing: list[int]) -> dict[int, tuple[int, bool]]:
            with self._db.read() as connection:
                found = set(connection.execute(_SHARED, {"clusters": missing}).scalars())
            return {cluster: (cluster, cluster in found) for cluster in missing}

        return [cluster for cluster, is_shared in self._shared.get(clusters, read).values() if is_shared]

    def _read(self, query: Any, keys: Collection[int], collection: str) -> dict[int, Candidate]:
        with self._db.read() as connection:
            rows = connection.execute(query, {"keys": list(keys), "collection": collection}).all()
        # Taken apart by position: by name, reading a hundred rows takes longer than finding them.
        return {row[0]: Candidate(Chunk(*row[:6]), *row[6:]) for row in rows}


def _candidate_query() -> Any:
    """Selects a `Candidate` in the order of its fields, for each of the chunks in the JSON list `keys`."""
    of_article = (articles.c.id, revisions.c.publisher, revisions.c.published_at, articles.c.cluster)
    query = select(*CHUNK, *of_article, revisions.c.is_current).join(revisions, OF_REVISION)
    query = query.join(articles, articles.c.key == chunks.c.article_key).where(chunks.c.key.in_(listed("keys")))
    # By itself SQLite would begin with all articles of the collection instead of with the few chunks asked for.
    for table, hint in (
        (chunks, "NOT INDEXED"),
        (articles, "NOT INDEXED"),
        (revisions, "INDEXED BY ix_revisions_ranking"),
    ):
        query = query.with_hint(table, hint, "sqlite")
    return query


# Made once: to write a statement takes SQLAlchemy as long as SQLite needs to answer it.
_PLAIN = _candidate_query().where(articles.c.collection == bindparam("collection"), revisions.c.is_current)
_MEMBERS = select(articles.c.cluster).where(articles.c.cluster.in_(listed("clusters")))
_SHARED = _MEMBERS.group_by(articles.c.cluster).having(func.count() > 1)
