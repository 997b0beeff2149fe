"""Whether the day that answers fits a question for what will be or for what was. Rules for English."""

import datetime as dt
import re

from answering.day import Day, days
from answering.question import Kind, Question
from answering.spelling import plain
from corpus.article import Article

_WILL = re.compile(r"\b(?:will|shall|won['’]t)\b|['’]ll\b", re.IGNORECASE)
_WAS = re.compile(r"\b(?:did|was|were|has|have|had)\b", re.IGNORECASE)
# "Was due on 3 March" was said of the future.
_PLANNED = re.compile(
    r"\b(?:due|planned|expected|supposed|meant|scheduled|set|going|announced|promised|hoped|to)\b", re.IGNORECASE
)

_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
# What may tell a time beside a year: "after the trial", "he could not say when".
_OTHER_TIME = re.compile(
    r"\b(?:\w+day|tomorrow|tonight|soon|later|next|this|until|till|before|after|when|once|within|spring|summer|autumn|"
    r"fall|winter|weeks?|months?|years?|never)\b",
    re.IGNORECASE,
)


def is_untimely(question: Question, words: str, article: Article) -> bool:
    """Whether all days in the words lie before the article where the question asks for what will be, or the reverse.

    A day without a year is taken for the nearest one. Words without a day are never untimely.
    """
    published = article.published_at
    if question.kind is not Kind.WHEN or published is None:
        return False
    spans = [span for day in days(plain(words)) if (span := _span(day, published.date()))]
    if not spans:
        return False
    if _WILL.search(question.asked):
        return all(last < published.date() for _, last in spans)
    if asks_what_was(question) and not _PLANNED.search(question.asked):
        # A later wording that gives no time of its own is as old as it was when it was first seen.
        later = article.updated_at or (article.first_seen_at if article.revision > 1 else published)
        return all(first > max(published, later).date() for first, _ in spans)
    return False


def tells_past_years_only(question: Question, words: str, article: Article) -> bool:
    """Whether a question asks when something will be, and all times in the words are years before the article's."""
    if question.kind is not Kind.WHEN or not _WILL.search(question.asked) or article.published_at is None:
        return False
    years = [int(year) for year in _YEAR.findall(words)]
    is_past = bool(years) and max(years) < article.published_at.year
    return is_past and not days(plain(words)) and not _OTHER_TIME.search(words)


def asks_what_was(question: Question) -> bool:
    """Whether the question looks back."""
    return bool(_WAS.search(question.asked)) and not _WILL.search(question.asked)


def past_days(words: str, published: dt.datetime | None) -> list[dt.date]:
    """The first dates of the days in the words, when all of them lie before the article; else none."""
    spans = [span for day in days(plain(words)) if published and (span := _span(day, published.date()))]
    return [first for first, _ in spans] if published and all(last <= published.date() for _, last in spans) else []


def _span(day: Day, near: dt.date) -> tuple[dt.date, dt.date] | None:
    """The first and the last date that it can mean; None for one that no calendar has."""
    if day.year:
        return _in_year(day, day.year)
    found = [span for year in (near.year - 1, near.year, near.year + 1) if (span := _in_year(day, year))]
    return min(found, key=lambda span: abs((span[0] - near).days), default=None)


def _in_year(day: Day, year: int) -> tuple[dt.date, dt.date] | None:
    try:
        if day.day:
            date = dt.date(year, day.month, day.day)
            return date, date
        after = dt.date(year + day.month // 12, day.month % 12 + 1, 1)
        return dt.date(year, day.month, 1), after - dt.timedelta(days=1)
    except ValueError:
        return None
