"""Whom a sentence names as the holder of an office, or as somebody's wife.

Plain rules for English: "Netflix CEO Reed Hastings", "Reed Hastings, the head of Netflix,", "X's wife, Y", "X is the
mayor of Y".
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from answering.definition import Definition, places
from answering.departure import still_there
from answering.evidence import Candidate, Reading
from answering.lexicon import FUNCTION_WORDS, LIGHT
from answering.office import AMERICA, OWN, POSSESSED, TIMES, Office, bare
from answering.question import Question
from answering.roles import APPOINTED, IS_ROLE
from answering.stem import WORD

# An office with one of these right before it is another one, and with one of the others of another time.
_OTHERWISE = frozenset("vice deputy assistant associate lieutenant lt junior shadow incoming".split())
_IN_THE_PAST = re.compile(r"\b(?:former|formerly|ex|then|late|onetime|one-time)\b[^,;:.()]{0,50}$", re.IGNORECASE)
_WORD = r"[A-ZÀ-ÖØ-ÞĆČĐĞİŁŚŞŠȘŽŻ][\w’'-]*\.?"
_PARTICLE = r"(?:de|da|del|der|den|van|von|al|el|bin|ibn|la|le)"
_NAME = rf"{_WORD}(?:[\s-]+(?:{_PARTICLE}\s+)*{_WORD}){{0,3}}"
_BEHIND = re.compile(rf"^\s*,?\s*[“\"]?(?P<name>{_NAME})")
# "Mayor Ines Vale of Tarn"
_OF_ONE = re.compile(rf"^\s+(?P<name>{_NAME})\s+(?:of|at)\s+(?:the\s+)?(?P<of>[^,.;:()]{{2,60}})")
_OF_BODY = re.compile(r"^\s+(?:of|at|for|in)\s+(?:the\s+)?(?P<of>[^,.;:()]{2,60})")
_IS = (
    r"(?:is|was|became|remains|serves\s+as|served\s+as|took\s+over\s+as|has\s+been|"
    rf"(?:was|were|has\s+been|had\s+been)\s+{APPOINTED}(?:\s+as)?|"
    rf"(?:succeed(?:s|ed)|replace[sd]|took\s+over\s+from)\s+{_NAME}\s+as)"
)
_AHEAD = re.compile(
    rf"(?P<name>{_NAME})(?:,\s*(?:who\s+{_IS}\s+)?|\s+{_IS}\s+|\s+\()(?:the|its|their|an?|now|then)?\s*$"
)
_MODIFIER = re.compile(r"(?:[a-z][a-z-]*\s+){0,2}$")
_NO_NAMES = frozenset(
    """Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August
    September October November December The A An And But In On At He She It They His Her Its Who That This There When
    While After Before As If Mr Mrs Ms Dr Sir US""".split()
)
_OF_LAST_NAME = frozenset(
    """wife husband spouse partner son daughter mother father brother sister lawyer attorney spokesman spokeswoman
    spokesperson girlfriend boyfriend fiance fiancee coach manager captain quarterback striker goalkeeper""".split()
)
# Of which there are so many that one without a country is anybody's.
_EVERYWHERE = frozenset(("president", "vice president", "foreign minister", "prime minister", "defense minister"))
_PARTIES = frozenset(("Republican", "Democratic", "Conservative", "Labour"))
# Held in many places, so that an article names the place once.
_LOCAL = frozenset(("governor", "mayor", "sheriff", "police chief", "fire chief"))
_IN = re.compile(r"\bin\s+(?:the\s+)?$", re.IGNORECASE)
_TELLING = (FUNCTION_WORDS | LIGHT) - TIMES - {"and"}
_BETWEEN = 3  # words between what an office is of and the office
_ITS = re.compile(r"^\W*its\b", re.IGNORECASE)
_TAIL = re.compile(r"(?:['’]s?|\.)?$")
# What a whole name, one word of a name, and the office of a part of something are worth.
_FULL, _SHORT, _PART = 1.0, 0.75, 0.8


def holders(office: Office, question: Question, reading: Reading) -> dict[int, Definition]:
    """Of each candidate, by its number, that names who holds the office that the question asks for."""
    found = _holders(office, question, reading)
    return still_there(found, reading) if office.is_held else found


def _holders(office: Office, question: Question, reading: Reading) -> dict[int, Definition]:
    found = {i: said for i, one in enumerate(reading.candidates) if (said := holder(office, one.text))}
    if not found and _OF_LAST_NAME.intersection(office.names):
        # "Smith's wife", "United's coach", in an article that has the whole name
        surname = replace(office, body=office.body[-1:])
        known = [(i, c) for i, c in enumerate(reading.candidates) if _names_in_full(question, office, c)]
        found = {i: said for i, c in known if (said := holder(surname, c.text))}
    plain = replace(office, body=())
    if not found and office.body == AMERICA and not _EVERYWHERE.intersection(office.names):
        # American news does not say whose "Secretary of State Ines Vale" is.
        return {i: said for i, one in enumerate(reading.candidates) if (said := holder(plain, one.text))}
    if found or not office.body:
        return found
    if _LOCAL.intersection(office.names):
        # "Gov. Ines Vale" is the governor of the state that the paragraph is about.
        body = frozenset(office.body)
        there = {(c.passage.rank, c.line) for c in reading.candidates if body <= frozenset(c.stems)}
        near = [(i, c) for i, c in enumerate(reading.candidates) if (c.passage.rank, c.line) in there]
        named = ((i, holder(plain, c.text)) for i, c in near)
        found = {i: replace(said, strength=said.strength * _PART) for i, said in named if said}
    return found or _implied(office, reading)


def _implied(office: Office, reading: Reading) -> dict[int, Definition]:
    """Holders told of by the bare office, where the headline says of what and the article has no other one, or by "its
    chair", where the sentence before does.
    """
    plain, body = replace(office, body=()), frozenset(office.body)
    told = {i: said for i, one in enumerate(reading.candidates) if (said := holder(plain, one.text))}
    names: defaultdict[str, set[str]] = defaultdict(set)
    for i, said in told.items():
        c = reading.candidates[i]
        names[c.passage.article.id].add(c.text[said.start : said.end].split()[-1])
    found = {}
    for i, said in told.items():
        c = reading.candidates[i]
        article = c.passage.article
        if _ITS.match(c.text):
            before = reading.beside(c, -1)
            is_meant = before is not None and body <= frozenset(before.stems)
        else:
            is_meant = len(names[article.id]) == 1 and body <= frozenset(map(bare, WORD.findall(article.title)))
        if is_meant:
            found[i] = replace(said, strength=said.strength * _PART)
    return found


def _names_in_full(question: Question, office: Office, c: Candidate) -> bool:
    name = " ".join(POSSESSED.sub("", question.shown.get(one, one)) for one in office.body)
    return name.lower() in c.passage.article.body.lower()


@lru_cache(maxsize=4_096)
def holder(office: Office, text: str) -> Definition | None:
    """Where and how plainly a sentence names who holds an office; None where it does not."""
    return max(_named(office, text), key=lambda one: one.strength, default=None)


def _named(office: Office, text: str) -> Iterator[Definition]:
    for place in _title(office.names).finditer(text):
        before, after = text[: place.start()], text[place.end() :]
        if office.is_held and _is_another(before):
            continue
        of = _OF_BODY.match(after)
        ends = _ends(office, of["of"]) if of else None
        start = _begins(office, before)
        if ends is None and start is None and (found := _OF_ONE.match(after)) and _ends(office, found["of"]):
            yield from _person(office, found, place.end())
        is_of_another = (
            of is not None and of["of"][0].isupper() and (office.body or not _LOCAL.intersection(office.names))
        )
        if ends is None and (start is None or is_of_another):
            continue
        behind = place.end() if of is None or ends is None else place.end() + of.start("of") + ends
        if (found := _BEHIND.match(text[behind:])) and (ends is None or "," in found.group() or " " in found["name"]):
            yield from _person(office, found, behind)
        lead = before if start is None else before[:start]
        if found := _AHEAD.search(lead) or _AHEAD.search(_MODIFIER.sub("", lead)):
            yield from _person(office, found, 0, _PART if start and _is_part(lead) else 1.0)


def _is_part(before: str) -> bool:
    """Whether what an office is of is part of a longer name: "Cleveland Federal Reserve President"."""
    last = before.split()[-1:]
    return bool(last) and last[0][0].isupper() and last[0] not in OWN and len(before.split()) > 1


@lru_cache(maxsize=256)
def _title(names: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(re.escape(name).replace(r"\ ", r"[\s-]") for name in names)
    return re.compile(rf"(?<![\w])(?:co-)?(?:{either})(?!\w)", re.IGNORECASE)


def _is_another(before: str) -> bool:
    """Whether the words before an office make another one of it, or one that was held before."""
    last = re.findall(r"[\w’']+", before[-40:].lower())[-2:]
    return any(word in _OTHERWISE for word in last) or bool(_IN_THE_PAST.search(before))


def _begins(office: Office, before: str) -> int | None:
    """Where the words begin that stand before an office and say what it is of; None when they say another or nothing.

    What is asked for without a body is an office of the country that an article is of, which it does not name.
    """
    size = len(office.body)
    words = list(WORD.finditer(before))[-(size + _BETWEEN) :]
    if not size:
        if not words or words[-1].group() in {"The", "Its"} | OWN | _PARTIES:
            return words[-1].start() if words else 0
        if before.rstrip().endswith((",", ";", ":")):
            return len(before)
        return len(before) if words[-1].group()[0].islower() else None
    held = [bare(word.group()) for word in words]
    found = places(held, office.body)
    if not found:
        return None
    start, last = words[found[-1]].start(), found[-1] + size
    between = before[words[last - 1].end() :]
    if re.fullmatch(r",\s*", between) and _IN.search(before[:start]):  # "In France, President Anna Lind"
        return start
    is_one = not re.search(r"[,;()]|:.*\w", between) and not any(w.group().lower() in _TELLING for w in words[last:])
    return start if is_one else None


def _ends(office: Office, words: str) -> int | None:
    """Where in the words behind an office's "of" what was asked about ends; None where it is not named first."""
    if not office.body:
        return None
    held = list(WORD.finditer(words))
    found = places([bare(word.group()) for word in held], office.body)
    return held[found[0] + len(office.body) - 1].end() if found and found[0] <= _BETWEEN else None


def _person(office: Office, found: re.Match[str], at: int, weight: float = 1.0) -> Iterator[Definition]:
    words = list(re.finditer(r"\S+", found["name"]))
    while words and _is_no_name(words[0].group()):
        words = words[1:]
    while words and _is_no_name(words[-1].group()):
        words = words[:-1]
    if not words or bare(words[0].group()) in office.body:
        return
    if any(bare(word.group()) in office.others for word in words):
        return
    start = found.start("name") + words[0].start()
    name = _TAIL.sub("", found.string[start : found.start("name") + words[-1].end()])
    strength = _FULL if len(words) > 1 else _SHORT
    yield Definition(strength * weight, at + start, at + start + len(name))


def _is_no_name(word: str) -> bool:
    plain = word.strip(".,")
    return len(plain) < 2 or plain in _NO_NAMES or bool(IS_ROLE.match(plain))
