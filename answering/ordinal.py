"""The first, the last, the largest of a kind: whether a sentence tells of the one that is asked for."""

import re

from answering.question import Kind, Question
from answering.stem import stem, stems

_ORDINALS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last"
_OF = re.compile(rf"\b(?P<which>{_ORDINALS})[ -](?P<thing>[^\W\d_]{{3,}})", re.IGNORECASE)
# "The first mayor", "the oldest ship", "Varga's last race"; "last year", "the last ten days" and "the west" say when
# and where, and a capital letter belongs to a name ("the Second World War").
_ONE = re.compile(
    rf"(?:\b(?:the|his|her|its|their|whose|which|what)|['’]s?) "
    rf"(?P<which>{_ORDINALS}|most(?= \w+)|least(?= \w+)|\w{{2,}}est)\b"
    r"(?! (?:\d|one\b|two\b|three\b|four\b|five\b|six\b|ten\b|few\b|several\b|couple\b|year|month|week|night|time\b|"
    r"day|decade|of the)|-)"
)
_NO_SUPERLATIVES = frozenset(
    "west interest forest protest request arrest guest contest harvest test rest best latest nearest suggest invest "
    "unrest nest quest priest conquest chest midwest northwest southwest modest honest manifest inquest".split()
)
# What else says it: any word of a group may stand for those before its colon.
_SAID = {
    stem(word): frozenset(stems(f"{words} {others}"))
    for words, others in (
        group.split(":")
        for group in (
            "first:1st earliest original originally initial initially inaugural inaugurated debut maiden pioneer",
            "last:final latest recent", "second:2nd twice runner-up", "third:3rd thrice",
            "largest biggest greatest:main most record", "highest tallest:most record top peak", "longest:most record",
            "oldest earliest:first", "newest youngest:latest", "fastest quickest:record best",
            "smallest lowest fewest least shortest:least", "deadliest worst bloodiest:most", "richest wealthiest:most",
        )
    )
    for word in words.split()
}  # fmt: skip
# What is asked for, behind "the first": "the first ferry". Words with these endings may only describe it.
_THING = re.compile(r"\s+(?P<thing>[^\W\d_]{3,})")
_DESCRIBING = ("al", "ic", "ive", "ous", "ish", "ese", "an", "ed", "ing", "ful", "ary", "ly", "male")
_ANY_THING = frozenset(
    stems("person people man woman one thing time part word name place public known ever new major big")
)
_ASKS_FOR_IT = re.compile(r"^\W*(?:what|which)\b(?: \w+)? the ", re.IGNORECASE)
_ANSWERED_BY_ONE = frozenset({Kind.WHO, Kind.WHEN, Kind.WHERE, Kind.HOW_MANY})


def ordinal_agreement(question: Question, text: str) -> int:
    """1 when the text tells of the very one asked for ("second prize"), -1 when of another of its kind only, else 0."""
    asked = {(m["which"].lower(), stem(m["thing"])) for m in _OF.finditer(question.text)}
    told = {(m["which"].lower(), stem(m["thing"])) for m in _OF.finditer(text)}
    if asked & told:
        return 1
    return -1 if {thing for _, thing in asked} & {thing for _, thing in told} else 0


def the_one_asked(question: Question) -> frozenset[str] | None:
    """Stems of which a sentence has to have one to tell of the one asked for; None where any may answer."""
    found = _one(question)
    word = stem(found["which"]) if found else ""
    return _SAID.get(word, frozenset({word})) if found else None


def the_thing_asked(question: Question) -> str | None:
    """The stem of what the one asked for is ("the first ferry"); None where that is not sure."""
    found = _one(question)
    thing = _THING.match(question.asked, found.end()) if found else None
    if thing is None or thing["thing"].lower().endswith(_DESCRIBING) or stem(thing["thing"]) in _ANY_THING:
        return None
    return stem(thing["thing"])


def _one(question: Question) -> re.Match[str] | None:
    """Where a question asks for one of its kind."""
    found = _ONE.search(question.asked)
    if found is None or found["which"].lower() in _NO_SUPERLATIVES:
        return None
    asks_for_it = question.kind in _ANSWERED_BY_ONE or _ASKS_FOR_IT.match(question.asked)
    return found if asks_for_it else None
