"""What speaks for a sentence as the answer to a question: words they share, what is of the kind asked for, its place.

Every feature is in about 0..1 and cheap; `calibration` weighs them. The cosines are filled in last, for the best only.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answering.answer_type import answer_type
from answering.instruction import is_instruction
from answering.lexicon import ALIKE
from answering.question import SPEECH, Kind, Question
from answering.stem import stem, stems
from corpus.sentence import sentence_spans
from retrieval.passage import Passage

Features = NDArray[np.float64]

_QUOTATION = re.compile(r"[\"“”«»]")
_PRONOUN = re.compile(r"^[\"“(]?(?:He|She|It|They|This|That|These|Those|His|Her|Its|Their|Such)\b")
_STANDS_FOR = re.compile(r"\b(?:he|she|they|his|her|their|it|its)\b", re.IGNORECASE)
NAME = re.compile(r"\b[A-Z][^\W\d_]{2,}(?:-[^\W\d_]+)*\b")
_ENDED = re.compile(r"[.!?…:;][\"”’'»)\]]*$")
_ASKS = re.compile(r"\?[\"”’'»)\]]*$")
# An article about itself: "This article was first published ...", and what a correction says was wrong.
_OF_ITSELF = re.compile(
    r"^(?:This|The) (?:article|story|report|post) (?:is|was|has been|originally|first|appeared)\b|"
    r"\b(?:earlier|previous|original|first) versions? of (?:this|the|our) (?:article|story|report|post|headline)\b",
)
_LONGEST, _SHORTEST_WORDS, _HEADING_WORDS = 700, 3, 14
_NOTICE = 3  # articles that end in the same line; two may carry one agency's text
_OUTSIDE = 500  # characters read on either side of a passage
GENERIC = frozenset(
    stems(
        "say tell think believe argue claim describe speak put call want go get take make use do hold held locate "
        "occur place become US came come went got took made gave say said"
    )
)


@dataclass(slots=True)
class Candidate:
    """A sentence that could answer: where it stands, and what was seen of it and its neighbours.

    `known` holds its stems and those of the names that its pronouns may mean; `around` also its neighbours' and the
    headline's.
    """

    passage: Passage
    start: int
    end: int
    text: str
    line: int
    number: int
    stems: list[str]
    known: frozenset[str]
    around: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """The passages read for one question: its candidates, the weights of its terms, the stems found anywhere."""

    candidates: list[Candidate]
    weights: dict[str, float]
    anywhere: frozenset[str]


def read_passages(question: Question, passages: Sequence[Passage]) -> Reading:
    """Split the passages into candidate sentences and weigh the question's terms by how few sentences hold them.

    Headings, questions, orders to an assistant, notices under articles, boilerplate-short and overlong sentences are
    left out; each place is read once.
    """
    candidates: list[Candidate] = []
    anywhere: set[str] = set()
    seen: set[tuple[str, int, int]] = set()
    notices = _notices(passages)
    for passage in passages:
        title = frozenset(stems(passage.article.title))
        anywhere |= title
        candidates.extend(c for c in _sentences(passage, title, seen) if not any(c.text in line for line in notices))
    for candidate in candidates:
        anywhere |= candidate.around
    anywhere |= _elsewhere_in(question, passages, anywhere)
    weights = {}
    for term in question.terms:
        df = sum(term in c.known for c in candidates)
        rarity = math.log((len(candidates) + 1) / (df + 0.5)) / math.log(len(candidates) + 2)
        weights[term] = _base_weight(question, term) * (0.5 + min(1.0, max(0.0, rarity)))
    return Reading(candidates, weights, frozenset(anywhere))


def _notices(passages: Sequence[Passage]) -> list[str]:
    """Last lines that several of the articles share: what a publisher puts under everything ("Sign up for ...")."""
    bodies = {passage.article.id: passage.article.body for passage in passages}
    endings = Counter(body.rstrip().rpartition("\n")[2] for body in bodies.values())
    return [line for line, count in endings.items() if count >= _NOTICE]


def _elsewhere_in(question: Question, passages: Sequence[Passage], found: set[str]) -> set[str]:
    """Names of the question that stand in the articles, though not in the passages that were found."""
    missing = [n for n in question.names if not has(n, frozenset(found))]
    bodies = {id(p.article): p.article.body.lower() for p in passages} if missing else {}
    return {n for n in missing if any(question.shown[n].lower() in body for body in bodies.values())}


def _base_weight(question: Question, term: str) -> float:
    if term in question.numbers:
        weight = 1.3
    elif term in question.names:
        weight = 1.5
    else:
        weight = 0.4 if term in GENERIC or term in question.focus else 1.0
    return weight * (0.6 if term in question.background else 1.0)


def _sentences(passage: Passage, title: frozenset[str], seen: set[tuple[str, int, int]]) -> list[Candidate]:
    text, article = passage.text, passage.article
    spans = sentence_spans(text, article.language)
    before, after = _neighbours(passage)
    texts = [*before, *(text[s.start : s.end] for s in spans), *after]
    held = [stems(t) for t in texts]
    found: list[Candidate] = []
    for i, span in enumerate(spans, start=len(before)):
        place = (article.id, article.revision, passage.start + span.start)
        if place in seen or not _could_answer(texts[i]):
            continue
        seen.add(place)
        meant = _meant(texts[i], texts[max(0, i - 2) : i])
        near = set(held[i]).union(*held[max(0, i - 2) : i + 2])
        found.append(
            Candidate(
                passage=passage, start=place[2], end=passage.start + span.end, text=texts[i],
                line=text.count("\n", 0, span.start), number=i - len(before), stems=held[i],
                known=frozenset(held[i]) | meant, around=frozenset(near | title),
            )
        )  # fmt: skip
    return found


def _neighbours(passage: Passage) -> tuple[list[str], list[str]]:
    """The two sentences before a passage and the one after: who "she" is may stand just outside of it."""
    body, language = passage.article.body, passage.article.language
    lead = body[max(0, passage.start - _OUTSIDE) : passage.start]
    tail = body[passage.end : passage.end + _OUTSIDE]
    before, after = sentence_spans(lead, language)[-2:], sentence_spans(tail, language)[:1]
    return [lead[s.start : s.end] for s in before], [tail[s.start : s.end] for s in after]


def _meant(sentence: str, before: Sequence[str]) -> frozenset[str]:
    """The names that a pronoun of the sentence may mean: those of the nearest sentence `before` with any."""
    if _STANDS_FOR.search(sentence):
        for other in reversed(before):
            if names := [stem(w) for w in NAME.findall(other)]:
                return frozenset(names)
    return frozenset()


def _could_answer(sentence: str) -> bool:
    words = len(sentence.split())
    if len(sentence) > _LONGEST or words < _SHORTEST_WORDS or _ASKS.search(sentence):
        return False
    if not _ENDED.search(sentence) and words < _HEADING_WORDS:
        return False
    return not _OF_ITSELF.search(sentence) and not is_instruction(sentence)


def has(term: str, held: frozenset[str]) -> float:
    """1.0 when the stem is among `held`, 0.8 when a longer spelling of the same name or word is, else 0.0."""
    if term in held or (term == "america" and "stat" in held and "unit" in held):
        return 1.0
    if "-" in term:
        return float(all(part in held or stem(part) in held for part in term.split("-") if part))
    if len(term) >= 6 and not term[0].isdigit():
        root = term[: max(5, len(term) - 3)]
        if any(h.startswith(root) and abs(len(h) - len(term)) <= 2 for h in held):
            return 0.8
    return 0.0


def attested(terms: dict[str, float], held: frozenset[str]) -> float:
    """The share of the terms' weight that `held` has as such or in a word that says the same; 1.0 without terms."""
    total = sum(terms.values())
    groups = {group for other in held for group in ALIKE.get(other, ())}
    found = (w for t, w in terms.items() if has(t, held) or not groups.isdisjoint(ALIKE.get(t, ())))
    return sum(found) / total if total else 1.0


def coverage(terms: dict[str, float], held: frozenset[str]) -> float:
    """The share of the terms' weight that `held` covers; 0.0 without terms."""
    total = sum(terms.values())
    return sum(w * has(t, held) for t, w in terms.items()) / total if total else 0.0


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
            "passage_cosine": (c.passage.similarity or 0.0) - nearest,
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
