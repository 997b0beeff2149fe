"""What answers of the news get wrong most easily: later figures, other people's deeds, past years, missing reasons."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from answering.answer import ReasonCode
from retrieval.embedder import Embedder
from tests.test_extractive import article, ask, said

PORT = replace(
    article(
        "port",
        "Reopening of Carrow port postponed after crack found",
        "The reopening of the port of Carrow has been postponed from 3 March to Monday 7 April 2025.\n"
        "The Carrow Harbour Company gave the new date on Monday, a week before ships were due.\n"
        "Divers found a crack four metres long in the north breakwater on Friday.\n"
        "About 640 people left the Strand in Carrow during Storm Morwick, the office of Mayor Ilse Brank said.",
    ),
    published_at=datetime(2025, 2, 24, tzinfo=UTC),
)
ILL = replace(
    article(
        "ill",
        "Twelve ill in Quern",
        "Twelve people in Quern have fallen ill with a stomach infection that officials believe came from tap water.",
    ),
    published_at=datetime(2024, 5, 6, tzinfo=UTC),
)
MORE_ILL = replace(
    article(
        "more-ill",
        "Quern cases rise",
        "The number of people made ill by the water supply in Quern has risen to 31, the health board said.",
    ),
    published_at=datetime(2024, 5, 13, tzinfo=UTC),
)
FERRY = replace(
    article(
        "ferry",
        "Ferry hits pier at Corran Head",
        "Thirty-four people were injured when the ferry Maid of Arden struck the pier at Corran Head on Monday.\n"
        "The vessel was carrying 212 passengers and 14 crew.\n"
        "Marcus Thorne has resigned as chief executive of the line over the collapse of talks on a loan.\n"
        "The line's barrister, Amit Raval, spoke in court. He said she intended to appeal against the sentence.",
    ),
    published_at=datetime(2025, 3, 4, tzinfo=UTC),
)


def test_a_reason_that_the_headline_gives_is_told_with_the_deed(embedder: Embedder) -> None:
    answer = said(ask(embedder, "Why was the reopening of the port of Carrow postponed from 3 March?", PORT))
    assert "postponed from 3 March" in answer and "found a crack" in answer


def test_what_was_planned_before_a_day_does_not_deny_that_nothing_came_of_it(embedder: Embedder) -> None:
    found = ask(embedder, "Why did the port of Carrow not reopen on 7 April?", PORT)
    assert found.reason is None or found.reason.code is not ReasonCode.FALSE_PREMISE


def test_who_named_something_is_told_by_a_sentence_that_names_it(embedder: Embedder) -> None:
    assert not ask(embedder, "Who named Storm Morwick?", PORT).claims


def test_a_figure_that_has_risen_is_told_before_the_earlier_one(embedder: Embedder) -> None:
    found = ask(embedder, "How many people have fallen ill in Quern?", ILL, MORE_ILL)
    assert [claim.text[:10] for claim in found.claims] == ["The number", "Twelve peo"]
    assert found.conflict is not None and [told.value for told in found.conflict.told] == ["31", "Twelve"]


@pytest.mark.parametrize(("thing", "number"), [("crew", "14"), ("passengers", "212")])
def test_a_number_of_the_thing_counted_comes_before_others(embedder: Embedder, thing: str, number: str) -> None:
    first = ask(embedder, f"How many {thing} were on the Maid of Arden?", FERRY).claims[0]
    assert first.highlight is not None and first.text[slice(*first.highlight)] == number


def test_somebody_else_s_resignation_is_not_the_sheriff_s(embedder: Embedder) -> None:
    assert not ask(embedder, "Why is the sheriff resigning?", FERRY).claims


def test_who_is_a_pronoun_stands_in_the_sentence_before(embedder: Embedder) -> None:
    answer = said(ask(embedder, "Who intended to appeal against the sentence?", FERRY))
    assert not answer or "Amit Raval" in answer
