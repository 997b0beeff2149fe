"""Choose what is told of the sentences that could answer: the fewest that answer, each adding to the others."""

from collections.abc import Sequence
from dataclasses import dataclass

from answering import calibration
from answering.evidence import Candidate
from answering.figure import is_figure_asked
from answering.listing import asks_for_several
from answering.question import Kind, Question
from answering.reader import Found
from answering.stem import stems

# Words in common over all words: above the first two sentences say the same, above the second one adds too little.
_SAME, _REDUNDANT = 0.8, 0.5


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence that could answer, and how much speaks for it."""

    candidate: Candidate
    score: float
    typed: float
    place: float  # how surely the reader finds the answer in it, 0..1
    answer: Found | None  # the words of it that answer, in characters of the body
    window: float  # how surely the text around it answers, 0..1
    covered: float  # the share of the question's terms in it and around it


def highlight(question: Question, one: Scored) -> tuple[int, int] | None:
    """Where in the sentence the words stand that answer a question for a name, a time, a place or a number."""
    if question.kind not in calibration.HAS_SHORT_ANSWER or one.answer is None or "\n" in one.candidate.text:
        return None
    place = one.answer.start - one.candidate.start, one.answer.end - one.candidate.start
    is_sure = one.answer.score >= calibration.PLACE_SHOWN or is_figure_asked(question, one.candidate.text, *place)
    return place if is_sure else None


def chosen_among(question: Question, ranked: list[Scored], told: list[Scored], most: int) -> list[Scored]:
    """All that are told differently, or else the best; then what adds to them and lies within reach."""
    is_why = question.kind is Kind.WHY
    ordered = _reasons_first(ranked) if is_why else ranked
    chosen = [*told] or [ordered[0]]
    best, reach = ranked[0], calibration.REACH[question.kind]
    for one in ordered[1:]:
        if len(chosen) >= most:
            break
        if one in told:
            continue
        # The further reasons of an argument stand in the article that makes it; elsewhere a sentence has to score.
        same = one.candidate.passage.article.id == best.candidate.passage.article.id
        near = one.score >= best.score - (reach if same else min(reach, calibration.REACH_ELSEWHERE))
        near = near and (not is_why or _gives_reason(one, best))
        if near and _answers_anew(question, one, chosen) and all(_adds(one, other, is_why) for other in chosen):
            chosen.append(one)
    return chosen


def _answers_anew(question: Question, one: Scored, chosen: Sequence[Scored]) -> bool:
    """Whether a sentence brings an answer of its own beside those chosen, where a few words answer.

    Where no words of the first are sure to answer, anything may help, and where several things are asked for.
    """
    if asks_for_several(question):
        return True
    found = [words for other in chosen if (words := _words(question, other))]
    if not found or (chosen[0] is not one and not _words(question, chosen[0])):
        return True
    mine = set(stems(_words(question, one) or ""))
    return bool(mine) and not any(mine <= (told := set(stems(words))) or told <= mine for words in found)


def _words(question: Question, one: Scored) -> str | None:
    place = highlight(question, one)
    return one.candidate.text[slice(*place)] if place else None


def _reasons_first(ranked: list[Scored]) -> list[Scored]:
    """Sentences with words of reason first, the plainest ahead: the reasons of an argument repeat little of a question.

    A sentence without such words keeps its place when it lies far above them all and answers as surely, unless the
    plainest reason follows it.
    """
    giving = [one for one in ranked if one.typed and one.covered >= calibration.COVERED_REASON * ranked[0].covered]
    giving.sort(key=lambda one: -(one.score + calibration.REASON_BONUS * one.typed))
    others = [one for one in ranked if one not in giving]
    ahead = [o for o in others[:1] if not giving or _leads(o, giving[0])]
    return [*ahead, *giving, *[o for o in others if o not in ahead]]


def _leads(one: Scored, reason: Scored) -> bool:
    above = one.score > reason.score + calibration.REASON_LEAD
    is_plain = reason.typed >= calibration.PLAIN_REASON and reason.covered >= one.covered and not one.typed
    is_sure = one.place >= reason.place - calibration.PLACE_LEAD
    return above and is_sure and not is_plain and not _goes_on(one, reason)


def _goes_on(one: Scored, reason: Scored) -> bool:
    return _adjoins(one, reason) and one.candidate.start < reason.candidate.start


def _gives_reason(one: Scored, best: Scored) -> bool:
    """Whether a further sentence is worth telling as a reason: the vaguer its words, the nearer it must be."""
    if one.typed >= calibration.PLAIN_REASON:
        return one.typed == 1.0 or one.place >= calibration.PLACE_PLAIN
    is_found = one.typed or one.place >= calibration.PLACE_FOUND
    reach = calibration.REACH_VAGUE if is_found else calibration.REACH_ELSEWHERE
    return one.score >= best.score - reach and one.place >= calibration.PLACE_VAGUE


def _adds(one: Scored, other: Scored, is_why: bool) -> bool:
    return _alike(one, other) < _REDUNDANT and not (is_why and _adjoins(one, other))


def _adjoins(one: Scored, other: Scored) -> bool:
    """Whether one directly follows the other in a paragraph, where they mostly make one point."""
    a, b = sorted((one.candidate, other.candidate), key=lambda c: c.start)
    if a.passage.article is not b.passage.article:
        return False
    return b.start - a.end <= 2 and "\n" not in a.passage.article.body[a.end : b.start]


def _alike(one: Scored, other: Scored) -> float:
    a, b = set(one.candidate.stems), set(other.candidate.stems)
    return len(a & b) / max(1, len(a | b))


def same_elsewhere(one: Scored, ranked: list[Scored]) -> list[Candidate]:
    """The same statement in other articles, one sentence of each."""
    found: dict[str, Candidate] = {}
    for other in ranked:
        article = other.candidate.passage.article.id
        if article != one.candidate.passage.article.id and _alike(one, other) >= _SAME:
            found.setdefault(article, other.candidate)
    return list(found.values())


def place_of(c: Candidate) -> tuple[str, int, int]:
    """Where a sentence begins: article, revision and offset."""
    return c.passage.article.id, c.passage.article.revision, c.start
