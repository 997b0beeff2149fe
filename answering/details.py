"""The numbers, dates and names of a statement that no quote has."""

from collections.abc import Iterator, Sequence

from answering.alignment import Match
from answering.day import Day
from answering.measure import converted
from answering.quantity import Quantity
from answering.tokens import Text, Word, name_run

# Figures of the quotes that are looked at.
MOST_FIGURES = 1_000
_NEAR, _OF = 6, frozenset(("of", "for", "at"))  # words between two names of which one belongs to the other


def missing_numbers(mine: Text, theirs: Text) -> list[Quantity]:
    """The numbers that agree with no number of the quotes, in the same unit or converted."""
    figures = [*(q for _, q in theirs.numbers), *(_year(day) for _, day in theirs.dates if day.year)]
    found = list({(q.values, q.unit): q for q in figures}.values())[:MOST_FIGURES]
    given = converted(mine, theirs)
    return [q for _, q in mine.numbers if q not in given and not any(q.agrees(other) for other in found)]


def missing_dates(mine: Text, theirs: Text) -> list[Day]:
    """The dates that agree with no date of the quotes, or whose year none of them says."""
    found = list({(d.year, d.month, d.day): d for _, d in theirs.dates}.values())[:MOST_FIGURES]
    years = {value for _, q in theirs.numbers if q.unit == "" for value in q.values}
    years |= {float(day.year) for _, day in theirs.dates if day.year}
    return [
        day
        for _, day in mine.dates
        if not any(day.agrees(other) for other in found) or (day.year and float(day.year) not in years)
    ]


def _year(day: Day) -> Quantity:
    return Quantity(str(day.year), day.start, day.end, (float(day.year or 0),))


def missing_names(matches: Sequence[Match], mine: Text, theirs: Text) -> list[str]:
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
        run = name_run(mine.words, match.at)
        if "".join(mine.words[i].lower[0] for i in run) in keys and len(run) > 1:
            continue
        after = held.get(match.at + 1)
        if after is None or run[-1] == match.at or _follows_another_name(theirs.words, after.places):
            missing.append(match.word.shown.removesuffix("'s"))
    return missing


def belongs(one: Sequence[Word], other: Sequence[Word], words: Sequence[Word]) -> bool:
    """Whether the words say somewhere that of two names one is of the other: "Anna Lind of Norvik", "Norvik's boss"."""
    sides = [{word.key for word in names} for names in (one, other)]
    last: list[int | None] = [None, None]
    for at, word in enumerate(words):
        side = next((side for side, keys in enumerate(sides) if word.name and word.key in keys), None)
        if side is None:
            continue
        last[side], before = at, last[1 - side]
        if before is not None and at - before <= _NEAR and words[before].sentence == word.sentence:
            between = words[before + 1 : at]
            if words[before].shown.endswith("'s") or not _OF.isdisjoint(w.lower for w in between):
                return True
    return False


def _initials(words: Sequence[Word]) -> Iterator[str]:
    letters = ""
    for word in words:
        if word.shown[0].isupper():
            letters = (letters + word.lower[0])[-6:]
        elif word.lower not in ("of", "the", "and", "for"):
            letters = ""
        if len(letters) > 1:
            yield letters


def _follows_another_name(words: Sequence[Word], places: Sequence[int]) -> bool:
    """Whether the name at one of the places belongs to a longer name, so that another cannot be put before it."""
    return any(words[at - 1].name and words[at].start - words[at - 1].end == 1 for at in places if at)
