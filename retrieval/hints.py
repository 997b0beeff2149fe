"""What a question says about where its answer stands: outlets, dates, quotations, names, the present. Rules, no model.

Hints move passages up; they never shut one out. The answer repeats them, so that a person sees how the question was
read and can have a hint ignored.
"""

import re
import time
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from corpus.words import STOP_WORDS, full_names, quoted_phrases
from retrieval.dates import DateRange, date_ranges

if TYPE_CHECKING:  # a client that only reads answers needs no database
    from corpus.store import ArticleStore

_PRESENT = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|current(?:ly)?|right now|nowadays|at present|at the moment|these days|"
    r"so far|to date|now)\b|^\W*(?:who\s+)?(?:is|are)(?:n['’]t)?\b|^\W*who['’]s\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W_]+(?:[.&'’-][^\W_]+)*[+!]?", re.UNICODE)
_DOMAIN = re.compile(r"\.(?:com|org|net|news|co\.uk|gov|edu|info|io|tv|co|uk|de|eu|us)$")
_TAGLINE = re.compile(r"\s+\|\s+|:\s+")
_POSSESSIVE = re.compile(r"['’]s$")
# Words that follow an outlet's name and are no part of a longer one.
_KINDS = frozenset("article articles report reports magazine newspaper news story coverage piece editorial".split())
# What makes a name that is typed small an outlet's: "according to reuters", "what did the guardian say".
_ACCORDING = re.compile(r"\b(?:according\s+to|reported\s+(?:by|in))\s+(?:the\s+)?$", re.IGNORECASE)
_DOES = re.compile(r"\b(?:did|does|has|had)\s+(?:the\s+)?$", re.IGNORECASE)
_SAY = re.compile(
    r"\s+(?:say|said|report|reported|write|written|claim|claimed|publish|published|cover|covered|call|called|describe|"
    r"described|quote|quoted|mention|mentioned)\b",
    re.IGNORECASE,
)
_ANYBODY = frozenset("people time life everybody someone nation".split())
_NO_WORD = re.compile(r"[B-DF-HJ-NP-TV-Z]{3,}|.*[a-z].*[A-Z].*")  # CNN, TechCrunch
_TWO_INITIALS = ("AP", "FT")  # others of two letters are mostly something else
_LONGEST_NAME = 12  # words
_MOST_PUBLISHERS = 6
# What is published some days after the time asked about tells of it too.
_AFTERWARDS = timedelta(days=3)


class Hint(StrEnum):
    """The kinds of hints, by the names under which they can be ignored."""

    PUBLISHERS = "publishers"
    PUBLISHED = "published"
    PHRASES = "phrases"
    NAMES = "names"
    PRESENT = "present"
    RECENCY = "recency"


@dataclass(frozen=True, slots=True)
class Hints:
    """How a question was read. `publishers` are names as the collection spells them, `typed` the question's words for
    each; `names` are full names as the question writes them.

    `asks_for_present` is set for "latest", "now", "who is", "is it"; `prefers_recent` says whether new articles get a
    bonus: all of them, or, when the question names dates, those of these dates. `taken_back` are the question's words
    for outlets and times that are not to be heeded, and so say nothing of what is asked either.
    """

    publishers: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    published: tuple[DateRange, ...] = ()
    phrases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    asks_for_present: bool = False
    prefers_recent: bool = True
    taken_back: tuple[str, ...] = ()

    def is_in_time(self, published_at: datetime | None) -> bool:
        """Whether an article appeared in one of the times named, or shortly afterwards."""
        return published_at is not None and any(
            (times.start is None or published_at >= times.start)
            and (times.end is None or published_at <= times.end + _AFTERWARDS)
            for times in self.published
        )


NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Outlets:
    """The publishers of a collection by what they may be called."""

    by_form: Mapping[str, str]
    by_initials: Mapping[str, str]
    longest: int = 0  # characters of a form

    @classmethod
    def of(cls, publishers: Sequence[str]) -> Self:
        """For publishers in order of importance: of two that may be called the same, the first is meant."""
        backwards = list(reversed(publishers))
        forms = {form: name for name in backwards for form in _parts(name)}
        forms |= {form: name for name in backwards if (form := _squashed(name))}
        initials = {found: name for name in backwards if (found := _initials(name))}
        return cls(forms, initials, max(map(len, forms), default=0))


NO_OUTLETS = Outlets({}, {})


class KnownOutlets:
    """The outlets of each collection, looked up anew after some seconds. Thread-safe."""

    def __init__(self, store: "ArticleStore", seconds: float = 20.0) -> None:
        self._store = store
        self._seconds = seconds
        self._kept: dict[str, tuple[float, Outlets]] = {}

    def of(self, collection: str) -> Outlets:
        """The outlets of a collection."""
        read_at, outlets = self._kept.get(collection, (-self._seconds, NO_OUTLETS))
        now = time.monotonic()
        if now - read_at >= self._seconds:
            outlets = Outlets.of(self._store.publishers(collection))
            self._kept[collection] = now, outlets
        return outlets


def read_hints(question: str, outlets: Outlets, moment: datetime, ignored: Collection[Hint] = ()) -> Hints:
    """The hints of a question asked at `moment` of a collection with these outlets, but for the `ignored` kinds."""
    dates, named = date_ranges(question, moment), publishers_named(question, outlets)
    taken_back: list[str] = []
    if Hint.PUBLISHED in ignored:
        taken_back += [times.text for times in dates]
        dates = ()
    if Hint.PUBLISHERS in ignored:
        taken_back += named.values()
        named = {}
    # Whoever names dates has said what is wanted.
    is_free = not dates
    return Hints(
        publishers=tuple(named),
        typed=tuple(named.values()),
        published=dates,
        phrases=() if Hint.PHRASES in ignored else quoted_phrases(question),
        names=() if Hint.NAMES in ignored else _names(question, named.values()),
        asks_for_present=is_free and Hint.PRESENT not in ignored and _PRESENT.search(question) is not None,
        prefers_recent=Hint.RECENCY not in ignored,
        taken_back=tuple(taken_back),
    )


