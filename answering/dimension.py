"""Heights, lengths, weights, speeds, how often: whether a sentence measures what is asked, and of the same thing."""

import re

from answering.lexicon import ALIKE
from answering.question import Question
from answering.stem import stem

_SMALL = (
    r"met(?:er|re)s?|feet|foot|ft|inch(?:es)?|yards?|m|cm|mm|centimet(?:er|re)s?|millimet(?:er|re)s?|stor(?:eys?|ies)"
)
_LARGE = r"miles?|km|kilomet(?:er|re)s?"
_NO_SPEED = r"\b(?! (?:an|per) hour|/h)"
# What stands beside a number where it answers. "How high" may ask of prices, and "how long" of time.
_UNITS = {
    "tall": re.compile(rf"\b(?:{_SMALL}){_NO_SPEED}", re.IGNORECASE),
    "deep": re.compile(rf"\b(?:{_SMALL}|{_LARGE}|fathoms?){_NO_SPEED}", re.IGNORECASE),
    "wide": re.compile(rf"\b(?:{_SMALL}|{_LARGE}){_NO_SPEED}", re.IGNORECASE),
    "heavy": re.compile(r"\b(?:tonn?es?|tons?|kg|kilo(?:gram)?s?|grams?|pounds?|lbs?|ounces?|stone)\b", re.IGNORECASE),
    "fast": re.compile(
        r"(?:\b|(?<=\d))(?:mph|kph|km/h|knots?)\b|"
        r"\b(?:(?:an|per|a) (?:hour|minute|second)|hours?|minutes?|seconds?|times|per ?cent)\b|%",
        re.IGNORECASE,
    ),
}
_ASKED = re.compile(
    r"\bhow (?P<tall>tall)\b|\bhow (?P<high>high)\b|\bhow (?P<deep>deep)\b|\bhow (?P<wide>wide|broad)\b|"
    r"\bhow (?P<heavy>heavy)\b|\bhow (?P<fast>fast)\b|\bhow (?P<long>long) (?:is|was|are|were)\b|"
    r"\b(?P<height>height)\b|\b(?P<depth>depth)\b|\b(?P<width>width)\b",
    re.IGNORECASE,
)
_SAME = {"tall": "high", "height": "high", "depth": "deep", "width": "wide"}
# "A crack four metres long": what is measured stands before the number, unless a verb or a particle does.
_MEASURED = re.compile(
    rf"(?:\b(?P<thing>[^\W\d_]+),? )?(?<![\w.,])[\w.,]+[ -](?:{_SMALL}|{_LARGE})[ -]"
    r"(?:(?P<high>high|tall|above)|(?P<deep>deep|below)|(?P<wide>wide|across)|(?P<long>long))\b",
    re.IGNORECASE,
)
_NO_THING = frozenset(
    "is was are were be been being measures measured measuring stands stood stand rises rose reaches reached runs ran "
    "stretches stretched about nearly almost around roughly approximately some over under than only just least most to "
    "at of and or by up with from a an the its their his her this that now still more less another".split()
)
_TIMES_ASKED = re.compile(r"\bhow (?:many times|often)\b", re.IGNORECASE)
_TIMES = re.compile(
    r"\b(?:times?|once|twice|thrice|never|again|every|each|per|always|seldom|rarely|regularly|occasions?|daily|weekly|"
    r"monthly|yearly|annual\w*|first|second|third|\d+(?:st|nd|rd|th)|\w*(?:four|fif|six|seven|eigh|nin|ten|eleven|twelf|teen|tie)th)"
    r"\b|\b(?:a|an) (?:hour|day|week|month|year)\b",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b(?:second|minute|hour|day|week|month|year|decade|centur)", re.IGNORECASE)
_NUMBER = re.compile(r"\d")


def measures_otherwise(question: Question, text: str) -> bool:
    """Whether a question asks for a measure, and all that the text measures are another one, or those of other things.

    "Four metres long" is no height, "131 kilometres an hour" neither, and a crack's length is not the breakwater's.
    """
    if leaves_often_open(question, text):
        return True
    asked = _ASKED.search(question.text)
    if asked is None:
        return False
    word = asked.lastgroup or ""
    wanted = _SAME.get(word, word)
    if wanted == "long" and _TIME.search(text):
        return False
    if said := list(_MEASURED.finditer(text)):
        return all(m.lastgroup != wanted or _of_another_thing(question, m["thing"]) for m in said)
    unit = _UNITS.get(word)
    return unit is not None and bool(_NUMBER.search(text)) and not unit.search(text)


def leaves_often_open(question: Question, text: str) -> bool:
    """Whether a question asks how often, or how many times, and a sentence does not tell: "nine seconds ahead"."""
    return _TIMES_ASKED.search(question.text) is not None and not _TIMES.search(text)


def _of_another_thing(question: Question, thing: str | None) -> bool:
    if thing is None or thing.lower() in _NO_THING:
        return False
    groups = ALIKE.get(stem(thing), frozenset())
    return stem(thing) not in question.terms and all(groups.isdisjoint(ALIKE.get(t, ())) for t in question.terms)
