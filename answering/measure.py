"""Numbers with the unit they are measured in: 40 kilometres are not 40 miles, and 48 hours are two days."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from answering.quantity import Quantity
from answering.tokens import Text

_ROUNDED = 0.03  # the share by which a converted number may be rounded
_TRIED = 50  # numbers of the quotes that are as large


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit: what it measures, how many base units it is, and where its nought lies among them."""

    kind: str
    size: float
    nought: float = 0.0


_UNITS = {
    name: unit
    for unit, names in (
        (_Unit("length", 0.001), "millimetre millimetres millimeter millimeters mm"),
        (_Unit("length", 0.01), "centimetre centimetres centimeter centimeters cm"),
        (_Unit("length", 0.0254), "inch inches"),
        (_Unit("length", 0.3048), "foot feet ft"),
        (_Unit("length", 0.9144), "yard yards"),
        (_Unit("length", 1.0), "metre metres meter meters"),
        (_Unit("length", 1_000.0), "kilometre kilometres kilometer kilometers km"),
        (_Unit("length", 1_609.344), "mile miles"),
        (_Unit("weight", 0.001), "gram grams gramme grammes"),
        (_Unit("weight", 0.02835), "ounce ounces oz"),
        (_Unit("weight", 1.0), "kilogram kilograms kilogramme kilogrammes kilo kilos kg"),
        (_Unit("weight", 1_000.0), "tonne tonnes ton tons"),
        (_Unit("time", 1.0), "seconds"),
        (_Unit("time", 60.0), "minute minutes"),
        (_Unit("time", 3_600.0), "hour hours"),
        (_Unit("time", 86_400.0), "day days"),
        (_Unit("time", 604_800.0), "week weeks"),
        (_Unit("time", 2_629_746.0), "month months"),
        (_Unit("time", 31_556_952.0), "year years"),
        (_Unit("time", 315_569_520.0), "decade decades"),
        (_Unit("area", 4_046.86), "acre acres"),
        (_Unit("area", 10_000.0), "hectare hectares"),
        (_Unit("temperature", 1.0), "celsius centigrade"),
        (_Unit("temperature", 5 / 9, -160 / 9), "fahrenheit"),
    )
    for name in names.split()
}


def other_measure(mine: Text, theirs: Text, sentences: Collection[int]) -> bool:
    """Whether a number of a statement stands in these sentences, but always in another unit of what it measures."""
    found: defaultdict[float, set[_Unit | None]] = defaultdict(set)
    for number, quantity, unit in _measured(theirs):
        if number in sentences:
            found[quantity.values[0]].add(unit)
    given = converted(mine, theirs)
    return any(
        quantity not in given and unit not in units and all(other and other.kind == unit.kind for other in units)
        for _, quantity, unit in _measured(mine)
        if unit and (units := found.get(quantity.values[0]))
    )


def converted(mine: Text, theirs: Text) -> frozenset[Quantity]:
    """The numbers of a statement that the quotes give in another unit of what they measure, rounding aside."""
    amounts: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for _, quantity, unit in _measured(theirs):
        if unit:
            amounts[unit.kind].append((_base(quantity, unit), unit.size))
    for ordered in amounts.values():
        ordered.sort()
    return frozenset(
        quantity
        for _, quantity, unit in _measured(mine)
        if unit and _is_among(amounts[unit.kind], _base(quantity, unit), unit.size)
    )


def _is_among(ordered: list[tuple[float, float]], amount: float, size: float) -> bool:
    slack = _ROUNDED * abs(amount)
    at = bisect_left(ordered, (amount - slack, 0.0))
    last = bisect_left(ordered, (amount + slack, float("inf")))
    return any(other != size for _, other in ordered[at : min(last, at + _TRIED)])


def _base(quantity: Quantity, unit: _Unit) -> float:
    return quantity.values[0] * unit.size + unit.nought


def _measured(text: Text) -> Iterator[tuple[int, Quantity, _Unit | None]]:
    """Each bare number with its sentence and the unit that follows it, if one does."""
    places = [(word.sentence, word.start) for word in text.words]
    for number, quantity in text.numbers:
        if quantity.unit:
            continue
        at, end = bisect_left(places, (number, quantity.end)), quantity.end
        if at < len(places) and text.words[at].lower in ("degree", "degrees"):
            at, end = at + 1, text.words[at].end
        near = at < len(places) and places[at] <= (number, end + 1)
        yield number, quantity, _UNITS.get(text.words[at].lower) if near else None
