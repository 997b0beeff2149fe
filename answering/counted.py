"""What the numbers of a text count: the next telling word, if it is near."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from answering.quantity import Quantity
from answering.tokens import Text

_REACH = 25  # characters after a number within which the thing counted is named


def counted(text: Text) -> Iterator[tuple[int, Quantity, str]]:
    """Each number with its sentence and the stem of what it counts; "" when nothing near is named."""
    telling = [word for word in text.words if word.weight]
    places = [(word.sentence, word.start) for word in telling]
    for number, quantity in text.numbers:
        at = bisect_left(places, (number, quantity.end))
        near = at < len(telling) and places[at] < (number, quantity.end + _REACH)
        yield number, quantity, telling[at].stem if near else ""


def uncounted(text: Text) -> frozenset[str]:
    """The stems of the telling words that no number of the text counts."""
    return frozenset({word.stem for word in text.words if word.weight} - {thing for _, _, thing in counted(text)})


def is_elliptic(quantity: Quantity, figures: Sequence[tuple[Quantity, str]], plainly: frozenset[str]) -> bool:
    """Whether the figures have the number with the thing counted left out: "40 people were held and 6 were hurt".

    `plainly` are the `uncounted` stems of the text that has the number: what follows it stands there uncounted.
    """
    return any(thing in plainly and quantity.agrees(figure) for figure, thing in figures)
