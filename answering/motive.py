"""Whether what answers "why did" tells any reason, or only that it was done."""

import re
from collections.abc import Mapping, Sequence

from answering import calibration
from answering.deed import deed, is_told
from answering.evidence import GENERIC, Candidate, Reading
from answering.features import PLACE, WINDOW, Features
from answering.lexicon import FUNCTION_WORDS, LIGHT
from answering.question import Kind, Question
from answering.reader import Found
from answering.reasons import reason_strength
from answering.roles import IS_ROLE
from answering.stem import WORD, stem
from answering.timely import asks_what_was

# Words behind which a reason may stand: "resigned over a loan", "closed for repairs", "moved to save rent".
_MAY_LEAD = re.compile(
    r"\b(?:for|over|amid|after|following|during|under|with|without|through|as|so|but|when|where|while|if|once|until|"
    r"before|against|despite|like|due|given|based|by \w+ing|to (?!an?\b|the\b|his\b|her\b|its\b|their\b|[A-Z\d])\w+)\b|"
    r"[:;–—“\"]|, \w+ing\b"
)
_TIME = re.compile(
    r"(?i)^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|"
    r"october|november|december|yesterday|today|morning|afternoon|evening|night|week|month|year|day|spring|summer|"
    r"autumn|winter|ago|\W*\d.*)$"
)


def lacks_reason(
    question: Question, reading: Reading, rows: Features, order: Sequence[int], answers: Mapping[int, Found]
) -> bool:
    """Whether a question asks why something was done, the best sentence only tells that it was, and no other of its
    article may tell why.

    `order` are candidates, the best first, `answers` the words that the reader found in them.
    """
    verb = deed(question)
    if question.kind is not Kind.WHY or verb is None or not asks_what_was(question):
        return False
    best = reading.candidates[order[0]]
    if not is_told(verb, frozenset(best.stems)) or not _is_bare(question, best):
        return False
    article = best.passage.article
    others = [i for i in order[1:] if reading.candidates[i].passage.article is article]
    return not any(_may_tell_why(reading, rows, i, answers) for i in others)


def _is_bare(question: Question, best: Candidate) -> bool:
    """Whether a sentence says next to nothing that the question does not say, but for times, names and roles."""
    if reason_strength(best.text) or _MAY_LEAD.search(best.text):
        return False
    new = [w for m in WORD.finditer(best.text) if stem(w := m.group()) not in question.terms and w.islower()]
    telling = [w for w in new if not (w in FUNCTION_WORDS or w in LIGHT or IS_ROLE.match(w) or _TIME.match(w))]
    return sum(stem(w) not in GENERIC for w in telling) <= calibration.BARE


def _may_tell_why(reading: Reading, rows: Features, i: int, answers: Mapping[int, Found]) -> bool:
    if reason_strength(reading.candidates[i].text):
        return True
    return i in answers and rows[i, PLACE] >= calibration.PLACE_MOTIVE and rows[i, WINDOW] >= calibration.WINDOW_MOTIVE
