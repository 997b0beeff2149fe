"""What speaks for a sentence as the answer to a question: words they share, what is of the kind asked for, its place.

Every feature is in about 0..1 and cheap; `calibration` weighs them. The cosines are filled in last, for the best only.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from answering.answer_type import answer_type
from answering.evidence import Candidate, Reading
from answering.question import SPEECH, Kind, Question
from answering.stem import stems
from answering.terms import coverage, has

Features = NDArray[np.float64]

_QUOTATION = re.compile(r"[\"“”«»]")
_PRONOUN = re.compile(r"^[\"“(]?(?:He|She|It|They|This|That|These|Those|His|Her|Its|Their|Such)\b")

NAMES = (
    "coverage", "coverage_around", "names", "names_around", "numbers", "phrases", "pairs", "typed", "typed_who",
    "typed_when", "typed_where", "typed_many", "typed_why", "typed_said", "speaker", "new_words", "length", "short",
    "pronoun", "lead", "first", "rank", "passage_cosine", "title_coverage", "coverage_best", "cosine", "cosine_best",
    "place", "place_best", "window", "window_best",
)  # fmt: skip
_AT = {name: i for i, name in enumerate(NAMES)}
TYPED, PLACE, WINDOW, COVERED = _AT["typed"], _AT["place"], _AT["window"], _AT["coverage_around"]
# The columns that need the embedder.
EMBEDDED_COLUMNS = tuple(
    _AT[name] for name in ("cosine", "cosine_best", "place", "place_best", "window", "window_best")
)
# Of these the columns that need the reader.
READ_COLUMNS = EMBEDDED_COLUMNS[2:]


def lexical_features(question: Question, reading: Reading) -> Features:
    """One row per candidate. The columns that need the embedder or the reader are zero until they are set."""
    rows = np.zeros((len(reading.candidates), len(NAMES)))
    names = {t: w for t, w in reading.weights.items() if t in question.names}
    numbers = {t: w for t, w in reading.weights.items() if t in question.numbers}
    nearest = max((c.passage.similarity or 0.0 for c in reading.candidates), default=0.0)
    for row, c in zip(rows, reading.candidates, strict=True):
        typed = answer_type(question, c.text, c.stems)
        values = {
            "coverage": coverage(reading.weights, c.known),
            "coverage_around": coverage(reading.weights, c.around),
            "names": coverage(names, c.known),
            "names_around": coverage(names, c.around),
            "numbers": coverage(numbers, c.known),
            "phrases": _phrases(question, c.text),
            "pairs": _pairs(question, c.stems),
            "typed": typed,
            "speaker": _speaker(question, c),
            "new_words": min(1.0, len(c.known - set(question.terms)) / 25),
            "length": min(1.0, len(c.stems) / 50),
            "short": float(len(c.stems) < 7),
            "pronoun": float(bool(_PRONOUN.match(c.text))),
            "lead": 1 / (1 + c.start / 400),
            "first": float(c.number == 0),
            "rank": 1 / (1 + c.passage.rank),
            # What has no vector yet is not on that account less like the question.
            "passage_cosine": 0.0 if c.passage.similarity is None else c.passage.similarity - nearest,
            "title_coverage": coverage(reading.weights, frozenset(stems(c.passage.article.title))),
        }
        if column := _TYPED_COLUMN.get(question.kind):
            values[column] = typed
        if question.asks_what_was_said:
            values["typed_said"] = float(bool(_QUOTATION.search(c.text)) or bool(SPEECH.search(c.text)))
        for name, value in values.items():
            row[_AT[name]] = value
    if len(rows):
        rows[:, _AT["coverage_best"]] = rows[:, _AT["coverage"]] - rows[:, _AT["coverage"]].max()
    return rows


_TYPED_COLUMN = {
    Kind.WHO: "typed_who", Kind.WHEN: "typed_when", Kind.WHERE: "typed_where", Kind.HOW_MANY: "typed_many",
    Kind.WHY: "typed_why",
}  # fmt: skip


def _phrases(question: Question, text: str) -> float:
    if not question.phrases:
        return 0.0
    folded = text.lower()
    return sum(p.lower().strip(" .,") in folded for p in question.phrases) / len(question.phrases)


def _pairs(question: Question, held: list[str]) -> float:
    """The share of neighbouring question terms that stand within three words of each other in the sentence."""
    pairs = list(zip(question.terms, question.terms[1:], strict=False))
    if not pairs:
        return 0.0
    places: dict[str, list[int]] = {}
    for i, s in enumerate(held):
        places.setdefault(s, []).append(i)
    near = sum(any(0 < abs(j - i) <= 3 for i in places.get(a, ()) for j in places.get(b, ())) for a, b in pairs)
    return near / len(pairs)


def _speaker(question: Question, candidate: Candidate) -> float:
    if not question.speaker:
        return 0.0
    named = sum(has(s, candidate.known) for s in question.speaker) / len(question.speaker)
    near = sum(has(s, candidate.around) for s in question.speaker) / len(question.speaker)
    said = bool(SPEECH.search(candidate.text) or _QUOTATION.search(candidate.text))
    return (named + 0.5 * near) / 1.5 * (1.0 if said else 0.4)


def set_read(rows: Features, of: Sequence[int], read: Features) -> None:
    """Fill in what the reader saw of each candidate in `of`: columns for the place and for its window, each 0..1."""
    index = list(of)
    for name, column in (("place", read[index, 0]), ("window", read[index, 1])):
        rows[index, _AT[name]] = column
        rows[index, _AT[f"{name}_best"]] = column - column.max()


def set_cosines(rows: Features, of: Sequence[int], cosines: Features) -> None:
    """Fill in the cosine of each candidate in `of` with the question."""
    index = list(of)
    rows[index, _AT["cosine"]] = cosines
    rows[index, _AT["cosine_best"]] = cosines - cosines.max()
