"""A text as a run of words, each with what the support check asks of it: stem, weight, name, figure, negated."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from answering.day import Day, days
from answering.lexicon import ALIKE, FUNCTION_WORDS, LIGHT, NEGATORS
from answering.name import name_key
from answering.quantity import Quantity, quantities
from answering.stem import stem

_WORD = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W_]+(?:[.,:]\d+)*(?:'[^\W\d_]+)?")
_CLAUSE_END = re.compile(r"[,;:.!?]")
TITLES = frozenset(
    (
        "president minister chancellor mr mrs ms dr sir lord lady king queen prince princess senator governor mayor "
        "judge general colonel captain professor secretary ambassador pope bishop chief director chairman spokesman "
        "spokeswoman prime pm ceo parliament congress government ministry department state house office university "
        "street road avenue city county river lake north south east west northern southern eastern western january "
        "february march april may june july august september october november december christmas god internet am "
    ).split()
)
# What follows a name that opens a sentence, and the endings of words that are no names.
_AFTER_NAME = frozenset("is was has had will would can could may might did does and who whose".split())
_NO_NAME = re.compile(r"(?:s|ing|ed|ly|ion|ment|ity|ness|ers?|ism|ists?|ance|ence|ure|age|al)$")
# What ends the reach of a negator: a new clause; and for a verb that denies, the words that say when and where it did.
_CLAUSE_WORDS = frozenset(("but", "and", "although"))
_ADVERBIAL = frozenset("for in on at since after before during by from".split())
# "No ability to fly": the negation reaches the verb.
_BEFORE_TO = frozenset(
    "ability way chance right power need plan plans intention desire reason able unable allowed willing likely".split()
)
# "It is not true that ...", "he did not say that ...": the negation reaches into the clause that follows.
_BEFORE_THAT = frozenset(
    (
        "true case evidence proof say said claim claims claimed believe think mean suggest suggested reports report "
        "idea allegations allegation accusations accusation suggestions suggestion rumours notion deny denies denied "
        "denying false untrue confirm confirmed prove proved proven show know known agree agreed accept accepted "
    ).split()
)
_SCOPE = 4  # words after a negator that it is taken to negate
_LONGEST_NAME = 8  # words to either side


@dataclass(slots=True)
class Word:
    """A word of a sentence; offsets count from the sentence's start, clauses from its first.

    `weight` says how much its absence matters. `opening` marks the first word of a sentence or quotation, `figure` a
    part of a number or date. `negated` stands within the reach of a negator, of which `head` is the first word;
    `denial` is the negator's stem when it is a verb ("rejected"), which may stand elsewhere in a passive sentence.
    """

    shown: str
    lower: str
    stem: str
    key: str
    weight: float
    name: bool
    opening: bool
    figure: bool
    negated: bool
    head: bool
    denial: str
    sentence: int
    clause: int
    start: int
    end: int


@dataclass(slots=True)
class Text:
    """Sentences read into one run of words, with the numbers and dates of each."""

    words: list[Word] = field(default_factory=list)
    numbers: list[tuple[int, Quantity]] = field(default_factory=list)
    dates: list[tuple[int, Day]] = field(default_factory=list)


class Spans:
    """Ordered spans that do not overlap, asked whether they touch another."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def touch(self, start: int, end: int) -> bool:
        at = bisect_right(self._ends, start)
        return at < len(self._starts) and self._starts[at] < end


def read_words(sentences: Sequence[str], quoted: bool = True) -> Text:
    """Read `plain` sentences; `quoted` says that they are quotes, whose "that" clauses a denial heads."""
    text = Text()
    for number, sentence in enumerate(sentences):
        dates = days(sentence)
        inside = Spans([(d.start, d.end) for d in dates])
        amounts = [q for q in quantities(sentence) if not inside.touch(q.start, q.end)]
        text.dates.extend((number, d) for d in dates)
        text.numbers.extend((number, q) for q in amounts)
        figures = Spans(sorted([(d.start, d.end) for d in dates] + [(q.start, q.end) for q in amounts]))
        text.words.extend(_words(sentence, number, figures, quoted))
    for word, after in pairwise(text.words):
        if word.opening and word.weight == PLAIN and word.shown[0].isupper() and _opens_as_name(word, after):
            word.name, word.weight = True, NAME
    return text


