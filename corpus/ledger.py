"""The answer ledger: what was answered, from which places, and what became of these places since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, insert, null, or_, select, update

from corpus.database import Database
from corpus.errors import NotFound
from corpus.rows import articles_at
from corpus.schema import answer_citations, answers, articles
from corpus.staleness import Change, Place, changes_of, is_stale, with_articles

_MANY = 200  # bound values a statement


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An answer as it is kept. `asked` and `said` hold words, of who asked and of articles; None: not kept.

    `record` is everything else, names, numbers and places, as whoever writes it likes. `key_id` is who asked.
    """

    id: str
    asked_at: datetime
    created_at: datetime
    collection: str
    status: str
    key_id: str | None
    question: str | None
    asked: dict[str, Any] | None
    said: dict[str, Any] | None
    record: dict[str, Any]
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers to list. None and an empty tuple let every answer pass. Times are inclusive."""

    key_ids: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    status: str | None = None
    question: str | None = None
    asked_from: datetime | None = None
    asked_to: datetime | None = None
    is_stale: bool | None = None


class LedgerStore:
    """The kept answers of one store. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, entries: Sequence[LedgerEntry]) -> None:
        """Keep these, in order, in one transaction. Words of an article that was deleted meanwhile are left out."""
        if not entries:
            return
        places = [{"answer_id": one.id, **_columns(place)} for one in entries for place in one.places]
        with self._db.write() as connection:
            stored = _stored(connection, entries)
            connection.execute(insert(answers), [_row(one, stored) for one in entries])
            if places:
                connection.execute(insert(answer_citations), places)

    def get(self, answer_id: str, wanted: Wanted) -> LedgerEntry:
        """One answer. Raises `NotFound` also when it is not among those `wanted`."""
        with self._db.read() as connection:
            row = connection.execute(select(answers).where(answers.c.id == answer_id, *_conditions(wanted))).first()
            if row is None:
                raise NotFound(f"No answer {answer_id[:80]!r} is kept here.")
            return _entry(row, _places(connection, [row.id]).get(row.id, ()))

    def page(self, wanted: Wanted, limit: int, before: int | None = None) -> list[tuple[int, LedgerEntry]]:
        """The newest answers, each with the position after which the next page starts."""
        query = select(answers).where(*_conditions(wanted)).order_by(answers.c.key.desc()).limit(limit)
        if before is not None:
            query = query.where(answers.c.key < before)
        with self._db.read() as connection:
            rows = connection.execute(query).all()
            places = _places(connection, [row.id for row in rows])
        return [(row.key, _entry(row, places.get(row.id, ()))) for row in rows]

    def changes(self, answer_ids: Sequence[str]) -> dict[str, tuple[Change, ...]]:
        """What became of the articles that these answers cite, by answer; an answer that is not stale is left out."""
        with self._db.read() as connection:
            return changes_of(connection, answer_ids)

    def quotes(self, entry: LedgerEntry) -> dict[int, str]:
        """The cited words by number of citation, as they are stored now; those of deleted articles are left out."""
        ids = {place.article_id for place in entry.places}
        query = select(articles.c.id, articles.c.key).where(
            articles.c.collection == entry.collection, articles.c.id.in_(ids)
        )
        with self._db.read() as connection:
            keys = {row.id: row.key for row in connection.execute(query)} if ids else {}
            at = {(keys[one.article_id], one.revision) for one in entry.places if one.article_id in keys}
            read = articles_at(connection, at) if at else {}
        found = {one.n: (read.get((keys.get(one.article_id, -1), one.revision)), one) for one in entry.places}
        return {n: article.body[place.start : place.end] for n, (article, place) in found.items() if article}

    def delete(self, answer_id: str, wanted: Wanted) -> None:
        """Forget an answer. Raises `NotFound` also when it is not among those `wanted`."""
        with self._db.write() as connection:
            found = delete(answers).where(answers.c.id == answer_id, *_conditions(wanted))
            if connection.execute(found).rowcount == 0:
                raise NotFound(f"No answer {answer_id[:80]!r} is kept here.")

    def trim(self, before: datetime | None, most: int | None, limit: int = 500) -> int:
        """Forget at most `limit` answers given before a moment, or beyond the newest `most`; gives how many went."""
        gone: list[ColumnElement[bool]] = []
        if before is not None:
            gone.append(answers.c.created_at < before)
        with self._db.read() as connection:
            if most is not None:
                oldest = select(answers.c.key).order_by(answers.c.key.desc()).offset(most).limit(1)
                edge = connection.execute(oldest).scalar()
                gone += [] if edge is None else [answers.c.key <= edge]
            if not gone:
                return 0
            keys = list(connection.execute(select(answers.c.key).where(or_(*gone)).limit(limit)).scalars())
        if keys:
            with self._db.write() as connection:
                connection.execute(delete(answers).where(answers.c.key.in_(keys)))
        return len(keys)


