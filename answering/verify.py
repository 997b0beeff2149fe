"""Whether the cited words carry a statement: a score, a verdict, and what is missing. No network, no language model.

Hard rules speak first: words that tell a writing machine what to do are no evidence; words in quotation marks must be
in a quote verbatim; numbers, dates and names must be in the quotes under some spelling; a changed number, a flipped
negation, an opposite word or swapped roles contradict. What is left is a matter of degree, weighed by a small logistic
model (`_WEIGHTS`).
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import pairwise, takewhile

from answering.answer import Verdict
from answering.instruction import is_bare_instruction, without_instructions
from answering.normalise import (
    ALIKE,
    FUNCTION_WORDS,
    LIGHT,
    NEGATORS,
    OPPOSITES,
    Day,
    Quantity,
    days,
    name_key,
    plain,
    quantities,
    same_name,
    short_names,
)
from answering.question import stem
from corpus.sentence import sentence_spans

Similarity = Callable[[str, Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Support:
    """How well the quotes carry a statement: `score` in 0..1, the verdict, and the details found in no quote."""

    score: float
    verdict: Verdict
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signals:
    """What the logistic model weighs. `similarity` is None when no embedder was asked.

    `breaks`: ln(0.03 + cost per word) of reading all words of the statement off the quotes in order (`_walk`).
    `jumps`: the same for its telling words, where leaving words out is free and a synonym will do, not logarithmic.
    `numbers_missing`, `names_missing`: ln(1 + count). `similarity`: the highest cosine to a quote, 0..1.
    """

    breaks: float
    jumps: float
    numbers_missing: float
    names_missing: float
    similarity: float | None = None


# Fitted by `python -m evals.calibrate_support` on 953 summary sentences of CNN/Daily Mail and XSum news with three
# human votes each (QAGS: Wang et al., 2020) and 707 claims about cited web pages (WiCE: Kamoi et al., 2023; partly
# supported counts as not), each beside the five sentences of its article that share most with it, the three suites
# weighing the same. Held-out ROC AUC 0.88, 0.73 and 0.82; docs/benchmarks.md has the intervals and the baselines.
_INTERCEPT = -0.314
_WEIGHTS = {"breaks": -0.74, "jumps": -3.614, "numbers_missing": -2.49, "names_missing": -0.964}
_INTERCEPT_WITH_SIMILARITY = -1.496
_WEIGHTS_WITH_SIMILARITY = {
    "breaks": -0.591, "jumps": -3.115, "numbers_missing": -2.544, "names_missing": -0.97, "similarity": 1.892,
}  # fmt: skip
# The operating point. In those suites half of the statements are not supported; of the statements that score at least
# 0.6, people called 82 %, 70 % and 86 % supported. 23 of 25 honest paraphrases of news sentences pass, none of 33
# falsified ones (tests/test_verify.py). From 0.3 on, something of the statement is usually in the quotes.
SUPPORTED, _PARTLY = 0.6, 0.3
# In a statement of few words, names alone would carry a verb that is nowhere ("The port of Skelmouth exploded"). So of
# at most this many plain words more than half must be in the quotes, unless the meaning is this near (cosine).
_SHORT, _SAYS_THE_SAME = 4, 0.75
# What the hard rules leave of the score, so that scores order statements across rules as well.
_QUOTE_CAP, _CONTRADICTION_CAP = 0.2, 0.1
# A statement is a sentence or a few. Longer text is unsupported unless it is verbatim; a word or a figure that stands
# in the quotes very often is looked for in its first places. So no text buys more than a second or two of work.
_LONGEST, _PLACES, _MOST_FIGURES = 4_000, 12, 1_000


def verify(statement: str, quotes: Sequence[str], *, similarity: Similarity | None = None) -> Support:
    """Whether `quotes`, the words of the cited spans, carry `statement`. Raises on no text.

    A sentence of the quotes, word for word, scores 1.0. `similarity` gives the cosines of a text to others; it is asked
    only where the words alone do not settle the matter.
    """
    said = plain(statement)
    is_quoting = '"' in said and not is_bare_instruction(said)
    held = [kept for quote in quotes if plain(kept := without_instructions(quote, quoted_too=not is_quoting))]
    if not said or not held:
        return Support(0.0, Verdict.UNSUPPORTED)
    if any(_is_verbatim(said, quote) for quote in held):
        return Support(1.0, Verdict.SUPPORTED)
    if len(said) > _LONGEST:
        return Support(0.0, Verdict.UNSUPPORTED)
    texts = [plain(quote) for quote in held]
    invented = [words for words in dict.fromkeys(_quoted(said)) if not any(_holds(text, words) for text in texts)]
    comparison = _compare(said, held)
    signals = comparison.signals
    details = (*invented, *comparison.missing)
    if comparison.contradicted:
        return Support(_CONTRADICTION_CAP * support_probability(signals), Verdict.CONTRADICTED, details)
    if invented:
        return Support(_QUOTE_CAP * support_probability(signals), Verdict.UNSUPPORTED, details)
    if similarity is not None:
        signals = replace(signals, similarity=_highest(similarity(statement, held)))
    score = support_probability(signals)
    if details or (comparison.unsaid and (signals.similarity or 0.0) < _SAYS_THE_SAME):
        score *= SUPPORTED  # keeps the order, and never reaches the threshold
    verdict = Verdict.UNSUPPORTED
    if score >= _PARTLY:
        verdict = Verdict.SUPPORTED if score >= SUPPORTED and not details else Verdict.PARTLY
    return Support(score, verdict, details)


def signals_of(statement: str, quotes: Sequence[str], *, similarity: Similarity | None = None) -> Signals:
    """The signals alone, for fitting the model to judged statements."""
    held = [quote for quote in quotes if plain(quote)]
    signals = _compare(plain(statement)[:_LONGEST], held).signals
    return signals if similarity is None else replace(signals, similarity=_highest(similarity(statement, held)))


def support_probability(signals: Signals) -> float:
    """The probability, 0..1, that people would call the statement supported."""
    weights, logit = _WEIGHTS, _INTERCEPT
    if signals.similarity is not None:
        weights, logit = _WEIGHTS_WITH_SIMILARITY, _INTERCEPT_WITH_SIMILARITY
    logit += sum(weight * getattr(signals, name) for name, weight in weights.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def _highest(cosines: Sequence[float]) -> float | None:
    finite = [float(c) for c in cosines if math.isfinite(c)]
    return max(0.0, min(1.0, max(finite))) if finite else None


# --- verbatim and quoted words ---------------------------------------------------------------------------------------

_SINGLE = re.compile(r"(?<!\w)'(?=\w)([^\"]{1,400}?)'(?!\w)")


def _is_verbatim(said: str, quote: str) -> bool:
    """Whether `said` is the quote, or one or more whole sentences of it in a row, white space aside."""
    text = plain(quote)
    if said == text:
        return True
    if said not in text:
        return False
    starts, ends, run = [], set(), ""
    for span in sentence_spans(quote):
        if sentence := plain(quote[span.start : span.end]):
            starts.append(len(run))
            run += sentence
            ends.add(len(run))
            run += " "
    return any(start + len(said) in ends and run.startswith(said, start) for start in starts)


def _quoted(said: str) -> list[str]:
    """The words that `said` puts in quotation marks; a mark that never closes quotes to the end."""
    pieces = said.split('"')
    found = pieces[1::2] + [m for piece in pieces[::2] for m in _SINGLE.findall(piece)]
    stripped = (words.strip(" ,.;:!?'") for words in found)
    return [words for words in stripped if words]


def _holds(quote: str, words: str) -> bool:
    """Whether `quote` holds `words` between word boundaries; the first letter may change its case."""
    for form in {words, words[0].swapcase() + words[1:]}:
        at = quote.find(form)
        while at >= 0:
            end = at + len(form)
            if not quote[at - 1 : at].isalnum() and not quote[end : end + 1].isalnum():
                return True
            at = quote.find(form, at + 1)
    return False


# --- reading ---------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W_]+(?:[.,:]\d+)*(?:'[^\W\d_]+)?")
_CLAUSE_END = re.compile(r"[,;:.!?]")
_TITLES = frozenset(
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
# "It is not true that ...", "he did not say that ...": the negation reaches into the clause that follows.
_BEFORE_THAT = frozenset(
    (
        "true case evidence proof say said claim claims claimed believe think mean suggest suggested reports report "
        "idea allegations allegation accusations accusation suggestions suggestion rumours notion deny denies denied "
        "denying false untrue confirm confirmed prove proved proven show know known agree agreed accept accepted "
    ).split()
)
_SCOPE = 4  # words after a negator that it is taken to negate


@dataclass(slots=True)
class _Word:
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
    sentence: int
    start: int
    end: int


@dataclass(slots=True)
class _Text:
    """Sentences read into one run of words, with the numbers and dates of each."""

    words: list[_Word] = field(default_factory=list)
    numbers: list[tuple[int, Quantity]] = field(default_factory=list)
    dates: list[tuple[int, Day]] = field(default_factory=list)


class _Spans:
    """Ordered spans that do not overlap, asked whether they touch another."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def touch(self, start: int, end: int) -> bool:
        at = bisect_right(self._ends, start)
        return at < len(self._starts) and self._starts[at] < end