def _opens_as_name(word: Word, after: Word) -> bool:
    if word.lower in TITLES or word.sentence != after.sentence:
        return False
    if after.name and after.start == word.end + 1:
        return not _NO_NAME.search(word.lower) and word.stem not in ALIKE
    known = word.stem in ALIKE or (_NO_NAME.search(word.lower) and not word.shown.endswith("'s"))
    speaks = after.lower in _AFTER_NAME or not _SAID.isdisjoint(ALIKE.get(after.stem, ()))
    return not known and (speaks or word.shown.endswith("'s"))


def share_names(one: Text, other: Text) -> None:
    """Read the words that open a sentence of one text as the names that the other has in mid-sentence.

    They weigh what they did, so that sharing changes no share.
    """
    for text, beside in ((one, other), (other, one)):
        known = {word.key for word in beside.words if word.name and not word.opening}
        for word in text.words:
            if word.opening and word.weight == PLAIN and word.shown[0].isupper() and word.key in known:
                word.name = True


def name_run(words: Sequence[Word], at: int) -> range:
    """The places of the names that stand together around the name `at`."""
    first = last = at
    while first and at - first < _LONGEST_NAME and _go_together(words[first - 1], words[first]):
        first -= 1
    while last + 1 < len(words) and last - at < _LONGEST_NAME and _go_together(words[last], words[last + 1]):
        last += 1
    return range(first, last + 1)


def _go_together(word: Word, after: Word) -> bool:
    return word.name and after.name and word.sentence == after.sentence and after.start - word.end == 1


_SAID = ALIKE[stem("say")] | ALIKE[stem("think")] | ALIKE[stem("want")]
NAME, PLAIN, _LIGHT = 1.5, 1.0, 0.4


def _words(sentence: str, number: int, figures: Spans, quoted: bool) -> Iterator[Word]:
    before, since, odd, head, implicit, opening = 0, _SCOPE, False, False, False, True
    previous, denial, clause = "", "", 0
    for match in _WORD.finditer(sentence):
        shown, (start, end) = match.group(), match.span()
        lower = shown.lower()
        bare = lower[:-2] if lower.endswith("'s") else lower
        if start - before > 1 or not before:
            gap = sentence[before:start]
            if _CLAUSE_END.search(gap):
                since, odd, clause = _SCOPE, False, clause + 1
                opening = opening or gap[0] in ".!?:"
            opening = opening or '"' in gap
        if lower in _CLAUSE_WORDS or (implicit and lower in _ADVERBIAL):
            since, odd = _SCOPE, False
        if lower == "that" and previous in _BEFORE_THAT and odd and since <= _SCOPE:
            since, head = 0, quoted
        if lower == "to" and previous in _BEFORE_TO and odd and since < _SCOPE:
            head = True
        figure = figures.touch(start, end)
        function = bare in FUNCTION_WORDS or lower.endswith("n't") or len(bare) < 2
        negator = bare in NEGATORS or lower.endswith("n't")
        capital = shown[0].isupper() and not figure and (not function or (shown.isupper() and end - start > 1))
        name = capital and not opening and bare not in TITLES
        weight = NAME if name else 0.0 if figure or function else _LIGHT if bare in LIGHT else PLAIN
        root, key = stem(shown[:64]), name_key(shown[:64]) if capital else bare
        inside = odd and since < _SCOPE
        first = head and not function and not name
        yield Word(
            shown,
            bare,
            root,
            key,
            weight,
            name,
            opening,
            figure,
            inside,
            inside and first,
            denial if inside else "",
            number,
            clause,
            start,
            end,
        )
        if negator:
            odd, since, head, implicit = not (odd and since < _SCOPE), 0, True, not function
            denial = root if implicit else ""
        else:
            since, head = since + 1, head and (function or name)
        before, opening, previous = end, False, lower
