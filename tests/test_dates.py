"""Times that a question names, read against Wednesday, 20 August 2025."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.dates import date_ranges

NOW = datetime(2025, 8, 20, 15, tzinfo=UTC)


def read(question: str) -> list[tuple[str | None, str | None]]:
    found = date_ranges(question, NOW)
    return [
        (r.start.date().isoformat() if r.start else None, r.end.date().isoformat() if r.end else None) for r in found
    ]


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("What happened in October 2023?", "2023-10-01", "2023-10-31"),
        ("What happened in October?", "2024-10-01", "2024-10-31"),
        ("What did he say last week?", "2025-08-11", "2025-08-17"),
        ("What happened this week?", "2025-08-13", "2025-08-24"),
        ("What did she say on Monday?", "2025-08-18", "2025-08-18"),
        ("And last Friday?", "2025-08-15", "2025-08-15"),
        ("What happened yesterday?", "2025-08-19", "2025-08-19"),
        ("What did the mayor announce on June 10, 2023?", "2023-06-10", "2023-06-10"),
        ("The 3rd of May 2024 was what day?", "2024-05-03", "2024-05-03"),
        ("Who spoke on 3 May?", "2025-05-03", "2025-05-03"),
        ("What stood in the issue of 2024-05-03?", "2024-05-03", "2024-05-03"),
        ("Did they meet in 2019?", "2019-01-01", "2019-12-31"),
        ("What was known in early 2022?", "2022-01-01", "2022-12-31"),
        ("What changed between 5 June and 9 June 2024?", "2024-06-05", "2024-06-09"),
        ("What was built from June to October 2023?", "2023-06-01", "2023-10-31"),
        ("How many were hurt in the past three days?", "2025-08-17", "2025-08-20"),
        ("What was said over the last month?", "2025-07-21", "2025-08-20"),
        ("What has happened since Friday?", "2025-08-15", "2025-08-20"),
        ("What was known before 12 May 2024?", None, "2024-05-12"),
        ("Was it open by May 2023?", None, "2023-05-31"),
        ("What did they find two weeks ago?", "2025-08-03", "2025-08-09"),
        ("What was shown in October 2023 on Sunday Night Football?", "2023-10-01", "2023-10-31"),
    ],
)
def test_times_are_read(question: str, start: str | None, end: str | None) -> None:
    assert read(question) == [(start, end)]


@pytest.mark.parametrize(
    "question",
    [
        "Who won the 2022 World Cup?",
        "What may change for those who march?",
        "Why does Putin avoid the meeting?",
        "What is taught at the sunday school?",
        "Did 2000 people come?",
        "What happened on 31 February 2024?",
        "How many 1990s buildings stand?",
        "What did USA Today say about the Black Friday sale on Sunday Night Football?",
        "Who leads the January 6 committee?",
        "What did the Sept. 11 attacks change?",
        "What did the 6 January House select committee find?",
        "What does the Harbour Act of 2023 say?",
        "",
    ],
)
def test_what_is_no_time_is_none(question: str) -> None:
    assert read(question) == []


def test_several_times_are_all_read() -> None:
    asked = "Did TechCrunch on November 2, 2023 and The Verge on 3 Nov 2023 agree?"
    assert read(asked) == [("2023-11-02", "2023-11-02"), ("2023-11-03", "2023-11-03")]


pieces = st.sampled_from(
    "in on since before between and from to last this past the May march 3 31 2023 1999 June Monday week year days ago "
    "two 10th of early , . - O'clock 20232".split()
)


@given(st.lists(pieces, max_size=14).map(" ".join), st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)))
def test_any_words_give_ranges_that_are_in_order_and_quote_the_question(question: str, moment: datetime) -> None:
    for found in date_ranges(question, moment.replace(tzinfo=UTC)):
        assert found.text in question
        assert found.start or found.end
        assert found.start is None or found.end is None or found.start <= found.end


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_crash(question: str) -> None:
    date_ranges(question, NOW)
