"""Ages: whether a sentence tells how old one is who is asked about."""

import re
import unicodedata

from answering.question import Kind, Question
from answering.roles import IS_ROLE
from answering.saying_no import NOT_SAID
from answering.stem import WORD, stem, stems

_ASKED = re.compile(
    r"\bhow old\b|\bwhat age (?:is|are|was|were|did|does|do|had|has|will)\b|"
    r"\bwhat (?:is|was) (?:the |his |her |their )(?:\w+ )?age\b",
    re.IGNORECASE,
)
_NAME = r"(?>[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,4})"
# Whose age it is, where a name says so and no word that makes it another's ("Quist's son", "the mayor of Brant").
_WHOSE = re.compile(rf"(?i:\b(?:how old (?:is|was|are|were)|age of) )(?P<who>{_NAME})(?<!['’]s)(?<!s['’])(?! of\b)")
# "The transport minister", "Tarn's mayor": one named by what they are.
_BY_ROLE = re.compile(
    r"^\W*(?:how old (?:is|was)|what (?:is|was) the age of) "
    r"(?P<who>(?:the |[A-Z][\w’' -]{1,60}?['’]s )(?:(?! when\b)[^?,]){2,80}?)\W*$",
    re.IGNORECASE,
)
_OF = re.compile(r" (?:of|at|in|for)\b")
_IS_NOW = re.compile(r"\bhow old (?:is|are)\b", re.IGNORECASE)
_N = (
    r"(?i:\d{1,3}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?|"
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen))"
)
_ABOUT = r"(?:(?:only|just|now|then|about|still|over|under|almost|nearly|around|currently) )*"
_UNIT = r"(?:years?|yrs?|months?|weeks?|days?)"
_ROLE = r"(?!(?:from|in|of|at|on|to|for|by|with|who|and|is|was|has|had)\b)[a-z]+"  # "the 46-year-old mayor Quist"
_AGE = re.compile(
    rf"(?P<before>{_NAME})(?:, (?:now )?(?:aged )?{_N}(?=[,.;:)]|$| and\b| who\b)| \((?:aged )?{_N}\))|"
    rf"\b{_N}-{_UNIT}-olds?\b(?: (?:{_ROLE} ){{0,3}}(?P<after>{_NAME}))?|\b{_N} {_UNIT} olds?\b|"
    rf"(?i:\b(?:aged?:?|age of|turn(?:s|ed|ing)?) {_ABOUT}{_N}\b|\b{_N} years of age\b|\b{_N} ?y/?o\b|"
    rf"(?:\b(?:am|is|are|was|were)|[’'](?:s|m|re)) {_ABOUT}{_N}"
    r"(?:(?=[.,;)]|$| (?:and|at|on|in|or|but|now|if|last|this)\b)|(?P<then>) (?:when|as)\b)|"
    r"\bborn\b|\bin (?:his|her|their|its) (?:(?:early|mid|late)[ -])?(?:\w+ties|teens|\d0s)\b|"
    r"\b(?:years?|decades?|centur(?:y|ies)|months?)[- ]old\b|\d(?:st|nd|rd|th) (?:birthday|anniversary)\b|"
    r"\b(?:dat(?:es?|ed|ing) (?:from|back)|since (?:1\d|20)\d\d)\b|"
    r"(?:\b(?:is|are|was|were|been) |, )(?:built|founded|opened|established|completed|created|launched|made|laid)\b"
    r"[^.;]{0,40}?\b(?:(?:1\d|20)\d\d|centur(?:y|ies)|decades?|years)\b)"
)
_PRONOUN = re.compile(r"\b(?:s?he|her|his|they|their|its?)\b", re.IGNORECASE)
# Of things an age is told in many ways.
_SPAN = re.compile(r"\b(?:(?:1\d|20)\d\d|(?:year|decade|centur|month)\w*)\b", re.IGNORECASE)


def named_by_role(text: str) -> str | None:
    """Whom a question for an age names by what they are, "the mayor of Brant"; None where it does not."""
    found = _BY_ROLE.match(text)
    return found["who"] if found and IS_ROLE.match(_head(found["who"])) else None


def _head(who: str) -> str:
    return _OF.split(who)[0].split()[-1]


def asks_age(question: Question) -> bool:
    """Whether a question asks how old somebody or something is."""
    return question.kind is Kind.HOW_MANY and _ASKED.search(question.text) is not None


def age_told(question: Question, text: str) -> float:
    """1.0 for a text that tells the age asked for, else 0.0.

    "She was 19 when" does not tell how old she is, and an age that stands at another's name ("Per Lund, 58,") is not
    that of the one named in the question.
    """
    role = named_by_role(question.text)
    if role and stem(_head(role)) not in stems(text):  # "substitute Jamie Orr, 19" is not the manager
        return 0.0
    who = _WHOSE.search(question.text)
    asked = _bearer(who["who"]) if who else frozenset()
    is_now = _IS_NOW.search(question.text) is not None
    found = (m for m in _AGE.finditer(text) if m["then"] is None or not is_now)
    if any(not asked or _may_be_of(asked, m["before"] or m["after"], text) for m in found):
        return 1.0
    return float(not asked and not role and _SPAN.search(text) is not None)


def leaves_age_open(question: Question, text: str) -> bool:
    """Whether a question asks how old one is, and a sentence does not tell; that it is not known answers."""
    return asks_age(question) and not age_told(question, text) and not NOT_SAID.search(text)


def _may_be_of(asked: frozenset[str], name: str | None, text: str) -> bool:
    """Whether an age could be that of the one asked about: at "Quist" and "Lena Quist", but at no other Quist.

    One without a name beside it could be where the text names that one or has a pronoun.
    """
    if said := _bearer(name) if name else frozenset():
        return said <= asked or asked <= said
    return _PRONOUN.search(text) is not None or not asked.isdisjoint(_bearer(text))


def _bearer(name: str) -> frozenset[str]:
    """The stems of a name without titles and accents."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return frozenset(stems(" ".join(word for word in WORD.findall(letters) if not IS_ROLE.match(word))))
