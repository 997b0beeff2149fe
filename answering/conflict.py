"""Whether sentences that answer one question differ (number, date, yes or no), and whether by news or in dispute."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from answering.answer import Conflict, Difference, Span, Told
from answering.day import Day, days, in_full
from answering.quantity import Quantity, quantities
from answering.question import Kind, Question
from answering.spelling import plain
from answering.timely import past_days

# From this much later on, another figure is taken for what became known meanwhile.
_LATER = timedelta(hours=20)
_MOST_TOLD = 3
_FAR_APART = 31  # days
# Of `Quantity.unit`: what makes a figure an answer by itself, where a question asks for "what" and not for "how many".
_UNITS_OF_AMOUNTS = frozenset({"$", "€", "£", "¥", "₽", "₹", "₴", "yuan", "franc", "%", "points"})


def find_conflict(question: Question, told: Sequence[Told]) -> Conflict | None:
    """The conflict among answers given in order of trust; None when all say the same, or nothing that can be compared.

    Questions for a number or a time are compared, others where the answers are amounts of money or shares, and those
    for yes or no, whose answers are just that; an answer that rounds another ("about 30", 31) agrees with it.
    """
    if question.kind not in (Kind.HOW_MANY, Kind.WHEN, Kind.WHAT, Kind.YES_NO) or not told:
        return None
    of_articles = {one.span.article.id: one for one in reversed(told)}  # the first answer of each
    different: list[Told] = []
    for one in (one for one in told if of_articles[one.span.article.id] is one):
        if all(
            _differ(one.value, other.value, question.kind) and not _twice(question, one, other) for other in different
        ):
            different.append(one)
    if len(different) < 2:
        return None
    newest_first = sorted(different[:_MOST_TOLD], key=lambda one: _when(one), reverse=True)
    is_later = _when(newest_first[0]) - _when(newest_first[-1]) >= _LATER
    return Conflict(Difference.CHANGED if is_later else Difference.DISAGREE, tuple(newest_first))


def _twice(question: Question, one: Told, other: Told) -> bool:
    """Whether two articles tell of days far apart that both were past: what they tell of has happened twice."""
    if question.kind is not Kind.WHEN:
        return False
    past = [past_days(told.value, told.span.article.published_at) for told in (one, other)]
    return all(past) and all(abs((a - b).days) > _FAR_APART for a in past[0] for b in past[1])


def _differ(one: str, other: str, kind: Kind) -> bool:
    """Whether two answers give dates, or amounts of one unit, that cannot both be right."""
    mine, theirs = plain(one), plain(other)
    if kind is Kind.YES_NO:
        return mine != theirs
    if kind is Kind.WHEN:
        return _all_differ(days(mine), days(theirs))
    amounts, others = quantities(mine), quantities(theirs)
    if kind is Kind.WHAT:
        amounts, others = (tuple(one for one in of if one.unit in _UNITS_OF_AMOUNTS) for of in (amounts, others))
    return _all_differ(amounts, others)


def _all_differ(mine: Sequence[Day] | Sequence[Quantity], theirs: Sequence[Day] | Sequence[Quantity]) -> bool:
    pairs = [(a, b) for a in mine for b in theirs if _comparable(a, b)]
    return bool(pairs) and not any(_agree(a, b) or _agree(b, a) for a, b in pairs)


def _comparable(one: Day | Quantity, other: Day | Quantity) -> bool:
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return one.unit == other.unit
    return isinstance(one, Day) and isinstance(other, Day)


def _agree(one: Day | Quantity, other: Day | Quantity) -> bool:
    if isinstance(one, Day):
        return isinstance(other, Day) and one.agrees(other)
    return isinstance(other, Quantity) and one.agrees(other)


def _when(one: Told) -> datetime:
    article = one.span.article
    return article.published_at or article.first_seen_at


def in_words(conflict: Conflict) -> str:
    """One sentence that says who says what and when."""
    said = [f"“{one.value}” ({_source(one.span)})" for one in conflict.told]
    if conflict.difference is Difference.CHANGED:
        return f"Reports changed over time: {said[0]}, earlier {' and '.join(said[1:])}."
    return f"Reports disagree: {' against '.join(said)}."


def _source(span: Span) -> str:
    article = span.article
    day = in_full(article.published_at) if article.published_at else "undated"
    return f"{article.publisher or article.title}, {day}"
