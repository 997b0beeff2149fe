"""The article store: every revision of every article, whole. What is committed here is acknowledged and never lost."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from corpus.article import Article, Chunk, IncomingArticle
from corpus.cluster import Placing, leave, place, unplaced
from corpus.database import Database
from corpus.errors import InvalidInput, NotFound
from corpus.exported import ExportedRevision
from corpus.resemblance import bands
from corpus.schema import articles, chunks, keyword_changes, removals, revisions
from corpus.selection import Selection, conditions

# SQLite takes at most 32,766 bound values a statement; this keeps lists of pairs well under it.
_MANY = 5_000
_OF_REVISION = and_(revisions.c.article_key == chunks.c.article_key, revisions.c.number == chunks.c.revision)


class Change(StrEnum):
    """What storing an article did."""

    ADDED = "added"
    REVISED = "revised"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class ChunkText:
    """A chunk about to be stored: its span in the body and the text that will be embedded for it."""

    start: int
    end: int
    embedded_text: str


@dataclass(frozen=True, slots=True)
class Stored:
    """The outcome of storing one article."""

    id: str
    revision: int
    change: Change


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


class ArticleStore:
    """Articles and their revisions, in named collections. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def put(
        self, incoming: Sequence[tuple[IncomingArticle, Sequence[ChunkText]]], seen_at: datetime | None = None
    ) -> list[Stored]:
        """Store articles that have an id and a clean body, with their chunks, in one transaction.

        The same id with other content becomes a new revision; content already stored changes nothing. A wording dated
        before the current one is kept as history. On return everything is durable.
        """
        now = seen_at or datetime.now(UTC)
        # Made before the transaction begins, because others wait for it to end.
        placings = [Placing(article.body, bands(article.collection, article.body)) for article, _ in incoming]
        with self._db.write() as connection:
            return [
                _put_one(connection, article, pieces, now, placing)
                for (article, pieces), placing in zip(incoming, placings, strict=True)
            ]

    def place_some(self, limit: int = 100) -> bool:
        """Find the clusters of a few articles that were stored before there were any; false when all are placed."""
        with self._db.read() as connection:
            waiting = unplaced(connection, limit)
        made = [(row.key, Placing(row.body, bands(row.collection, row.body))) for row in waiting]
        with self._db.write() as connection:
            still = {row.key for row in unplaced(connection, limit)} if made else set()
            for key, placing in made:
                if key in still:
                    place(connection, key, placing)
        return bool(made)

    def copies(self, clusters: Iterable[int], selection: Selection) -> dict[int, list[Article]]:
        """The selected articles of each of these clusters, the earliest published first: that one stands for all."""
        query = _revision_query().add_columns(articles.c.cluster).where(articles.c.cluster.in_(set(clusters)))
        found: dict[int, list[Article]] = {}
        with self._db.read() as connection:
            for row in connection.execute(query.where(*conditions(selection)).order_by(articles.c.key)):
                found.setdefault(row.cluster, []).append(_article(row))
        return {cluster: sorted(carried, key=_appeared) for cluster, carried in found.items()}

    def cluster_of(self, collection: str, article_id: str) -> list[Article]:
        """The current wordings of all articles that carry the text of this one, itself among them, earliest first.

        Raises `NotFound`.
        """
        article = self.article(collection, article_id)
        with self._db.read() as connection:
            key = _article_key(connection, collection, article_id)
            cluster = connection.execute(select(articles.c.cluster).where(articles.c.key == key)).scalar()
        return [article] if cluster is None else self.copies([cluster], Selection(collection))[cluster]

    def restore(self, incoming: Sequence[tuple[ExportedRevision, Sequence[ChunkText]]]) -> list[Stored | InvalidInput]:
        """Store revisions with the numbers and times that an export gave them, in one transaction.

        What is stored already changes nothing. In place of a revision whose number another wording holds here stands
        the error. Of an article in both, the revision with the highest number that says so becomes the current one.
        """
        placings = [Placing(one.article.body, bands(one.article.collection, one.article.body)) for one, _ in incoming]
        with self._db.write() as connection:
            return [
                _restore_one(connection, revision, pieces, placing)
                for (revision, pieces), placing in zip(incoming, placings, strict=True)
            ]

    def recut(self, cut: Callable[[Article], Sequence[ChunkText]]) -> None:
        """Replace the chunks of every revision by those that `cut` gives, one article a transaction."""
        with self._db.read() as connection:
            keys = list(connection.execute(select(articles.c.key).order_by(articles.c.key)).scalars())
        for key in keys:
            with self._db.write() as connection:
                rows = connection.execute(_revision_query().where(revisions.c.article_key == key)).all()
                _drop_chunks(connection, key, rows[0].collection)
                for row in rows:
                    article = _article(row)
                    pieces = cut(article)
                    _insert_chunks(connection, key, row.number, article, pieces, is_current=row.is_current)

    def delete(self, collection: str, article_id: str) -> int:
        """Remove an article with all its revisions, chunks, embeddings and keywords; gives the number of revisions.

        Raises `NotFound`. The vector index drops its entries later, but nothing stored can be found from now on.
        """
        with self._db.write() as connection:
            key = _article_key(connection, collection, article_id)
            if key is None:
                raise NotFound(f"No article {article_id!r} is stored in the collection {collection!r}.")
            return _delete_article(connection, key, collection)

    def article(self, collection: str, article_id: str, revision: int | None = None) -> Article:
        """One revision, the current one by default. Raises `NotFound`."""
        query = _revision_query().where(articles.c.collection == collection, articles.c.id == article_id)
        query = query.where(revisions.c.is_current if revision is None else revisions.c.number == revision)
        with self._db.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            which = "" if revision is None else f" in revision {revision}"
            raise NotFound(f"No article {article_id!r}{which} is stored in the collection {collection!r}.")
        return _article(row)

    def revisions(self, collection: str, article_id: str) -> list[Article]:
        """All stored wordings of an article, in order of arrival. Raises `NotFound`."""
        query = _revision_query().where(articles.c.collection == collection, articles.c.id == article_id)
        with self._db.read() as connection:
            found = [_article(row) for row in connection.execute(query.order_by(revisions.c.number))]
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
        collection: str,
        limit: int,
        before: tuple[datetime, int] | None = None,
        publisher: str | None = None,
        published_from: datetime | None = None,
        containing: str | None = None,
    ) -> list[tuple[tuple[datetime, int], Article]]:
        """Current revisions, newest first, each with the position after which the next page starts.

        `containing` filters by words in the title. Undated articles stand at the time they were first seen.
        """
        when = func.coalesce(revisions.c.published_at, revisions.c.first_seen_at, type_=revisions.c.first_seen_at.type)
        query = _revision_query().add_columns(when.label("when"), articles.c.key.label("position"))
        query = query.where(articles.c.collection == collection, revisions.c.is_current)
        if publisher:
            query = query.where(revisions.c.publisher == publisher)
        if published_from:
            query = query.where(revisions.c.published_at >= published_from)
        for word in (containing or "").split():
            query = query.where(revisions.c.title.icontains(word, autoescape=True))
        if before:
            query = query.where(or_(when < before[0], and_(when == before[0], articles.c.key < before[1])))
        query = query.order_by(when.desc(), articles.c.key.desc()).limit(limit)
        with self._db.read() as connection:
            return [((row.when, row.position), _article(row)) for row in connection.execute(query)]

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

    def all_current(self, collection: str, after_key: int = 0, limit: int = 200) -> list[tuple[int, Article]]:
        """Current revisions in order of their key, for work that goes through everything page by page."""
        query = _revision_query().add_columns(articles.c.key.label("position"))
        query = query.where(articles.c.collection == collection, revisions.c.is_current, articles.c.key > after_key)
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(articles.c.key).limit(limit)).all()
        return [(row.position, _article(row)) for row in rows]

    def found_by_key(self, keys: Iterable[int], selection: Selection) -> dict[int, FoundChunk]:
        """Chunks by their key; those stored no more, or outside the selection, are left out."""
        wanted = list(keys)
        found: dict[int, FoundChunk] = {}
        with self._db.read() as connection:
            for at in range(0, len(wanted), _MANY):
                query = _chunk_query().where(chunks.c.key.in_(wanted[at : at + _MANY]), *conditions(selection))
                rows = [(_chunk(row), row.cluster) for row in connection.execute(query)]
                of = _articles_of(connection, [chunk for chunk, _ in rows])
                for chunk, cluster in rows:
                    found[chunk.key] = FoundChunk(chunk, of[chunk.article_key, chunk.revision], cluster)
        return found

    def selected_chunks(self, selection: Selection, limit: int) -> list[int]:
        """The keys of at most `limit` chunks of the selected revisions."""
        query = (
            select(chunks.c.key)
            .join(revisions, _OF_REVISION)
            .join(articles, articles.c.key == chunks.c.article_key)
            .where(*conditions(selection))
            .limit(limit)
        )
        with self._db.read() as connection:
            return list(connection.execute(query).scalars())

    def selected_among(self, keys: Sequence[int], selection: Selection) -> set[int]:
        """Which of these chunks belong to a selected revision."""
        query = (
            select(chunks.c.key)
            .join(revisions, _OF_REVISION)
            .join(articles, articles.c.key == chunks.c.article_key)
            .where(*conditions(selection), chunks.c.key.in_(keys[:_MANY]))
        )
        with self._db.read() as connection:
            return set(connection.execute(query).scalars())

    def has_later(self, moment: datetime, found: Iterable[Article]) -> bool:
        """Whether any of these articles has a wording that became public after `moment`."""
        ids = {article.id for article in found}
        query = select(revisions.c.number).join(articles).where(articles.c.id.in_(ids))
        with self._db.read() as connection:
            return connection.execute(query.where(revisions.c.visible_from > moment).limit(1)).first() is not None


