"""What is searched for a question: its words, and where it asks several things, the words of each part."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import zip_longest

from answering.compound import in_order
from answering.identity import may_ask_identity, telling_first
from answering.question import searched
from corpus.selection import Selection
from retrieval.finder import Embedded
from retrieval.hints import Hint
from retrieval.passage import Passage, SearchResult
from retrieval.search import Searcher

_WIDER = 3  # times as many passages are looked through for one that says who or what something is


def find(
    searcher: Searcher,
    question: str,
    parts: Sequence[str],
    selection: Selection,
    most: int,
    embedded: Embedded,
    ignored: Collection[Hint] = (),
) -> SearchResult:
    """At most `most` passages for a question and its parts, in turns where there are several.

    `embedded` is the question. Hints are those of the whole question.
    """
    found = _found(searcher, searched(question), selection, most, embedded, ignored)
    if len(parts) < 2 or not found.passages:
        return found
    others = [_found(searcher, searched(part), selection, most, None, ignored) for part in in_order(question, parts)]
    stages = {stage for result in (found, *others) for stage in result.timings}
    return replace(
        found,
        passages=_in_turns([result.passages for result in (found, *others)], most),
        timings={stage: sum(result.timings.get(stage, 0.0) for result in (found, *others)) for stage in stages},
        notices=tuple(dict.fromkeys(notice for result in (found, *others) for notice in result.notices)),
        later_coverage=any(result.later_coverage for result in (found, *others)),
    )


def _found(
    searcher: Searcher,
    words: str,
    selection: Selection,
    most: int,
    embedded: Embedded | None,
    ignored: Collection[Hint],
) -> SearchResult:
    """What the search finds; asked who or what something is, passages that say so come first."""
    wider = most * (_WIDER if may_ask_identity(words) else 1)
    result = searcher.search(words, selection, wider, embedded, ignored=ignored)
    return replace(result, passages=telling_first(words, result.passages, most))


def _in_turns(found: Sequence[Sequence[Passage]], most: int) -> tuple[Passage, ...]:
    """The best of each search, then the next of each; those that overlap as one. The best scores come first."""
    kept: list[Passage] = []
    for passage in (one for turn in zip_longest(*found) for one in turn if one is not None):
        at = next((i for i, other in enumerate(kept) if _overlap(passage, other)), None)
        if at is not None:
            kept[at] = _joined(kept[at], passage)
        elif len(kept) < most:
            kept.append(passage)
    kept.sort(key=lambda passage: -passage.score)
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(kept, start=1))


def _joined(one: Passage, other: Passage) -> Passage:
    return replace(
        one,
        score=max(one.score, other.score),
        similarity=max((s for s in (one.similarity, other.similarity) if s is not None), default=None),
        start=min(one.start, other.start),
        end=max(one.end, other.end),
    )


def _overlap(one: Passage, other: Passage) -> bool:
    same = (one.article.id, one.article.revision) == (other.article.id, other.article.revision)
    return same and one.start < other.end and other.start < one.end
