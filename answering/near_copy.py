"""A statement that copies a sentence but for a word or two: what the changed words turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from answering.lexicon import OPPOSITES, is_negator
from answering.name import same_name
from answering.quantity import Quantity
from answering.tokens import Text, Word

_COPIED = 0.75  # share of a statement's words that stand in one sentence in the same order, from which it is a copy
_SMALL_EDIT = 2  # words: longer insertions and omissions are another way of telling, not a changed word
_LONGEST_COPY = 150  # words


@dataclass(frozen=True, slots=True)
class Edit:
    """Words of a near copy of a sentence, with their numbers, and those of the sentence that they stand for."""

    mine: Sequence[Word]
    theirs: Sequence[Word]
    my_numbers: Sequence[Quantity]
    their_numbers: Sequence[Quantity]


def edits(mine: Text, theirs: Text, sentence: int) -> list[Edit]:
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
        Edit(copied[a:b], original[c:d], _within(figures, copied[a:b]), _within(amounts, original[c:d]))
        for kind, a, b, c, d in steps
        if kind != "equal" and max(b - a, d - c) <= _SMALL_EDIT
    ]


def _within(numbers: Sequence[Quantity], words: Sequence[Word]) -> list[Quantity]:
    return [q for q in numbers if any(w.figure and q.start < w.end and w.start < q.end for w in words)]


def turns(edit: Edit) -> bool:
    """Whether a changed word turns the sentence: a "not" more or less, another number, an opposite word."""
    negators = [sum(is_negator(w.lower) for w in side) for side in (edit.mine, edit.theirs)]
    if (negators[0] - negators[1]) % 2:
        return True
    if edit.their_numbers and any(not any(q.agrees(o) for o in edit.their_numbers) for q in edit.my_numbers):
        return True
    opposites = {stem for word in edit.theirs for stem in OPPOSITES.get(word.stem, ())}
    return any(word.stem in opposites for word in edit.mine)


def other_names(edit: Edit) -> list[str]:
    """The names that stand where the copied sentence has other names."""
    theirs = [word.key for word in edit.theirs if word.name]
    if not theirs:
        return []
    return [w.shown for w in edit.mine if w.name and not any(same_name(w.key, key) for key in theirs)]
