"""Answer with sentences of the passages, verbatim, or say why they do not answer. Needs no language model."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from answering import calibration
from answering.abstention import reason_for
from answering.age import leaves_age_open, named_by_role
from answering.answer import Claim, Conflict, Reason, ReasonCode, Span
from answering.answer_type import counts_otherwise, leaves_time_open
from answering.answerability import answer_features
from answering.choose import Scored
from answering.claims import claims_of
from answering.close_reading import read_closely
from answering.conflict import find_conflict
from answering.definition import Definition, subject_asked
from answering.dimension import leaves_often_open
from answering.evidence import NAME, Reading, read_passages
from answering.features import COVERED, PLACE, TYPED, WINDOW, Features, lexical_features, set_cosines, set_read
from answering.identity import identified
from answering.motive import lacks_reason
from answering.name import FULL_NAME
from answering.office import of_somebody
from answering.prefer import fitting, of_office, preferred, tells_of_deed
from answering.premise import find_denied
from answering.premise import in_words as denial_in_words
from answering.question import Kind, Question, names_by_text, read_question, timed
from answering.reader import Found, Reads, RememberingReader
from answering.respelled import respelled
from answering.stem import stems
from answering.telling import answers_told, tellers
from answering.timely import tells_past_years_only
from answering.topic import is_bare, leads, read_topic
from retrieval.embedder import Embedder, Vectors
from retrieval.hints import NO_HINTS, Hints
from retrieval.passage import Passage
from retrieval.remembered import Remembered

# Sentences that are embedded for one question, each in about 4 ms of one core.
EMBEDDED = 16
UNSURE = "It is not certain that this answers the question."
# What a question may ask for that the best sentence does not tell, whatever else speaks for it.
_LEAVES_OPEN = (leaves_time_open, leaves_age_open, leaves_often_open, counts_otherwise)
_KEPT = 4_096  # vectors of sentences, 2 KB each: the passages that are asked about are few at a time


@dataclass(frozen=True, slots=True)
class Extraction:
    """What the passages answer: claims in reading order, or the reason why there is none.

    `confidence` is the calibrated probability, 0..1, that the passages answer. `reason` is set exactly when `claims`
    is empty. `conflict` is set when articles answer with different numbers or dates. `notices` say which words of the
    question were read as others, and that an answer is unsure.
    """

    claims: tuple[Claim, ...]
    reason: Reason | None
    confidence: float
    conflict: Conflict | None = None
    notices: tuple[str, ...] = ()


class ExtractiveAnswerer:
    """Picks the few sentences that answer. Thread-safe if the embedder is."""

    def __init__(self, embedder: Embedder, reader: Reads) -> None:
        self._embedder = embedder
        self._reader = RememberingReader(reader)
        self._vectors: Remembered[str, Vectors] = Remembered(_KEPT)

    def answer(
        self,
        question: str,
        question_vector: Vectors | None,
        passages: Sequence[Passage],
        max_claims: int = 4,
        max_citations: int = 6,
        hints: Hints = NO_HINTS,
    ) -> Extraction:
        """Sentences of `passages` that answer `question`, or an abstention.

        `question_vector` has shape (dimensions,) and comes from the same embedder; None lets it be made. No more than
        `max_claims` claims with `max_citations` spans together are given. What `hints` say of outlets and times is met
        by the articles' own outlet and date, and need not stand in a sentence.
        """
        most = min(max_claims, max_citations)
        if (topic := read_topic(question)) and (reports := leads(topic, passages, most)):
            return Extraction(reports, None, max(claim.score for claim in reports))
        if aged := self._age_by_role(question, passages, most, hints):
            return aged
        texts = [passage.text for passage in passages]
        question, read = respelled(question, texts)
        notices = tuple(f"“{typed}” was read as “{word}”." for typed, word in read)
        asked = names_by_text(read_question(question), texts)
        asked = _without_met(asked, hints, passages)
        reading = read_passages(asked, passages)
        if not reading.candidates or not asked.terms or max_claims < 1 or max_citations < 1:
            return Extraction((), reason_for(asked, reading), 0.0)
        rows = lexical_features(asked, reading)
        outlets = {name.lower() for name in hints.publishers}
        defined = identified(asked, reading)
        order, answers = self.rank(asked, question_vector, reading, rows, outlets, defined)
        if defined:
            confidence = calibration.DEFINED * max(one.strength for one in defined.values())
            ranked = _defining(asked, reading, rows, order, defined)
            claims = claims_of(asked, reading, ranked, [], confidence, max_claims, max_citations)
            return Extraction(claims, None, confidence, None, notices)
        if subject_asked(asked, surely=True) or of_somebody(asked):
            return Extraction((), reason_for(asked, reading), 0.0, None, notices)
        told_deed = tells_of_deed(asked, reading)
        scores = rows @ calibration.SENTENCE_WEIGHTS + calibration.DEED_SOUGHT.get(asked.kind, 0.0) * told_deed
        order = sorted(fitting(asked, reading, order), key=lambda i: -float(scores[i]))
        if not order:
            return Extraction((), reason_for(asked, reading), 0.0, None, notices)
        features = answer_features(asked, reading, rows, scores, order, answers)
        confidence = calibration.answer_probability(features)
        if denied := find_denied(asked, _near(reading, rows, order)):
            return Extraction((), Reason(ReasonCode.FALSE_PREMISE, denial_in_words(denied)), confidence, None, notices)
        if confidence < calibration.ANSWER_THRESHOLD:
            if is_bare(question) and (reports := leads(question, passages, most)):
                return Extraction(reports, None, max(claim.score for claim in reports))
            return Extraction((), reason_for(asked, reading), confidence, None, notices)
        scores = preferred(asked, reading, rows, order, scores, told_deed, hints, answers)
        order.sort(key=lambda i: -float(scores[i]))
        ranked = [
            Scored(
                reading.candidates[i], float(scores[i]), float(rows[i, TYPED]), float(rows[i, PLACE]),
                answers.get(i), float(rows[i, WINDOW]), float(rows[i, COVERED]),
            )
            for i in order
        ]  # fmt: skip
        first = ranked[0].candidate
        is_left_open = any(leaves_open(asked, first.text) for leaves_open in _LEAVES_OPEN)
        is_past = tells_past_years_only(asked, first.text, first.passage.article)
        if lacks_reason(asked, ranked) or is_left_open or is_past:
            return Extraction((), reason_for(asked, reading), confidence, None, notices)
        conflict = find_conflict(asked, answers_told(asked, reading, ranked, self._vectors_of))
        told = tellers(conflict, ranked) if conflict else []
        claims = claims_of(asked, reading, ranked, told, confidence, max_claims, max_citations)
        notices = notices if confidence >= calibration.SURE else (*notices, UNSURE)
        return Extraction(claims, None, confidence, conflict, notices)

    def _age_by_role(self, question: str, passages: Sequence[Passage], most: int, hints: Hints) -> Extraction | None:
        """How old "the mayor" is, after the sentence that names the mayor; None for other questions, and where the
        passages do not tell either.
        """
        who = named_by_role(question)
        if who is None or most < 2:
            return None
        holder = next(iter(self.answer(f"Who is {who}?", None, passages, 1, 1, hints).claims), None)
        name = holder.text[slice(*holder.highlight)] if holder and holder.highlight else ""
        if holder is None or not FULL_NAME.fullmatch(name):
            return None
        aged = self.answer(f"How old is {name}?", None, passages, most - 1, most - 1, hints)
        if not aged.claims or any(claim.spans == holder.spans for claim in aged.claims):
            return aged if aged.claims else None
        return replace(aged, claims=(replace(holder, highlight=None), *aged.claims))

    def rank(
        self,
        question: Question,
        question_vector: Vectors | None,
        reading: Reading,
        rows: Features,
        outlets: Collection[str] = (),
        wanted: Collection[int] = (),
    ) -> tuple[list[int], dict[int, Found]]:
        """The candidates that look best by words, embedded, read and put in order, and the answer found in each.

        Those `wanted` come before others. Their columns in `rows` are filled in.
        """
        before = lexical_scores(question, rows, calibration.LEXICAL_WEIGHTS)
        best = [int(i) for i in np.argsort(-before, kind="stable")]
        best = [*[i for i in best if i in wanted], *[i for i in best if i not in wanted]][:EMBEDDED]
        texts = [reading.candidates[i].text for i in best]
        vectors = self._vectors_of(texts)
        if question_vector is None:
            question_vector = self._embedder.embed_questions([question.text])[0]
        set_cosines(rows, best, np.asarray(vectors @ question_vector, dtype=np.float64))
        best.sort(key=lambda i: -float(rows[i] @ calibration.EMBEDDED_WEIGHTS))
        read = read_closely(question, reading, best, self._reader, outlets)
        set_read(rows, best, read.rows)
        return sorted(best, key=lambda i: -float(rows[i] @ calibration.SENTENCE_WEIGHTS)), read.answers

    def _vectors_of(self, sentences: list[str]) -> Vectors:
        """Unit vectors, shape (sentences, dimensions)."""
        return np.stack(self._vectors.of(sentences, self._embedded))

    def _embedded(self, texts: list[str]) -> list[Vectors]:
        # Copies, because a row of the result would keep all others in memory.
        return [vector.copy() for vector in self._embedder.embed_passages(texts)]


def _defining(
    question: Question, reading: Reading, rows: Features, order: Sequence[int], defined: Mapping[int, Definition]
) -> list[Scored]:
    """The candidates that say who or what is asked about, those first that say it most plainly."""
    scores = rows @ calibration.SENTENCE_WEIGHTS
    best = float(scores[list(defined)].max())
    better = of_office(question, reading, defined)
    ranked = []
    for i in order:
        if i in defined:
            candidate, one = reading.candidates[i], defined[i]
            score = calibration.PLAINLY * one.strength + max(-1.0, (float(scores[i]) - best) / 10)
            words = Found(candidate.start + one.start, candidate.start + one.end, 0.0)
            ranked.append(Scored(candidate, score + better[i], 1.0, 1.0, words, 1.0, float(rows[i, COVERED])))
    return sorted(ranked, key=lambda one: -one.score)


def _without_met(question: Question, hints: Hints, passages: Sequence[Passage]) -> Question:
    """The question without the names and numbers for outlets and times that some passage's article is of, or that the
    person who asks has taken back.

    Their words are among those that an answer may leave out. Of a part of a year, the year of an article is enough: a
    report on the first quarter comes after it.
    """
    outlets = {(passage.article.publisher or "").lower() for passage in passages}
    met = [typed for name, typed in zip(hints.publishers, hints.typed, strict=True) if name.lower() in outlets]
    if any(hints.is_in_time(passage.article.published_at) for passage in passages):
        met += [times.text for times in hints.published]
    met += hints.taken_back
    years = {str(passage.article.published_at.year) for passage in passages if passage.article.published_at}
    gone = {term for text in met for term in stems(text)} | (timed(question.text) & years)
    names, numbers = (tuple(term for term in of if term not in gone) for of in (question.names, question.numbers))
    return replace(question, names=names, numbers=numbers, focus=question.focus | gone)


def _near(reading: Reading, rows: Features, order: Sequence[int]) -> list[tuple[Span, str]]:
    """The candidates that speak of the question's matter, the nearest first, with their words.

    The names of the sentence before stand in front of one that opens with a pronoun.
    """
    near = (reading.candidates[i] for i in order if rows[i, COVERED] >= calibration.COVERED_DENIED)
    before = ((c, reading.before(c)) for c in near)
    named = ((c, dict.fromkeys(NAME.findall(other.text)) if other else ()) for c, other in before)
    return [(c.span, f"{' '.join(names)} {c.text}".strip()) for c, names in named]


def lexical_scores(question: Question, rows: Features, weights: Features) -> Features:
    """What words alone say of each candidate: the order in which sentences are worth embedding."""
    bonus = calibration.REASON_BONUS if question.kind is Kind.WHY else 0.0
    return np.asarray(rows @ weights + bonus * rows[:, TYPED])