def _read(sentences: Sequence[str], quoted: bool = True) -> _Text:
    text = _Text()
    for number, sentence in enumerate(sentences):
        dates = days(sentence)
        inside = _Spans([(d.start, d.end) for d in dates])
        amounts = [q for q in quantities(sentence) if not inside.touch(q.start, q.end)]
        text.dates.extend((number, d) for d in dates)
        text.numbers.extend((number, q) for q in amounts)
        figures = _Spans(sorted([(d.start, d.end) for d in dates] + [(q.start, q.end) for q in amounts]))
        text.words.extend(_words(sentence, number, figures, quoted))
    for word, after in pairwise(text.words):
        if word.opening and word.weight == 1.0 and word.shown[0].isupper() and _opens_as_name(word, after):
            word.name, word.weight = True, _NAME
    return text


def _opens_as_name(word: _Word, after: _Word) -> bool:
    if word.lower in _TITLES or word.sentence != after.sentence:
        return False
    if after.name and after.start == word.end + 1:
        return not _NO_NAME.search(word.lower) and word.stem not in ALIKE
    known = word.stem in ALIKE or (_NO_NAME.search(word.lower) and not word.shown.endswith("'s"))
    speaks = after.lower in _AFTER_NAME or not _SAID.isdisjoint(ALIKE.get(after.stem, ()))
    return not known and (speaks or word.shown.endswith("'s"))


