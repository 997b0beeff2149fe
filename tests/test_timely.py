"""Days that could answer a question for what will be, and for what was."""

from datetime import UTC, datetime, timedelta

import pytest

from answering.question import read_question
from answering.timely import is_untimely, tells_past_years_only
from corpus.article import Article

PUBLISHED = datetime(2025, 1, 28, 10, tzinfo=UTC)
SEEN = datetime(2025, 6, 1, tzinfo=UTC)


def article(published: datetime | None, updated: datetime | None = None, revision: int = 1) -> Article:
    return Article("port", revision, "Port", "The port.", None, (), None, "en", published, updated, SEEN)


@pytest.mark.parametrize(
    ("question", "words", "untimely"),
    [
        ("When will the port reopen?", "on Monday 3 March", False),
        ("When will the port reopen?", "since 10 January", True),
        ("When will they meet?", "in Paris on 9 December 2019", True),
        ("When will they meet?", "they met on 9 December 2019 and will meet on 3 March", False),
        ("When will they meet?", "in January", False),
        ("When will they meet?", "soon", False),
        ("When did the port close?", "on 10 January", False),
        ("When did the port reopen?", "on Monday 3 March", True),
        ("When did the port reopen?", "on 28 January", False),
        ("When was the port due to reopen?", "on 3 March", False),
        ("When does the port reopen?", "on 3 March", False),
        ("When did they meet?", "on 20 December", False),
        ("Who will meet?", "in Paris on 9 December 2019", False),
        ("When will they meet?", "on 31 February 2019", False),
    ],
)
def test_a_day_fits_what_is_asked(question: str, words: str, untimely: bool) -> None:
    assert is_untimely(read_question(question), words, article(PUBLISHED)) is untimely
    assert is_untimely(read_question(question), words, article(None)) is False


def test_a_later_wording_may_tell_of_later_days() -> None:
    asked, words = read_question("When did the port reopen?"), "on Monday 3 March"
    assert is_untimely(asked, words, article(PUBLISHED))
    assert not is_untimely(asked, words, article(PUBLISHED, updated=PUBLISHED + timedelta(days=60)))
    assert not is_untimely(asked, words, article(PUBLISHED, revision=2))


@pytest.mark.parametrize(
    ("question", "words", "past"),
    [
        ("When will the pier reopen?", "It was opened in 1968 by an earl and repaired in 2019.", True),
        ("When will the pier reopen?", "Opened in 1968, it may be shut until summer.", False),
        ("When will the pier reopen?", "It will reopen in 2026.", False),
        ("When did the pier reopen?", "It was opened in 1968 by an earl.", False),
    ],
)
def test_past_years_do_not_tell_what_will_be(question: str, words: str, past: bool) -> None:
    assert tells_past_years_only(read_question(question), words, article(PUBLISHED)) is past
    assert tells_past_years_only(read_question(question), words, article(None)) is False
