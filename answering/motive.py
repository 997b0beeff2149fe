"""Whether what answers "why did" tells any reason, or only that it was done."""

import re
from collections.abc import Sequence

from answering import calibration
from answering.choose import Scored
from answering.deed import deed, is_told
from answering.evidence import GENERIC
from answering.lexicon import FUNCTION_WORDS, LIGHT
from answering.question import Kind, Question
from answering.reasons import reason_strength
from answering.roles import IS_ROLE
from answering.stem import WORD, stem, stems
from answering.timely import asks_what_was

# Words behind which a reason may stand: "resigned over a loan", "closed for repairs", "moved to save rent".
_MAY_LEAD = re.compile(
    r"\b(?:for|over|amid|after|following|during|under|with|without|through|as|so|but|when|where|while|if|once|until|"
    r"before|against|despite|like|due|given|based|by \w+ing|to (?!an?\b|the\b|his\b|her\b|its\b|their\b|[A-Z\d])\w+)\b|"
    r"[:;–—“\"]|, \w+ing\b"
)
# "He gave no reason", "the cause is unclear": that it is not said answers too.
_NOT_GIVEN = re.compile(
    r"\b(?:no|without(?: giving)?(?: an?y?)?) (?:\w+ ){0,2}?(?:reasons?|explanation|motive|cause)\b|"
    r"\b(?:not|declined to|refused to|never) (?:say|said|explain(?:ed)?|tell|told|know|known)(?: \w+){0,2} why\b|"
    r"\b(?:reasons?|motives?|cause|why)\b[^.;]{0,40}\b(?:unclear|unknown|not (?:clear|known|given|disclosed))\b",
    re.IGNORECASE,
)
_REASON_IN_HEADLINE = re.compile(
    r"\b(?:after|over|amid|due to|because of|following) (?P<reason>[^:;|]+)$", re.IGNORECASE
)
_SAYS_LITTLE = frozenset(stems(" ".join(FUNCTION_WORDS | LIGHT))) | GENERIC
_TIME = re.compile(
    r"(?i)^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|"
    r"october|november|december|yesterday|today|morning|afternoon|evening|night|week|month|year|day|spring|summer|"
    r"autumn|winter|ago|\W*\d.*)$"
)


def lacks_reason(question: Question, ranked: Sequence[Scored]) -> bool:
    """Whether a question asks why something was done, the best sentence only tells that it was, and no other of its
    article may tell why.
    """
    return _tells_only_deed(question, ranked[0]) and not (
        any(reason_strength(one.candidate.text) for one in _beside(ranked)) or reason_beside(question, ranked)
    )


def reason_beside(question: Question, ranked: Sequence[Scored]) -> Scored | None:
    """Where the best sentence tells only that something was done, the next one if that says that no reason is given, or
    else the one that tells what the headline gives as the reason, or else the other sentence of its article in which
    the reader finds the answer rather than in the best one.
    """
    if not _tells_only_deed(question, ranked[0]):
        return None
    for one in _beside(ranked):
        if one.candidate.follows(ranked[0].candidate) and _NOT_GIVEN.search(one.candidate.text):
            return one
    if behind := _by_headline(question, ranked):
        return behind
    likelier = ranked[0].place + calibration.LIKELIER
    found = [one for one in _beside(ranked) if one.place >= likelier and one.window >= calibration.WINDOW_ANSWERS]
    return max(found, key=lambda one: one.place, default=None)


def _by_headline(question: Question, ranked: Sequence[Scored]) -> Scored | None:
    """The sentence that tells most of what the headline gives as the reason: "Port shut after crack found"."""
    found = _REASON_IN_HEADLINE.search(ranked[0].candidate.passage.article.title)
    told = {s for s in stems(found["reason"]) if s not in question.terms} - _SAYS_LITTLE if found else set()
    near = [(len(told.intersection(one.candidate.stems)), -one.candidate.start, one) for one in _beside(ranked)]
    most, _, one = max(near, key=lambda of: of[:2], default=(0, 0, None))
    return one if most and most * 2 >= len(told) else None


def _beside(ranked: Sequence[Scored]) -> list[Scored]:
    article = ranked[0].candidate.passage.article
    return [one for one in ranked[1:] if one.candidate.passage.article is article]


def _tells_only_deed(question: Question, one: Scored) -> bool:
    """Whether a sentence says next to nothing beside the deed asked about, but for times, names and roles."""
    verb, text = deed(question), one.candidate.text
    if question.kind is not Kind.WHY or verb is None or not asks_what_was(question):
        return False
    if not is_told(verb, frozenset(one.candidate.stems)) or reason_strength(text) or _MAY_LEAD.search(text):
        return False
    new = [w for m in WORD.finditer(text) if stem(w := m.group()) not in question.terms and w.islower()]
    telling = [w for w in new if not (w in FUNCTION_WORDS or w in LIGHT or IS_ROLE.match(w) or _TIME.match(w))]
    return sum(stem(w) not in GENERIC for w in telling) <= calibration.BARE
