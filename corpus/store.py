"""The article store: every revision of every article, whole. What is committed here is acknowledged and never lost."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from corpus.article import Article, Chunk, IncomingArticle
from corpus.candidates import Candidate, Candidates
from corpus.cluster import Placing, place, unplaced
from corpus.database import Database
from corpus.dialect import listed
from corpus.errors import InvalidInput, NotFound
from corpus.exported import ExportedRevision
from corpus.kept import KeptArticles
from corpus.rows import article_of, articles_at, revision_query
from corpus.schema import OF_REVISION, articles, chunks, revisions
from corpus.selection import Selection, conditions
from corpus.writing import (
    NewChunk,
    Stored,
    Wording,
    article_key,
    delete_article,
    drop_chunks,
    insert_chunks,
    put_all,
    restore_one,
)

_PAGE = 50  # chunks read ahead together: some 4 ms of work, which a question may have to wait for


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A chunk together with the revision it belongs to, and the cluster of the article when it is known."""

    chunk: Chunk
    article: Article
    cluster: int | None

    @property
    def text(self) -> str:
        """The chunk's words, exactly as stored."""
        return self.article.body[self.chunk.start : self.chunk.end]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a collection holds: how many articles, and the dates of the first and the last."""

    articles: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that articles can be narrowed to, and how many have it."""

    name: str
    articles: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Outlets and languages of one collection, and all collections; those with most articles first."""

    publishers: tuple[Facet, ...]
    languages: tuple[Facet, ...]
    collections: tuple[Facet, ...]


class ArticleStore:
    """Articles and their revisions, in named collections. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._kept = KeptArticles()
        self._candidates = Candidates(database)

    def put(
        self,
        incoming: Sequence[tuple[IncomingArticle, Sequence[NewChunk]]],
        seen_at: datetime | None = None,
        placings: Sequence[Placing] | None = None,
    ) -> list[Stored]:
        """Store articles that have an id and a clean body, with their chunks, in one transaction.

        The same id with other content becomes a new revision; content already stored changes nothing. A wording dated
        before the current one is kept as history. `placings`, one an article, are made when not given. On return
        everything is durable.
        """
        now = seen_at or datetime.now(UTC)
        # Made before the transaction begins, because others wait for it to end.
        placings = placings or [Placing.of(article.collection, article.body) for article, _ in incoming]
        with self._db.write() as connection:
            return put_all(connection, incoming, now, placings)

    def place_some(self, limit: int = 100) -> bool:
        """Find the clusters of a few articles that were stored before there were any; false when all are placed."""
        with self._db.read() as connection:
            waiting = unplaced(connection, limit)
        made = {row.key: Placing.of(row.collection, row.body) for row in waiting}
        with self._db.write() as connection:
            still = {row.key for row in unplaced(connection, limit)} if made else set()
            place(connection, {key: placing for key, placing in made.items() if key in still})
        return bool(made)

    def copies(self, clusters: Iterable[int], selection: Selection) -> dict[int, list[Article]]:
        """The selected articles of those of these clusters that have several, the earliest published first.

        That one stands for all.
        """
        shared = self._candidates.shared(set(clusters))
        if not shared:
            return {}
        found: dict[int, list[Article]] = {}
        query = _CARRIED_NOW if selection.is_plain else _CARRIED.where(*conditions(selection))
        with self._db.read() as connection:
            for row in connection.execute(query, {"clusters": shared, "collection": selection.collection}):
                found.setdefault(row.cluster, []).append(article_of(row))
        return {cluster: sorted(carried, key=_appeared) for cluster, carried in found.items()}

    def cluster_of(self, collection: str, article_id: str) -> list[Article]:
        """The current wordings of all articles that carry the text of this one, itself among them, earliest first.

        Raises `NotFound`.
        """
        article = self.article(collection, article_id)
        with self._db.read() as connection:
            key = article_key(connection, collection, article_id)
            cluster = connection.execute(select(articles.c.cluster).where(articles.c.key == key)).scalar()
        if cluster is None:
            return [article]
        return self.copies([cluster], Selection(collection)).get(cluster, [article])

    def restore(self, incoming: Sequence[tuple[ExportedRevision, Sequence[NewChunk]]]) -> list[Stored | InvalidInput]:
        """Store revisions with the numbers and times that an export gave them, in one transaction.

        What is stored already changes nothing. In place of a revision whose number another wording holds here stands
        the error. Of an article in both, the revision with the highest number that says so becomes the current one.
        """
        placings = [Placing.of(one.article.collection, one.article.body) for one, _ in incoming]
        with self._db.write() as connection:
            return [
                restore_one(connection, revision, pieces, placing)
                for (revision, pieces), placing in zip(incoming, placings, strict=True)
            ]

    def recut(self, cut: Callable[[Article], Sequence[NewChunk]]) -> None:
        """Replace the chunks of every revision by those that `cut` gives, one article a transaction."""
        with self._db.read() as connection:
            keys = list(connection.execute(select(articles.c.key).order_by(articles.c.key)).scalars())
        for key in keys:
            with self._db.write() as connection:
                rows = connection.execute(revision_query().where(revisions.c.article_key == key)).all()
                drop_chunks(connection, key, rows[0].collection)
                for row in rows:
                    article = article_of(row)
                    pieces = cut(article)
                    insert_chunks(connection, [Wording(key, row.number, article, pieces, row.is_current)])

    def delete(self, collection: str, article_id: str) -> int:
        """Remove an article with all its revisions, chunks, embeddings and keywords; gives the number of revisions.

        Raises `NotFound`. The vector index drops its entries later, but nothing stored can be found from now on.
        """
        with self._db.write() as connection:
            key = article_key(connection, collection, article_id)
            if key is None:
                raise NotFound(f"No article {article_id!r} is stored in the collection {collection!r}.")
            count = delete_article(connection, key, collection)
        self._kept.forget(key)
        return count

    def article(self, collection: str, article_id: str, revision: int | None = None) -> Article:
        """One revision, the current one by default. Raises `NotFound`."""
        query = revision_query().where(articles.c.collection == collection, articles.c.id == article_id)
        query = query.where(revisions.c.is_current if revision is None else revisions.c.number == revision)
        with self._db.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            which = "" if revision is None else f" in revision {revision}"
            raise NotFound(f"No article {article_id!r}{which} is stored in the collection {collection!r}.")
        return article_of(row)

    def revisions(self, collection: str, article_id: str) -> list[Article]:
        """All stored wordings of an article, in order of arrival. Raises `NotFound`."""
        query = revision_query().where(articles.c.collection == collection, articles.c.id == article_id)
        with self._db.read() as connection:
            found = [article_of(row) for row in connection.execute(query.order_by(revisions.c.number))]
        if not found:
            raise NotFound(f"No article {article_id!r} is stored in the collection {collection!r}.")
        return found

    def revision_numbers(self, collection: str, article_id: str) -> list[int]:
        """The numbers of all stored revisions, in order of arrival."""
        query = (
            select(revisions.c.number)
            .join(articles)
            .where(articles.c.collection == collection, articles.c.id == article_id)
            .order_by(revisions.c.number)
        )
        with self._db.read() as connection:
            return list(connection.execute(query).scalars())

    def page(
        self,
        selection: Selection,
        limit: int,
        before: tuple[datetime, int] | None = None,
        containing: str | None = None,
    ) -> list[tuple[tuple[datetime, int], Article]]:
        """The selected revisions, newest first, each with the position after which the next page starts.

        `containing` filters by words in the title. Undated articles stand at the time they were first seen.
        """
        when = func.coalesce(revisions.c.published_at, revisions.c.first_seen_at, type_=revisions.c.first_seen_at.type)
        query = revision_query().add_columns(when.label("when"), articles.c.key.label("position"))
        query = query.where(*conditions(selection), *_titled(containing))
        if before:
            query = query.where(or_(when < before[0], and_(when == before[0], articles.c.key < before[1])))
        query = query.order_by(when.desc(), articles.c.key.desc()).limit(limit)
        with self._db.read() as connection:
            return [((row.when, row.position), article_of(row)) for row in connection.execute(query)]

    def count(self, selection: Selection, containing: str | None = None) -> int:
        """How many articles `page` goes through in all."""
        query = select(func.count()).select_from(revisions.join(articles))
        with self._db.read() as connection:
            return connection.execute(query.where(*conditions(selection), *_titled(containing))).scalar_one()

    def facets(self, collection: str) -> Facets:
        """What the current revisions of a collection can be narrowed by, and the collections that there are."""
        outlets, languages = revisions.c.publisher, revisions.c.language
        with self._db.read() as connection:
            return Facets(
                _counted(connection, outlets, articles.c.collection == collection, revisions.c.is_current),
                _counted(connection, languages, articles.c.collection == collection, revisions.c.is_current),
                _counted(connection, articles.c.collection, revisions.c.is_current),
            )

    def coverage(self, collection: str) -> Coverage:
        """How many articles a collection holds and which dates they span."""
        query = (
            select(func.count(), func.min(revisions.c.published_at), func.max(revisions.c.published_at))
            .select_from(revisions.join(articles))
            .where(articles.c.collection == collection, revisions.c.is_current)
        )
        with self._db.read() as connection:
            count, first, last = connection.execute(query).one()
        return Coverage(count, first, last)

    def collections(self) -> list[str]:
        """The names of all collections that hold an article."""
        with self._db.read() as connection:
            return list(connection.execute(select(articles.c.collection).distinct().order_by("collection")).scalars())

    def publishers(self, collection: str) -> list[str]:
        """The publishers of the current revisions of a collection, those with most articles first."""
        query = (
            select(revisions.c.publisher)
            .join(articles)
            .where(articles.c.collection == collection, revisions.c.is_current, revisions.c.publisher.is_not(None))
            .group_by(revisions.c.publisher)
            .order_by(func.count().desc(), revisions.c.publisher)
        )
        with self._db.read() as connection:
            return [name for name in connection.execute(query).scalars() if name is not None]

    def all_current(self, collection: str, after_key: int = 0, limit: int = 200) -> list[tuple[int, Article]]:
        """Current revisions in order of their key, for work that goes through everything page by page."""
        query = revision_query().add_columns(articles.c.key.label("position"))
        query = query.where(articles.c.collection == collection, revisions.c.is_current, articles.c.key > after_key)
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(articles.c.key).limit(limit)).all()
        return [(row.position, article_of(row)) for row in rows]

    def candidates(self, keys: Collection[int], selection: Selection) -> dict[int, Candidate]:
        """Chunks by their key; those stored no more, or outside the selection, are left out."""
        return self._candidates.of(keys, selection)

    def with_words(self, candidates: Sequence[Candidate]) -> list[FoundChunk]:
        """The same with their revisions, in the same order; those deleted meanwhile are left out."""
        places = {(one.chunk.article_key, one.chunk.revision): one.is_current for one in candidates}
        known = self._kept.get(places)
        missing = places.keys() - known.keys()
        if missing:
            with self._db.read() as connection:
                read = articles_at(connection, missing)
            self._kept.keep(read)
            known |= read
        now = {
            place: article if article.is_current == places[place] else replace(article, is_current=places[place])
            for place, article in known.items()
            if place in places
        }
        return [
            FoundChunk(one.chunk, now[place], one.cluster)
            for one in candidates
            if (place := (one.chunk.article_key, one.chunk.revision)) in now
        ]

    def read_ahead(self, collection: str, keys: Sequence[int]) -> Iterator[list[FoundChunk]]:
        """Read what searches need of these current chunks of a collection, a page a step, as far as memory is set aside
        for it: all of what candidates need, and the words of those that come first, which are given.
        """
        for at in range(0, len(keys), _PAGE):
            page = keys[at : at + _PAGE]
            if not self._candidates.has_room(len(page)):
                return
            candidates = self.candidates(page, Selection(collection)).values()
            self._candidates.shared({one.cluster for one in candidates if one.cluster is not None})
            yield self.with_words(list(candidates)) if self._kept.has_room else []

    def selected_chunks(self, selection: Selection, limit: int) -> list[int]:
        """The keys of at most `limit` chunks of the selected revisions."""
        query = (
            select(chunks.c.key)
            .join(revisions, OF_REVISION)
            .join(articles, articles.c.key == chunks.c.article_key)
            .where(*conditions(selection))
            .limit(limit)
        )
        with self._db.read() as connection:
            return list(connection.execute(query).scalars())

    def has_later(self, collection: str, moment: datetime, found: Iterable[Article]) -> bool:
        """Whether any of these articles of a collection has a wording that became public after `moment`."""
        ids = {article.id for article in found}
        of = and_(articles.c.collection == collection, articles.c.id.in_(ids))
        query = select(revisions.c.number).join(articles).where(of)
        with self._db.read() as connection:
            return connection.execute(query.where(revisions.c.visible_from > moment).limit(1)).first() is not None