_SAID = ALIKE[stem("say")] | ALIKE[stem("think")] | ALIKE[stem("want")]
_NAME, _PLAIN, _LIGHT = 1.5, 1.0, 0.4


def _words(sentence: str, number: int, figures: _Spans, quoted: bool) -> Iterator[_Word]:
    before, since, odd, head, implicit, opening = 0, _SCOPE, False, False, False, True
    previous = ""
    for match in _WORD.finditer(sentence):
        shown, (start, end) = match.group(), match.span()
        lower = shown.lower()
        bare = lower[:-2] if lower.endswith("'s") else lower
        if start - before > 1 or not before:
            gap = sentence[before:start]
            if _CLAUSE_END.search(gap):
                since, odd = _SCOPE, False
                opening = opening or gap[0] in ".!?:"
            opening = opening or '"' in gap
        if lower in _CLAUSE_WORDS or (implicit and lower in _ADVERBIAL):
            since, odd = _SCOPE, False
        if lower == "that" and previous in _BEFORE_THAT and odd and since <= _SCOPE:
            since, head = 0, quoted
        figure = figures.touch(start, end)
        function = bare in FUNCTION_WORDS or lower.endswith("n't") or len(bare) < 2
        negator = bare in NEGATORS or lower.endswith("n't")
        capital = shown[0].isupper() and not figure and (not function or (shown.isupper() and end - start > 1))
        name = capital and not opening and bare not in _TITLES
        weight = _NAME if name else 0.0 if figure or function else _LIGHT if bare in LIGHT else _PLAIN
        root, key = stem(shown[:64]), name_key(shown[:64]) if capital else bare
        inside = odd and since < _SCOPE
        first = head and not function and not name
        yield _Word(shown, bare, root, key, weight, name, opening, figure, inside, inside and first, number, start, end)
        if negator:
            odd, since, head, implicit = not (odd and since < _SCOPE), 0, True, not function
        else:
            since, head = since + 1, head and (function or name)
        before, opening, previous = end, False, lower


