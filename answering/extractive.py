"""Answer with sentences of the passages, verbatim, or say why they do not answer. Needs no language model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from answering import calibration
from answering.abstention import reason_for
from answering.answer import Claim, Reason, Span
from answering.answerability import answer_features
from answering.evidence import (
    TYPED,
    Candidate,
    Features,
    Reading,
    has,
    lexical_features,
    read_passages,
    set_cosines,
    set_worded,
)
from answering.question import Kind, Question, names_by_text, read_question, stems
from answering.wording import Wording
from retrieval.embedder import Embedder, Vectors
from retrieval.hints import NO_HINTS, Hints
from retrieval.passage import Passage

# Sentences that are embedded for one question (16 take about 30 ms on two threads), and of these the ones whose words
# are compared one by one.
EMBEDDED, WORDED = 16, 6
# Words in common over all words: above the first two sentences say the same, above the second one adds too little.
_SAME, _REDUNDANT = 0.8, 0.5
_SUBJECT_PRONOUN = re.compile(r"^[\"“]?(?:He|She|They|It|His|Her|Their|Its)\b")


@dataclass(frozen=True, slots=True)
class Extraction:
    """What the passages answer: claims in reading order, or the reason why there is none.

    `confidence` is the calibrated probability, 0..1, that the passages answer. `reason` is set exactly when `claims`
    is empty.
    """

    claims: tuple[Claim, ...]
    reason: Reason | None
    confidence: float


@dataclass(frozen=True, slots=True)
class _Scored:
    candidate: Candidate
    score: float
    typed: float


class ExtractiveAnswerer:
    """Picks the few sentences that answer. Thread-safe if the embedder is."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._wording = Wording(embedder)

    def answer(
        self,
        question: str,
        question_vector: Vectors,
        passages: Sequence[Passage],
        max_claims: int = 4,
        max_citations: int = 6,
        hints: Hints = NO_HINTS,
    ) -> Extraction:
        """Sentences of `passages` that answer `question`, or an abstention.

        `question_vector` has shape (dimensions,) and comes from the same embedder. No more than `max_claims` claims
        with `max_citations` spans together are given. What `hints` say of outlets and times is met by the articles'
        own outlet and date, and need not stand in a sentence.
        """
        asked = names_by_text(read_question(question), [passage.text for passage in passages])
        asked = _without_met(asked, hints, passages)
        reading = read_passages(asked, passages)
        if not reading.candidates or not asked.terms or max_claims < 1 or max_citations < 1:
            return Extraction((), reason_for(asked, reading), 0.0)
        rows = lexical_features(asked, reading)
        order = self.rank(asked, question_vector, reading, rows)
        scores = rows @ calibration.SENTENCE_WEIGHTS
        features = answer_features(asked, reading, rows, scores, order)
        confidence = calibration.answer_probability(features)
        if confidence < calibration.ANSWER_THRESHOLD:
            return Extraction((), reason_for(asked, reading), confidence)
        # Whether anything answers is judged without this: it only chooses among what does.
        scores = scores + calibration.HINT_BONUS * _hinted(reading, hints)
        order.sort(key=lambda i: -float(scores[i]))
        ranked = [_Scored(reading.candidates[i], float(scores[i]), float(rows[i, TYPED])) for i in order]
        return Extraction(_claims(asked, reading, ranked, confidence, max_claims, max_citations), None, confidence)

    def rank(self, question: Question, question_vector: Vectors, reading: Reading, rows: Features) -> list[int]:
        """The candidates that look best by words, embedded and put in order; their columns in `rows` are filled in."""
        before = lexical_scores(question, rows, calibration.LEXICAL_WEIGHTS)
        best = [int(i) for i in np.argsort(-before, kind="stable")[:EMBEDDED]]
        vectors = self._embedder.embed_passages([reading.candidates[i].text for i in best])
        set_cosines(rows, best, np.asarray(vectors @ question_vector, dtype=np.float64))
        best.sort(key=lambda i: -float(rows[i] @ calibration.EMBEDDED_WEIGHTS))
        head = best[:WORDED]
        set_worded(rows, head, self._wording.coverage(question, reading, [reading.candidates[i] for i in head]))
        return sorted(best, key=lambda i: -float(rows[i] @ calibration.SENTENCE_WEIGHTS))


def _without_met(question: Question, hints: Hints, passages: Sequence[Passage]) -> Question:
    """The question without the names and numbers for outlets and times that some passage's article is of."""
    outlets = {(passage.article.publisher or "").lower() for passage in passages}
    met = [typed for name, typed in zip(hints.publishers, hints.typed, strict=True) if name.lower() in outlets]
    if any(hints.is_in_time(passage.article.published_at) for passage in passages):
        met += [times.text for times in hints.published]
    gone = {term for text in met for term in stems(text)}
    names, numbers = (tuple(term for term in of if term not in gone) for of in (question.names, question.numbers))
    return replace(question, names=names, numbers=numbers)


def _hinted(reading: Reading, hints: Hints) -> Features:
    """For each candidate how many of two kinds of hints its article meets: the outlet named, the time named."""
    outlets = {name.lower() for name in hints.publishers}
    of = [candidate.passage.article for candidate in reading.candidates]
    met = [((a.publisher or "").lower() in outlets) + hints.is_in_time(a.published_at) for a in of]
    return np.array(met, dtype=np.float64)


