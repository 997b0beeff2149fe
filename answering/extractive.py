"""Answer with sentences of the passages, verbatim, or say why they do not answer. Needs no language model."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from answering import calibration
from answering.abstention import reason_for
from answering.answer import Claim, Conflict, Reason, ReasonCode, Span
from answering.answerability import answer_features
from answering.attribution import attribution
from answering.choose import Scored, chosen_among, highlight, place_of, same_elsewhere
from answering.close_reading import read_closely
from answering.conflict import find_conflict
from answering.deed import deed, is_of_another, is_supposed, is_told
from answering.definition import Definition, definitions, subject_asked
from answering.evidence import NAME, Candidate, Reading, read_passages
from answering.features import COVERED, PLACE, TYPED, WINDOW, Features, lexical_features, set_cosines, set_read
from answering.listing import asks_for_several, in_one_line, names_several
from answering.ordinal import ordinal_agreement, the_one_asked, the_thing_asked
from answering.premise import find_denied, is_negated
from answering.premise import in_words as denial_in_words
from answering.question import Kind, Question, names_by_text, read_question
from answering.reader import Found, Reads, RememberingReader
from answering.respelled import respelled
from answering.stem import stems
from answering.telling import answers_told, tellers
from answering.terms import attested, has
from answering.timely import asks_what_was, is_untimely
from answering.topic import is_bare, leads, read_topic
from retrieval.embedder import Embedder, Vectors
from retrieval.hints import NO_HINTS, Hints
from retrieval.passage import Passage
from retrieval.remembered import Remembered

# Sentences that are embedded for one question, each in about 4 ms of one core.
EMBEDDED = 16
_KEPT = 4_096  # vectors of sentences, 2 KB each: the passages that are asked about are few at a time
_SUBJECT_PRONOUN = re.compile(r"^[\"“]?(?:He|She|They|It|His|Her|Their|Its)\b")


@dataclass(frozen=True, slots=True)
class Extraction:
    """What the passages answer: claims in reading order, or the reason why there is none.

    `confidence` is the calibrated probability, 0..1, that the passages answer. `reason` is set exactly when `claims`
    is empty. `conflict` is set when articles answer with different numbers or dates. `notices` say which words of the
    question were read as others.
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
        defined = definitions(asked, reading)
        order, answers = self.rank(asked, question_vector, reading, rows, outlets, defined)
        if defined:
            confidence = calibration.DEFINED * max(one.strength for one in defined.values())
            ranked = _defining(reading, rows, order, defined)
            claims = _claims(asked, reading, ranked, [], confidence, max_claims, max_citations)
            return Extraction(claims, None, confidence, None, notices)
        if subject_asked(asked, surely=True):
            return Extraction((), reason_for(asked, reading), 0.0, None, notices)
        told_deed = _tells_of_deed(asked, reading)
        scores = rows @ calibration.SENTENCE_WEIGHTS + calibration.DEED_SOUGHT.get(asked.kind, 0.0) * told_deed
        order = sorted(_fitting(asked, reading, order), key=lambda i: -float(scores[i]))
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
        # Whether anything answers is judged without this: it only chooses among what does.
        scores = scores + calibration.HINT_BONUS * _hinted(reading, hints) + calibration.DEED_BONUS * told_deed
        scores = scores + calibration.ORDINAL_BONUS * np.array(
            [ordinal_agreement(asked, candidate.text) for candidate in reading.candidates]
        )
        scores = scores + calibration.FRESH_BONUS * _fresh(reading, order, scores, hints)
        if asked.kind in calibration.HAS_SHORT_ANSWER:
            scores = scores - calibration.UNTYPED * _lacks_kind(rows, reading, order)
        if asks_for_several(asked):
            scores = scores + calibration.LIST_BONUS * np.array([names_several(c.text) for c in reading.candidates])
        scores = scores - calibration.OTHER_SPEAKER * _by_others(asked, reading, order)
        order.sort(key=lambda i: -float(scores[i]))
        ranked = [
            Scored(
                reading.candidates[i], float(scores[i]), float(rows[i, TYPED]), float(rows[i, PLACE]),
                answers.get(i), float(rows[i, WINDOW]), float(rows[i, COVERED]),
            )
            for i in order
        ]  # fmt: skip
        conflict = find_conflict(asked, answers_told(asked, reading, ranked, self._vectors_of))
        told = tellers(conflict, ranked) if conflict else []
        claims = _claims(asked, reading, ranked, told, confidence, max_claims, max_citations)
        return Extraction(claims, None, confidence, conflict, notices)

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
    reading: Reading, rows: Features, order: Sequence[int], defined: Mapping[int, Definition]
) -> list[Scored]:
    """The candidates that say who or what is asked about, those first that say it most plainly."""
    scores = rows @ calibration.SENTENCE_WEIGHTS
    best = float(scores[list(defined)].max())
    ranked = []
    for i in order:
        if i in defined:
            candidate, one = reading.candidates[i], defined[i]
            score = calibration.PLAINLY * one.strength + max(-1.0, (float(scores[i]) - best) / 10)
            words = Found(candidate.start + one.start, candidate.start + one.end, 0.0)
            ranked.append(Scored(candidate, score, 1.0, 1.0, words, 1.0, float(rows[i, COVERED])))
    return sorted(ranked, key=lambda one: -one.score)


