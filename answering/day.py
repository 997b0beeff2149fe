"""Dates that name a month, as news writes them, read alike. Written for English; never raises on any text."""

import re
from dataclasses import dataclass
from datetime import date

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH_OF = {m: i + 1 for i, m in enumerate(MONTHS)} | {m[:3]: i + 1 for i, m in enumerate(MONTHS)} | {"sept": 9}
_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
_DATE = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})(?:,? (?P<year>\d{{4}}))?"
    rf"|(?P<month2>{_MONTH}) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%]|[.,]\d)(?:,? (?P<year2>\d{{4}}))?"
    rf"|(?P<month3>{_MONTH}),? (?P<year3>\d{{4}})"
    r"|(?P<year4>\d{4})-(?P<month4>\d{2})-(?P<day4>\d{2}))\b",
    re.IGNORECASE,
)
# "May" and "March" are words too: alone they are months only after a preposition.
_MONTH_ALONE = re.compile(
    r"(?P<month>January|February|April|June|July|August|September|October|November|December"
    r"|(?:(?<=[Ii]n )|(?<=[Ll]ast )|(?<=[Ss]ince )|(?<=[Uu]ntil )|(?<=[Bb]y ))(?:May|March))\b"
)
_DATE_HINT = re.compile(
    rf"(?<![\w.,])(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?={_MONTH})|\d{{4}}-\d\d-\d\d\b|{_MONTH}(?=[ ,.;')]|$))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Day:
    """A date at `start:end`, as far as it is said; a part that is not said is None."""

    text: str
    start: int
    end: int
    year: int | None
    month: int
    day: int | None

    def agrees(self, found: "Day") -> bool:
        """Whether a text that says `found` also says this date, the year aside when `found` leaves it open."""
        day = self.day is None or self.day == found.day
        year = self.year is None or found.year is None or self.year == found.year
        return self.month == found.month and day and year


def days(text: str) -> tuple[Day, ...]:
    """The dates of a `plain` text that name a month: "3 May", "May 3rd, 2022", "May 2022", "2022-05-03", "in May"."""
    found: list[Day] = []
    end = 0
    for hint in _DATE_HINT.finditer(text):
        if hint.start() < end:
            continue
        match = _DATE.match(text, hint.start()) or _MONTH_ALONE.match(text, hint.start())
        if match and (day := _day(match)) is not None:
            found.append(day)
            end = day.end
    return tuple(found)


def _day(match: re.Match[str]) -> Day | None:
    part = match.groupdict()
    year, day, month = (
        next((part[key] for key in (kind, f"{kind}2", f"{kind}3", f"{kind}4") if part.get(key)), None)
        for kind in ("year", "day", "month")
    )
    number = int(month) if month and month.isdecimal() else _MONTH_OF[(month or "").lower().rstrip(".")]
    if not 1 <= number <= 12 or (day and not 1 <= int(day) <= 31):
        return None
    return Day(match.group(), *match.span(), int(year) if year else None, number, int(day) if day else None)


def in_full(when: date) -> str:
    """A date as sentences have it: "3 May 2024"."""
    return f"{when.day} {when:%B %Y}"
