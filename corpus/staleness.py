"""Stale answers: what became of the articles that an answer cites since its question was asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, or_, select
from sqlalchemy.sql import FromClause

from corpus.article import Article
from corpus.correction import correction_notice
from corpus.rows import articles_at
from corpus.schema import answer_citations, answers, articles, revisions

_MANY = 200  # bound values a statement


@dataclass(frozen=True, slots=True)
class Place:
    """The n-th citation of an answer: code points `start:end` into the body of one revision."""

    n: int
    article_id: str
    revision: int
    start: int
    end: int


class Became(StrEnum):
    """What became of a cited article. `CORRECTED`: its newest wording carries a notice that the cited one does not."""

    REVISED = "revised"
    CORRECTED = "corrected"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Change:
    """A citation whose article changed after the question was asked.

    `revision` is the newest and `changed_at` when it was first seen here, None for an article that was deleted.
    `stands`: the cited words are still in it, but for white space. `notice` is what it says of its correction.
    """

    n: int
    article_id: str
    cited_revision: int
    became: Became
    revision: int | None = None
    changed_at: datetime | None = None
    stands: bool = False
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A stale citation as the store has it, before any text is read."""

    place: Place
    article_key: int | None = None
    newest: int = 0
    changed_at: datetime | None = None


def changes_of(connection: Connection, answer_ids: Sequence[str]) -> dict[str, tuple[Change, ...]]:
    """What became of the articles that these answers cite, by answer; an answer that is not stale is left out."""
    seen = list(_changed(connection, answer_ids))
    at = {
        (one.article_key, number)
        for _, one in seen
        if one.article_key is not None
        for number in (one.place.revision, one.newest)
    }
    bodies = articles_at(connection, at) if at else {}
    found: dict[str, tuple[Change, ...]] = {}
    for answer_id, one in seen:
        found[answer_id] = (*found.get(answer_id, ()), _change(one, bodies))
    return found


def with_articles(citations: FromClause) -> FromClause:
    """Citations with the cited article and its current revision, where there still is one."""
    named = and_(articles.c.id == answer_citations.c.article_id, articles.c.collection == answers.c.collection)
    current = and_(revisions.c.article_key == articles.c.key, revisions.c.is_current)
    return citations.outerjoin(articles, named).outerjoin(revisions, current)


def is_stale() -> ColumnElement[bool]:
    """The cited article is gone, or another wording became current that was first seen after the question was asked.

    The second alone would not do: a question asked as of a moment cites a wording that was superseded long ago.
    """
    is_other = revisions.c.number != answer_citations.c.revision
    return or_(revisions.c.number.is_(None), and_(is_other, revisions.c.first_seen_at > answers.c.asked_at))


def _changed(connection: Connection, answer_ids: Sequence[str]) -> Iterable[tuple[str, _Seen]]:
    joined = answer_citations.join(answers, answers.c.id == answer_citations.c.answer_id)
    query = select(
        answer_citations, articles.c.key, revisions.c.number, revisions.c.first_seen_at
    ).select_from(with_articles(joined))  # fmt: skip
    query = query.where(is_stale()).order_by(answer_citations.c.n)
    for start in range(0, len(answer_ids), _MANY):
        some = answer_citations.c.answer_id.in_(answer_ids[start : start + _MANY])
        for row in connection.execute(query.where(some)):
            place = Place(row.n, row.article_id, row.revision, row.start, row.end)
            is_gone = row.number is None
            yield row.answer_id, _Seen(place) if is_gone else _Seen(place, row.key, row.number, row.first_seen_at)


def _change(seen: _Seen, bodies: Mapping[tuple[int, int], Article]) -> Change:
    place = seen.place
    if seen.article_key is None:
        return Change(place.n, place.article_id, place.revision, Became.DELETED)
    cited, newest = bodies.get((seen.article_key, place.revision)), bodies[seen.article_key, seen.newest]
    quote = cited.body[place.start : place.end] if cited else ""
    notice = _notice(newest)
    return Change(
        place.n,
        place.article_id,
        place.revision,
        Became.CORRECTED if notice and not (cited and _notice(cited) == notice) else Became.REVISED,
        newest.revision,
        seen.changed_at,
        bool(quote) and _evenly_spaced(quote) in _evenly_spaced(newest.body),
        notice,
    )


def _notice(article: Article) -> str | None:
    span = correction_notice(article.body)
    return article.body[span.start : span.end] if span else None


def _evenly_spaced(text: str) -> str:
    return " ".join(text.split())