def _names(question: str, of_outlets: Iterable[str]) -> tuple[str, ...]:
    """The full names in a question that are no outlet's and no part of a quotation."""
    others = [*of_outlets, *quoted_phrases(question)]
    return tuple(name for name in full_names(question) if not any(name in other for other in others))


def publishers_named(question: str, outlets: Outlets) -> dict[str, str]:
    """Those of the outlets that a question names, in its order, at most six, with the words that name each first.

    "The Verge", "Verge" and "theverge.com" are one; initials count when written in capitals ("NYT"). A name of one
    ordinary word ("Time", "Fortune") counts when capitalised and no part of a longer name, or when it is said to say
    something ("according to fortune").
    """
    tokens = list(_TOKEN.finditer(question))
    squashed = [_squashed(_POSSESSIVE.sub("", token.group())) for token in tokens]
    found: dict[str, str] = {}
    at = 0
    while at < len(tokens):
        name, count = _longest_name(squashed, at, outlets) if tokens[at].group().lower() != "the" else (None, 1)
        if name is None:
            name = outlets.by_initials.get(_POSSESSIVE.sub("", tokens[at].group()))
        if name is not None and (
            count > 1 or _stands_alone(question, tokens, at) or _typed_small(question, tokens[at], name)
        ):
            found.setdefault(name, question[tokens[at].start() : tokens[at + count - 1].end()])
            at += count - 1
        at += 1
    return dict(list(found.items())[:_MOST_PUBLISHERS])


def _longest_name(squashed: Sequence[str], at: int, outlets: Outlets) -> tuple[str | None, int]:
    """The outlet that the most words from here on name, and how many words those are."""
    form = ""
    best: tuple[str | None, int] = (None, 1)
    for count, word in enumerate(squashed[at : at + _LONGEST_NAME], 1):
        form += word
        if len(form) > outlets.longest:
            break
        if form in outlets.by_form:
            best = outlets.by_form[form], count
    return best


def _typed_small(question: str, token: re.Match[str], name: str) -> bool:
    """Whether a word without a capital names an outlet for all that: it is no ordinary word, or it says something."""
    word = _POSSESSIVE.sub("", token.group())
    if not word.islower() or word in STOP_WORDS:
        return False
    if any(own.lower() == word and _NO_WORD.fullmatch(own) for own in _TOKEN.findall(name)):
        return True
    if word in _ANYBODY:
        return False
    before = question[: token.start()]
    says = _DOES.search(before) and _SAY.match(question, token.end())
    return bool(says or _ACCORDING.search(before))


def _stands_alone(question: str, tokens: Sequence[re.Match[str]], at: int) -> bool:
    """Whether one word, as it stands, names something, and is no part of a longer name."""
    word = tokens[at].group()
    if not (word[0].isupper() or word[0].isdigit() or "." in word):
        return False
    if any(c.isupper() or c.isdigit() or c == "." for c in word[1:]):
        return True  # TechCrunch, CNN, 9to5Mac: no ordinary word
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    before = tokens[at - 1] if at else None
    return not (
        (after is not None and _joins(question, tokens[at], after) and after.group().lower() not in _KINDS)
        or (before is not None and _joins(question, before, tokens[at]) and before.group().lower() not in STOP_WORDS)
    )


def _joins(question: str, one: re.Match[str], other: re.Match[str]) -> bool:
    """Whether two words stand side by side as parts of one name."""
    return (
        question[one.end() : other.start()] == " "
        and one.group()[0].isupper()
        and other.group()[0].isupper()
        and not _POSSESSIVE.search(one.group())
    )


def _parts(name: str) -> Iterator[str]:
    """The squashed parts of its name by which a publisher may be called."""
    if len(sides := _TAGLINE.split(name)) > 1 and (first := _squashed(sides[0])):
        yield first  # Cnbc | World Business News Leader
    tokens = [token.group() for token in _TOKEN.finditer(name)]
    if len(tokens) == 2 and tokens[1].lower() in ("news", "online") and tokens[0].isupper():
        yield _squashed(tokens[0])  # BBC News, ABC News
    if len(tokens) > 1 and tokens[-2] == "Daily":
        yield _squashed(tokens[-1])  # The Daily Telegraph


def _squashed(name: str) -> str:
    """Letters and digits alone, without accents, a leading "The" and the end of a domain."""
    plain = unicodedata.normalize("NFKD", name).casefold().strip()
    plain = _DOMAIN.sub("", plain.removeprefix("www.").removeprefix("the "))
    squashed = "".join(character for character in plain if character.isalnum())
    return squashed.removeprefix("the") if "." in name and len(squashed) > 6 else squashed


def _initials(name: str) -> str | None:
    """ "NYT" for The New York Times, "AFP" for Agence France-Presse; None for a name of one word."""
    parts = [part for token in _TOKEN.finditer(name) for part in token.group().split("-")]
    words = [part for part in parts if part not in ("The", "the", "of", "and")]
    initials = "".join(word[0] for word in words)
    return initials if initials.isupper() and (len(words) > 2 or initials in _TWO_INITIALS) else None
