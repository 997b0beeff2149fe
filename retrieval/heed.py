"""Heed the hints of a question: move up what is of the time, the outlets and the words that it names."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, zip_longest
from operator import attrgetter
from typing import NamedTuple

from corpus.candidates import Candidate
from corpus.selection import Selection
from retrieval.copies import Scored
from retrieval.hints import Hints
from retrieval.recency import bonus, newest

# Factors by judgement: enough to decide between passages that bear on the question alike, not to bring up others.
_IN_TIME = 1.5
_HAS_PHRASE = 1.3
# For passages with all full names of the question. From 1.1 to 1.3 nothing changes on RealTimeQA and little on SQuAD
# 2.0, and the passage that holds a rare name stands first more often (docs/benchmarks.md).
_HAS_NAMES = 1.1
# Share of all places that outlets named in a question have between them, and how much farther from the question (in
# cosine) than the nearest passage theirs may be.
_OUTLETS_SHARE = 0.75
_FARTHEST = 0.25
_PART = re.compile(r"[\s']+")


class Ranked(NamedTuple):
    """A chunk in its place before its words are read: its score, and its cosine to the question when it has one."""

    candidate: Candidate
    score: float
    similarity: float | None


def by_time(ranked: Sequence[Ranked], hints: Hints, selection: Selection, moment: datetime) -> list[Ranked]:
    """Best first: what is of the times that the question names goes up, and what is new at `moment` with a bonus.

    A question with dates as filters has said what it wants, and nothing is done.
    """
    if selection.published_from or selection.published_to:
        return list(ranked)
    times = [one.candidate.published_at for one in ranked]
    until = newest(times, moment) if hints.asks_for_present else moment

    def factor(published_at: datetime | None) -> float:
        if hints.published and not hints.is_in_time(published_at):
            return 1.0  # it may be new, but is not of the time asked about
        is_wanted = hints.prefers_recent or hints.asks_for_present
        new = bonus(published_at, until, asks_for_present=hints.asks_for_present) if is_wanted else 1.0
        return _IN_TIME * new if hints.published else new

    factors = {when: factor(when) for when in set(times)}
    raised = [
        Ranked(one.candidate, one.score * factors[when], one.similarity)
        for one, when in zip(ranked, times, strict=True)
    ]
    return sorted(raised, key=attrgetter("score"), reverse=True)


def with_shares(ranked: Sequence[Ranked], of_outlets: Sequence[Sequence[Ranked]], limit: int) -> list[Ranked]:
    """First what the outlets named have, in turn and each within its share, then everything else."""
    nearest = max((one.similarity or 0.0 for one in chain(ranked, *of_outlets)), default=0.0)
    share = max(1, int(limit * _OUTLETS_SHARE) // len(of_outlets))
    near = [[one for one in side if (one.similarity or 0.0) >= nearest - _FARTHEST][:share] for side in of_outlets]
    in_turn = [one for turn in zip_longest(*near) for one in turn if one is not None]
    order: dict[int, Ranked] = {}
    for one in chain(in_turn, ranked):
        order.setdefault(one.candidate.chunk.key, one)
    return list(order.values())


def by_words(found: Sequence[Scored], hints: Hints) -> list[Scored]:
    """Passages that hold a quoted phrase word for word, or the full names of the question, go up."""
    if not (hints.phrases or hints.names) or hints.publishers:  # outlets have their order already
        return list(found)
    phrases, names = ([_plain(words) for words in of] for of in (hints.phrases, hints.names))

    words = {max(_PART.split(phrase), key=len) for phrase in (*phrases, *names)}

    def factor(text: str) -> float:
        folded = text.casefold()
        if not any(word in folded for word in words):  # most passages: white space need not be made alike in them
            return 1.0
        plain = _plain(text)
        named = sum(name in plain for name in names) / len(names) if names else 0.0
        quoted = any(phrase in plain for phrase in phrases)
        return (_HAS_PHRASE if quoted else 1.0) * (1 + (_HAS_NAMES - 1) * named)

    factors = [factor(one.found.text) for one in found]
    raised = [one if by == 1.0 else replace(one, score=one.score * by) for one, by in zip(found, factors, strict=True)]
    return sorted(raised, key=lambda one: -one.score)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().split())