# --- comparing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Comparison:
    signals: Signals
    missing: tuple[str, ...]
    contradicted: bool
    unsaid: bool = False


class _Index:
    """Where the quotes hold a word: as it is, as another spelling of a name, or as a word that says the same."""

    def __init__(self, text: _Text) -> None:
        self.words = text.words
        self._stems: dict[str, list[int]] = {}
        self._keys: dict[str, list[int]] = {}
        self._names: dict[str, list[str]] = {}
        self._groups: dict[int, list[int]] = {}
        self._roots: dict[str, list[int]] = {}
        for at, word in enumerate(text.words):
            self._stems.setdefault(word.stem, []).append(at)
            if word.shown[0].isupper():
                if word.key not in self._keys:
                    self._names.setdefault(word.key[:_STEM_OF_NAME], []).append(word.key)
                self._keys.setdefault(word.key, []).append(at)
            if word.weight:
                for group in ALIKE.get(word.stem, ()):
                    self._groups.setdefault(group, []).append(at)
                if len(word.stem) > _ROOT:
                    self._roots.setdefault(word.stem[:_ROOT], []).append(at)

    def exact(self, word: _Word) -> list[int]:
        """The first places of the word itself, inflected or as another spelling of the name."""
        places = self._stems.get(word.stem) or self._keys.get(word.key)
        if not places and word.shown[0].isupper():
            like = self._names.get(word.key[:_STEM_OF_NAME], ())[: _PLACES * _PLACES]
            places = next((self._keys[key] for key in like if same_name(word.key, key)), None)
        return places[:_PLACES] if places else []

    def stems(self) -> Mapping[str, Sequence[int]]:
        """Every stem of the quotes and its places."""
        return self._stems

    def alike(self, word: _Word) -> list[int]:
        """The first places of words that may stand for it: of one group in `ALIKE`, or grown from the same root."""
        opposite = OPPOSITES.get(word.stem, frozenset())
        places = [at for group in ALIKE.get(word.stem, ()) for at in self._groups.get(group, ())[:_PLACES]]
        if len(word.stem) > _ROOT and not word.name:
            places += self._roots.get(word.stem[:_ROOT], [])[:_PLACES]
        return sorted({at for at in places if self.words[at].stem not in opposite})[:_PLACES]


_STEM_OF_NAME = 4  # letters that a land and its people share at least
_ROOT = 5  # letters that two words of one root share: "negotiate", "negotiator"
_ALIKE_CREDIT = 0.7


@dataclass(slots=True)
class _Match:
    """A telling word of the statement, where the quotes have it, and how well."""

    word: _Word
    at: int
    places: list[int]
    credit: float