def forget_words_of(connection: Connection, article_key: int) -> None:
    """Drop what answers say in the words of an article that is about to be deleted, in the caller's transaction."""
    article = select(articles.c.collection, articles.c.id).where(articles.c.key == article_key).subquery()
    citing = select(answer_citations.c.answer_id).join(article, article.c.id == answer_citations.c.article_id)
    of_it = and_(answers.c.id.in_(citing), answers.c.collection == select(article.c.collection).scalar_subquery())
    connection.execute(update(answers).where(of_it).values(said=null()))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.key_ids:
        found.append(answers.c.key_id.in_(wanted.key_ids))
    if wanted.collections:
        found.append(answers.c.collection.in_(wanted.collections))
    if wanted.status is not None:
        found.append(answers.c.status == wanted.status)
    found += [answers.c.question.icontains(word, autoescape=True) for word in (wanted.question or "").split()]
    if wanted.asked_from is not None:
        found.append(answers.c.asked_at >= wanted.asked_from)
    if wanted.asked_to is not None:
        found.append(answers.c.asked_at <= wanted.asked_to)
    if wanted.is_stale is not None:
        cites = select(answer_citations.c.n).select_from(with_articles(answer_citations))
        stale = exists(cites.where(answer_citations.c.answer_id == answers.c.id, is_stale()).correlate(answers))
        found.append(stale if wanted.is_stale else ~stale)
    return found


def _stored(connection: Connection, entries: Sequence[LedgerEntry]) -> set[tuple[str, str]]:
    """Which of the cited articles are stored, by collection and id."""
    ids = list({place.article_id for one in entries for place in one.places})
    found: set[tuple[str, str]] = set()
    for start in range(0, len(ids), _MANY):
        query = select(articles.c.collection, articles.c.id).where(articles.c.id.in_(ids[start : start + _MANY]))
        found |= {(row.collection, row.id) for row in connection.execute(query)}
    return found


def _row(entry: LedgerEntry, stored: set[tuple[str, str]]) -> dict[str, Any]:
    may_speak = all((entry.collection, place.article_id) in stored for place in entry.places)
    return {
        "id": entry.id,
        "asked_at": entry.asked_at,
        "created_at": entry.created_at,
        "collection": entry.collection,
        "status": entry.status,
        "key_id": entry.key_id,
        "question": entry.question,
        "asked": entry.asked,
        "said": entry.said if may_speak else None,
        "record": entry.record,
    }


def _columns(place: Place) -> dict[str, Any]:
    return {
        "n": place.n, "article_id": place.article_id, "revision": place.revision, "start": place.start,
        "end": place.end,
    }  # fmt: skip


def _places(connection: Connection, answer_ids: Sequence[str]) -> dict[str, tuple[Place, ...]]:
    found: dict[str, tuple[Place, ...]] = {}
    query = select(answer_citations).where(answer_citations.c.answer_id.in_(answer_ids)).order_by(answer_citations.c.n)
    for row in connection.execute(query) if answer_ids else ():
        place = Place(row.n, row.article_id, row.revision, row.start, row.end)
        found[row.answer_id] = (*found.get(row.answer_id, ()), place)
    return found


def _entry(row: Row[Any], places: tuple[Place, ...]) -> LedgerEntry:
    return LedgerEntry(
        row.id, row.asked_at, row.created_at, row.collection, row.status, row.key_id, row.question, row.asked, row.said,
        row.record, places,
    )  # fmt: skip