def _appeared(article: Article) -> tuple[datetime, datetime]:
    return (article.published_at or article.first_seen_at, article.first_seen_at)


def _put_one(
    connection: Connection, new: IncomingArticle, pieces: Sequence[ChunkText], now: datetime, placing: Placing
) -> Stored:
    assert new.id is not None, "an article is given its id before it is stored"
    key = _article_key(connection, new.collection, new.id)
    if key is None:
        values = {"collection": new.collection, "id": new.id}
        key = connection.execute(insert(articles).values(**values).returning(articles.c.key)).scalar_one()
        _insert_revision(connection, key, 1, new, pieces, now, is_current=True)
        place(connection, key, placing)
        return Stored(new.id, 1, Change.ADDED)
    known = connection.execute(
        select(revisions.c.number, revisions.c.content_hash, revisions.c.published_at, revisions.c.updated_at)
        .add_columns(revisions.c.is_current)
        .where(revisions.c.article_key == key)
    ).all()
    current = next(row for row in known if row.is_current)
    digest = content_hash(new)
    ours, theirs = new.updated_at or new.published_at, current.updated_at or current.published_at
    is_older = ours is not None and theirs is not None and ours < theirs
    for row in known:
        if row.content_hash == digest and (row.is_current or is_older):
            return Stored(new.id, row.number, Change.UNCHANGED)
    number = max(row.number for row in known) + 1
    if not is_older:
        _retire(connection, key, new.collection)
    _insert_revision(connection, key, number, new, pieces, now, is_current=not is_older)
    if not is_older:
        place(connection, key, placing)
    return Stored(new.id, number, Change.REVISED)