def _compare(said: str, held: Sequence[str]) -> _Comparison:
    mine = _read([short_names(said)], quoted=False)
    sentences = [
        short_names(sentence)
        for quote in held
        for span in sentence_spans(quote)
        if (sentence := plain(quote[span.start : span.end]))
    ]
    theirs = _read(sentences)
    index = _Index(theirs)
    matches = [_match(word, at, index) for at, word in enumerate(mine.words) if word.weight]
    shares = _shares(matches, theirs.words, len(sentences))
    numbers, dates = _missing_numbers(mine, theirs), _missing_dates(mine, theirs)
    names = _missing_names(matches, mine, theirs)
    missing = (*(q.text for q in numbers), *(d.text for d in dates), *names)
    signals = Signals(
        breaks=math.log(0.03 + _broken(mine, index) / max(1, len(mine.words))),
        jumps=_walk([(m.places, m.word.weight) for m in matches], theirs.words, 0.0, 0.3) / max(1, len(mine.words)),
        numbers_missing=math.log1p(min(2, len(numbers) + len(dates))),
        names_missing=math.log1p(len(names)),
    )
    unsaid = _is_unsaid(matches)
    close = {i for i, share in enumerate(shares) if share >= _SAME_MATTER}
    if not close:
        return _Comparison(signals, missing, False, unsaid)
    edits = _edits(mine, theirs, max(close, key=lambda i: shares[i]))
    missing = (*missing, *(name for edit in edits for name in _other_names(edit) if name not in missing))
    case = _Case(mine, theirs, index, matches, close, numbers, dates)
    return _Comparison(signals, missing, any(map(_turns, edits)) or _contradicts(case), unsaid)


def _is_unsaid(matches: Sequence[_Match]) -> bool:
    """Whether a short statement's names are in the quotes, but half or more of what it says of them is not."""
    plainly = [match for match in matches if not match.word.name and match.word.weight == _PLAIN]
    missing = sum(not match.credit for match in plainly)
    return len(plainly) <= _SHORT and missing * 2 >= len(plainly) > 0


def _match(word: _Word, at: int, index: _Index) -> _Match:
    if places := index.exact(word):
        return _Match(word, at, places, 1.0)
    places = index.alike(word)
    return _Match(word, at, places, _ALIKE_CREDIT if places else 0.0)


def _shares(matches: Sequence[_Match], words: Sequence[_Word], sentences: int) -> list[float]:
    """For each sentence of the quotes, the weighted share of the statement's telling words that it holds."""
    shares = [0.0] * sentences
    for match in matches:
        for sentence in {words[at].sentence for at in match.places}:
            shares[sentence] += match.word.weight * match.credit
    total = sum(m.word.weight for m in matches) or 1.0
    return [share / total for share in shares]


def _broken(mine: _Text, index: _Index) -> float:
    return _walk([(index.exact(word), 0.3) for word in mine.words], index.words, 0.3, 0.7)


def _walk(steps: Sequence[tuple[Sequence[int], float]], words: Sequence[_Word], gap: float, back: float) -> float:
    """The least cost of visiting a place of each word in order; a word's second number is the cost of leaving it out.

    Going on to the next word is free, leaving words of the quote out costs `gap`, going back `back`, going to another
    sentence 1. A Viterbi search over places, as in word alignment by hidden Markov models (Vogel et al., 1996).
    """
    costs: dict[int, float] = {}
    skipped = 0.0
    for places, missing in steps:
        if not places:
            skipped += missing
            continue
        reached = _reached(places, costs, words, gap, back)
        best = min(reached.values())
        for at, cost in costs.items():
            if cost + missing < min(best + 1.0, reached.get(at, math.inf)):
                reached[at] = cost + missing
        costs = reached
    return min(costs.values(), default=0.0) + skipped


