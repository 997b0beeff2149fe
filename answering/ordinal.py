"""The first and the second of a kind: whether a sentence tells of the one that is asked for."""

import re

from answering.question import Question
from answering.stem import stem

_WORDS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last"
_OF = re.compile(rf"\b(?P<which>{_WORDS})[ -](?P<thing>[^\W\d_]{{3,}})", re.IGNORECASE)


def ordinal_agreement(question: Question, text: str) -> int:
    """1 when the text tells of the very one asked for ("second prize"), -1 when of another of its kind only, else 0."""
    asked = {(m["which"].lower(), stem(m["thing"])) for m in _OF.finditer(question.text)}
    told = {(m["which"].lower(), stem(m["thing"])) for m in _OF.finditer(text)}
    if asked & told:
        return 1
    return -1 if {thing for _, thing in asked} & {thing for _, thing in told} else 0
