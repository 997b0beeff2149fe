"""The claims of an extractive answer: which sentences are told, in which order, and from which articles."""

import re

import numpy as np

from answering import calibration
from answering.answer import Claim
from answering.choose import Scored, chosen_among, highlight, place_of, same_elsewhere
from answering.evidence import Candidate, Reading
from answering.listing import in_one_line
from answering.motive import reason_beside
from answering.question import Kind, Question
from answering.terms import has

_CLAIM = (
    r"(?:this|that|it|them|(?:the|these|those|all|such)\s+(?:claims?|allegations?|accusations?|charges?|figures?|numbers?|"
    r"reports?|suggestions?|criticism|rumou?rs?|estimates?))"
)
# "Lumen said this was false", "Stone called the allegation absurd": whom a claim is about answers it right behind it.
_ANSWERS_A_CLAIM = re.compile(
    rf"\bsa(?:id|ys)\s+(?:that\s+)?{_CLAIM}\s+(?:was|were|is|are)\s+(?:\w+\s+)?(?:false|untrue|wrong|nonsense|baseless|true|"
    rf"incorrect|unfounded|an?\s+lie)\b|\b(?:den(?:ied|ies)|reject(?:ed|s)|dismiss(?:ed|es)|disput(?:ed|es)|contradict(?:ed|s)|"
    rf"refut(?:ed|es)|call(?:ed|s)|(?:did|does)\s+not\s+believe)\s+{_CLAIM}\b(?!\s+(?:and|that)\s+s?he\b)",
    re.IGNORECASE,
)

# "He said she intended to appeal": who, stands in the sentence before.
_NAMES_NOBODY = re.compile(r"(?:He|She|They)\b[^A-Z]*")


def claims_of(
    question: Question,
    reading: Reading,
    ranked: list[Scored],
    told: list[Scored],
    confidence: float,
    most: int,
    spans: int,
) -> tuple[Claim, ...]:
    """The best sentence first, then the one that tells why where it only tells what was done, and others that add to
    it, each after the sentence that says whom its pronoun means, and before the one that denies it.

    Sentences that contradict each other (`told`) come first, all of them as far as there is room.
    """
    chosen = chosen_among(question, ranked, told[:most], min(most, calibration.MOST_CLAIMS[question.kind]))
    why = reason_beside(question, ranked)
    if why is not None and chosen[0] is ranked[0] and why not in chosen and len(chosen) < most:
        chosen.insert(1, why)
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
        reply = reading.beside(c, 1)
        is_denial = reply is not None and _ANSWERS_A_CLAIM.search(reply.text)
        if reply is not None and is_denial and left > 0 and len(places) < most and place_of(reply) not in places:
            places[place_of(reply)] = Claim(in_one_line(reply.text), (reply.span,), score)
            left -= 1
    if question.kind is not Kind.WHY:
        return tuple(places.values())
    # An argument reads in its own order.
    articles = {key[0]: n for n, key in reversed(list(enumerate(places)))}
    return tuple(places[key] for key in sorted(places, key=lambda k: (articles[k[0]], k[1], k[2])))


def _antecedent(question: Question, c: Candidate, reading: Reading) -> Candidate | None:
    """The sentence before, when `c` opens with a pronoun and only that sentence names the question's subject, or when
    it names nobody where a person is asked for.
    """
    if question.kind is Kind.WHO and _NAMES_NOBODY.fullmatch(c.text):
        return reading.before(c)
    if any(has(n, frozenset(c.stems)) for n in question.names):
        return None
    other = reading.before(c)
    return other if other and any(has(n, frozenset(other.stems)) for n in question.names) else None
