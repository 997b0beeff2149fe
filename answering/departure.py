"""Whether who held an office has left it: "Mayor X resigned", "X quit as mayor", "Y succeeded X as mayor".

Plain rules for English. A departure makes out of date what was published up to then, and not what came after.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from answering.definition import Definition
from answering.evidence import Candidate, Reading

_WENT = (
    r"(?:\w+ly\s+)?(?:resigned|quit|died|retired|left\s+office|bowed\s+out|(?:stepped|stood)\s+(?:down|aside)|"
    r"lost\s+(?:\w+\s+){0,3}(?:election|vote|seat|race|post|job)|(?:was|were|been|got)\s+(?:\w+ly\s+)?(?:ousted|sacked|"
    r"fired|dismissed|deposed|toppled|removed|replaced|succeeded|overthrown|assassinated|voted\s+out|forced\s+out))\b"
)
_HAS = r"(?:who\s+)?(?:(?:has|had)\s+)?"
# "X quit", "X of Tarn has resigned", "X, 61, died", "X, who stepped down in May"
_GONE = re.compile(
    rf"(?:\s+(?:of|for|at)(?:\s+[^\s,.;:]+){{1,4}}?)?(?:,[^,;.]{{1,60}},|,)?\s+{_HAS}{_WENT}", re.IGNORECASE
)
# "X has resigned as mayor"; without the office it may be another one that was left
_GONE_AS = re.compile(rf"(?P<name>[\w’'-]+)(?:,[^,;.]{{1,60}},|,)?\s+{_HAS}{_WENT}\s+as\b", re.IGNORECASE)
_REPLACED = re.compile(
    r"\b(?:succeed(?:s|ed|ing)?|replac(?:es|ed|ing)|t(?:akes|ook|aking)\s+over\s+from)\s+(?:[A-Z][\w’'-]*\s+)*"
    r"(?P<name>[A-Z][\w’'-]+)\s+as\b"
)  # fmt: skip


def still_there(found: Mapping[int, Definition], reading: Reading) -> dict[int, Definition]:
    """Of the candidates that name a holder, by their numbers, those that no departure has made out of date.

    When none is left, those that tell of the departure are what there is to tell, or else all of them.
    """
    gone = {i: _gone(candidate, found.get(i)) for i, candidate in enumerate(reading.candidates)}
    left: dict[str, datetime | None] = {}
    for i, names in gone.items():
        day = reading.candidates[i].passage.article.published_at
        for name in names:
            known = left.get(name, day)
            left[name] = max(known, day) if known and day else None
    there = {i: one for i, one in found.items() if not _is_past(reading.candidates[i], one, left)}
    telling = {i: one for i, one in found.items() if _name(reading.candidates[i], one) in gone[i]}
    return there or telling or dict(found)


def _gone(candidate: Candidate, one: Definition | None) -> set[str]:
    """The last names, in lower case, of those whom a sentence tells to have left."""
    text = candidate.text
    names = {found["name"].lower() for form in (_GONE_AS, _REPLACED) for found in form.finditer(text)}
    if one is not None and _GONE.match(text, one.end):
        names.add(_name(candidate, one))
    return names


def _is_past(candidate: Candidate, one: Definition, left: Mapping[str, datetime | None]) -> bool:
    name, day = _name(candidate, one), candidate.passage.article.published_at
    if name not in left:
        return False
    last = left[name]
    return last is None or day is None or day <= last


def _name(candidate: Candidate, one: Definition) -> str:
    return candidate.text[one.start : one.end].split()[-1].lower()
