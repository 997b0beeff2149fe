"""Say that a question asks for a time from which the collection has nothing."""

import re
from collections.abc import Sequence
from datetime import datetime

from answering.answer import Covered, Reason, ReasonCode
from answering.day import in_full
from corpus.selection import Selection
from corpus.store import Coverage
from retrieval.dates import DateRange

_YEAR = re.compile(r"\d{4}")
_OPEN = (ReasonCode.DOES_NOT_SAY, ReasonCode.NOTHING_RELEVANT)


def why_none_found(selection: Selection, coverage: Coverage) -> Reason:
    """Why no passage at all was found."""
    if not coverage.articles:
        message = f"The collection {selection.collection!r} holds no articles yet; ingest some first."
        return Reason(ReasonCode.EMPTY_COLLECTION, message)
    dated = selection.published_from or selection.published_to or selection.moment.as_of
    if dated and coverage.first and coverage.last:
        span = _span(coverage.first, coverage.last)
        return Reason(ReasonCode.OUTSIDE_DATES, f"No article fits the dates asked for; the collection covers {span}.")
    return Reason(ReasonCode.NOTHING_RELEVANT, "No stored article that fits the filters bears on the question.")


def why_outside(reason: Reason, asked: Sequence[DateRange], covers: Covered) -> Reason:
    """The reason why nothing is said, or that all times that the question names lie outside what the articles cover.

    Only where the articles merely do not say: what they tell of other times may answer.
    """
    if reason.code not in _OPEN or not asked or covers.first is None or covers.last is None:
        return reason
    if any(_overlap(one, covers.first, covers.last) for one in asked):
        return reason
    times = " and ".join(map(_in_words, asked))
    lies = "lies" if len(asked) == 1 else "lie"
    message = f"{times} {lies} outside what the collection covers: {_span(covers.first, covers.last)}."
    return Reason(ReasonCode.OUTSIDE_DATES, message)


def _overlap(asked: DateRange, first: datetime, last: datetime) -> bool:
    # A day counts as covered when the collection begins or ends on it.
    starts = asked.start is None or asked.start.date() <= last.date()
    return starts and (asked.end is None or asked.end.date() >= first.date())


def _in_words(asked: DateRange) -> str:
    """The words of the question; where they leave the year open, also how they were read."""
    if _YEAR.search(asked.text) or asked.start is None or asked.end is None:
        return f"“{asked.text}”"
    return f"“{asked.text}” ({_span(asked.start, asked.end)})"


def _span(first: datetime, last: datetime) -> str:
    return in_full(first) if first.date() == last.date() else f"{in_full(first)} to {in_full(last)}"