# The revisions of the articles in the clusters of a list. By itself SQLite would go through all current ones.
_CARRIED = (
    revision_query()
    .add_columns(articles.c.cluster)
    .where(articles.c.cluster.in_(listed("clusters")))
    .order_by(articles.c.key)
    .with_hint(articles, "INDEXED BY ix_articles_cluster", "sqlite")
    .with_hint(revisions, "INDEXED BY ix_revisions_ranking", "sqlite")
)
# Made once, as most questions ask it: to write a statement takes SQLAlchemy longer than SQLite needs to answer it.
_CARRIED_NOW = _CARRIED.where(articles.c.collection == bindparam("collection"), revisions.c.is_current)


def _titled(containing: str | None) -> list[Any]:
    return [revisions.c.title.icontains(word, autoescape=True) for word in (containing or "").split()]


def _counted(connection: Connection, column: Any, *where: Any) -> tuple[Facet, ...]:
    query = select(column.label("name"), func.count().label("articles")).select_from(revisions.join(articles))
    query = query.where(column.is_not(None), *where).group_by(column).order_by(func.count().desc(), column)
    return tuple(Facet(row.name, row.articles) for row in connection.execute(query))


def _appeared(article: Article) -> tuple[datetime, datetime]:
    return (article.published_at or article.first_seen_at, article.first_seen_at)