def _reached(
    places: Sequence[int], costs: Mapping[int, float], words: Sequence[_Word], gap: float, back: float
) -> dict[int, float]:
    """The least cost of standing at each place, coming from where `costs` tells."""
    if not costs:
        return dict.fromkeys(places, 0.0)
    nearest: dict[int, tuple[float, int]] = {}
    for at, cost in costs.items():
        sentence = words[at].sentence
        if sentence not in nearest or (cost, at) < nearest[sentence]:
            nearest[sentence] = (cost, at)
    jump = min(costs.values()) + 1.0
    reached = {}
    for at in places:
        cost, before = nearest.get(words[at].sentence, (math.inf, 0))
        reached[at] = min(cost + (gap if before < at else back), costs.get(at - 1, math.inf), jump)
    return reached


# --- missing details -------------------------------------------------------------------------------------------------


def _missing_numbers(mine: _Text, theirs: _Text) -> list[Quantity]:
    figures = [*(q for _, q in theirs.numbers), *(_year(day) for _, day in theirs.dates if day.year)]
    found = list({(q.values, q.unit): q for q in figures}.values())[:_MOST_FIGURES]
    return [q for _, q in mine.numbers if not any(q.agrees(other) for other in found)]


def _missing_dates(mine: _Text, theirs: _Text) -> list[Day]:
    found = list({(d.year, d.month, d.day): d for _, d in theirs.dates}.values())[:_MOST_FIGURES]
    years = {value for _, q in theirs.numbers if q.unit == "" for value in q.values}
    years |= {float(day.year) for _, day in theirs.dates if day.year}
    return [
        day
        for _, day in mine.dates
        if not any(day.agrees(other) for other in found) or (day.year and float(day.year) not in years)
    ]


def _year(day: Day) -> Quantity:
    return Quantity(str(day.year), day.start, day.end, (float(day.year or 0),))


def _missing_names(matches: Sequence[_Match], mine: _Text, theirs: _Text) -> list[str]:
    """The names that no quote has; a given name may be added to a surname that the quotes give to nobody else."""
    absent = [m for m in matches if m.word.name and m.credit < 1.0]
    if not absent:
        return []
    short = set(_initials(theirs.words))
    keys = {w.key for w in theirs.words}
    held = {m.at: m for m in matches if m.word.name and m.credit == 1.0}
    missing = []
    for match in absent:
        if match.word.shown.replace(".", "").lower() in short:
            continue
        run = _run(mine.words, match.at)
        if "".join(mine.words[i].lower[0] for i in run) in keys and len(run) > 1:
            continue
        after = held.get(match.at + 1)
        if after is None or run[-1] == match.at or _follows_another_name(theirs.words, after.places):
            missing.append(match.word.shown.removesuffix("'s"))
    return missing


def _run(words: Sequence[_Word], at: int) -> list[int]:
    """The places of the names that stand together around `at`."""
    first = last = at
    while first and words[first - 1].name and words[first].start - words[first - 1].end == 1:
        first -= 1
    while last + 1 < len(words) and words[last + 1].name and words[last + 1].start - words[last].end == 1:
        last += 1
    return list(range(first, last + 1))


def _initials(words: Sequence[_Word]) -> Iterator[str]:
    letters = ""
    for word in words:
        if word.shown[0].isupper():
            letters = (letters + word.lower[0])[-6:]
        elif word.lower not in ("of", "the", "and", "for"):
            letters = ""
        if len(letters) > 1:
            yield letters


def _follows_another_name(words: Sequence[_Word], places: Sequence[int]) -> bool:
    """Whether the name at one of the places belongs to a longer name, so that another cannot be put before it."""
    return any(words[at - 1].name and words[at].start - words[at - 1].end == 1 for at in places if at)


# --- contradictions --------------------------------------------------------------------------------------------------

# The weighted share of telling words from which on a sentence is taken to speak of the same matter.
_SAME_MATTER = 0.6
_NEAR = 6  # words between which a neighbour is looked for
_MUTUAL = frozenset(stem(w) for w in "meet met talk speak spoke discuss agree negotiate marry join fight play".split())


