"""What a question asks for: its kind, its telling words, names, numbers and quoted phrases. Rules only, no model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from answering.stem import WORD, joined, stem, stems
from corpus.words import STOP_WORDS, quoted_phrases
from retrieval.dates import stretches

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
# A follow-up that says what it was asked after (`followup.resolve`).
ASKED_AFTER = re.compile(r"^(?P<asked>.+?\?) \(asked after “(?P<before>.+)”\)$", re.DOTALL)
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
        r"\bwhat (?:has |had )?(?:caused?|causes|prompt(?:s|ed)|led|leads|drives|drove|made|makes|triggered|sparked|"
        r"broke|damaged|destroyed|sank|killed|injured|delayed|stopped|knocked|forced|brought about)\b",
    ),
    (
        Kind.HOW_MANY,
        r"\bwhat (?:does|do|did|will|would) [^?,]{1,60} (?:cost|weigh)\b|"
        r"\bhow (?:many|much|far|long|old|tall|high|deep|large|big|fast|often|heavy|wide|close|few|"
        r"frequently|likely)\b|"
        r"\b(?:what|which) (?:is |was |were |are )?(?:the )?(?:\w+ ){0,2}(?:percentage|percent|proportion|fraction|"
        r"number|amount|population|price|cost|distance|age|salary|total|sum|rate|ratio|height|length|weight|size|"
        r"share of)\b",
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
        r"\b(?:who|whom|whose|who's|who’s)\b|"
        r"\b(?:what|which) (?:(?!(?:did|do|does|is|are|was|were|has|have|had|will)\b)\w+ ){0,3}?"
        r"(?:person|president|minister|actor|actress|player|singer|artist|team|company|organi[sz]ation|group|party|leader|author|politician|senator|star|"
        r"celebrity|athlete|musician|band|agency|director|king|queen|man|woman|people|rapper|comedian|justice|retailer|airline|"
        r"brand|club|university|firm|bank|billionaire|candidate|governor|official|lawmaker)\b",
    ),
    (Kind.HOW, r"^\W*(?:\w+ ){0,2}how\b|, how\b"),
    (Kind.WHAT, r"\b(?:what|which|what's|what’s)\b"),
)
_AUXILIARY = re.compile(
    r"^\W*(?:(?:and|but|so|or|then)\W+)?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|shall|may|"
    r"might|isn't|aren't|didn't|doesn't|won't|hasn't|wasn't)\b",
    re.IGNORECASE,
)
# "Do you know who won?", "Has the board said how many fell ill?": what is asked stands in the clause that follows.
_INDIRECT = re.compile(
    r"\b(?:know|known|say|said|tell|told|explain(?:ed)?|announced?|reveal(?:ed)?|clear|sure|find out|remember|me)"
    r"(?: (?:me|us|exactly|yet))? (?:who|whom|whose|what|which|when|where|why|how)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^\W*(?:(?:and|but|so|or|then|also|please|exactly|for|in|at|on|by|to|from|of|with|since|until|after|before|under|during)"
    r"\W+)*(?:who|whom|whose|what|which|when|where|why|how)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"(?<!\band)(?<!\bor)(?<!,) (?:who|whom|whose|when|where|why|how|which)\b", re.IGNORECASE)
_KIND_RULES = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)
# Words of questions that an answer does not repeat.
_ASKING = frozenset(
    """what's who's name kind type sort many much please tell give know happen happened happens mean called call
    recently week following reason reasons rationale exactly actually according us anybody anyone anything
    somebody someone something everybody everyone everything nobody nothing himself herself itself themselves ever
    didn't doesn't don't won't can't isn't aren't wasn't weren't hasn't haven't hadn't couldn't wouldn't""".split()
)
_ORDINARY = STOP_WORDS | _ASKING
_FOCUS = re.compile(r"\b(?:what|which|whose|how many|how much|how)\s+((?:[^\W_][\w’'-]*\s+){1,2})", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_ASKING_CLAUSE = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[^.!?;]+(?:[.!?;](?!\s)[^.!?;]*)*")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read. `terms` are stems in order, each once; `names` and `numbers` are stems of capitalised words
    and of figures, but for those of times that no article need repeat ("from 3 to 5 May", "Q1 2024"), of which years
    alone are left; `focus` holds the stems that say what is asked for ("which *city*"), which an answer may leave out;
    `background` those that stand only in clauses that ask nothing ("Gas prices rose. How much does a gallon cost?"), or
    in what the question was asked after.
    `shown` is each term as it was typed, `asked` the question without what it was asked after, whose words `text` has.
    """

    text: str
    asked: str
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
    after = ASKED_AFTER.match(text[:_LONGEST])
    asked, text = (after["asked"] if after else text)[:_LONGEST], searched(text[:_LONGEST])
    words = WORD.findall(text)
    read = list(joined(words))
    telling = [(w, typed) for w, typed in read if w == "US" or w.lower().replace("’", "'") not in _ORDINARY] or read
    shown: dict[str, str] = {}
    for word, typed in telling:
        shown.setdefault(stem(word), typed)
    phrases = quoted_phrases(text)
    said = _SPEAKER.search(text)
    speaker = stems(said["asked"] or said["source"] or "") if said else []
    passing = {s for s in timed(text) if not _YEAR.fullmatch(s)}
    return Question(
        text=text,
        asked=asked,
        kind=_kind(text),
        terms=tuple(shown),
        names=tuple(s for s in _names(words, shown) if s not in passing),
        numbers=tuple(s for s in shown if s[0].isdigit() and s not in passing),
        focus=frozenset(s for run in _FOCUS.findall(text) for s in stems(run) if s in shown) | (passing & shown.keys()),
        background=frozenset(shown).difference(stems(asked)) if after else _background(text, shown),
        phrases=phrases,
        asks_what_was_said=bool(SPEECH.search(text)),
        speaker=frozenset(s for s in speaker if s in shown),
        shown=shown,
    )


