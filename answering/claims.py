"""The claims of an extractive answer: which sentences are told, in which order, and from which articles."""

import numpy as np

from answering import calibration
from answering.answer import Claim
from answering.choose import Scored, chosen_among, highlight, place_of, same_elsewhere
from answering.evidence import Candidate, Reading
from answering.listing import in_one_line
from answering.question import Kind, Question
from answering.terms import has


def claims_of(
    question: Question,
    reading: Reading,
    ranked: list[Scored],
    told: list[Scored],
    confidence: float,
    most: int,
    spans: int,
) -> tuple[Claim, ...]:
    """The best sentence first, then others that add to it, each after the sentence that says whom its pronoun means.

    Sentences that contradict each other (`told`) come first, all of them as far as there is room.
    """
    chosen = chosen_among(question, ranked, told[:most], min(most, calibration.MOST_CLAIMS[question.kind]))
    top = max(one.score for one in chosen)
    places: dict[tuple[str, int, int], Claim] = {}
    left = spans
    for i, one in enumerate(chosen):
        c, score = one.candidate, float(min(1.0, confidence * np.exp(min(0.0, one.score - top) / 2)))
        before = _antecedent(question, c, reading)
        room = most - len(places) - (len(chosen) - i)
        if before is not None and room > 0 and left > len(chosen) - i and place_of(before) not in places:
            places[place_of(before)] = Claim(before.text, (before.span,), score)
            left -= 1
        if place_of(c) in places:
            continue
        also = same_elsewhere(one, ranked)[: max(0, left - (len(chosen) - i))] if left else []
        if left < 1:
            break
        spans_told = (c.span, *(other.span for other in also))
        places[place_of(c)] = Claim(in_one_line(c.text), spans_told, score, highlight(question, one))
        left -= 1 + len(also)
    if question.kind is not Kind.WHY:
        return tuple(places.values())
    # An argument reads in its own order.
    articles = {key[0]: n for n, key in reversed(list(enumerate(places)))}
    return tuple(places[key] for key in sorted(places, key=lambda k: (articles[k[0]], k[1], k[2])))


def _antecedent(question: Question, c: Candidate, reading: Reading) -> Candidate | None:
    """The sentence before, when `c` opens with a pronoun and only that sentence names the question's subject."""
    if any(has(n, frozenset(c.stems)) for n in question.names):
        return None
    other = reading.before(c)
    return other if other and any(has(n, frozenset(other.stems)) for n in question.names) else None
