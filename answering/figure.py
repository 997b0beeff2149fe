"""Which of several numbers of a sentence is asked for: one of the kind asked for, the nearest to what it counts."""

import re
from collections.abc import Sequence
from itertools import pairwise

from answering.age import asks_age
from answering.answer_type import ANYBODY
from answering.deed import deed
from answering.lexicon import ALIKE, FUNCTION_WORDS
from answering.quantity import Quantity, quantities
from answering.question import Kind, Question
from answering.stem import WORD, stem

_SHARE = re.compile(r"\b(?:percent(?:age)?|per cent|proportion|fraction|share|rate)\b", re.IGNORECASE)
_MONEY = re.compile(
    r"\b(?:price|cost|salary)\b|\bhow much\b.*\b(?:pay|paid|spend|spent|earn|owe|worth)\b", re.IGNORECASE
)
_MANY, _MUCH = (
    re.compile(r"\bhow (?:many|few)\b|\bnumber of\b", re.IGNORECASE),
    re.compile(r"\bhow much\b", re.IGNORECASE),
)
_FOR_ONE = (_MANY, _MUCH, _SHARE, _MONEY)  # a height may be told in two numbers
# "Two hours and 14 minutes" is one time.
_MEASURE = re.compile(
    r"[ -](?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|met(?:er|re)s?|feet|foot|ft|inch\w*|pounds?)\b",
    re.IGNORECASE,
)
_BOUND = re.compile(r"[,;:–—()]|\b(?:and|but|while|whereas)\b", re.IGNORECASE)
_HOW_DONE = re.compile(r"\b(?!only\b|nearly\b|really\b)[a-z]{4,}ly\b", re.IGNORECASE)
_STEP = 3  # words for which the bound of a clause counts


def figure_asked(question: Question, text: str, start: int, end: int) -> tuple[int, int]:
    """The number asked for, where `text[start:end]` holds several, or one of another kind; else all of `start:end`.

    "900" is no percentage where the text has just one. A range ("10 to 12"), a part of a whole ("3 of the 40") and what
    is measured in two units stay as they are.
    """
    if not _asks_for_one(question):
        return start, end
    everywhere = quantities(text)
    inside = _inside(everywhere, start, end)
    fitting = [q for q in everywhere if _fits(question, q)]
    if len(inside) == 1 and len(fitting) == 1 and fitting[0].unit and inside[0] != fitting[0]:
        return fitting[0].start, fitting[0].end
    if len(inside) < 2 or not all(_are_apart(text, one, other) for one, other in pairwise(inside)):
        return start, end
    found = _nearest(question, text, inside)
    return (found.start, found.end) if found else (start, end)


def is_figure_asked(question: Question, text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` holds one of several numbers of the text, and that is the nearest to what is asked."""
    found = quantities(text)
    inside = _inside(found, start, end)
    several = len(inside) == 1 < len(found) and _asks_for_one(question)
    return several and _nearest(question, text, found) == inside[0]


def _inside(found: Sequence[Quantity], start: int, end: int) -> list[Quantity]:
    return [quantity for quantity in found if quantity.start < end and quantity.end > start]


def _asks_for_one(question: Question) -> bool:
    if asks_age(question):
        return True
    return question.kind is Kind.HOW_MANY and any(asked.search(question.text) for asked in _FOR_ONE)


def _nearest(question: Question, text: str, among: Sequence[Quantity]) -> Quantity | None:
    """The number of the kind asked for that stands nearest to what is asked after; None where two stand alike."""
    asked = _manner(question, text) or _asked(question)
    counting = [q for q in among if _fits(question, q) and _counts(question, text, q)]
    if len(counting) == 1:
        return counting[0]
    done = asked.intersection(filter(None, [deed(question)]))  # of two that stand alike, the nearer to the deed
    ranked = sorted(
        (_distance(question, text, q, asked), _distance(question, text, q, done), q.start, q)
        for q in among
        if _fits(question, q)
    )
    if not ranked or (len(ranked) > 1 and (not asked or ranked[0][:2] == ranked[1][:2])):
        return None
    return ranked[0][3]


def _manner(question: Question, text: str) -> frozenset[str]:
    """The stem of the adverb that says how what is counted was done ("seriously injured"), where the text has it."""
    asked = {stem(word) for word in _HOW_DONE.findall(question.asked)}
    return frozenset(asked.intersection(question.terms, map(stem, WORD.findall(text))))


def _counts(question: Question, text: str, quantity: Quantity) -> bool:
    """Whether a number stands right before the thing counted, with what was done in its clause: "seven children were
    among the 19 people killed".
    """
    things = {s for s in question.focus if s not in ANYBODY and not s[0].isdigit()}
    words = list(WORD.finditer(text, quantity.end))
    verb = deed(question)
    done = next((m for m in words if stem(m.group()) == verb), None)
    if verb in things or done is None or not words or stem(words[0].group()) not in things:
        return False
    return not _BOUND.search(text, quantity.end, done.start())


def _are_apart(text: str, one: Quantity, other: Quantity) -> bool:
    """Whether two numbers count each its own thing: words that tell something stand between them, but for a unit."""
    between = text[one.end : other.start]
    if _MEASURE.match(text, one.end) and _MEASURE.match(text, other.end):
        return False
    return "," in between or any(word.lower() not in FUNCTION_WORDS for word in WORD.findall(between))


def _fits(question: Question, quantity: Quantity) -> bool:
    """Whether a number is of the kind asked for: a share, an amount of money, or a plain count."""
    if _MANY.search(question.text) or asks_age(question):
        return quantity.unit == ""
    if _SHARE.search(question.text):
        return quantity.unit in ("%", "points")
    return not _MONEY.search(question.text) or quantity.unit not in ("", "%", "points", "th", "decade", "clock")


def _asked(question: Question) -> frozenset[str]:
    """The stems of what is counted, or of whose age it is, and of what was done."""
    if asks_age(question):
        return frozenset(question.names)
    counted = {s for s in question.focus if s not in ANYBODY and not s[0].isdigit()}
    return frozenset(counted | ({verb} if (verb := deed(question)) else set()))


def _distance(question: Question, text: str, quantity: Quantity, asked: frozenset[str]) -> int:
    """How many words lie between a number and the words asked after, the nearest of each; more across clauses.

    Of the names of a person one is enough.
    """
    told = [(m, stem(m.group())) for m in WORD.finditer(text)]
    places = ([m for m, s in told if s == term] or [m for m, s in told if _are_alike(s, term)] for term in asked)
    near = [min(_between(text, quantity, place) for place in of) for of in places if of]
    return min(near, default=0) if asks_age(question) else sum(near)


def _between(text: str, quantity: Quantity, word: re.Match[str]) -> int:
    gap = text[word.end() : quantity.start] if word.start() < quantity.start else text[quantity.end : word.start()]
    return len(WORD.findall(gap)) + _STEP * len(_BOUND.findall(gap))


def _are_alike(one: str, other: str) -> bool:
    return not ALIKE.get(one, frozenset()).isdisjoint(ALIKE.get(other, ()))
