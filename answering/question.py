"""What a question asks for: its kind, its telling words, names, numbers and quoted phrases. Rules only, no model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from corpus.words import STOP_WORDS, quoted_phrases

WORD = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+(?:[.,]\d+|['’-][^\W_]+)*", re.UNICODE)
SPEECH = re.compile(
    r"\b(?:say|says|said|saying|tell|tells|told|argue[sd]?|claim(?:s|ed)?|describe[sd]?|call(?:s|ed)?|put|puts|think|"
    r"thinks|thought|believe[sd]?|speak|speaks|spoke|insist(?:s|ed)?|warn(?:s|ed)?|suggest(?:s|ed)?|explain(?:s|ed)?|"
    r"announce[sd]?|write|writes|wrote|according|opinion|view|comment(?:s|ed)?|add(?:s|ed)|ask(?:s|ed)|state[sd]|"
    r"expect(?:s|ed)?|predict(?:s|ed)?|note[sd]|tweet(?:s|ed)?|call(?:s|ed) for)\b",
    re.IGNORECASE,
)
_SPEAKER = re.compile(
    r"\b(?:did|does|do|has|had|would|will|is|was)\s+(?P<asked>(?:[^\W\d_][\w.’'-]*\s+){1,4}?)(?:say|tell|argue|claim|"
    r"describe|call|put|think|believe|speak|insist|warn|suggest|explain|announce|write|expect|predict|tweet|note|"
    r"want|ask|add|saying|said)\b|\baccording to (?P<source>(?:[A-Z][\w.’'-]*\s?){1,4})"
)
_LONGEST = 4_000  # characters of a question that are read


class Kind(StrEnum):
    """What an answer has to contain."""

    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    HOW_MANY = "how_many"
    WHY = "why"
    HOW = "how"
    YES_NO = "yes_no"
    WHAT = "what"


# In order: the first that matches decides. "What year" is a question of time, "which city" one of place.
_KINDS = (
    (
        Kind.WHY,
        r"\bwhy\b|\bhow come\b|\b(?:what|which|the)\b[^?]{0,30}\b(?:reasons?|motives?|rationale)\b|"
        r"\bwhat (?:has |had )?(?:caused?|causes|prompt(?:s|ed)|led|leads|drives|drove|made|makes)\b",
    ),
    (
        Kind.HOW_MANY,
        r"\bhow (?:many|much|far|long|old|tall|high|deep|large|big|fast|often|heavy|wide|close|few|"
        r"frequently|likely)\b|"
        r"\b(?:what|which) (?:is |was |were |are )?(?:the )?(?:\w+ ){0,2}(?:percentage|percent|proportion|fraction|"
        r"number|amount|population|price|cost|distance|age|salary|total|sum|rate|ratio|height|length|weight|size)\b",
    ),
    (
        Kind.WHEN,
        r"\bwhen\b(?! it comes)|\b(?:what|which) (?:\w+ )?(?:year|date|day|month|century|decade|season|era|week)s?\b|"
        r"\b(?:at|by) what time\b|\bwhat time\b|\bsince:?$",
    ),
    (
        Kind.WHERE,
        r"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:city|country|state|continent|town|nation|region|island|place|village|"
        r"province|county|location|area|street|river|venue|neighbou?rhood|destination)\b",
    ),
    (
        Kind.WHO,
        r"\b(?:who|whom|whose|who's|who’s)\b|\b(?:what|which) (?:\w+ ){0,3}?(?:person|president|minister|actor|actress|"
        r"player|singer|artist|team|company|organi[sz]ation|group|party|leader|author|politician|senator|star|"
        r"celebrity|athlete|musician|band|agency|director|king|queen|man|woman|people|rapper|comedian|justice|retailer|airline|"
        r"brand|club|university|firm|bank|billionaire|candidate|governor|official|lawmaker)\b",
    ),
    (Kind.HOW, r"^\W*(?:\w+ ){0,2}how\b|, how\b"),
    (Kind.WHAT, r"\b(?:what|which|what's|what’s)\b"),
    (
        Kind.YES_NO,
        r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|shall|may|might|isn't|aren't|"
        r"didn't|doesn't|won't|hasn't|wasn't)\b",
    ),
)
_KIND_RULES = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)
# Words of questions that an answer does not repeat.
_ASKING = frozenset(
    """what's who's name kind type sort many much please tell give know happen happened happens mean called call
    recently week following exactly actually according us""".split()
)
_ORDINARY = STOP_WORDS | _ASKING
_FOCUS = re.compile(r"\b(?:what|which|whose|how many|how much|how)\s+((?:[^\W_][\w’'-]*\s+){1,2})", re.IGNORECASE)
_ASKING_CLAUSE = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[^.!?;]+(?:[.!?;](?!\s)[^.!?;]*)*")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read. `terms` are stems in order, each once; `names` and `numbers` are stems of capitalised words
    and of figures; `focus` holds the stems that say what is asked for ("which *city*"), which an answer may leave out;
    `background` those that stand only in clauses that ask nothing ("Gas prices rose. How much does a gallon cost?").
    `shown` is each term as it was typed.
    """

    text: str
    kind: Kind
    terms: tuple[str, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    focus: frozenset[str]
    background: frozenset[str]
    phrases: tuple[str, ...]
    asks_what_was_said: bool
    speaker: frozenset[str]
    shown: dict[str, str]


def read_question(text: str) -> Question:
    """The question's kind and telling parts. Any text is accepted; an empty one has no terms."""
    text = text[:_LONGEST]
    words = WORD.findall(text)
    telling = [w for w in words if w == "US" or w.lower() not in _ORDINARY] or words
    shown: dict[str, str] = {}
    for word in telling:
        shown.setdefault(stem(word), word)
    phrases = quoted_phrases(text)
    said = _SPEAKER.search(text)
    speaker = stems(said["asked"] or said["source"] or "") if said else []
    return Question(
        text=text,
        kind=_kind(text),
        terms=tuple(shown),
        names=_names(words, shown),
        numbers=tuple(s for s in shown if s[0].isdigit()),
        focus=frozenset(s for run in _FOCUS.findall(text) for s in stems(run) if s in shown),
        background=_background(text, shown),
        phrases=phrases,
        asks_what_was_said=bool(SPEECH.search(text)),
        speaker=frozenset(s for s in speaker if s in shown),
        shown=shown,
    )


def _background(text: str, shown: dict[str, str]) -> frozenset[str]:
    clauses = _CLAUSE.findall(text)
    asking = [c for c in clauses if _ASKING_CLAUSE.search(c)] or clauses[-1:]
    kept = {s for clause in asking for s in stems(clause)}
    return frozenset(s for s in shown if s not in kept)


def names_by_text(question: Question, texts: Sequence[str]) -> Question:
    """The question with names found in `texts`, when it was typed without a single capital: words that they only
    write with one.
    """
    if question.names or question.text != question.text.lower():
        return question
    text = "\n".join(texts)
    written = set(WORD.findall(text))
    inside = {word for word in re.findall(r"(?<=[a-z,] )[A-Z][\w’'-]*", text)}
    shown = {t: w[:1].upper() + w[1:] for t, w in question.shown.items() if w[0].isalpha()}
    names = tuple(t for t, w in shown.items() if w in inside and question.shown[t] not in written)
    return replace(question, names=names)


def stems(text: str) -> list[str]:
    """The stems of the words of `text`, in order."""
    return [stem(word) for word in WORD.findall(text)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A light English stem: possessives, plurals, -ed, -ing and -ly go, so that "meetings" meets "meet"."""
    if word in ("US", "U.S.", "USA", "U.S.A."):  # not the pronoun
        return "america"
    word = word.lower().replace("’", "'")
    word = word.removesuffix("'s").removesuffix("'").replace(",", "")
    if word[0].isdigit():
        return word
    word = _OTHER_FORMS.get(word, word).replace(".", "")
    if len(word) <= 3:
        return word
    for ending, instead, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: len(word) - len(ending)] + instead
            break
    if word[-1] == "e" and len(word) > 3:
        word = word[:-1]
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word[:-1] + "i" if word[-1] == "y" and len(word) > 3 else word


# Peoples and their countries, and short forms: an article about France may only say "French".
_OTHER_FORMS = {
    "american": "america", "americans": "america", "british": "britain", "uk": "britain", "u.k.": "britain",
    "briton": "britain", "britons": "britain", "french": "france", "irish": "ireland", "dutch": "netherlands",
    "spanish": "spain", "swedish": "sweden", "danish": "denmark", "polish": "poland", "finnish": "finland",
    "scottish": "scotland", "welsh": "wales", "greek": "greece", "turkish": "turkey", "turkiye": "turkey",
    "swiss": "switzerland", "norwegian": "norway", "european": "europe", "eu": "europe", "chinese": "china",
    "japanese": "japan", "korean": "korea", "indian": "india", "israeli": "israel", "iranian": "iran",
    "iraqi": "iraq", "syrian": "syria", "afghan": "afghanistan", "german": "germany", "italian": "italy",
    "tv": "television", "coronavirus": "covid", "covid-19": "covid", "ukrainian": "ukraine", "russian": "russia",
    "mexican": "mexico", "canadian": "canada", "brazilian": "brazil", "cuban": "cuba", "kyiv": "kiev",
}  # fmt: skip
_ENDINGS = (
    ("izations", "iz", 3), ("ization", "iz", 3), ("isations", "iz", 3), ("isation", "iz", 3), ("ising", "iz", 4),
    ("ised", "iz", 4), ("ises", "iz", 4), ("ise", "iz", 4),
    ("ations", "", 4), ("ation", "", 4), ("itions", "", 4), ("ition", "", 4), ("ments", "", 4), ("ment", "", 4),
    ("nesses", "", 4), ("ness", "", 4), ("ingly", "", 4), ("edly", "", 4), ("ings", "", 3), ("ing", "", 3),
    ("ies", "i", 2), ("ied", "i", 2), ("sses", "ss", 2), ("ches", "ch", 2), ("shes", "sh", 2), ("xes", "x", 2),
    ("ions", "", 4), ("ion", "", 4), ("ers", "", 4), ("er", "", 4), ("ors", "", 5), ("or", "", 5), ("ally", "al", 3),
    ("ly", "", 3), ("ed", "", 3), ("es", "e", 3), ("ss", "ss", 1), ("us", "us", 1), ("s", "", 3),
)  # fmt: skip


def _kind(text: str) -> Kind:
    for kind, pattern in _KIND_RULES:
        if pattern.search(text):
            return kind
    return Kind.WHAT


def _names(words: list[str], shown: dict[str, str]) -> tuple[str, ...]:
    """Capitalised telling words, the first word of the question aside when it is an ordinary one.

    A question typed in capitals or in title case throughout tells nothing by its capitals.
    """
    letters = [w for w in words if w[0].isalpha()]
    if not letters or sum(w[0].isupper() for w in letters[1:]) > 0.7 * max(3, len(letters) - 1):
        return ()
    capital = [stem(w) for i, w in enumerate(words) if w[0].isupper() and (i > 0 or (len(w) > 1 and w.isupper()))]
    # American news says "the country" where it means the United States, so their absence tells nothing.
    return tuple(s for s in dict.fromkeys(capital) if s in shown and s != "america")
