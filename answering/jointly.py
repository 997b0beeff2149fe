"""Read the passages for each part of a question, and say which part they leave open."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from answering.answer import Claim, ReasonCode, Span
from answering.compound import is_bare, standing_alone, turns_before
from answering.extractive import UNSURE, Extraction, ExtractiveAnswerer
from answering.name import FULL_NAME
from answering.prompt import Turn
from retrieval.embedder import Vectors
from retrieval.hints import NO_HINTS, Hints
from retrieval.passage import Passage

# "Who decided that?": what was done has no name to say it by.
_OF_A_DEED = re.compile(r"\b(?:that|this)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PartRead:
    """What the passages answer to one part of a question, which is told in its words."""

    part: str
    found: Extraction


def read_parts(
    question: str,
    parts: Sequence[str],
    vector: Vectors | None,
    passages: Sequence[Passage],
    extractive: ExtractiveAnswerer,
    max_citations: int = 6,
    hints: Hints = NO_HINTS,
) -> tuple[PartRead, ...]:
    """What the passages answer to each part, no claim twice; to the whole question where no part is answered.

    `vector` is that of the whole question. Each part has its share of the citations; where these are fewer than the
    parts, the question is read as one.
    """
    read: list[PartRead] = []
    turns = turns_before(question)
    if 1 < len(parts) <= max_citations:
        for part in parts:
            asked = standing_alone(part, turns, _named(read))
            found = extractive.answer(asked, None, passages, max_citations=max_citations // len(parts), hints=hints)
            sure = tuple(notice for notice in found.notices if notice != UNSURE)
            if len(sure) < len(found.notices):
                found = replace(found, notices=(*sure, f"It is not certain that this answers “{part}”."))
            read.append(PartRead(part, found))
            turns += [Turn("user", asked), *_reply(read)]
    if any(one.found.claims for one in read):
        return tuple(read)
    whole = extractive.answer(question, vector, passages, max_citations=max_citations, hints=hints)
    return (PartRead(question, whole),)


def claims_in_order(read: Sequence[PartRead]) -> list[Claim]:
    """The claims of all parts, those that rest on the same words once."""
    told: dict[tuple[tuple[str, int, int, int], ...], Claim] = {}
    for claim in (claim for one in read for claim in one.found.claims):
        told.setdefault(tuple(map(_place, claim.spans)), claim)
    return list(told.values())


def left_open(read: Sequence[PartRead], cited: Collection[Span]) -> tuple[str, ...]:
    """One sentence for each part to which nothing that was stated answers. `cited` is what the statements rest on."""
    if len(read) < 2:
        return ()
    places = {_place(span) for span in cited}
    return tuple(
        f"Not answered: “{one.part}”. {_why(one)}"
        for one in read
        if not any(_place(span) in places for claim in one.found.claims for span in claim.spans)
    )


def _why(one: PartRead) -> str:
    if one.found.reason is None:
        return "What could be said of it is not supported by the passages found."
    has_no_name = is_bare(one.part) or _OF_A_DEED.search(one.part)
    if has_no_name and one.found.reason.code is not ReasonCode.FALSE_PREMISE:
        return "None of the articles found tells it."
    return one.found.reason.message


def _reply(read: Sequence[PartRead]) -> list[Turn]:
    """What answers the last part, for those after it: the name that was asked for, or all that is told."""
    name, told = _named(read), " ".join(claim.text for claim in read[-1].found.claims)
    return [Turn("assistant", told if name == "they" else f"{name}.")] if told else []


def _named(read: Sequence[PartRead]) -> str:
    """The name that answers the last part; "they" where there is none."""
    claim = next(iter(read[-1].found.claims), None) if read else None
    words = claim.text[slice(*claim.highlight)] if claim and claim.highlight else ""
    return words if FULL_NAME.fullmatch(words) else "they"


def _place(span: Span) -> tuple[str, int, int, int]:
    return span.article.id, span.article.revision, span.start, span.end
