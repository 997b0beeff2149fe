"""Writing one article inside a transaction: its revision, chunks and cluster, and what the indexes must learn."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, exists, func, insert, select, update

from corpus.article import Article, IncomingArticle
from corpus.cluster import Placing, leave, place
from corpus.dialect import insert_many, insert_new
from corpus.errors import InvalidInput
from corpus.exported import ExportedRevision
from corpus.ledger import forget_words_of
from corpus.rows import CHUNK, chunk_of
from corpus.schema import articles, chunks, keyword_changes, removals, revisions
from corpus.touched import touch

_MANY = 5_000  # bound values a statement


class Change(StrEnum):
    """What storing an article did."""

    ADDED = "added"
    REVISED = "revised"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk about to be stored: its span in the body, and a digest of the text that will be embedded for it."""

    start: int
    end: int
    text_hash: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """The outcome of storing one article."""

    id: str
    revision: int
    change: Change


@dataclass(frozen=True, slots=True)
class Wording:
    """A revision's chunks about to be stored, and where they belong."""

    key: int
    number: int
    article: IncomingArticle | Article
    pieces: Sequence[NewChunk]
    is_current: bool


def put_all(
    connection: Connection,
    incoming: Sequence[tuple[IncomingArticle, Sequence[NewChunk]]],
    now: datetime,
    placings: Sequence[Placing],
) -> list[Stored]:
    """Store checked articles with their chunks; the same again changes nothing, an older wording becomes history."""
    held = _held(connection, [article for article, _ in incoming])
    fresh: dict[tuple[str, str], int] = {}
    for index, (article, _) in enumerate(incoming):
        if (named := _name(article)) not in held:
            fresh.setdefault(named, index)
    # What is new goes in by a few statements for all; what may be a revision is looked at one by one.
    keys = _new_articles(connection, list(fresh))
    wordings = [Wording(key, 1, *incoming[index], True) for key, index in zip(keys, fresh.values(), strict=True)]
    _insert_revisions(connection, [(wording, now, None) for wording in wordings])
    place(connection, {key: placings[index] for key, index in zip(keys, fresh.values(), strict=True)})
    is_new = set(fresh.values())
    return [
        Stored(_name(article)[1], 1, Change.ADDED)
        if index in is_new
        else _put_again(connection, article, pieces, now, placings[index])
        for index, (article, pieces) in enumerate(incoming)
    ]


def _put_again(
    connection: Connection, new: IncomingArticle, pieces: Sequence[NewChunk], now: datetime, placing: Placing
) -> Stored:
    collection, article_id = _name(new)
    key = article_key(connection, collection, article_id)
    assert key is not None, "what is not stored yet is stored first"
    known = connection.execute(
        select(revisions.c.number, revisions.c.content_hash, revisions.c.updated_at)
        .add_columns(revisions.c.visible_from, revisions.c.is_current)
        .where(revisions.c.article_key == key)
    ).all()
    current = next(row for row in known if row.is_current)
    digest = content_hash(new)
    is_older = _is_before(new.updated_at, current.updated_at)
    # The first wording of an article that was updated since, read again, seldom says when it was written.
    is_past = is_older or (new.updated_at is None and _is_before(new.published_at, current.updated_at))
    for row in known:
        if row.content_hash == digest and (row.is_current or is_past):
            return Stored(article_id, row.number, Change.UNCHANGED)
    number = max(row.number for row in known) + 1
    visible_from = new.updated_at or now
    if not is_older:
        _retire(connection, key, collection)
        # What is current is also the last that was public by now, whatever it says of itself.
        visible_from = max(visible_from, min(current.visible_from, now))
    _insert_revisions(connection, [(Wording(key, number, new, pieces, not is_older), now, visible_from)])
    if not is_older:
        leave(connection, key)
        place(connection, {key: placing})
    return Stored(article_id, number, Change.REVISED)


def _is_before(one: datetime | None, other: datetime | None) -> bool:
    """Whether both times are known and the first is the earlier."""
    return one is not None and other is not None and one < other


