"""Questions for who holds an office, or is somebody's wife: which office, of what, and of now or then.

Plain rules for English: "Who is the CEO of X?", "Who runs X?", "Who became mayor of X after Y quit?", "Who is X's
wife?"
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from answering.definition import LEAD_IN
from answering.lexicon import FUNCTION_WORDS
from answering.question import Kind, Question
from answering.roles import APPOINTED, IS_ROLE
from answering.stem import WORD, stem, stems

_CHAIR, _COACH, _FOUNDER = (
    "chair|chairman|chairwoman|chairperson",
    "head coach|coach|manager|boss",
    "founder|co-founder|cofounder",
)
# Names of one office; each line is interchangeable.
_SAME_OFFICE = (
    "ceo|chief executive officer|chief executive|boss",
    "prime minister|premier|pm",
    "president|pres.",
    "governor|gov.",
    "senator|sen.",
    "representative|rep.|congressman|congresswoman",
    _CHAIR,
    "head|director|chief|leader|director general|director-general|chair|chairman|chairwoman|boss",
    "leader|head|president|chief|ruler|dictator",
    _COACH,
    _FOUNDER,
    "secretary general|secretary-general",
    "spokesman|spokeswoman|spokesperson|press secretary",
    "defense secretary|defence secretary|secretary of defense|secretary of defence|defense minister|defence minister",
    "foreign minister|foreign secretary|minister of foreign affairs",
    "treasury secretary|secretary of the treasury",
    "vice president|vice-president",
    "lawyer|attorney",
    "husband|spouse",
    "wife|spouse",
)
_COMES_TO_BE = (
    rf"(?:is\s+|was\s+|has\s+been\s+|will\s+be\s+)?(?:{APPOINTED}|made|going\s+to\s+be|taking\s+over|took\s+over)(?:\s+as)?|"
    r"bec[ao]mes?|(?:has|will)\s+become|will\s+be|has\s+been"
)
_ASKED = re.compile(
    rf"{LEAD_IN}who(?P<verb>['’]s|\s+(?:{_COMES_TO_BE}|is|was))\s+"
    r"(?P<rest>[^?,;:“”\"]+?)\W*$",
    re.IGNORECASE,
)
# "Who became mayor after Vale resigned?": another than Vale.
_AFTER = re.compile(
    r"\s+(?:after|following|when|once|since|now\s+that|in\s+place\s+of|instead\s+of|to\s+replace|replacing|succeeding)"
    r"\s+(?P<clause>.+)$",
    re.IGNORECASE,
)
# What somebody does who holds an office, and what it may be called.
_DOES = {
    "runs": "ceo|chief executive officer|chief executive|head|boss|director|director general|president|leader",
    "leads": "leader|head|president|chief|ceo|chief executive|prime minister|premier",
    "heads": "head|director|chief|leader|director general|chair|chairman|chairwoman|boss|ceo|chief executive",
    "chairs": _CHAIR,
    "coaches": _COACH,
    "manages": _COACH,
    "captains": "captain|skipper",
    "owns": "owner|co-owner",
    "founded": _FOUNDER,
}
_ASKED_BY_DEED = re.compile(
    rf"{LEAD_IN}who\s+(?:currently\s+|now\s+)?(?P<does>{'|'.join(_DOES)})\s+(?:the\s+)?(?P<body>[^?,;:“”\"]+?)\W*$",
    re.IGNORECASE,
)
OWN = frozenset(("US", "U.S", "U.S.", "USA", "America", "American"))
AMERICA = (stem("America"),)
POSSESSED = re.compile(r"['’]s?$")
_POSSESSIVE = re.compile(r"^(?:the\s+)?(?P<body>.+?)(?:['’]s|(?<=s)['’])\s+(?P<office>.+)$", re.IGNORECASE)
_WITH_OF = r"(?:secretary|minister|chief)\s+of\s+(?:the\s+)?(?:state|defen[cs]e|staff|treasury|police)"
# What an office is of follows it, unless the office itself is called so.
_OF = re.compile(
    rf"^(?:the\s+|an?\s+)?(?P<office>.*\b{_WITH_OF}|.+?)\s+(?:of|at|for|in)\s+(?:the\s+)?(?P<body>.+)$",
    re.IGNORECASE,
)
_OF_ITSELF = re.compile(r"^(?:the\s+)?(?P<office>.+)$", re.IGNORECASE)
_HAS_OF = re.compile(rf"\b{_WITH_OF}$", re.IGNORECASE)
# What may stand before the last word of an office and belongs to it.
_QUALIFIERS = frozenset(
    """prime foreign vice press head chief majority minority defense defence treasury interior finance home health
    secretary attorney deputy surgeon managing executive lead general opposition police fire""".split()
)
_WITHIN = frozenset(("of", "the", "and", "for"))  # the names of what an office is of
_FIRST = frozenset(("minister", "secretary", "officer"))  # there is a First Minister; a first mayor is another question
# Of the time asked about, and no other office: "the current mayor".
TIMES = frozenset("current present new then incumbent sitting acting former old previous late".split())
_BEFORE_NOW = frozenset("former previous old late".split())
_LONGEST_BODY = 4  # words of the name of what somebody runs


@dataclass(frozen=True, slots=True)
class Office:
    """An office that is asked for: what it may be called, the stems of what it is of, and whether it is held now.

    `others` are stems of names of who is not meant, as those who held it before; `is_named` tells whether the question
    names the office ("the head of X"), and not only what its holder does ("who runs X").
    """

    names: tuple[str, ...]
    body: tuple[str, ...]
    is_held: bool
    others: frozenset[str] = frozenset()
    is_named: bool = True


def office_asked(question: Question) -> Office | None:
    """The office whose holder is all that is asked; None for other questions."""
    if question.kind is not Kind.WHO:
        return None
    found = _ASKED.match(question.asked)
    if found is None:
        return _by_deed(question)
    rest, others = found["rest"].strip(), frozenset[str]()
    if change := _AFTER.search(rest):
        rest, others = rest[: change.start()], frozenset(stems(change["clause"])).intersection(question.names)
        if not others:  # "after 1997", "when the bridge fell"
            return None
    for form in (_POSSESSIVE, _OF_ITSELF if _HAS_OF.search(rest) else _OF, _OF_ITSELF):
        if (read := form.match(rest)) and (split := _split(read["office"])):
            break
    else:
        return None
    before, name = split
    times = TIMES.intersection(word.lower() for word in before)
    before = [word for word in before if word.lower() not in TIMES]
    after = WORD.findall(read.groupdict().get("body") or "")
    if any(word in FUNCTION_WORDS - _WITHIN for word in after):
        return None
    body = [word for word in (*before, *after) if word not in FUNCTION_WORDS]
    if (before and after) or (body and not any(_is_name(word, question) for word in body)):
        return None
    is_held = found["verb"].strip().lower() != "was" and not _BEFORE_NOW & times
    return Office(_called(name), AMERICA if body == ["United", "States"] else tuple(map(bare, body)), is_held, others)


def _by_deed(question: Question) -> Office | None:
    found = _ASKED_BY_DEED.match(question.asked)
    if found is None:
        return None
    body = WORD.findall(found["body"])
    if not (1 <= len(body) <= _LONGEST_BODY) or not all(_is_name(word, question) for word in body):
        return None
    does = found["does"].lower()
    names = _longest_first(_DOES[does].split("|"))
    return Office(names, tuple(map(bare, body)), does != "founded", is_named=False)


def of_somebody(question: Question) -> bool:
    """Whether all that is asked is who holds an office of something named, so that only a holder's name answers."""
    office = office_asked(question)
    return office is not None and bool(office.body) and office.is_named


def _split(words: str) -> tuple[list[str], str] | None:
    """What stands before an office, and what it is called; None when the words are no office."""
    if of := _HAS_OF.search(words):
        return WORD.findall(words[: of.start()]), of.group().lower()
    *before, last = WORD.findall(words) or [""]
    if not (IS_ROLE.match(last) or last.lower() == "whip"):
        return None
    name = [last]
    while before and before[-1].lower() in _QUALIFIERS:
        name.insert(0, before.pop())
    if before and before[-1].lower() == "first" and last.lower() in _FIRST:
        name.insert(0, before.pop())
    return before, " ".join(name).lower()


def _is_name(word: str, question: Question) -> bool:
    return stem(word) in question.names or word[:2] != word[:2].lower() or word[0].isdigit()


def _called(name: str) -> tuple[str, ...]:
    names = {name}
    for line in _SAME_OFFICE:
        if name in (others := line.split("|")):
            names.update(others)
    return _longest_first(names)


def _longest_first(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=len, reverse=True))


def bare(word: str) -> str:
    """The stem of a word without what makes it a possessive; the United States have one for all their names."""
    plain = POSSESSED.sub("", word)
    return AMERICA[0] if plain in OWN else stem(plain)