@dataclass(frozen=True, slots=True)
class _Case:
    """A statement beside quotes of which the sentences in `close` speak of the same matter."""

    mine: _Text
    theirs: _Text
    index: _Index
    matches: Sequence[_Match]
    close: set[int]
    numbers: Sequence[Quantity]
    dates: Sequence[Day]

    def places(self, match: _Match) -> list[int]:
        return [at for at in match.places if self.theirs.words[at].sentence in self.close]


def _contradicts(case: _Case) -> bool:
    return _other_number(case) or _other_polarity(case) or _opposite(case) or _swapped(case) or _other_owner(case)


def _other_number(case: _Case) -> bool:
    """Whether a close sentence counts the same thing with another number, or dates the same matter otherwise."""
    if _other_date(case):
        return True
    said = [q for _, q in case.mine.numbers]
    figures = [(q, thing) for n, q, thing in _counted(case.theirs) if n in case.close][:_MOST_FIGURES]
    for _, quantity, thing in _counted(case.mine):
        others = [(q, what) for q, what in figures if q.unit == quantity.unit]
        same_thing = [q for q, what in others if thing and what == thing]
        if same_thing and not any(quantity.agrees(q) for q in same_thing):
            return True
        absent = quantity.unit and quantity in case.numbers
        if absent and any(not any(mine.agrees(q) for mine in said) for q, _ in others):
            return True
    return False


def _other_date(case: _Case) -> bool:
    mine = [day for _, day in case.mine.dates]
    dates = [day for number, day in case.theirs.dates if number in case.close][:_MOST_FIGURES]
    others = {day.day is None for day in dates if not any(d.agrees(day) for d in mine)}
    return any((day.day is None) in others for day in case.dates)


def _counted(text: _Text) -> Iterator[tuple[int, Quantity, str]]:
    """Each number with its sentence and the stem of what it counts: the next telling word, if it is near."""
    telling = [word for word in text.words if word.weight]
    places = [(word.sentence, word.start) for word in telling]
    for number, quantity in text.numbers:
        at = bisect_left(places, (number, quantity.end))
        near = at < len(telling) and places[at] < (number, quantity.end + _REACH)
        yield number, quantity, telling[at].stem if near else ""


_REACH = 25  # characters after a number within which the thing counted is named


def _other_polarity(case: _Case) -> bool:
    """Whether a word that one side negates outright stands un-negated wherever the other side has it."""
    for match in (m for m in case.matches if not m.word.name):
        found = [case.theirs.words[at] for at in match.places]
        flipped = bool(case.places(match)) and all(word.negated != match.word.negated for word in found)
        if flipped and (match.word.head or any(word.head for word in found)):
            return True
    return False


def _opposite(case: _Case) -> bool:
    """Whether a close sentence has, in the place of a word, a word that says the opposite."""
    places = case.index.stems()
    said = {word.stem for word in case.mine.words}
    for at, word in enumerate(case.mine.words):
        if word.stem in places:
            continue
        around = [p for m in case.matches if 0 < abs(m.at - at) <= _NEAR for p in case.places(m)]
        for against in OPPOSITES.get(word.stem, frozenset()) - said:
            for place in places.get(against, ())[:_PLACES]:
                same = case.theirs.words[place].negated == word.negated
                if same and any(abs(p - place) <= _NEAR for p in around):
                    return True
    return False


def _swapped(case: _Case) -> bool:
    """Whether two names have changed places around the same verb: "Rome sued Paris" for "Paris sued Rome"."""
    told = [m for m in case.matches if m.places and m.word.lower not in _TITLES and not m.word.lower.endswith("ly")]
    for i, one in enumerate(told):
        between = list(takewhile(lambda m: not m.word.name, told[i + 1 : i + 4]))
        other = told[i + 1 + len(between)] if i + 1 + len(between) < len(told) else one
        named = one.word.name and other.word.name and one.credit == other.credit == 1.0
        if not between or not named or between[0].word.stem in _MUTUAL or other.at - one.at > _NEAR:
            continue
        passive = any(w.lower == "by" for w in case.mine.words[one.at : other.at])
        if _order(case, one, between[0], other, passive) < 0:
            return True
    return False