def restore_one(
    connection: Connection, revision: ExportedRevision, pieces: Sequence[NewChunk], placing: Placing
) -> Stored | InvalidInput:
    """Store a revision with the number and times that an export gave it, or say why not."""
    new = revision.article
    collection, article_id = _name(new)
    key = article_key(connection, collection, article_id)
    if key is None:
        [key] = _new_articles(connection, [(collection, article_id)])
    known = connection.execute(
        select(revisions.c.number, revisions.c.content_hash, revisions.c.updated_at, revisions.c.is_current).where(
            revisions.c.article_key == key
        )
    ).all()
    same = next((row for row in known if row.number == revision.number), None)
    if same is not None and (same.content_hash, same.updated_at) == (content_hash(new), new.updated_at):
        return Stored(article_id, revision.number, Change.UNCHANGED)
    if same is not None:
        return InvalidInput(
            f"Revision {revision.number} of {article_id!r} is stored here with other content; what is here was kept."
        )
    current = next((row.number for row in known if row.is_current), None)
    # The first to arrive is current until the one that was comes, so that no article is ever without.
    is_current = current is None or (revision.is_current and revision.number > current)
    if is_current and known:
        _retire(connection, key, collection)
    wording = Wording(key, revision.number, new, pieces, is_current)
    _insert_revisions(connection, [(wording, revision.first_seen_at, revision.visible_from)])
    if is_current:
        leave(connection, key)
        place(connection, {key: placing})
    return Stored(article_id, revision.number, Change.REVISED if known else Change.ADDED)


def content_hash(article: IncomingArticle | Article) -> str:
    """What makes two wordings the same: everything a reader sees, but not the time of the update."""
    seen = (article.title, article.body, article.publisher, article.authors, article.url, article.language)
    return hashlib.sha256(repr((*seen, article.published_at)).encode("utf-8", "surrogatepass")).hexdigest()


def delete_article(connection: Connection, key: int, collection: str) -> int:
    """Remove an article with all that hangs on it; gives the number of its revisions."""
    leave(connection, key)
    forget_words_of(connection, key)
    drop_chunks(connection, key, collection)
    count = connection.execute(revisions.delete().where(revisions.c.article_key == key)).rowcount
    connection.execute(articles.delete().where(articles.c.key == key))
    return int(count)


def drop_chunks(connection: Connection, key: int, collection: str) -> None:
    """Remove the chunks of all revisions of an article, and let the indexes know."""
    touch(connection, [key])
    of_article = chunks.c.article_key == key
    rows = connection.execute(select(*CHUNK).where(of_article)).all()
    _schedule_removal(connection, rows, collection)
    _note_words(connection, [row.key for row in rows])
    connection.execute(chunks.delete().where(of_article))


def article_key(connection: Connection, collection: str, article_id: str) -> int | None:
    """The key of an article; None when it is not stored."""
    query = select(articles.c.key).where(articles.c.collection == collection, articles.c.id == article_id)
    return connection.execute(query).scalar()


def _name(article: IncomingArticle) -> tuple[str, str]:
    assert article.id is not None, "an article is given its id before it is stored"
    return article.collection, article.id


def _held(connection: Connection, of: Sequence[IncomingArticle]) -> set[tuple[str, str]]:
    """Which of these articles are stored, by collection and id."""
    ids = [article_id for _, article_id in map(_name, of)]
    query = select(articles.c.collection, articles.c.id)
    held: set[tuple[str, str]] = set()
    for at in range(0, len(ids), _MANY):
        rows = connection.execute(query.where(articles.c.id.in_(ids[at : at + _MANY])))
        held.update((row.collection, row.id) for row in rows)
    return held


def _new_articles(connection: Connection, named: Sequence[tuple[str, str]]) -> list[int]:
    """Make room for articles that are not stored yet; gives their keys in the same order."""
    if not named:
        return []
    rows = [{"collection": collection, "id": article_id} for collection, article_id in named]
    made = insert(articles).returning(articles.c.key, sort_by_parameter_order=True)
    return list(connection.execute(made, rows).scalars())


