"""Days that could answer a question for what will be, and for what was."""

from datetime import UTC, datetime

import pytest

from answering.question import read_question
from answering.timely import is_untimely

PUBLISHED = datetime(2025, 1, 28, 10, tzinfo=UTC)


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
    assert is_untimely(read_question(question), words, PUBLISHED) is untimely
    assert is_untimely(read_question(question), words, None) is False
