"""Questions for times from which a collection has nothing, in the forms in which people name times."""

import re
from datetime import UTC, datetime

import pytest

from answering.answer import Covered, Reason, ReasonCode
from answering.outside import why_outside
from retrieval.dates import date_ranges

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
COVERS = Covered(datetime(2024, 2, 6, 7, tzinfo=UTC), datetime(2025, 11, 6, 7, tzinfo=UTC))
SAYS_NOT = Reason(ReasonCode.DOES_NOT_SAY, "None says so.")


def code(question: str, reason: Reason = SAYS_NOT, covers: Covered = COVERS) -> ReasonCode:
    return why_outside(reason, date_ranges(question, NOW), covers).code


@pytest.mark.parametrize(
    "question",
    [
        "Who was mayor in 1975?",
        "What happened in May 2019?",
        "What happened on 3 March 1998?",
        "What happened on March 3rd, 1998?",
        "What happened on 1998-03-03?",
        "Who led the council during 2012?",
        "Who led the council throughout 2012?",
        "What was decided between 1990 and 1995?",
        "What was decided from June to October 2023?",
        "What happened before 2020?",
        "What happened until 2020?",
        "What did the council decide yesterday?",
        "What did the council decide last week?",
        "What happened this month?",
        "What happened in the last three months?",
        "What was built in early 2019?",
        "What happened three days ago?",
        "What will open in 2031?",
        "Who won in June 2023 and in July 2023?",
        "What happened last Friday?",
        "What has been decided since January 2026?",
    ],
)
def test_times_outside_are_told_as_such(question: str) -> None:
    assert code(question) is ReasonCode.OUTSIDE_DATES


@pytest.mark.parametrize(
    "question",
    [
        "Who is mayor?",
        "What happened in 2024?",
        "What happened in May 2025?",
        "What happened on 6 February 2024?",
        "What happened on 6 November 2025?",
        "What happened since 1998?",
        "What happened after 2020?",
        "What happened before 2030?",
        "What happened between 1990 and 2024?",
        "What happened in the last two years?",
        "Who won in June 2023 and in July 2024?",
        "Who may open the port?",
        "What does the march of 2,019 people demand?",
        "How many of the 1975 houses are empty?",
    ],
)
def test_other_questions_keep_their_reason(question: str) -> None:
    assert code(question) is ReasonCode.DOES_NOT_SAY


def test_the_sentence_says_what_was_asked_and_what_is_covered() -> None:
    one = why_outside(SAYS_NOT, date_ranges("Who was mayor in 1975?", NOW), COVERS)
    assert one.message == ("“in 1975” lies outside what the collection covers: 6 February 2024 to 6 November 2025.")
    two = why_outside(SAYS_NOT, date_ranges("Who was mayor in 1975 and in 1980?", NOW), COVERS)
    assert two.message.startswith("“in 1975” and “in 1980” lie outside")
    open_ = why_outside(SAYS_NOT, date_ranges("What happened in December?", NOW.replace(year=2030)), COVERS)
    assert re.match(r"“in December” \(1 December 20(29|30) to 31 December 20(29|30)\) lies outside", open_.message)


def test_a_plainer_reason_and_undated_articles_stay_as_they_are() -> None:
    false = Reason(ReasonCode.FALSE_PREMISE, "Otherwise.")
    assert code("Who was mayor in 1975?", false) is ReasonCode.FALSE_PREMISE
    assert code("Who was mayor in 1975?", covers=Covered()) is ReasonCode.DOES_NOT_SAY