def lexical_scores(question: Question, rows: Features, weights: Features) -> Features:
    """What words alone say of each candidate: the order in which sentences are worth embedding."""
    bonus = calibration.REASON_BONUS if question.kind is Kind.WHY else 0.0
    return np.asarray(rows @ weights + bonus * rows[:, TYPED])


def _claims(
    question: Question, reading: Reading, ranked: list[_Scored], confidence: float, most: int, spans: int
) -> tuple[Claim, ...]:
    """The best sentence, others that add to it, each after the sentence that says whom its pronoun means."""
    chosen = _chosen(question, ranked, min(most, calibration.MOST_CLAIMS[question.kind]))
    top = max(one.score for one in chosen)
    places: dict[tuple[str, int, int], Claim] = {}
    left = spans
    for i, one in enumerate(chosen):
        c, score = one.candidate, float(min(1.0, confidence * np.exp(min(0.0, one.score - top) / 2)))
        before = _antecedent(question, c, reading)
        room = most - len(places) - (len(chosen) - i)
        if before is not None and room > 0 and left > len(chosen) - i and _place(before) not in places:
            places[_place(before)] = Claim(before.text, (_span(before),), score)
            left -= 1
        if _place(c) in places:
            continue
        also = _same_elsewhere(one, ranked)[: max(0, left - (len(chosen) - i))] if left else []
        if left < 1:
            break
        places[_place(c)] = Claim(c.text, (_span(c), *map(_span, also)), score)
        left -= 1 + len(also)
    articles = {key[0]: n for n, key in reversed(list(enumerate(places)))}
    return tuple(places[key] for key in sorted(places, key=lambda k: (articles[k[0]], k[1], k[2])))


def _chosen(question: Question, ranked: list[_Scored], most: int) -> list[_Scored]:
    """The best, then what adds to it and lies within reach of it."""
    is_why = question.kind is Kind.WHY
    ordered = _reasons_first(ranked) if is_why else ranked
    chosen = [ordered[0]]
    best, reach = ranked[0], calibration.REACH[question.kind]
    for one in ordered[1:]:
        if len(chosen) >= most:
            break
        # The further reasons of an argument stand in the article that makes it; elsewhere a sentence has to score.
        same = one.candidate.passage.article.id == best.candidate.passage.article.id
        near = one.score >= best.score - (reach if same else min(reach, calibration.REACH_ELSEWHERE))
        if near and all(_adds(one, other, is_why) for other in chosen):
            chosen.append(one)
    return chosen


def _reasons_first(ranked: list[_Scored]) -> list[_Scored]:
    """Sentences with words of reason first, the plainest ahead: the reasons of an argument repeat little of a question.

    A sentence without such words that lies far above them all keeps its place.
    """
    giving = [one for one in ranked if one.typed]
    giving.sort(key=lambda one: -(one.score + calibration.REASON_BONUS * one.typed))
    others = [one for one in ranked if not one.typed]
    ahead = [o for o in others if not giving or o.score > giving[0].score + calibration.REASON_LEAD]
    return [*ahead[:1], *giving, *[o for o in others if o not in ahead[:1]]]


def _adds(one: _Scored, other: _Scored, is_why: bool) -> bool:
    return _alike(one, other) < _REDUNDANT and not (is_why and _adjoins(one, other))


def _adjoins(one: _Scored, other: _Scored) -> bool:
    """Whether one directly follows the other in a paragraph, where they mostly make one point."""
    a, b = sorted((one.candidate, other.candidate), key=lambda c: c.start)
    if a.passage.article is not b.passage.article:
        return False
    return b.start - a.end <= 2 and "\n" not in a.passage.article.body[a.end : b.start]


def _alike(one: _Scored, other: _Scored) -> float:
    a, b = set(one.candidate.stems), set(other.candidate.stems)
    return len(a & b) / max(1, len(a | b))


def _same_elsewhere(one: _Scored, ranked: list[_Scored]) -> list[Candidate]:
    """The same statement in other articles, one sentence of each."""
    found: dict[str, Candidate] = {}
    for other in ranked:
        article = other.candidate.passage.article.id
        if article != one.candidate.passage.article.id and _alike(one, other) >= _SAME:
            found.setdefault(article, other.candidate)
    return list(found.values())


def _antecedent(question: Question, c: Candidate, reading: Reading) -> Candidate | None:
    """The sentence before, when `c` opens with a pronoun and only that sentence names the question's subject."""
    if not _SUBJECT_PRONOUN.match(c.text) or any(has(n, frozenset(c.stems)) for n in question.names):
        return None
    for other in reading.candidates:
        if other.passage is c.passage and other.number == c.number - 1 and other.line == c.line:
            return other if any(has(n, frozenset(other.stems)) for n in question.names) else None
    return None


def _place(c: Candidate) -> tuple[str, int, int]:
    return c.passage.article.id, c.passage.article.revision, c.start


def _span(c: Candidate) -> Span:
    return Span(c.passage.article, c.start, c.end)
