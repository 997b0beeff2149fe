"""Tells a question that the passages answer from one they only come near: the best sentence, what is missing."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from answering.answer_type import counted_noun, counts_otherwise, is_of_kind
from answering.deed import deed, is_of_another, is_reversed, is_told
from answering.dimension import measures_otherwise
from answering.evidence import GENERIC, Candidate, Reading
from answering.features import NAMES, Features
from answering.ordinal import ordinal_agreement
from answering.question import Kind, Question
from answering.reader import Found
from answering.roles import IS_ROLE
from answering.stem import stem, stems
from answering.terms import attested, coverage, has

ANSWER_NAMES = (
    "score", "margin", "cosine", "cosine_top", "similarity", "coverage", "coverage_around", "coverage_anywhere",
    "name_absent", "name_not_near", "name_not_in", "number_absent", "number_not_near", "rarest_absent",
    "rarest_not_near", "rarest_not_in", "typed", "untyped_kind", "pairs", "phrases", "speaker_missing", "terms",
    "why", "said", "crowd", "any_name_absent", "place", "window", "window_top", "many_typed", "when_typed",
    "plain_in", "plain_near", "speaker", "unit", "why_named", "unattested", "name_elsewhere", "number_elsewhere",
    "uncounted", "untyped_words", "agreement", "undone", "done",
)  # fmt: skip
_AT = {name: i for i, name in enumerate(NAMES)}
# Below this share of what a question says of its names, nothing near the sentence bears it out.
_ATTESTED = 0.4
# What a report does with its figures; the sentence that gives them need not say so.
_OF_REPORTS = frozenset(stems("count counted report reported mention mentioned name named list listed cite cited"))
_COMPARED = 5  # candidates after the first whose answers are compared with its
_PLAIN_REASON = 0.7  # of `reason_strength`
_BY_ROLE = re.compile(
    r"^\W*(?:why|when|where|how) (?:is|was|has|had|did|does|will) the (?P<role>[a-z-]+) [a-z]+", re.IGNORECASE
)
_PAST = re.compile(r"\b(?:did|was|were|had|has|have)\b", re.IGNORECASE)
_TYPED = {Kind.WHO, Kind.WHEN, Kind.WHERE, Kind.HOW_MANY, Kind.WHY}


def answer_features(
    question: Question,
    reading: Reading,
    rows: Features,
    scores: Features,
    order: Sequence[int],
    answers: Mapping[int, Found],
) -> Features:
    """One row of `ANSWER_NAMES` for the question; `order` holds the embedded candidates, best first.

    `answers` are the words that the reader found in candidates.
    """
    first = order[0]
    best, top = reading.candidates[first], rows[first]
    beside = [c for c in reading.candidates if c.passage is best.passage]
    near = best.around.union(*(c.known for c in beside))
    rarest = max(question.terms, key=lambda t: reading.weights[t])
    fixed = {*question.names, *question.numbers, *question.focus}
    plain = {t: w for t, w in reading.weights.items() if t not in fixed}
    # "Who reported the fire?" asks for the very one who did.
    unsaid = GENERIC if question.kind is Kind.WHO else GENERIC | _OF_REPORTS
    said = {t: w for t, w in plain.items() if t not in unsaid}
    verb = deed(question)
    gives_reason = question.kind is Kind.WHY and top[_AT["typed"]] >= _PLAIN_REASON
    undone = (
        verb is not None and _supposes_a_deed(question) and _is_undone(question, verb, best, beside, near, gives_reason)
    )
    is_attested = attested(said, best.around) >= _ATTESTED and not undone and not _is_of_another_role(question, best)
    counted = counted_noun(question)
    second = scores[order[1]] if len(order) > 1 else scores[first] - 2
    values = {
        "score": scores[first] / 10,
        "margin": min(1.0, (scores[first] - second) / 4),
        "cosine": top[_AT["cosine"]],
        "cosine_top": max(rows[i][_AT["cosine"]] for i in order),
        "similarity": max((c.passage.similarity or 0.0 for c in reading.candidates), default=0.0),
        "coverage": top[_AT["coverage"]],
        "coverage_around": top[_AT["coverage_around"]],
        "coverage_anywhere": coverage(reading.weights, reading.anywhere),
        "name_absent": _missing(question.names, reading.anywhere),
        "name_not_near": _missing(question.names, near),
        "name_not_in": _missing(question.names, best.known),
        "number_absent": _missing(question.numbers, reading.anywhere),
        "number_not_near": _missing(question.numbers, near),
        "rarest_absent": 1 - has(rarest, reading.anywhere),
        "rarest_not_near": 1 - has(rarest, near),
        "rarest_not_in": 1 - has(rarest, best.known),
        "typed": top[_AT["typed"]],
        "untyped_kind": float(question.kind not in _TYPED),
        "pairs": top[_AT["pairs"]],
        "phrases": top[_AT["phrases"]],
        "speaker_missing": _missing(tuple(question.speaker), best.around),
        "terms": min(1.0, len(question.terms) / 12),
        "why": float(question.kind is Kind.WHY),
        "said": float(question.asks_what_was_said),
        "any_name_absent": float(any(not has(n, reading.anywhere) for n in question.names)),
        "place": top[_AT["place"]],
        "window": top[_AT["window"]],
        "window_top": max(rows[i][_AT["window"]] for i in order),
        "many_typed": top[_AT["typed"]] if question.kind is Kind.HOW_MANY else 1.0,
        "when_typed": top[_AT["typed"]] if question.kind is Kind.WHEN else 1.0,
        "speaker": top[_AT["speaker"]],
        "why_named": float(
            question.kind is Kind.WHY and is_attested and bool(question.names) and not _missing(question.names, near)
        ),
        "unattested": float(not is_attested),
        "name_elsewhere": float(_missing(question.names, best.around) > 0),
        "number_elsewhere": float(_missing(question.numbers, best.around | _year_of(best)) > 0),
        "uncounted": float(
            (counted is not None and not attested({counted: 1.0}, best.around))
            or measures_otherwise(question, best.text)
            or counts_otherwise(question, best.text)
            or ordinal_agreement(question, best.text) < 0
        ),
        "untyped_words": float(first in answers and not is_of_kind(question, _words(reading, first, answers))),
        "undone": float(undone),
        "done": float(verb is not None and not undone and is_told(verb, frozenset(best.stems))),
        "agreement": _agreement(question, reading, order, answers),
        "unit": float(question.kind is Kind.HOW_MANY and top[_AT["typed"]] == 1.0),
        "plain_in": coverage(plain, best.known) if plain else 1.0,
        "plain_near": coverage(plain, best.around) if plain else 1.0,
        "crowd": float(np.mean([rows[i][_AT["coverage"]] for i in order[:4]])),
    }
    return np.array([float(values[name]) for name in ANSWER_NAMES])


def _is_of_another_role(question: Question, best: Candidate) -> bool:
    """Whether a question asks of a deed of "the sheriff", names nobody, and neither a sentence, what stands around it
    nor the headline has a sheriff.
    """
    found = _BY_ROLE.match(question.asked)
    if found is None or question.names or not IS_ROLE.match(found["role"]):
        return False
    held = best.around.union(best.stems, stems(best.passage.article.title))
    return not has(stem(found["role"]), held)


def _supposes_a_deed(question: Question) -> bool:
    """Whether the question takes a deed for granted; what somebody keeps doing ("why does he avoid it?") is a view."""
    if question.kind is Kind.WHY:
        return bool(_PAST.search(question.asked))
    return question.kind in (Kind.WHEN, Kind.WHERE)


def _is_undone(
    question: Question,
    verb: str,
    best: Candidate,
    beside: Sequence[Candidate],
    near: frozenset[str],
    gives_reason: bool,
) -> bool:
    """Whether a sentence tells of somebody else's or the opposite deed, or neither it nor what stands `near`, in the
    sentences `beside` it and around them, of the deed.

    A sentence that plainly gives a reason may leave out of what.
    """
    held = frozenset(best.stems)
    if is_of_another(verb, question, best.text) or is_reversed(verb, held):
        return True
    if gives_reason or is_told(verb, held):
        return False
    told = [c for c in beside if is_told(verb, frozenset(c.stems))]
    return not is_told(verb, held, near) or (bool(told) and all(is_of_another(verb, question, c.text) for c in told))


def _year_of(candidate: Candidate) -> frozenset[str]:
    """The year of the article, which its sentences seldom say."""
    published = candidate.passage.article.published_at
    return frozenset({str(published.year)} if published else ())


def _words(reading: Reading, place: int, answers: Mapping[int, Found]) -> str:
    found = answers[place]
    return reading.candidates[place].words(found.start, found.end)


def _agreement(question: Question, reading: Reading, order: Sequence[int], answers: Mapping[int, Found]) -> float:
    """The share of the next candidates in which the reader found a word of what it found in the first."""
    others = [i for i in order[1 : 1 + _COMPARED] if i in answers]
    if order[0] not in answers or not others:
        return 0.0
    said = set(stems(_words(reading, order[0], answers)))
    telling = said - set(question.terms) or said
    return sum(not telling.isdisjoint(stems(_words(reading, i, answers))) for i in others) / len(others)


def _missing(terms: Sequence[str], held: frozenset[str]) -> float:
    """The share of `terms` that `held` lacks; 0.0 without terms."""
    return sum(1 - has(t, held) for t in terms) / len(terms) if terms else 0.0
