"""What articles answer, side by side: who may be compared for a conflict, because they speak of one matter."""

import re
from collections.abc import Callable, Sequence

from answering import calibration
from answering.answer import Conflict, Span, Told, Verdict
from answering.answer_type import counts_otherwise
from answering.choose import Scored
from answering.dimension import measures_otherwise
from answering.evidence import GENERIC, Reading
from answering.lexicon import FUNCTION_WORDS
from answering.premise import statement
from answering.question import Kind, Question
from answering.stem import stems
from answering.terms import attested, coverage, has
from answering.verify import verify
from corpus.article import Article
from retrieval.embedder import Vectors

_YES_OR_NO = {Verdict.SUPPORTED: "yes", Verdict.CONTRADICTED: "no"}
# "It was too soon to say whether the barge had caused it" is neither yes nor no.
_OPEN = re.compile(r"\b(?:whether|too (?:soon|early) to|might|may|could|probably|possibly|perhaps|if)\b", re.IGNORECASE)
# What a later report says of a figure that the earlier one had: "has risen to 31", "up from 12".
_UPDATES = re.compile(
    r"\b(?:risen|rose|rises|grown|grew|climbed|jumped|increased|gone up|fallen|fell|dropped|shrunk|lowered|revised)"
    r"\b[^.;]{0,40}? to\b|\b(?:up|down|revised) from\b|\bnow (?:stands at|numbers?)\b|"
    r"\breplaces the (?:earlier|previous|first)\b",
    re.IGNORECASE,
)
# What names the answer and not the matter: "£6 million" need not be called a cost, nor "7 April" a date.
_OF_ANSWERS = GENERIC | frozenset(
    stems(
        "cost price pay worth charge fee fine amount number total figure estimate date day time year month due expect "
        "plan long high tall wide deep far old much many final first last current"
    )
)
_SAYS_LITTLE = _OF_ANSWERS | frozenset(stems(" ".join(FUNCTION_WORDS)))
_READ_OF_ARTICLE = 20_000  # characters in which an article's matter is looked for


def answers_told(
    question: Question, reading: Reading, ranked: Sequence[Scored], vectors: Callable[[list[str]], Vectors]
) -> list[Told]:
    """The answers that may be compared, the best first; empty when no two articles answer.

    `vectors` gives unit vectors of sentences, shape (sentences, dimensions).
    """
    if question.kind is Kind.YES_NO:
        return _told_yes_no(question, ranked)
    told = _different(question, reading, ranked)
    if len(told) < 2:
        return []
    made = vectors([one.span.quote for one in told])
    said = [_said_of(one) for one in told]
    return [
        one
        for one, cosine, of in zip(told, made @ made[0], said, strict=True)
        if cosine >= calibration.RESEMBLES
        or len(of & said[0]) >= calibration.SAID_ALIKE
        or _is_update(one.span, told[0].span)
    ]


def _said_of(told: Told) -> frozenset[str]:
    """The first telling words after an answer: of "eleven firefighters were injured", whom and what befell them."""
    after = [s for s in stems(told.span.quote.partition(told.value)[2]) if s not in _SAYS_LITTLE]
    return frozenset(after[: calibration.SAID_ALIKE])


def _different(question: Question, reading: Reading, ranked: Sequence[Scored]) -> list[Told]:
    """What articles answer, the best first: those that plainly answer, near the best and about as much of the question.

    An article's word is the first of its answers, sure or not: what it says beside that is about something else. It has
    to be about the matter: to hold, somewhere, what the best sentence's article has of the question.
    """
    first: dict[str, Scored] = {}
    for one in ranked:
        if one.answer and one.answer.score >= calibration.PLACE_TOLD:
            first.setdefault(one.candidate.passage.article.id, one)
    if len(first) < 2:  # nobody to differ; what follows reads whole articles
        return []
    best = ranked[0]
    held = _held(best.candidate.passage.article)
    matter = {t: w for t, w in reading.weights.items() if t not in _OF_ANSWERS and has(t, held)}
    covered = coverage(matter, best.candidate.around)
    near = [
        one
        for one in first.values()
        if one.score >= best.score - calibration.REACH_TOLD
        and coverage(matter, one.candidate.around) >= calibration.COVERED_TOLD * covered
        and one.window >= calibration.WINDOW_ANSWERS
        and not measures_otherwise(question, one.candidate.text)
        and not counts_otherwise(question, one.candidate.text)
    ]
    return [
        Told(one.candidate.words(one.answer.start, one.answer.end), one.candidate.span)
        for one in (near if len(near) > 1 else ())
        if one.answer and (one is best or _is_about(one.candidate.passage.article, matter, question.names))
    ]


def _is_update(span: Span, best: Span) -> bool:
    """Whether a sentence says that a figure has changed, in an article newer than that of the best sentence."""
    then, now = best.article.published_at, span.article.published_at
    return then is not None and now is not None and now > then and _UPDATES.search(span.quote) is not None


def _is_about(article: Article, matter: dict[str, float], names: Sequence[str]) -> bool:
    held = _held(article)
    return attested(matter, held) >= calibration.MATTER_TOLD and all(has(n, held) for n in names if n in matter)


def _held(article: Article) -> frozenset[str]:
    return frozenset(stems(f"{article.title} {article.body[:_READ_OF_ARTICLE]}"))


def _told_yes_no(question: Question, ranked: Sequence[Scored]) -> list[Told]:
    """For each article whose best sentence confirms or denies what is asked: yes or no."""
    said = statement(question)
    if said is None:
        return []
    first: dict[str, Scored] = {}
    for one in ranked:
        first.setdefault(one.candidate.passage.article.id, one)
    told = []
    for one in first.values():
        if one.covered >= calibration.COVERED_TOLD * ranked[0].covered and not _OPEN.search(one.candidate.text):
            verdict = verify(said, [one.candidate.text]).verdict
            if verdict in _YES_OR_NO:
                told.append(Told(_YES_OR_NO[verdict], one.candidate.span))
    return told


def tellers(conflict: Conflict, ranked: Sequence[Scored]) -> list[Scored]:
    """The sentences of a conflict, the newest first."""
    by_span = {one.candidate.span: one for one in ranked}
    return [by_span[told.span] for told in conflict.told]
