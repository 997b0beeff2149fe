"""Dates and ranges that a question names ("in October 2023", "last week"), read against the moment it is asked.

The rules here find the words and say what they do to a date; dateparser, used here only, reads the date itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d(?![\d%])"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_NUMBER = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_UNIT = r"(?:day|week|month|year)"
_DAY_OF_MONTH = rf"(?:{_DAY}(?:\s+of)?\s+{_MONTH}|{_MONTH}\s+{_DAY}(?!\d))"
_POINT = (
    rf"(?:\d{{4}}-\d{{2}}-\d{{2}}(?=\b|T\d)|"
    rf"{_DAY_OF_MONTH}(?:,?\s+{_YEAR})?|"
    rf"{_MONTH},?\s+(?:of\s+)?{_YEAR})"
)
# Words that are a month or a name ("May", "March") and a bare year count only after a word that makes them a time.
_AFTER_WORD = rf"(?:{_MONTH}|{_YEAR}|{_WEEKDAY})(?![\w-])"
_RELATIVE = (
    rf"(?:today|yesterday|(?:this|last|past|previous)\s+{_UNIT}|(?:on|last|this|past)\s+{_WEEKDAY}|"
    rf"{_NUMBER}\s+{_UNIT}s?\s+ago)"
)
_TIME = rf"(?:{_POINT}|{_RELATIVE})(?:\b|(?<=\d)(?=T\d))"
_ANY = rf"(?:{_TIME}|{_AFTER_WORD})"
_EXPRESSION = re.compile(
    rf"\b(?:between|from)\s+(?P<first>{_ANY})\s*(?:and|to|until|till|through|[-–])\s*(?P<last>{_ANY})|"
    rf"\b(?:(?:in|over|during|for|within)\s+)?(?:the\s+(?:last|past)|past)\s+(?:(?P<count>{_NUMBER})\s+)?(?P<unit>{_UNIT})s?\b|"
    rf"\b(?P<way>since|after|before|until|till|by)\s+(?:the\s+)?(?P<edge>{_ANY})|"
    rf"\b(?:in|during|throughout|early|late|mid)[\s-]+(?P<within>{_ANY})|"
    rf"(?P<point>{_TIME})",
    re.IGNORECASE,
)
# "USA Today", "on Sunday Night Football": what stands in a name is no time.
_IN_NAME = re.compile(r"Today|Yesterday|(?:\w+\s+)?\w+day(?=\s+[A-Z])")
# "The January 6 committee": what is called after a day is spoken of long after it.
_WITHOUT_YEAR = re.compile(_DAY_OF_MONTH, re.IGNORECASE)
_CALLED_AFTER_IT = re.compile(
    r"['’]?s?\s+(?:(?:select|house|terror|terrorist|capitol)\s+){0,2}(?:committee|panel|commission|hearings?|inquiry|investigat\w+|"
    r"probe|trials?|attacks?|bombings?|riots?|rioters?|insurrection|defendants?|massacre|uprising|revolution|coup)\b",
    re.IGNORECASE,
)
# The month of May and the verb, Sunday and the sunday paper are told apart by the capital.
_CAPITALISED = re.compile(rf"^(?:{_MONTH}|{_WEEKDAY})", re.IGNORECASE)
_WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
_NUMBERS = {word: number for number, word in enumerate(_WORDS, 1)}
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_MOST = 6
_LONGEST = 2_000  # characters of a question that are read


@dataclass(frozen=True, slots=True)
class DateRange:
    """Words of a question and the time that they mean, both ends included; None leaves an end open."""

    text: str
    start: datetime | None
    end: datetime | None


def date_ranges(question: str, moment: datetime) -> tuple[DateRange, ...]:
    """The times that a question names, in order, at most six. Relative words are read against `moment`, in UTC."""
    return tuple(islice(_found(question[:_LONGEST], moment.astimezone(UTC)), _MOST))


def warm_up() -> None:
    """Load what reads dates, so that no question waits for it: a third of a second."""
    date_ranges("today", datetime.now(UTC))


def _found(question: str, moment: datetime) -> Iterator[DateRange]:
    for match in _EXPRESSION.finditer(question):
        if match.start() and _IN_NAME.match(question, match.start()):
            continue
        if _WITHOUT_YEAR.fullmatch(match["point"] or "") and _CALLED_AFTER_IT.match(question, match.end()):
            continue
        found = _read(match, moment)
        if found is not None and (found[0] is None or found[1] is None or found[0] <= found[1]):
            yield DateRange(match.group().strip(), *found)


def _read(match: re.Match[str], moment: datetime) -> tuple[datetime | None, datetime | None] | None:
    said = match.groupdict()
    if said["unit"]:
        start = moment - timedelta(days=_count(said["count"]) * _DAYS[said["unit"].lower()])
        return start, moment
    if said["first"]:
        first, last = _span(said["first"], moment), _span(said["last"], moment)
        if first is None or last is None:
            return None
        if first[0] > last[1] and re.search(_YEAR, said["last"]):  # "from June to October 2023"
            first = first[0].replace(year=last[1].year), first[1]
        return first[0], last[1]
    span = _span(said["edge"] or said["within"] or said["point"], moment)
    if span is None or not said["way"]:
        return span
    way = said["way"].lower()
    if way in ("since", "after"):
        return (span[0] if way == "since" else span[1]), moment
    return None, (span[0] if way == "before" else span[1])


def _span(text: str, moment: datetime) -> tuple[datetime, datetime] | None:
    """First and last moment of a day, week, month or year."""
    if _CAPITALISED.match(text) and not text[0].isupper():
        return None
    words = re.sub(r"(?i)\b(?:on|this|last|past)\s+(?=\w+day\b)|\bof\b", " ", text)
    words = re.sub(r"(?i)^past\b|^previous\b", "last", words.strip())
    found = _parsed(" ".join(words.split()), moment.date())
    if found is None:
        return None
    day, period = found
    if re.fullmatch(rf"(?i){_NUMBER}\s+{_UNIT}s?\s+ago", text):
        around = {"d": 0, "w": 3, "m": 10, "y": 60}[text.split()[1][0].lower()]  # "three weeks ago" is no single day
        return _first(day - timedelta(days=around)), _last(day + timedelta(days=around))
    if period == "week":
        monday = day - timedelta(days=day.weekday())
        # "This week" is said of the last days too, on a Monday of nearly nothing else.
        start = min(monday, moment.date() - timedelta(days=7)) if words.lower() == "this week" else monday
        return _first(start), _last(monday + timedelta(days=6))
    if period == "month":
        first = day.replace(day=1)
        return _first(first), _last((first + timedelta(days=32)).replace(day=1) - timedelta(days=1))
    if period == "year":
        return _first(date(day.year, 1, 1)), _last(date(day.year, 12, 31))
    return _first(day), _last(day)


def _count(text: str | None) -> int:
    if text is None or text.lower() in ("a", "an"):
        return 1
    return int(text) if text.isdecimal() else _NUMBERS[text.lower()]


def _first(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _last(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC)


@lru_cache(1_000)  # questions say the same few times again and again, and dateparser takes two milliseconds for one
def _parsed(words: str, today: date) -> tuple[date, str] | None:
    """The day that the words name, and how long a time they mean: day, week, month or year."""
    found = _parser(today).get_date_data(words)
    return None if found.date_obj is None else (found.date_obj.date(), found.period)


@lru_cache(8)
def _parser(today: date) -> Any:
    from dateparser.date import DateDataParser

    settings = {
        "RELATIVE_BASE": datetime.combine(today, time(12)),
        "PREFER_DATES_FROM": "past",
        "PARSERS": ["relative-time", "absolute-time"],
    }
    return DateDataParser(languages=["en"], settings=settings)