def _restore_one(
    connection: Connection, revision: ExportedRevision, pieces: Sequence[ChunkText], placing: Placing
) -> Stored | InvalidInput:
    new = revision.article
    assert new.id is not None, "an exported revision has an id"
    key = _article_key(connection, new.collection, new.id)
    if key is None:
        values = {"collection": new.collection, "id": new.id}
        key = connection.execute(insert(articles).values(**values).returning(articles.c.key)).scalar_one()
    known = connection.execute(
        select(revisions.c.number, revisions.c.content_hash, revisions.c.updated_at, revisions.c.is_current).where(
            revisions.c.article_key == key
        )
    ).all()
    same = next((row for row in known if row.number == revision.number), None)
    if same is not None and (same.content_hash, same.updated_at) == (content_hash(new), new.updated_at):
        return Stored(new.id, revision.number, Change.UNCHANGED)
    if same is not None:
        return InvalidInput(
            f"Revision {revision.number} of {new.id!r} is stored here with other content; what is here was kept."
        )
    current = next((row.number for row in known if row.is_current), None)
    # The first to arrive is current until the one that was comes, so that no article is ever without.
    is_current = current is None or (revision.is_current and revision.number > current)
    if is_current and known:
        _retire(connection, key, new.collection)
    _insert_revision(
        connection,
        key,
        revision.number,
        new,
        pieces,
        revision.first_seen_at,
        is_current=is_current,
        visible_from=revision.visible_from,
    )
    if is_current:
        place(connection, key, placing)
    return Stored(new.id, revision.number, Change.REVISED if known else Change.ADDED)


def content_hash(article: IncomingArticle) -> str:
    """What makes two wordings the same: everything a reader sees, but not the time of the update."""
    seen = (article.title, article.body, article.publisher, article.authors, article.url, article.language)
    return hashlib.sha256(repr((*seen, article.published_at)).encode("utf-8", "surrogatepass")).hexdigest()


def _retire(connection: Connection, key: int, collection: str) -> None:
    """The current revision becomes history: it stays citable, and its chunks leave the vector index."""
    connection.execute(update(revisions).where(revisions.c.article_key == key).values(is_current=False))
    gone = connection.execute(select(chunks).where(chunks.c.article_key == key, chunks.c.is_current)).all()
    _schedule_removal(connection, [_chunk(row) for row in gone], collection)
    _note_words(connection, [row.key for row in gone])
    connection.execute(update(chunks).where(chunks.c.article_key == key).values(is_current=False, indexed_in=None))


def _schedule_removal(connection: Connection, gone: Sequence[Chunk], collection: str) -> None:
    if gone:
        rows = [{"index_id": chunk.index_id, "collection": collection} for chunk in gone]
        connection.execute(insert(removals).prefix_with("OR IGNORE"), rows)


