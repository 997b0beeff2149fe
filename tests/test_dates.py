"""Times that a question names, read against Wednesday, 20 August 2025."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.dates import date_ranges, stretches

NOW = datetime(2025, 8, 20, 15, tzinfo=UTC)


def read(question: str, moment: datetime = NOW) -> list[tuple[str | None, str | None]]:
    found = date_ranges(question, moment)
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
        ("What was known in early 2022?", "2022-01-01", "2022-04-30"),
        ("What changed between 5 June and 9 June 2024?", "2024-06-05", "2024-06-09"),
        ("What was built from June to October 2023?", "2023-06-01", "2023-10-31"),
        ("How many were hurt in the past three days?", "2025-08-17", "2025-08-20"),
        ("What was said over the last month?", "2025-07-20", "2025-08-20"),
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
    ("words", "start", "end"),
    [
        ("between 3 and 5 May 2024", "2024-05-03", "2024-05-05"),
        ("between the 3rd and the 5th of May", "2025-05-03", "2025-05-05"),
        ("from 3 to 5 May", "2025-05-03", "2025-05-05"),
        ("3-5 May", "2025-05-03", "2025-05-05"),
        ("3–5 May 2024", "2024-05-03", "2024-05-05"),
        ("on 3 or 4 May", "2025-05-03", "2025-05-04"),
        ("on 19 and 20 November", "2024-11-19", "2024-11-20"),
        ("on 3, 4 and 5 May 2024", "2024-05-03", "2024-05-05"),
        ("on May 3-5, 2024", "2024-05-03", "2024-05-05"),
        ("on May 3 and 4", "2025-05-03", "2025-05-04"),
        ("between 3 May and 5 June 2024", "2024-05-03", "2024-06-05"),
        ("between May 3 and 5 June 2024", "2024-05-03", "2024-06-05"),
        ("from 28 December to 3 January 2024", "2023-12-28", "2024-01-03"),
        ("on 3 May and 5 May 2024", "2024-05-03", "2024-05-05"),
        ("from 3 May 2024 until today", "2024-05-03", "2025-08-20"),
        ("since 3 or 4 May", "2025-05-03", "2025-08-20"),
        ("in March and April 2024", "2024-03-01", "2024-04-30"),
        ("in March, April and May 2024", "2024-03-01", "2024-05-31"),
        ("in March or April", "2025-03-01", "2025-04-30"),
        ("in November or January", "2024-11-01", "2025-01-31"),
        ("in 2023 and 2024", "2023-01-01", "2024-12-31"),
        ("in 2022, 2023 and 2024", "2022-01-01", "2024-12-31"),
        ("from November to February 2024", "2023-11-01", "2024-02-29"),
        ("from March-May 2024", "2024-03-01", "2024-05-31"),
        ("on Monday and Tuesday", "2025-08-18", "2025-08-19"),
        ("from Thursday to Monday", "2025-08-14", "2025-08-18"),
        ("in late March or early April 2023", "2023-03-21", "2023-04-10"),
        ("in late March and early April", "2025-03-21", "2025-04-10"),
        ("in early March or April 2023", "2023-03-01", "2023-04-30"),
        ("in mid-December or early January", "2024-12-11", "2025-01-10"),
        ("in late 2022 or early 2023", "2022-09-01", "2023-04-30"),
        ("in late spring or early summer 2023", "2023-05-01", "2023-06-30"),
        ("in spring and summer", "2025-03-01", "2025-08-31"),
        ("in Dec/Jan 2024", "2023-12-01", "2024-01-31"),
        ("in Dec 2023 - Jan 2024", "2023-12-01", "2024-01-31"),
        ("between Monday and Wednesday", "2025-08-18", "2025-08-20"),
        ("in May or April 2023", "2023-04-01", "2023-05-31"),
        ("in early May or late April", "2025-04-21", "2025-05-10"),
        ("on Tuesday and Monday", "2025-08-18", "2025-08-19"),
    ],
)
def test_ranges_and_lists_are_read_from_their_first_to_their_last(words: str, start: str, end: str) -> None:
    assert read(f"What happened {words} at the port?") == [(start, end)]


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("in march 2024", "2024-03-01", "2024-03-31"),
        ("in may 2024", "2024-05-01", "2024-05-31"),
        ("on 7 march 2024", "2024-03-07", "2024-03-07"),
        ("on 7 march", "2025-03-07", "2025-03-07"),
        ("on may 7", "2025-05-07", "2025-05-07"),
        ("since october 2023", "2023-10-01", "2025-08-20"),
        ("since october", "2024-10-01", "2025-08-20"),
        ("on the fifth of May 2024", "2024-05-05", "2024-05-05"),
        ("on the twenty-first of May", "2025-05-21", "2025-05-21"),
        ("on Monday, May 6, 2024,", "2024-05-06", "2024-05-06"),
        ("in Q1 2024", "2024-01-01", "2024-03-31"),
        ("in Q4 of 2024", "2024-10-01", "2024-12-31"),
        ("in 2024 Q2", "2024-04-01", "2024-06-30"),
        ("in H2 2024", "2024-07-01", "2024-12-31"),
        ("in Q3", "2025-07-01", "2025-09-30"),
        ("in the first quarter of 2026", "2026-01-01", "2026-03-31"),
        ("in the last quarter of last year", "2024-10-01", "2024-12-31"),
        ("in the first half of 2024", "2024-01-01", "2024-06-30"),
        ("in the second half of the year", "2025-07-01", "2025-12-31"),
        ("in the second half of May", "2025-05-16", "2025-05-31"),
        ("in the first three months of 2024", "2024-01-01", "2024-03-31"),
        ("in the last week of May 2024", "2024-05-25", "2024-05-31"),
        ("in the last days of 2024", "2024-12-29", "2024-12-31"),
        ("in spring 2024", "2024-03-01", "2024-05-31"),
        ("in the fall of 2024", "2024-09-01", "2024-11-30"),
        ("in winter 2024", "2023-12-01", "2025-02-28"),
        ("in winter 2023/24", "2023-12-01", "2024-02-29"),
        ("last summer", "2024-06-01", "2024-08-31"),
        ("in summer", "2025-06-01", "2025-08-31"),
        ("in the spring", "2025-03-01", "2025-05-31"),
        ("during the winter", "2024-12-01", "2025-02-28"),
        ("in the fall", "2024-09-01", "2024-11-30"),
        ("this winter", "2024-12-01", "2025-02-28"),
        ("since the summer", "2025-06-01", "2025-08-20"),
        ("since last spring", "2025-03-01", "2025-08-20"),
        ("by the end of spring", None, "2025-05-31"),
        ("in early summer", "2025-06-01", "2025-06-30"),
        ("in the 2010s", "2010-01-01", "2019-12-31"),
        ("last March", "2025-03-01", "2025-03-31"),
        ("on 7/3/2024", "2024-03-07", "2024-07-03"),
        ("on 7/13/2024", "2024-07-13", "2024-07-13"),
        ("on 13/7/24", "2024-07-13", "2024-07-13"),
        ("on 04.07.2025", "2025-07-04", "2025-07-04"),
        ("on 2025/07/13", "2025-07-13", "2025-07-13"),
        ("on 2025-07-13T10:00", "2025-07-13", "2025-07-13"),
        ("in 2024-03", "2024-03-01", "2024-03-31"),
        ("in the last 24 hours", "2025-08-19", "2025-08-20"),
        ("in the last 48 hours", "2025-08-18", "2025-08-20"),
        ("in the last few weeks", "2025-07-30", "2025-08-20"),
        ("over the last few days", "2025-08-17", "2025-08-20"),
        ("in recent days", "2025-08-17", "2025-08-20"),
        ("in recent weeks", "2025-07-30", "2025-08-20"),
        ("in the next 48 hours", "2025-08-20", "2025-08-22"),
        ("in the coming weeks", "2025-08-20", "2025-09-10"),
        ("on the weekend of 3 May 2025", "2025-05-03", "2025-05-03"),
        ("last night", "2025-08-19", "2025-08-20"),
        ("this morning", "2025-08-20", "2025-08-20"),
        ("tonight", "2025-08-20", "2025-08-20"),
        ("tomorrow", "2025-08-21", "2025-08-21"),
        ("the day before yesterday", "2025-08-18", "2025-08-18"),
        ("last weekend", "2025-08-16", "2025-08-17"),
        ("over the weekend", "2025-08-16", "2025-08-17"),
        ("next week", "2025-08-25", "2025-08-31"),
        ("next Wednesday", "2025-08-27", "2025-08-27"),
        ("a fortnight ago", "2025-08-02", "2025-08-10"),
        ("a couple of weeks ago", "2025-07-30", "2025-08-13"),
        ("a few days ago", "2025-08-16", "2025-08-18"),
        ("at the end of 2023", "2023-09-01", "2023-12-31"),
        ("in early 2024", "2024-01-01", "2024-04-30"),
        ("in mid-2024", "2024-05-01", "2024-08-31"),
        ("in late 2024", "2024-09-01", "2024-12-31"),
        ("late last month", "2025-07-21", "2025-07-31"),
        ("in the 1990s", "1990-01-01", "1999-12-31"),
        ("in the 19th century", "1801-01-01", "1900-12-31"),
        ("in 2020/21", "2020-01-01", "2021-12-31"),
        ("in 2019-2023", "2019-01-01", "2023-12-31"),
        ("in fiscal year 2024", "2024-01-01", "2024-12-31"),
        ("Monday", "2025-08-18", "2025-08-18"),
        ("before the 2024 election", None, "2024-12-31"),
        ("after the 2024 election", "2024-01-01", "2025-08-20"),
        ("before the 3rd of May 2024", None, "2024-05-03"),
        ("until 2024", None, "2024-12-31"),
    ],
)
def test_every_form_of_a_period_is_read(words: str, start: str | None, end: str | None) -> None:
    assert read(f"What happened {words} at the port?") == [(start, end)]


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("What happened on Monday?", "2025-08-18"),
        ("What happened Monday at the port?", "2025-08-18"),
        ("What happened last Monday?", "2025-08-11"),
        ("Who will speak on Monday?", "2025-08-18"),
        ("Who will speak next Monday?", "2025-08-25"),
        ("What happened on Tuesday?", "2025-08-12"),
        ("Will the port close on Saturday?", "2025-08-23"),
        ("Who is due to speak on Saturday?", "2025-08-23"),
        ("Who was due to speak on Saturday?", "2025-08-16"),
        ("Is it going to open on 3 September?", "2025-09-03"),
        ("Did it open on 3 September?", "2024-09-03"),
        ("Did Will Smith speak on Saturday?", "2025-08-16"),
    ],
)
def test_on_a_monday_it_is_today_and_what_will_be_lies_ahead(question: str, day: str) -> None:
    assert read(question, datetime(2025, 8, 18, 9, tzinfo=UTC)) == [(day, day)]


def test_what_will_happen_in_a_month_is_of_the_next_one() -> None:
    assert read("What will happen in December?") == [("2025-12-01", "2025-12-31")]
    assert read("What happened in December?") == [("2024-12-01", "2024-12-31")]


def test_what_will_happen_in_a_season_or_one_of_several_months_lies_ahead() -> None:
    assert read("Will the port open in spring?") == [("2026-03-01", "2026-05-31")]
    assert read("What will happen this winter?") == [("2025-12-01", "2026-02-28")]
    assert read("Will it open in January or December?") == [("2025-12-01", "2026-01-31")]


def test_months_of_two_years_are_both_read_beside_a_slash() -> None:
    asked = "What happened in Dec 2023/Jan 2024?"
    assert read(asked) == [("2023-12-01", "2023-12-31"), ("2024-01-01", "2024-01-31")]


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
        "May I ask who opened the port?",
        "may i ask who opened the port?",
        "What did Theresa May and June Brown say?",
        "How many of the 25 may die?",
        "What did the march of workers demand?",
        "What did his last march change?",
        "Why is sun exposure bad?",
        "What is wrong with the Boeing 737?",
        "How many has room 2024 seats?",
        "Does flight 1234 May land?",
        "What did usatoday.com or today.com say?",
        "What happened in the last days of the war?",
        "What is open every Monday and on a Friday?",
        "Who plays in the Saturday game?",
        "Who won the Giving Tuesday prize?",
        "Is the version 1.2.24 out, at 24/7?",
        "Who won the 2023 and 2024 prizes?",
        "Which summer festival was moved in spring water towns?",
        "Who won the winter games?",
        "What has changed since the fall of the wall?",
        "How was she hurt in the fall from the tower, and was he there after the fall?",
        "How warm does it get in winter?",
        "Did prices fall, and who worked in Spring Hill in summer camps?",
        "What did https://news.example/2024/may/3 say?",
        "",
    ],
)
def test_what_is_no_time_is_none(question: str) -> None:
    assert read(question) == []


def test_several_times_are_all_read() -> None:
    asked = "Did TechCrunch on November 2, 2023 and The Verge on 3 Nov 2023 agree?"
    assert read(asked) == [("2023-11-02", "2023-11-02"), ("2023-11-03", "2023-11-03")]


@pytest.mark.parametrize(
    "words",
    [
        "between 3 and 5 May 2024", "since 3 May 2024", "before the 2024 election", "in the last 24 hours", "in Q1 2024",
        "three weeks ago", "on 7/3/2024", "on 31 February 2024", "in the 1990s", "in March and April 2024",
    ],
)  # fmt: skip
def test_stretches_of_time_are_told_from_what_articles_say(words: str) -> None:
    asked = f"What happened {words} at the port?"
    ((start, end),) = stretches(asked)
    assert asked[start:end] in words and not any(map(str.isdigit, asked[:start] + asked[end:]))


@pytest.mark.parametrize(
    "words", ["on 3 May 2024", "in May 2024", "in 2024", "in May", "on Monday", "in room 24", "in summer"]
)
def test_a_single_day_month_or_year_is_no_stretch(words: str) -> None:
    assert stretches(f"What happened {words}?") == ()


days_of_one_month = st.tuples(st.dates(datetime(2000, 1, 1).date()), st.integers(1, 27)).filter(
    lambda pair: (pair[0] + timedelta(pair[1])).month == pair[0].month
)


@given(days_of_one_month, st.sampled_from(["{a} {by} {b} {month} {year}", "{month} {a} {by} {b}, {year}"]),
       st.sampled_from(["and", "or", "to", "until", "through", "-", "–"]))  # fmt: skip
def test_two_days_that_share_their_month_are_one_range(pair: tuple[datetime, int], form: str, by: str) -> None:
    first, last = pair[0], pair[0] + timedelta(pair[1])
    words = form.format(a=first.day, b=last.day, by=by, month=f"{first:%B}", year=first.year)
    if 2000 <= first.year < 2100:
        assert read(f"What happened on {words} at the port?") == [(f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}")]


pieces = st.sampled_from(
    "in on since before between and from to last this past the May march 3 31 2023 1999 June Monday week year days ago "
    "two 10th of early , . - O'clock 20232 or Q1 quarter half first late end weekend recent 7/3/2024 24 hours 1990s summer / "
    "couple few will 2020/21 century yesterday".split()
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
