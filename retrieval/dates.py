"""Times that a question names ("in October 2023", "3-5 May", "since last week"), read against the moment it is asked.

`retrieval.time_forms` knows single periods; here they are joined to ranges and lists, and bounded by the words before
them. docs/api.md tells the forms.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice, pairwise

from corpus.words import STOP_WORDS
from retrieval.periods import Asked, Span
from retrieval.time_forms import JOINED, LAST, ONE, OPEN, PART, SEASON, periods_in, read

_BEFORE = re.compile(
    r"(?:^|(?<=\W))(?P<word>between|from|since|after|before|prior to|until|till|up to|by|in|during|throughout)\s+"
    r"(?P<the>the\s+)?$",
    re.IGNORECASE,
)
_LONGEST_BEFORE = 24  # characters
_EDGES = ("since", "after", "before", "prior to", "until", "till", "up to", "by")
_BOTH = ("between", "from")
_WITHIN = ("in", "during", "throughout")
_LIST = re.compile(r"(?i),?\s*(?:\b(?:and|or)\b|[&/])\s*")
_COMMA = re.compile(r",\s*")
_JOINED = re.compile(JOINED, re.IGNORECASE)
_HAS_YEAR = re.compile(r"(?:19|20)\d\d$")
_YEAR_ALONE = re.compile(r"(?:19|20)\d\d")
# "USA Today", "on Sunday Night Football", "Black Friday", "every Monday": no time.
_WEEKDAY = re.compile(r"(?i)\b(?:mon|tues|wednes|thurs|fri|satur|sun)day$")
_IN_NAME = re.compile(r"\s+[A-Z]")
_WORD_BEFORE = re.compile(r"(?P<word>[\w’'-]+)\s+$")
# "Every Monday", "the Monday game".
_OF_A_KIND = frozenset("a an any each every some the its his her their our upcoming first second third fourth".split())
# "The January 6 committee": what is called after a day is spoken of long after it.
_CALLED_AFTER_IT = re.compile(
    r"['’]?s?\s+(?:(?:select|house|terror|terrorist|capitol)\s+){0,2}(?:committee|panel|commission|hearings?|inquiry|investigat\w+|"
    r"probe|trials?|attacks?|bombings?|riots?|rioters?|insurrection|defendants?|massacre|uprising|revolution|coup)\b",
    re.IGNORECASE,
)
# "In summer camps", "since the fall of the wall", "how warm does it get in winter": no season of one year.
_WORD_AFTER = re.compile(r"\s+(?P<word>[\w’'-]+)")
_HABIT = re.compile(r"\b(?:do|does)\b", re.IGNORECASE)
# After these "the fall" is as often a tumble or a loss.
_BESIDE_A_FALL = frozenset("since after before between from".split()) | {"prior to"}
# The month of May and the verb are told apart by the capital, the year, or the word before the day.
_VERB = re.compile(r"\b(?:may|march|mar)\b")
_TAKES_A_DAY = re.compile(
    r"(?i)\b(?:(?:on|dated|since|after|before|until|till|by|from|between)\s+(?:the\s+)?|(?:of|for|around|about|to)\s+)$"
)
_ORDINAL = re.compile(r"(?i)\d(?:st|nd|rd|th)\b|\bof\b")
_DAY_FIRST = re.compile(r"(?i)\d{1,2}\D|\w+\s+of\b")
_WILL = re.compile(r"\b(?:[Ww]on['’]t|(?:will|shall|going to)\b)|['’]ll\b|^\W*(?:Will|Shall|WILL|SHALL)\b")
_DUE = re.compile(r"\b(?:due|scheduled|next|upcoming)\b", re.IGNORECASE)
_WAS = re.compile(r"\b(?:did|was|were|had|been)\b", re.IGNORECASE)
_MOST = 6
_LONGEST = 2_000  # characters of a question that are read
_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DateRange:
    """Words of a question and the time that they mean, both ends included; None leaves an end open."""

    text: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class _Time:
    """Where a question names a time: periods from the first to the last, and the word before them where it counts."""

    start: int
    end: int
    periods: tuple[str, ...]
    word: str
    of_event: bool  # "before the 2024 election"
    is_list: bool  # "in May or April", in either order


def date_ranges(question: str, moment: datetime) -> tuple[DateRange, ...]:
    """The times that a question names, in order, at most six. Relative words are read against `moment`, in UTC."""
    question = question[:_LONGEST]
    asked = _asked(question, moment.astimezone(UTC))
    found = ((question[time.start : time.end], _read(time, asked)) for time in _times(question))
    return tuple(islice((DateRange(text, *span) for text, span in found if span), _MOST))


def stretches(text: str) -> tuple[tuple[int, int], ...]:
    """Where words name a time that no article need repeat: all but a single day, month or year that there is.

    A range, a bound, a count of days, a part of a year, a date in figures; and what no calendar has.
    """
    asked = Asked(_ANY_DAY, _ANY_DAY.date())
    return tuple(
        (time.start, time.end)
        for time in _times(text[:_LONGEST])
        if time.word in _EDGES or len(time.periods) > 1 or not ONE.fullmatch(time.periods[0]) or not _read(time, asked)
    )


def _asked(question: str, moment: datetime) -> Asked:
    is_ahead = bool(_WILL.search(question) or (_DUE.search(question) and not _WAS.search(question)))
    return Asked(moment, moment.date(), is_ahead)


def _times(question: str) -> Iterator[_Time]:
    """The times named, in order, whatever they mean."""
    run: list[re.Match[str]] = []
    for match in periods_in(question):
        if _is_something_else(question, match):
            continue
        if run and not _goes_on(question, run, match):
            yield from _of_run(question, run)
            run = []
        run.append(match)
    yield from _of_run(question, run)


def _of_run(question: str, run: list[re.Match[str]]) -> Iterator[_Time]:
    """The time that periods side by side name, without those that no word makes a time."""
    while run and run[0]["loose"] and not _is_made_a_time(question, run):
        run = run[1:]
    if not run:
        return
    first = run[0]
    before = _before(question, first)
    word, has_article = (before["word"].lower(), bool(before["the"])) if before else ("", False)
    is_many = len(run) > 1 or _JOINED.search(first.group()) is not None
    counts = word in _EDGES or (not has_article and (word in _WITHIN or (word in _BOTH and is_many)))
    if not counts and not is_many and OPEN.fullmatch(first.group()) and _CALLED_AFTER_IT.match(question, first.end()):
        return
    start = first.start() - len(before.group()) if before and counts else first.start()
    is_event = has_article and not _DAY_FIRST.match(first.group())
    gaps = [question[one.end() : other.start()] for one, other in pairwise(run)]
    is_list = word not in _BOTH and all(_LIST.fullmatch(gap) or _COMMA.fullmatch(gap) for gap in gaps)
    yield _Time(start, run[-1].end(), tuple(one.group() for one in run), word if counts else "", is_event, is_list)


def _before(question: str, match: re.Match[str]) -> re.Match[str] | None:
    return _BEFORE.search(question[max(0, match.start() - _LONGEST_BEFORE) : match.start()])


def _is_made_a_time(question: str, run: list[re.Match[str]]) -> bool:
    """Whether the word before it, or the year behind those it stands with, makes the first a time."""
    before = _before(question, run[0])
    if before and (before["word"].lower() in _EDGES or not before["the"]):
        return before["word"].lower() not in _BOTH or len(run) > 1
    return len(run) > 1 and not _YEAR_ALONE.match(run[0].group()) and not _is_in_name(question, run[0])


def _goes_on(question: str, run: list[re.Match[str]], match: re.Match[str]) -> bool:
    """Whether a period is one more of those before it: the end of a range, or another of a list."""
    last, between = run[-1], question[run[-1].end() : match.start()]
    if _COMMA.fullmatch(between):
        return bool(last["loose"] and match["loose"])
    if not _JOINED.fullmatch(between):
        return False
    before = _before(question, run[0])
    if not _LIST.fullmatch(between) or (len(run) == 1 and before and before["word"].lower() == "between"):
        return True
    both = [PART.sub("", text, count=1) for text in (last.group(), match.group())]
    if match["loose"] and not last["loose"] and not (both[0] != last.group() and OPEN.fullmatch(both[1])):
        return False
    is_open = OPEN.fullmatch(both[0]) and LAST.fullmatch(both[1])
    is_alike = len({_WEEKDAY.search(text) is None for text in both}) == 1
    return all(map(_YEAR_ALONE.fullmatch, both)) or (is_alike and bool(is_open))


def _is_something_else(question: str, match: re.Match[str]) -> bool:
    """Whether the words are a name, a verb, or said of every week."""
    text = match.group()
    if _VERB.search(text) and not _HAS_YEAR.search(text):
        return not (
            any(map(str.isdigit, text)) and (_ORDINAL.search(text) or _TAKES_A_DAY.search(question[: match.start()]))
        )
    if text in ("Today", "Yesterday", "Tomorrow"):
        return match.start() > 0
    if season := SEASON.fullmatch(text):
        return _is_no_season(question, match, season["season"].lower())
    if not _WEEKDAY.search(text):
        return False
    if _IN_NAME.match(question, match.end()):
        return True
    is_bare = " " not in text
    return is_bare and (_is_in_name(question, match) or not (text[0].isupper() or _before(question, match)))


def _is_no_season(question: str, match: re.Match[str], season: str) -> bool:
    """Whether the name of a season belongs to a thing or to every year, or is another word."""
    after, before = _WORD_AFTER.match(question, match.end()), _before(question, match)
    if after and after["word"].lower() not in STOP_WORDS - {"of", "from"}:
        return True
    is_fall = season == "fall" and before is not None and before["word"].lower() in _BESIDE_A_FALL
    return is_fall or _HABIT.search(question) is not None


def _is_in_name(question: str, match: re.Match[str]) -> bool:
    """Whether the word before is capitalised and begins no question, or says that it is any one of its kind."""
    before = _WORD_BEFORE.search(question[: match.start()][-_LONGEST_BEFORE:])
    if before is None:
        return False
    word = before["word"]
    return word.lower() in _OF_A_KIND or (word[0].isupper() and word.lower() not in STOP_WORDS)


def _read(time: _Time, asked: Asked) -> tuple[datetime | None, datetime | None] | None:
    """The bounds of a time; None for one that no calendar has. What the first parts leave open the last one tells."""
    spans: list[Span] = []
    try:
        for text in reversed(time.periods):
            spans.append(read(text, asked))
            is_ahead = asked.is_ahead and time.is_list
            asked = replace(asked, near=spans[-1][1].date(), is_ahead=is_ahead, is_beside=time.is_list)
    except (ValueError, LookupError, OverflowError):
        return None
    start, end = min(start for start, _ in spans), max(end for _, end in spans)
    # An event of a year lies somewhere in it: "before the 2024 election" bounds nothing at its beginning.
    if time.word in ("since", "after"):
        first = start if time.word == "since" or time.of_event else end
        return (first, asked.moment) if first <= asked.moment else None
    if time.word in _EDGES:
        return None, start if time.word in ("before", "prior to") and not time.of_event else end
    return start, end
