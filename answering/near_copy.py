"""A statement that copies a sentence but for a word or two: what the changed words turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from answering.counted import counted, is_elliptic, uncounted
from answering.details import belongs
from answering.lexicon import OPPOSITES, is_negator
from answering.name import same_name
from answering.quantity import Quantity
from answering.tokens import TITLES, Text, Word

_COPIED = 0.75  # share of a statement's words that stand in one sentence in the same order, from which it is a copy
_SMALL_EDIT = 2  # words: longer insertions and omissions are another way of telling, not a changed word
_LONGEST_COPY = 150  # words
_TRIED = 5  # sentences that the statement may copy
_EXCEPT = ("but", "except")
_BARE = ("a", "an", "the", "of")


@dataclass(frozen=True, slots=True)
class Edit:
    """Words of a near copy of a sentence, with their numbers, and those of the sentence that they stand for."""

    mine: Sequence[Word]
    theirs: Sequence[Word]
    my_numbers: Sequence[Quantity]
    their_numbers: Sequence[Quantity]


def edits(mine: Text, theirs: Text, sentences: Sequence[int]) -> list[Edit]:
    """The small differences between a statement and the one of the sentences that it copies most; none if no copy."""
    copies = [copy for number in sentences[:_TRIED] if (copy := _copy(mine, theirs, number))]
    copy = max(copies, key=lambda copy: copy.equal, default=None)
    if copy is None or copy.equal < _COPIED * len(mine.words):
        return []
    figures = [(q, thing) for number, q, thing in counted(theirs) if number == copy.number]
    plainly = uncounted(mine)
    numbers = [q for _, q, thing in counted(mine) if not (thing and is_elliptic(q, figures, plainly))]
    amounts = [q for q, _ in figures]
    changed = ((mine.words[a:b], copy.original[c:d]) for kind, a, b, c, d in copy.steps if kind != "equal")
    return [
        Edit(copied, original, _within(numbers, copied), _within(amounts, original))
        for copied, original in changed
        if max(_size(copied), _size(original)) <= _SMALL_EDIT
    ]


@dataclass(frozen=True, slots=True)
class _Copy:
    """A sentence of the quotes beside a statement: the steps from one to the other, and how many words they share."""

    number: int
    original: Sequence[Word]
    steps: Sequence[tuple[str, int, int, int, int]]
    equal: int


def _copy(mine: Text, theirs: Text, number: int) -> _Copy | None:
    original = [word for word in theirs.words if word.sentence == number]
    if max(len(mine.words), len(original)) > _LONGEST_COPY:
        return None
    matcher = SequenceMatcher(None, [w.lower for w in mine.words], [w.lower for w in original], autojunk=False)
    steps = matcher.get_opcodes()
    return _Copy(number, original, steps, sum(b - a for kind, a, b, _, _ in steps if kind == "equal"))


def _size(words: Sequence[Word]) -> int:
    """How many words an edit has, titles and articles aside."""
    return sum(word.lower not in TITLES and word.lower not in _BARE for word in words)


def _within(numbers: Sequence[Quantity], words: Sequence[Word]) -> list[Quantity]:
    return [q for q in numbers if any(w.figure and q.start < w.end and w.start < q.end for w in words)]


def turns(edit: Edit) -> bool:
    """Whether a changed word turns the sentence: a "not" more or less, another number, "all" for "all but two"."""
    negators = [sum(is_negator(w.lower) for w in side) for side in (edit.mine, edit.theirs)]
    if (negators[0] - negators[1]) % 2:
        return True
    if edit.their_numbers and any(not any(q.agrees(o) for o in edit.their_numbers) for q in edit.my_numbers):
        return True
    if edit.theirs and not edit.mine and edit.theirs[0].lower in _EXCEPT and any(w.figure for w in edit.theirs):
        return True
    opposites = {stem for word in edit.theirs for stem in OPPOSITES.get(word.stem, ())}
    return any(word.stem in opposites for word in edit.mine)


def other_names(edit: Edit, theirs: Text) -> list[str]:
    """The names that stand where the copied sentence has other names, of which the quotes do not say they are."""
    others = [word for word in edit.theirs if word.name]
    names = [w for w in edit.mine if w.name and not any(same_name(w.key, other.key) for other in others)]
    return [] if not others or belongs(names, others, theirs.words) else [word.shown for word in names]