def _retire(connection: Connection, key: int, collection: str) -> None:
    """The current revision becomes history: it stays citable, and its chunks leave the vector index."""
    touch(connection, [key])
    connection.execute(update(revisions).where(revisions.c.article_key == key).values(is_current=False))
    gone = connection.execute(select(*CHUNK).where(chunks.c.article_key == key, chunks.c.is_current)).all()
    _schedule_removal(connection, gone, collection)
    _note_words(connection, [row.key for row in gone])
    connection.execute(update(chunks).where(chunks.c.article_key == key).values(is_current=False, indexed_in=None))


def _schedule_removal(connection: Connection, gone: Sequence[Any], collection: str) -> None:
    if gone:
        rows = [{"index_id": chunk_of(row).index_id, "collection": collection} for row in gone]
        connection.execute(insert_new(connection, removals), rows)


def _insert_revisions(connection: Connection, wordings: Sequence[tuple[Wording, datetime, datetime | None]]) -> None:
    """Store revisions with their chunks; beside each the time it was first seen, and from when it may be cited.

    The first revision of an article need not say from when: it follows from its dates.
    """
    rows = [
        {
            "article_key": wording.key,
            "number": wording.number,
            "title": (new := wording.article).title,
            "body": new.body,
            "publisher": new.publisher,
            "authors": list(new.authors),
            "url": new.url,
            "language": new.language,
            "guessed": list(new.guessed),
            "published_at": new.published_at,
            "updated_at": new.updated_at,
            "first_seen_at": first_seen_at,
            "visible_from": visible_from or new.updated_at or new.published_at or first_seen_at,
            "content_hash": content_hash(new),
            "is_current": wording.is_current,
        }
        for wording, first_seen_at, visible_from in wordings
    ]
    if rows:
        connection.execute(insert(revisions), rows)
        insert_chunks(connection, [wording for wording, _, _ in wordings])


def insert_chunks(connection: Connection, wordings: Sequence[Wording]) -> None:
    """Store the chunks of revisions. A text embedded before keeps its embedding."""
    touch(connection, [wording.key for wording in wordings])
    rows = [
        (
            wording.key,
            wording.number,
            number,
            piece.start,
            piece.end,
            wording.article.collection,
            wording.is_current,
            piece.text_hash,
        )
        for wording in wordings
        for number, piece in enumerate(wording.pieces)
    ]
    if not rows:
        return
    last = connection.execute(select(func.coalesce(func.max(chunks.c.key), 0))).scalar_one()
    insert_many(connection, chunks, _CHUNK_COLUMNS, rows)
    _take_known_embeddings(connection, after=last)
    new = select(chunks.c.key).where(chunks.c.key > last).order_by(chunks.c.key)
    connection.execute(insert(keyword_changes).from_select(["chunk_key"], new))


def _note_words(connection: Connection, chunk_keys: Sequence[int]) -> None:
    if chunk_keys:
        connection.execute(insert(keyword_changes), [{"chunk_key": key} for key in chunk_keys])


# In the order of the rows above.
_CHUNK_COLUMNS = (
    chunks.c.article_key,
    chunks.c.revision,
    chunks.c.number,
    chunks.c.start,
    chunks.c.end,
    chunks.c.collection,
    chunks.c.is_current,
    chunks.c.text_hash,
)


def _take_known_embeddings(connection: Connection, *, after: int) -> None:
    """Give the chunks with a key `after` this one the embeddings that others with the same text have."""
    other = chunks.alias()
    is_new, has_one = chunks.c.key > after, other.c.embedding.is_not(None)
    # Each text is looked up once: a thousand equal ones that all wait for their embedding would each meet all others.
    new = select(chunks.c.text_hash).where(is_new).distinct().subquery()
    known = select(new.c.text_hash).where(exists().where(other.c.text_hash == new.c.text_hash, has_one))
    embedding = select(other.c.embedding).where(other.c.text_hash == chunks.c.text_hash, has_one).limit(1)
    these = update(chunks).where(is_new, chunks.c.text_hash.in_(known))
    connection.execute(these.values(embedding=embedding.scalar_subquery()))
