"""The forms in which English names a period, each a pattern and the function that reads it."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from retrieval import periods
from retrieval.periods import Asked, Reads, Said, Span

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?:the\s+)?\d{1,2}(?:st|nd|rd|th)?(?![\d:%]|[.,]\d)"
_YEAR = r"(?:19|20)\d\d(?![\d%]|[.,]\d)"
_WEEKDAY = rf"(?:{'|'.join(periods.WEEKDAYS)})"
_SEASON = rf"(?:{'|'.join(periods.SEASONS)})"
_COUNT = (
    r"(?:\d{1,3}|an?(?:\s+(?:couple\s+of|few))?|couple\s+of|few|several|one|two|three|four|five|six|seven|eight|nine|ten|"
    r"eleven|twelve)"
)
_UNIT = r"(?:hour|day|week|fortnight|month|quarter|year|decade)"
_WHICH = r"(?:last|this|past|previous|next|coming)"
JOINED = r"\s*(?:,?\s*\b(?:and|or|to|until|till|through)\b|[-–—&/])\s*"
_IN_YEAR = rf"(?:,?\s+(?:of\s+)?(?P<year>{_YEAR}))"
_DAYS = rf"(?P<first>{_DAY})(?:,\s*{_DAY}){{0,9}}{JOINED}(?P<day>{_DAY})"
_PART = r"(?:(?:early|mid|late)[\s-]+(?:in\s+)?|(?:beginning|start|middle|end)\s+of\s+)"
_ON = rf"(?:(?:on\s+)?{_WEEKDAY},?\s+(?:the\s+)?)?"
_IN_LETTERS = rf"(?:{'|'.join(sorted(periods.ORDINALS, key=len, reverse=True))})(?=\s+of\b)"


def _third(said: Said, asked: Asked) -> Span:
    """ "Early", "mid" and "late", "the end of"."""
    part = (said["third"] or "").lower()
    at = 0 if part.startswith(("early", "beginning", "start")) else 2 if part.startswith(("late", "end")) else 1
    return periods.part_of(read(said["whole"] or "", asked), at, of=3)


def _piece(said: Said, asked: Asked) -> Span:
    """ "The first quarter of 2026", "the last days of May", "the second half of last year"."""
    whole, which, unit = read(said["whole"] or "", asked), (said["nth"] or "").lower(), (said["unit"] or "").lower()
    if unit == "half":
        return periods.part_of(whole, int(which not in ("first", "opening")), of=2)
    return periods.piece_of(whole, which, periods.count_of(said["count"], said["many"]), unit.removesuffix("s"))


_WHOLE = (
    rf"(?P<whole>(?:the\s+)?(?:(?:{_MONTH}|{_SEASON}),?\s+(?:of\s+)?)?{_YEAR}|(?:19|20)\d0s|{_MONTH}|"
    rf"{_WHICH}\s+(?:week|month|year|decade|{_MONTH}|{_SEASON})|the\s+(?:week|month|year))"
)
# Forms that are times wherever they stand.
_POINTS: tuple[tuple[str, Reads], ...] = (
    (r"(?P<year>(?:19|20)\d\d)[-/.](?P<number>\d{1,2})[-/.](?P<day>\d{1,2})(?=T\d|(?!\w))", periods.read_iso),
    (r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<year>(?:19|20)?\d\d)", periods.read_numeric),
    (r"(?P<a>\d{1,2})-(?P<b>\d{1,2})-(?P<year>(?:19|20)\d\d)", periods.read_numeric),
    (r"(?P<a>\d{1,2})(?P<dot>\.)\s?(?P<b>\d{1,2})\.\s?(?P<year>(?:19|20)\d\d)", periods.read_numeric),
    (rf"{_DAYS}(?:\s+of)?\s+(?P<month>{_MONTH}){_IN_YEAR}?", periods.read_day),
    (rf"(?P<month>{_MONTH})\s+{_DAYS}(?!\s+(?:of\s+)?{_MONTH}){_IN_YEAR}?", periods.read_day),
    (
        rf"{_ON}(?P<day>\d{{1,2}}(?:st|nd|rd|th)?|{_IN_LETTERS})(?:\s+of)?\s+(?P<month>{_MONTH}){_IN_YEAR}?",
        periods.read_day,
    ),
    (rf"{_ON}(?P<month>{_MONTH})\s+(?P<day>{_DAY}){_IN_YEAR}?", periods.read_day),
    (rf"(?P<month>{_MONTH}){_IN_YEAR}", periods.read_month),
    (rf"(?P<part>[QH])(?P<n>[1-4])(?:[\s,/-]+(?:of\s+)?)(?P<year>{_YEAR})", periods.read_part_of_year),
    (r"(?P<year>(?:19|20)\d\d)[\s-]?(?P<part>[QH])(?P<n>[1-4])", periods.read_part_of_year),
    (
        rf"(?:the\s+)?(?P<season>{_SEASON})(?:,|\s+of)?\s+(?P<year>{_YEAR})(?:\s?[/–-]\s?(?P<to>(?:\d\d)?\d\d))?",
        periods.read_season,
    ),
    (rf"(?P<which>{_WHICH})\s+(?P<season>{_SEASON})", periods.read_season),
    (rf"(?P<which>{_WHICH})\s+(?P<month>{_MONTH})", periods.read_month),
    (
        rf"(?:the\s+)?(?P<nth>first|second|third|fourth|last|final|opening|closing)[\s-]+(?:(?P<count>{_COUNT})\s+)?"
        rf"(?:(?P<unit>(?:day|week|fortnight|month|year)(?P<many>s)?(?=\s+of)|quarter|half)(?:\s+of)?)\s+{_WHOLE}",
        _piece,
    ),
    (rf"(?:the\s+)?(?P<third>{_PART})(?:the\s+)?{_WHOLE}", _third),
    (rf"(?:the\s+)?(?P<third>{_PART})(?:the\s+)?(?P<whole>{_SEASON})", _third),
    (r"(?:the\s+)?day\s+before\s+yesterday", periods.read_beside_today(-2, -2)),
    (r"(?:the\s+)?day\s+after\s+tomorrow", periods.read_beside_today(2, 2)),
    (r"last\s+night", periods.read_beside_today(-1, 0)),
    (r"yesterday", periods.read_beside_today(-1, -1)),
    (r"today|tonight|this\s+(?:morning|afternoon|evening)", periods.read_beside_today(0, 0)),
    (r"tomorrow", periods.read_beside_today(1, 1)),
    (rf"(?P<which>{_WHICH}|(?:over|at|on|during)\s+the)\s+weekend(?!\s+of\b)", periods.read_weekend),
    (rf"(?:(?P<which>{_WHICH}|on)\s+)?(?P<weekday>{_WEEKDAY})", periods.read_weekday),
    (rf"(?P<count>{_COUNT})\s+(?P<unit>{_UNIT})s?\s+ago", periods.read_ago),
    (
        rf"(?:(?:in|over|during|for|within)\s+)?(?:(?:the\s+)?(?:last|past)\s+(?P<count>{_COUNT})\s+|"
        rf"(?:the\s+)?(?:last|past|recent)\s+(?=\w+s\b)|the\s+(?:last|past)\s+|past\s+)(?P<unit>{_UNIT})(?P<many>s)?"
        r"(?!\s+of\b)",
        periods.read_rolling,
    ),
    (
        rf"(?:(?:in|over|during|for|within)\s+)?(?:the\s+)?(?:next|coming)\s+(?:(?P<count>{_COUNT})\s+|(?=\w+s\b))"
        rf"(?P<unit>{_UNIT})(?P<many>s)?",
        periods.read_rolling_ahead,
    ),
    (rf"(?P<which>{_WHICH})\s+(?P<unit>day|week|month|quarter|year|decade)(?!\s+of\b)", periods.read_unit),
)
# Forms that are something else as often: a month that is a name or a verb, a number of four digits, "spring water".
_LOOSE: tuple[tuple[str, Reads], ...] = (
    (r"(?P<year>(?:19|20)\d\d)\s?[/–-]\s?(?P<to>(?:(?:19|20)\d\d|\d\d))(?![\d%]|[-/.,]\d)", periods.read_year),
    (
        rf"(?:(?:the\s+)?(?:(?:fiscal|financial|tax|school|academic)\s+(?:year\s+)?|year\s+))?(?P<year>{_YEAR})",
        periods.read_year,
    ),
    (r"(?:the\s+)?(?P<decade>(?:19|20)\d0)['’]?s", periods.read_decade),
    (r"the\s+['’]?(?P<short>[3-9]0)s", periods.read_decade),
    (r"(?:the\s+)?(?P<n>[12]?\d)(?:st|nd|rd|th)[\s-]+century", periods.read_century),
    (rf"(?P<month>{_MONTH})", periods.read_month),
    (r"(?P<part>Q)(?P<n>[1-4])", periods.read_part_of_year),
    (rf"(?:the\s+)?(?P<season>{_SEASON})", periods.read_season),
)


@cache
def _compiled(form: str) -> re.Pattern[str]:
    """A pattern, compiled when it is first needed: all of them take a tenth of a second, and few commands ask."""
    return re.compile(form, re.IGNORECASE)


def _any_of(forms: Iterable[tuple[str, Reads]]) -> str:
    return "|".join(re.sub(r"\?P<\w+>", "?:", form) for form, _ in forms)


# A day, month, season or day of the week that leaves open of which year or week it is.
OPEN = re.compile(
    rf"(?:on\s+)?(?:{_WEEKDAY}|{_DAY}(?:\s+of)?\s+{_MONTH}|{_MONTH}(?:\s+{_DAY})?)|(?:the\s+)?{_SEASON}", re.IGNORECASE
)
# A single day, month, season or year as articles write it.
ONE = re.compile(
    rf"{_ON}(?:{_DAY}(?:\s+of)?\s+)?{_MONTH}(?:\s+{_DAY})?{_IN_YEAR}?|{_YEAR}|(?:on\s+)?{_WEEKDAY}|"
    rf"(?:the\s+)?{_SEASON}",
    re.IGNORECASE,
)
# The last of a list, which may tell of which year the others are.
LAST = re.compile(rf"{ONE.pattern}|(?:the\s+)?{_SEASON}(?:,|\s+of)?\s+{_YEAR}", re.IGNORECASE)
# A season without a year.
SEASON = re.compile(rf"(?:the\s+)?{_PART}?(?:the\s+)?(?P<season>{_SEASON})", re.IGNORECASE)
# The words before a period that mean a part of it.
PART = re.compile(rf"(?:the\s+)?{_PART}(?:the\s+)?", re.IGNORECASE)

# A `point` is a period wherever it stands, a `loose` one only after a word that makes it one.
_PERIOD = (
    # No part of a word, an address, an amount or a decimal fraction.
    rf"(?<![\w$€£#@.])(?:(?<!/)|(?<=\w/)(?={_PART}?(?:{_MONTH}|{_SEASON})))(?:(?<!-)|(?=[^\W\d]))"
    rf"(?:(?P<point>{_any_of(_POINTS)})|(?P<loose>{_any_of(_LOOSE)}))"
    rf"(?=T\d|(?!\w|\.\w))(?!-(?!{_MONTH}|{_WEEKDAY})[^\W\d_])"
)


def periods_in(text: str) -> Iterator[re.Match[str]]:
    """The words that name a period, each as the group `point` or `loose`."""
    return _compiled(_PERIOD).finditer(text)


def read(text: str, asked: Asked) -> Span:
    """The time that the words of a period mean; an impossible one raises as in `retrieval.periods`."""
    text = re.sub(r"(?i)^the(?=\s+(?:week|month|year)$)", "this", text)
    for form, reads in (*_POINTS, *_LOOSE):
        if found := _compiled(rf"(?:{form})(?!\w)").fullmatch(text):
            return reads(found.groupdict(), asked)
    raise ValueError(text)