def _order(case: _Case, one: _Match, verb: _Match, other: _Match, passive: bool) -> int:
    """1 when a close sentence has the two around the verb in the same roles, -1 when only in swapped roles, else 0."""
    words, seen = case.theirs.words, 0
    for a in case.places(one):
        for b in case.places(other):
            low, high = min(a, b), max(a, b)
            if high - low > _NEAR or not any(low < v < high for v in case.places(verb)):
                continue
            turned = passive != any(w.lower == "by" for w in words[low:high])
            if (a < b) != turned:
                return 1
            seen = -1
    return seen


def _other_owner(case: _Case) -> bool:
    """Whether what is somebody's in the statement ("Ukraine's budget") is everywhere in the quotes somebody else's."""
    for one, other in pairwise(case.matches):
        if not one.word.shown.endswith("'s") or other.at != one.at + 1 or not case.places(other):
            continue
        owners = [case.theirs.words[at - 1] for at in other.places if at]
        if owners and all(w.shown.endswith("'s") and not same_name(w.key, one.word.key) for w in owners):
            return True
    return False


# --- near copies -----------------------------------------------------------------------------------------------------

_COPIED = 0.75  # share of a statement's words that stand in one sentence in the same order, from which it is a copy
_SMALL_EDIT = 2  # words: longer insertions and omissions are another way of telling, not a changed word
_LONGEST_COPY = 150  # words


@dataclass(frozen=True, slots=True)
class _Edit:
    """Words of a near copy of a sentence, with their numbers, and those of the sentence that they stand for."""

    mine: Sequence[_Word]
    theirs: Sequence[_Word]
    my_numbers: Sequence[Quantity]
    their_numbers: Sequence[Quantity]


def _edits(mine: _Text, theirs: _Text, sentence: int) -> list[_Edit]:
    """The small differences between a statement and the sentence that it copies; none when it is no near copy."""
    copied, original = mine.words, [word for word in theirs.words if word.sentence == sentence]
    if max(len(copied), len(original)) > _LONGEST_COPY:
        return []
    matcher = SequenceMatcher(None, [w.lower for w in copied], [w.lower for w in original], autojunk=False)
    steps = matcher.get_opcodes()
    if sum(b - a for kind, a, b, _, _ in steps if kind == "equal") < _COPIED * len(copied):
        return []
    figures, amounts = [q for _, q in mine.numbers], [q for number, q in theirs.numbers if number == sentence]
    return [
        _Edit(copied[a:b], original[c:d], _within(figures, copied[a:b]), _within(amounts, original[c:d]))
        for kind, a, b, c, d in steps
        if kind != "equal" and max(b - a, d - c) <= _SMALL_EDIT
    ]


def _within(numbers: Sequence[Quantity], words: Sequence[_Word]) -> list[Quantity]:
    return [q for q in numbers if any(w.figure and q.start < w.end and w.start < q.end for w in words)]


def _turns(edit: _Edit) -> bool:
    """Whether a changed word turns the sentence: a "not" more or less, another number, an opposite word."""
    negators = [sum(w.lower in NEGATORS or w.lower.endswith("n't") for w in side) for side in (edit.mine, edit.theirs)]
    if (negators[0] - negators[1]) % 2:
        return True
    if edit.their_numbers and any(not any(q.agrees(o) for o in edit.their_numbers) for q in edit.my_numbers):
        return True
    opposites = {stem for word in edit.theirs for stem in OPPOSITES.get(word.stem, ())}
    return any(word.stem in opposites for word in edit.mine)


def _other_names(edit: _Edit) -> list[str]:
    """The names that stand where the copied sentence has other names."""
    theirs = [word.key for word in edit.theirs if word.name]
    if not theirs:
        return []
    return [w.shown for w in edit.mine if w.name and not any(same_name(w.key, key) for key in theirs)]
