"""Which revisions a question may use: collection, filters and moment, said once and applied in SQL everywhere."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select
from sqlalchemy.sql import FromClause

from corpus.accept import check_order
from corpus.article import DEFAULT_COLLECTION
from corpus.dialect import elements, folded
from corpus.language import kept_language
from corpus.schema import articles, revisions


@dataclass(frozen=True, slots=True)
class Moment:
    """When a question is asked: only wordings public by `as_of` and, if set, seen here by `known_by` are used."""

    as_of: datetime | None = None
    known_by: datetime | None = None

    @property
    def is_now(self) -> bool:
        """Whether nothing later is held back."""
        return self.as_of is None and self.known_by is None


NOW = Moment()


@dataclass(frozen=True, slots=True)
class Selection:
    """The revisions that a question may use. An empty filter lets everything pass; names ignore letter case.

    A language is found by any tag of it: "en-GB" finds what "en" does. `published_from` and `published_to` are
    inclusive; an undated article passes neither.
    """

    collection: str = DEFAULT_COLLECTION
    publishers: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    article_ids: tuple[str, ...] = ()
    published_from: datetime | None = None
    published_to: datetime | None = None
    moment: Moment = NOW

    @property
    def is_plain(self) -> bool:
        """Whether every current revision of the collection passes."""
        names = (self.publishers, self.authors, self.languages, self.article_ids)
        return self.moment.is_now and not any((*names, self.published_from, self.published_to))


def in_order(selection: Selection, under: str = "") -> Selection:
    """The selection, when an article can be of its dates.

    Raises `InvalidInput` that names a field; `under` stands before its name.
    """
    first, begin = f"{under}published_from", selection.published_from
    check_order(begin, selection.published_to, first, "published_to")
    check_order(begin, selection.moment.as_of, first, "as_of")
    return selection


def conditions(selection: Selection) -> list[ColumnElement[bool]]:
    """SQL conditions over `articles` joined with `revisions` that let exactly the selected revisions pass."""
    found: list[ColumnElement[bool]] = [articles.c.collection == selection.collection, _newest_at(selection.moment)]
    if selection.publishers:
        found.append(folded(revisions.c.publisher).in_([folded(name) for name in selection.publishers]))
    if selection.authors:
        author = elements(revisions.c.authors, "author")
        named = folded(author.c.value).in_([folded(name) for name in selection.authors])
        found.append(exists(select(literal(1)).select_from(author).where(named).correlate(revisions)))
    if selection.languages:
        found.append(revisions.c.language.in_([kept_language(name) for name in selection.languages]))
    if selection.article_ids:
        found.append(articles.c.id.in_(selection.article_ids))
    if selection.published_from is not None:
        found.append(revisions.c.published_at >= selection.published_from)
    if selection.published_to is not None:
        found.append(revisions.c.published_at <= selection.published_to)
    return found


def _newest_at(moment: Moment) -> ColumnElement[bool]:
    """The revision is the newest wording of its article that was public, and known here, at `moment`."""
    if moment.is_now:
        return revisions.c.is_current
    later = revisions.alias("later")
    is_later = or_(
        later.c.visible_from > revisions.c.visible_from,
        and_(later.c.visible_from == revisions.c.visible_from, later.c.number > revisions.c.number),
    )
    superseded = exists().where(later.c.article_key == revisions.c.article_key, is_later, *_out_by(later, moment))
    return and_(*_out_by(revisions, moment), ~superseded)


def _out_by(table: FromClause, moment: Moment) -> list[Any]:
    out = []
    if moment.as_of is not None:
        out.append(table.c.visible_from <= moment.as_of)
    if moment.known_by is not None:
        out.append(table.c.first_seen_at <= moment.known_by)
    return out
