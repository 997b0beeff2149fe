"""The time that the parts of a period's name mean: its day, month and year, its unit and count. No words are read here.

dateutil, which is used here only, counts on the calendar: in months, weekdays, leap years.
Each `read_` function takes what `retrieval.time_forms` found. An impossible time raises ValueError, LookupError or
OverflowError.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dateutil.relativedelta import MO, relativedelta

Span = tuple[datetime, datetime]  # the first and the last moment of a period

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
# The first month of each; winter goes on into the next year.
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_FEW = 3
_COUNTS = {"a": 1, "an": 1, "couple": 2, "few": _FEW, "several": _FEW}
_COUNTS |= {
    word: n for n, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth "
    "twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
_LENGTHS = {
    "hour": relativedelta(hours=1), "day": relativedelta(days=1), "week": relativedelta(weeks=1),
    "fortnight": relativedelta(weeks=2), "month": relativedelta(months=1), "quarter": relativedelta(months=3),
    "year": relativedelta(years=1), "decade": relativedelta(years=10),
}  # fmt: skip
# "Three weeks ago" is no single day.
_AROUND = {"week": 3, "fortnight": 4, "month": 10, "quarter": 30, "year": 60, "decade": 600}
_IN_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Asked:
    """When a question is asked, the day near which it means what it leaves open, and whether that lies ahead.

    `is_beside` is set where what is meant may also lie after that day: "in May or April 2023".
    """

    moment: datetime
    near: date
    is_ahead: bool = False
    is_beside: bool = False

    @property
    def today(self) -> date:
        """The day of the moment."""
        return self.moment.date()

    def meant(self, spans: Iterable[Span], which: str = "") -> Span:
        """Of periods in order the one that "last" or "next" means, or nothing: the latest begun, or the next to end."""
        today, which = self.today, which.lower()
        if which in ("last", "past", "previous"):
            begun, to_come = [span for span in spans if span[1].date() < today], []
        elif which in ("next", "coming"):
            begun, to_come = [], [span for span in spans if span[0].date() > today]
        elif self.is_beside:
            latest = today if self.near <= today and not self.is_ahead else date.max
            earliest = today if self.is_ahead else date.min
            fit = (span for span in spans if span[0].date() <= latest and span[1].date() >= earliest)
            return min(fit, key=lambda span: abs(span[1].date() - self.near))
        elif self.is_ahead:
            begun, to_come = [], [span for span in spans if span[1].date() >= self.near]
        else:
            begun, to_come = [span for span in spans if span[0].date() <= self.near], []
        return to_come[0] if to_come else begun[-1]


Said = dict[str, str | None]
Reads = Callable[[Said, Asked], Span]


def days(first: date, last: date) -> Span:
    """From the first moment of a day to the last of another."""
    return datetime.combine(first, time.min, UTC), datetime.combine(last, time.max, UTC)


def months(year: int, month: int, count: int = 1) -> Span:
    """So many months from one on, which may be counted beyond December."""
    first = date(year, 1, 1) + relativedelta(months=month - 1)
    return days(first, first + relativedelta(months=count, days=-1))


def _yearly(of_year: Callable[[int], Span], said: Said, asked: Asked) -> Span:
    """What comes round every year: in the year said, else the one that is meant."""
    if year := said.get("year"):
        return of_year(int(year))
    return asked.meant(_possible(of_year, asked.near.year), said.get("which") or "")


def _possible(of_year: Callable[[int], Span], near: int) -> Iterator[Span]:
    for year in range(near - 8, near + 9):  # there are eight years between 29 February 1896 and the next
        try:
            yield of_year(year)
        except ValueError:
            continue


def read_day(said: Said, asked: Asked) -> Span:
    """A day of a month, or those from the first to the last of a list."""
    month = _month_number(said)

    def of_year(year: int) -> Span:
        last = date(year, month, _day_number(said["day"]))
        return days(date(year, month, _day_number(said["first"])) if said.get("first") else last, last)

    return _yearly(of_year, said, asked)


def _day_number(text: str | None) -> int:
    word = (text or "").lower().removeprefix("the").strip()
    return ORDINALS.index(word) + 1 if word in ORDINALS else int(re.sub(r"\D", "", word))


def _month_number(said: Said) -> int:
    return _MONTHS.index((said["month"] or "")[:3].lower()) + 1


def read_month(said: Said, asked: Asked) -> Span:
    """A month."""
    return _yearly(lambda year: months(year, _month_number(said)), said, asked)


def read_numeric(said: Said, asked: Asked) -> Span:
    """ "7/3/2024" is the seventh of March or the third of July: all from the one to the other."""
    year = int(said["year"] or 0)
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    a, b = int(said["a"] or 0), int(said["b"] or 0)
    orders = {(a, b)} if said.get("dot") else {(a, b), (b, a)}
    dates = sorted(found for day, month in orders if month <= 12 for found in [date(year, month, day)])
    return days(dates[0], dates[-1])


def read_iso(said: Said, asked: Asked) -> Span:
    """ "2024-05-03"."""
    day = date(int(said["year"] or 0), int(said["number"] or 0), int(said["day"] or 0))
    return days(day, day)


def read_season(said: Said, asked: Asked) -> Span:
    """Three months. A winter of one year may be the one that ends in it or the one that begins in it."""
    name = (said["season"] or "").lower()

    def of_year(year: int) -> Span:
        return months(year, SEASONS[name], 3)

    if name == "winter" and said.get("year") and not said.get("to"):  # either the one that ends in it or begins in it
        year = int(said["year"] or 0)
        return of_year(year - 1)[0], of_year(year)[1]
    return _yearly(of_year, said, asked)


def read_part_of_year(said: Said, asked: Asked) -> Span:
    """A quarter ("Q1") or a half ("H2")."""
    count = 3 if (said["part"] or "").lower() == "q" else 6
    return _yearly(lambda year: months(year, (int(said["n"] or 0) - 1) * count + 1, count), said, asked)


def read_year(said: Said, asked: Asked) -> Span:
    """A year, two that follow each other ("2020/21"), several ("2019-2023") or a month in figures ("2024-03")."""
    year, to = int(said["year"] or 0), said.get("to") or ""
    if len(to) == 2 and int(to) != (year + 1) % 100:
        return months(year, range(1, 13)[int(to) - 1])
    last = year + 1 if len(to) == 2 else int(to or year)
    return days(date(year, 1, 1), date(last, 12, 31))


def read_decade(said: Said, asked: Asked) -> Span:
    """ "1990s" and "90s"."""
    first = int(said.get("decade") or f"19{said['short']}")
    return days(date(first, 1, 1), date(first + 9, 12, 31))


def read_century(said: Said, asked: Asked) -> Span:
    """ "19th century"."""
    number = int(said["n"] or 0)
    return days(date(number * 100 - 99, 1, 1), date(number * 100, 12, 31))


def read_unit(said: Said, asked: Asked) -> Span:
    """The week, month or other unit before, around or after today."""
    unit, which = (said["unit"] or "").lower(), (said["which"] or "").lower()
    today = asked.today
    if unit == "week":
        monday = _monday(today)
        if which == "this":  # said of the last days too, on a Monday of nearly nothing else
            return days(min(monday, today - timedelta(days=7)), monday + timedelta(days=6))
        spans = [days(monday + timedelta(days=n), monday + timedelta(days=n + 6)) for n in (-7, 0, 7)]
    elif unit == "day":
        spans = [days(day, day) for day in (today + timedelta(days=n) for n in (-1, 0, 1))]
    elif unit == "decade":
        spans = [months(today.year // 10 * 10 + n, 1, 120) for n in (-10, 0, 10)]
    else:
        count = _IN_MONTHS[unit]
        first = (today.month - 1) // count * count + 1
        spans = [months(today.year, first + n, count) for n in (-count, 0, count)]
    return spans[1] if which == "this" else asked.meant(spans, which)


def read_weekday(said: Said, asked: Asked) -> Span:
    """A day of the week."""
    number = WEEKDAYS.index((said["weekday"] or "").lower())
    return asked.meant(_weekly(asked.near, number, number), said["which"] or "")


def read_weekend(said: Said, asked: Asked) -> Span:
    """Saturday and Sunday."""
    return asked.meant(_weekly(asked.near, 5, 6), said["which"] or "")


def _weekly(near: date, first: int, last: int) -> Iterator[Span]:
    for weeks in (-2, -1, 0, 1, 2):
        yield days(*(_monday(near) + relativedelta(weeks=weeks, days=n) for n in (first, last)))


def _monday(day: date) -> date:
    monday: date = day + relativedelta(weekday=MO(-1))
    return monday


def read_beside_today(before: int, after: int) -> Reads:
    """Reads the days from so many after today to so many after it."""
    return lambda _, asked: days(asked.today + timedelta(days=before), asked.today + timedelta(days=after))


def read_ago(said: Said, asked: Asked) -> Span:
    """Around the day so long ago."""
    count, unit = said["count"], (said["unit"] or "").lower()
    moment = asked.moment - _LENGTHS[unit] * count_of(count)
    is_vague = re.search(r"couple|few|several", count or "", re.IGNORECASE)
    around = _LENGTHS[unit] if is_vague else relativedelta(days=_AROUND.get(unit, 0))
    return days((moment - around).date(), (moment + around).date())


def read_rolling(said: Said, asked: Asked) -> Span:
    """So long a time up to now; "recent weeks" and "the last weeks" are a few."""
    unit = (said["unit"] or "").lower()
    return asked.moment - _LENGTHS[unit] * count_of(said["count"], said["many"]), asked.moment


def read_rolling_ahead(said: Said, asked: Asked) -> Span:
    """So long a time from now on."""
    start, now = read_rolling(said, asked)
    return now, now + (now - start)


def count_of(text: str | None, many: str | None = None) -> int:
    """The number that "three", "12", "a couple of" or "a few" stands for; without one a few where there are `many`."""
    words = re.sub(r"\s+of$", "", (text or ("few" if many else "a")).lower()).split()
    return int(words[-1]) if words[-1].isdecimal() else _COUNTS[words[-1]]


def part_of(span: Span, at: int, of: int) -> Span:
    """One of two or three equal parts of a period, counted from 0: whole months of a year, else days."""
    first, last = span[0].date(), span[1].date()
    length = (last - first).days + 1
    if length in (365, 366):
        return months(first.year, first.month + 12 // of * at, 12 // of)
    start, after = (first + timedelta(days=length * n // of) for n in (at, at + 1))
    return days(start, after - timedelta(days=1))


def piece_of(span: Span, which: str, count: int, unit: str) -> Span:
    """So many units of a period: the first or last ones, or "second", "third" and so on."""
    first, after = span[0].date(), span[1].date() + timedelta(days=1)
    if which in ("last", "final", "closing"):
        return days(later(after, unit, -count), span[1].date())
    steps = ORDINALS.index(which) if which in ORDINALS else 0
    return days(later(first, unit, steps), later(first, unit, steps + count) - timedelta(days=1))


def later(day: date, unit: str, count: int) -> date:
    """The day so many units on."""
    moved: date = day + _LENGTHS[unit] * count
    return moved