def _insert_revision(
    connection: Connection,
    key: int,
    number: int,
    new: IncomingArticle,
    pieces: Sequence[ChunkText],
    now: datetime,
    *,
    is_current: bool,
    visible_from: datetime | None = None,
) -> None:
    visible_from = visible_from or new.updated_at or (new.published_at if number == 1 else None) or now
    connection.execute(
        insert(revisions).values(
            article_key=key,
            number=number,
            title=new.title,
            body=new.body,
            publisher=new.publisher,
            authors=list(new.authors),
            url=new.url,
            language=new.language,
            guessed=list(new.guessed),
            published_at=new.published_at,
            updated_at=new.updated_at,
            first_seen_at=now,
            visible_from=visible_from,
            content_hash=content_hash(new),
            is_current=is_current,
        )
    )
    _insert_chunks(connection, key, number, new, pieces, is_current=is_current)


def _insert_chunks(
    connection: Connection,
    key: int,
    number: int,
    new: IncomingArticle | Article,
    pieces: Sequence[ChunkText],
    *,
    is_current: bool,
) -> None:
    if not pieces:
        return
    digests = [hashlib.blake2b(piece.embedded_text.encode(), digest_size=16).digest() for piece in pieces]
    known = _known_embeddings(connection, digests)
    rows = [
        {
            "article_key": key,
            "revision": number,
            "number": place,
            "start": piece.start,
            "end": piece.end,
            "collection": new.collection,
            "is_current": is_current,
            "text_hash": digest,
            "embedding": known.get(digest),
        }
        for place, (piece, digest) in enumerate(zip(pieces, digests, strict=True))
    ]
    keys = connection.execute(insert(chunks).returning(chunks.c.key, sort_by_parameter_order=True), rows).scalars()
    _note_words(connection, list(keys))


def _note_words(connection: Connection, chunk_keys: Sequence[int]) -> None:
    if chunk_keys:
        connection.execute(insert(keyword_changes), [{"chunk_key": key} for key in chunk_keys])


def _known_embeddings(connection: Connection, digests: list[bytes]) -> dict[bytes, bytes]:
    query = select(chunks.c.text_hash, chunks.c.embedding).where(chunks.c.embedding.is_not(None))
    rows = connection.execute(query.where(chunks.c.text_hash.in_(digests[:_MANY])))
    return {row.text_hash: row.embedding for row in rows}


def _delete_article(connection: Connection, key: int, collection: str) -> int:
    leave(connection, key)
    _drop_chunks(connection, key, collection)
    count = connection.execute(revisions.delete().where(revisions.c.article_key == key)).rowcount
    connection.execute(articles.delete().where(articles.c.key == key))
    return int(count)


def _drop_chunks(connection: Connection, key: int, collection: str) -> None:
    of_article = chunks.c.article_key == key
    rows = connection.execute(select(chunks).where(of_article)).all()
    _schedule_removal(connection, [_chunk(row) for row in rows], collection)
    _note_words(connection, [row.key for row in rows])
    connection.execute(chunks.delete().where(of_article))


def _article_key(connection: Connection, collection: str, article_id: str) -> int | None:
    query = select(articles.c.key).where(articles.c.collection == collection, articles.c.id == article_id)
    return connection.execute(query).scalar()


def _revision_query() -> Any:
    return select(revisions, articles.c.id, articles.c.collection).join(
        articles, articles.c.key == revisions.c.article_key
    )


def _chunk_query() -> Any:
    return (
        select(chunks.c.key, chunks.c.article_key, chunks.c.revision, chunks.c.number, chunks.c.start, chunks.c.end)
        .add_columns(articles.c.cluster)
        .join(revisions, _OF_REVISION)
        .join(articles, articles.c.key == chunks.c.article_key)
    )


def _articles_of(connection: Connection, of: Sequence[Chunk]) -> dict[tuple[int, int], Article]:
    """The revisions to which chunks belong, by (article key, revision), each body read once."""
    query = _revision_query().where(
        revisions.c.article_key.in_({chunk.article_key for chunk in of}),
        revisions.c.number.in_({chunk.revision for chunk in of}),
    )
    return {(row.article_key, row.number): _article(row) for row in connection.execute(query)}


def _chunk(row: Row[Any]) -> Chunk:
    return Chunk(row.key, row.article_key, row.revision, row.number, row.start, row.end)


def _article(row: Row[Any]) -> Article:
    return Article(
        id=row.id,
        revision=row.number,
        title=row.title,
        body=row.body,
        publisher=row.publisher,
        authors=tuple(row.authors),
        url=row.url,
        language=row.language,
        published_at=row.published_at,
        updated_at=row.updated_at,
        first_seen_at=row.first_seen_at,
        collection=row.collection,
        is_current=row.is_current,
        guessed=tuple(row.guessed),
    )