def _without_met(question: Question, hints: Hints, passages: Sequence[Passage]) -> Question:
    """The question without the names and numbers for outlets and times that some passage's article is of.

    Their words are among those that an answer may leave out.
    """
    outlets = {(passage.article.publisher or "").lower() for passage in passages}
    met = [typed for name, typed in zip(hints.publishers, hints.typed, strict=True) if name.lower() in outlets]
    if any(hints.is_in_time(passage.article.published_at) for passage in passages):
        met += [times.text for times in hints.published]
    gone = {term for text in met for term in stems(text)}
    names, numbers = (tuple(term for term in of if term not in gone) for of in (question.names, question.numbers))
    return replace(question, names=names, numbers=numbers, focus=question.focus | gone)


def _fitting(question: Question, reading: Reading, order: Sequence[int]) -> list[int]:
    """The candidates that tell of the very one asked for (the first, the largest), at a time that fits the question."""
    one, thing, verb = the_one_asked(question), the_thing_asked(question), deed(question)
    fit = []
    for i in order:
        c = reading.candidates[i]
        is_one = one is None or not one.isdisjoint(c.stems)
        is_thing = thing is None or attested({thing: 1.0}, c.around) > 0
        is_supposed_only = verb is not None and asks_what_was(question) and is_supposed(verb, c.text)
        if is_one and is_thing and not is_supposed_only and not is_untimely(question, c.text, c.passage.article):
            fit.append(i)
    return fit


def _tells_of_deed(question: Question, reading: Reading) -> Features:
    """1.0 for each candidate that tells of what the question says was done, and not of somebody else's doing it."""
    verb = deed(question)
    if verb is None:
        return np.zeros(len(reading.candidates))
    asks_whether = question.kind is Kind.YES_NO  # "Did Tarn win?", "Rosvik won": that somebody else did it answers
    told = [
        is_told(verb, frozenset(c.stems)) and (asks_whether or not is_of_another(verb, question, c.text))
        for c in reading.candidates
    ]
    return np.array(told, dtype=np.float64)


def _lacks_kind(rows: Features, reading: Reading, order: Sequence[int]) -> Features:
    """1.0 for each candidate of `order` that holds nothing of the kind asked for, unless it denies something: nobody,
    never."""
    lacking = np.zeros(len(reading.candidates))
    for i in order:
        lacking[i] = not rows[i, TYPED] and not is_negated(reading.candidates[i].text)
    return lacking


def _hinted(reading: Reading, hints: Hints) -> Features:
    """For each candidate how many of two kinds of hints its article meets: the outlet named, the time named."""
    outlets = {name.lower() for name in hints.publishers}
    of = [candidate.passage.article for candidate in reading.candidates]
    met = [((a.publisher or "").lower() in outlets) + hints.is_in_time(a.published_at) for a in of]
    return np.array(met, dtype=np.float64)


def _fresh(reading: Reading, order: Sequence[int], scores: Features, hints: Hints) -> Features:
    """For each candidate that is about as good as the best, where its article stands between the oldest of these, 0,
    and the newest, 1; nothing unless the present is asked for."""
    fresh = np.zeros(len(reading.candidates))
    if hints.asks_for_present:
        of = {i: reading.candidates[i].passage.article.published_at for i in order}
        near = {
            i: w.timestamp() for i, w in of.items() if w and scores[i] >= scores[order[0]] - calibration.FRESH_REACH
        }
        oldest, newest = min(near.values(), default=0.0), max(near.values(), default=0.0)
        for i, when in near.items():
            fresh[i] = (when - oldest) / max(newest - oldest, 1.0)
    return fresh


def _by_others(question: Question, reading: Reading, order: Sequence[int]) -> Features:
    """1.0 for each candidate of `order` that reports the words of somebody else than whom the question asks for."""
    others = np.zeros(len(reading.candidates))
    for i in order if question.speaker else ():
        c = reading.candidates[i]
        article = c.passage.article
        speaker = attribution(article.body, c.start, c.end, article.language).speaker or ""
        is_named = speaker[speaker.rfind(" ") + 1 :][:1].isupper()  # "the minister" may be the one who is asked for
        others[i] = is_named and not any(has(s, frozenset(stems(speaker))) for s in question.speaker)
    return others


def _near(reading: Reading, rows: Features, order: Sequence[int]) -> list[tuple[Span, str]]:
    """The candidates that speak of the question's matter, the nearest first, with their words.

    The names of the sentence before stand in front of one that opens with a pronoun.
    """
    near = (reading.candidates[i] for i in order if rows[i, COVERED] >= calibration.COVERED_DENIED)
    return [(c.span, f"{' '.join(_names_before(c, reading))} {c.text}".strip()) for c in near]


def _names_before(c: Candidate, reading: Reading) -> list[str]:
    before = _sentence_before(c, reading) if _SUBJECT_PRONOUN.match(c.text) else None
    return list(dict.fromkeys(NAME.findall(before.text))) if before else []


def lexical_scores(question: Question, rows: Features, weights: Features) -> Features:
    """What words alone say of each candidate: the order in which sentences are worth embedding."""
    bonus = calibration.REASON_BONUS if question.kind is Kind.WHY else 0.0
    return np.asarray(rows @ weights + bonus * rows[:, TYPED])


def _claims(
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
    if not _SUBJECT_PRONOUN.match(c.text) or any(has(n, frozenset(c.stems)) for n in question.names):
        return None
    other = _sentence_before(c, reading)
    return other if other and any(has(n, frozenset(other.stems)) for n in question.names) else None


def _sentence_before(c: Candidate, reading: Reading) -> Candidate | None:
    """The sentence before in the same paragraph."""
    for other in reading.candidates:
        if other.passage is c.passage and other.number == c.number - 1 and other.line == c.line:
            return other
    return None
