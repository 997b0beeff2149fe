"""Nouns for deeds ("strike", "resignation", "closure"): those that a text only threatens, plans or calls for, and those
that a statement tells to have happened. Plain rules for English, beside those of `certainty` for verbs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from answering.stem import stem
from answering.tokens import Word


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


# What takes a deed that is not done as its object: "threatened a strike", "offered his resignation".
_TAKES = _stems(
    "threaten threatened offer offered demand demanded propose proposed seek sought want wanted suggest suggested "
    "recommend recommended request requested fear feared avert averted avoid avoided prevent prevented urge urged"
)
_PLANS = _stems("plan planned schedule scheduled expect expected prepare prepared promise promised")
# What needs a preposition before it: "called for his resignation", "the threat of a strike", "a ballot on a strike".
_WITH = {
    **dict.fromkeys(_stems("call called push pushed hope hoped ask asked campaign campaigned press pressed"), ("for",)),
    **dict.fromkeys(_stems("plan planned prepare prepared bid proposal demand request"), ("for", "of")),
    **dict.fromkeys(
        _stems("threat risk prospect possibility fear chance danger idea talk warning warn warned"), ("of",)
    ),
    **dict.fromkeys(_stems("vote voted ballot balloted"), ("on",)),
}
_PLANNED = _stems("planned proposed threatened possible potential looming expected suspected scheduled feared")
_DETERMINERS = frozenset("a an the this that these those his her its their our my any some".split())
_ENDS = frozenset(
    "in on at of for from by with about after before over to and or but if unless as because while when who which "
    "that is are was were be been has have had will would may might could should".split()
)
_FAR = 5  # words between what governs a noun and the noun
_HAPPENS = _stems("begin begins began begun start started end ended happen happened occur occurred last lasted follow "
                  "followed continue continued take took")  # fmt: skip
_DOES = _stems("go goes going went gone begin began begun start started stage staged launch launched hold held submit "
               "submitted tender tendered join joined")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unfulfilled:
    """A noun at a place, told as something that is not done; by which word, and whether that only puts it off."""

    at: int
    governor: str
    is_planned: bool


def unfulfilled(words: Sequence[Word]) -> Iterator[Unfulfilled]:
    """The nouns that a text tells as threatened, asked for or planned."""
    for at, word in enumerate(words):
        first = _object(words, at)
        if first is None:
            continue
        is_planned = word.stem in _PLANS
        for place in range(first, min(first + _FAR, len(words))):
            other = words[place]
            if not _is_beside(word, other) or other.lower in _ENDS:
                break
            if not (other.figure or other.name or other.lower in _DETERMINERS):
                yield Unfulfilled(place, word.stem, is_planned)


def happens(words: Sequence[Word], at: int) -> bool:
    """Whether a statement tells of the noun at a place that it happened: "a strike began", "they went on strike"."""
    word = words[at]
    before = [w for w in words[max(0, at - 4) : at] if _is_beside(w, word)]
    after = [w for w in words[at + 1 : at + 4] if _is_beside(w, word)]
    does = any(w.stem in _DOES for w in before) or (bool(after) and after[0].stem in _HAPPENS)
    return does and not any(w.lower in ("to", "will", "would", "may", "might", "could", "should") for w in before)


def _object(words: Sequence[Word], at: int) -> int | None:
    """Where the object of a word for what is not done begins; None where the word is none, or has no such object."""
    word, following = words[at], words[at + 1] if at + 1 < len(words) else None
    if following is None or not _is_beside(word, following):
        return None
    if following.lower in _WITH.get(word.stem, ()):
        return at + 2
    if following.lower in _ENDS:
        return None
    is_adjective = word.stem in _PLANNED and at > 0 and words[at - 1].lower in _DETERMINERS
    return at + 1 if is_adjective or word.stem in _TAKES | _PLANS else None


def _is_beside(word: Word, other: Word) -> bool:
    return (word.sentence, word.clause) == (other.sentence, other.clause)