def timed(text: str) -> frozenset[str]:
    """Stems of the words for times that no article need repeat."""
    return frozenset(s for start, end in stretches(text) for s in stems(text[start:end]))


def searched(text: str) -> str:
    """The words to search and read with: the question, and the words of what it was asked after."""
    found = ASKED_AFTER.match(text)
    if found is None:
        return text
    asked, before = found["asked"], found["before"]
    if not before.endswith("?"):
        return f"{asked.rstrip(' ?')}: {before.rstrip(' .!')}?"
    known = {word.lower() for word in WORD.findall(asked)}
    shown = [word for word in read_question(before).shown.values() if word.lower() not in known]
    return f"{asked.rstrip(' ?.!')} ({' '.join(shown)})?" if shown else asked


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
    inside = {word.lower() for word in re.findall(r"(?<=[a-z,] )[a-z]?[A-Z][\w-]*(?:['’](?!s\b)\w+)*", text)}
    names = tuple(t for t, w in question.shown.items() if w[0].isalpha() and w in inside and w not in written)
    names = tuple(name for name in names if name not in timed(question.text))
    return replace(question, names=names)


def _kind(text: str) -> Kind:
    if _AUXILIARY.match(text) and not _INDIRECT.search(text):
        return Kind.YES_NO
    # "Who was mayor when the storm came?" asks for a person: what opens a question decides, not its relative clauses.
    if opening := _OPENING.match(text):
        text = text[: opening.end()] + _RELATIVE.sub(" ", text[opening.end() :])
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
    capital = [
        stem(w)
        for i, w in enumerate(words)
        if (w[0].isupper() and (i > 0 or (len(w) > 1 and w.isupper()))) or w[1:2].isupper()  # "eBay"
    ]
    # American news says "the country" where it means the United States, so their absence tells nothing.
    return tuple(s for s in dict.fromkeys(capital) if s in shown and s != "america")
