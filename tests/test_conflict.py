"""Articles that answer one question differently: what counts as a difference, what as news, and how it reaches people."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.answer import Conflict, Difference, Span, Told
from answering.close_reading import _whole_words
from answering.conflict import find_conflict, in_words
from answering.question import read_question
from api.engine import Engine
from api.settings import read_settings
from corpus.article import Article
from tests.running import serve, share_model

HOW_MANY = read_question("How many people fell ill after the dinner?")
WHEN = read_question("When does the port of Skelmouth reopen?")


def told(value: str, day: int, article_id: str = "") -> Told:
    published = dt.datetime(2025, 3, day, 9, tzinfo=dt.UTC)
    body = f"It is {value} now."
    article = Article(
        id=article_id or f"{value} {day}", revision=1, title="T", body=body, publisher=f"Paper {day}", authors=(), url=None,
        language="en", published_at=published, updated_at=None, first_seen_at=published,
    )  # fmt: skip
    return Told(value, Span(article, 0, len(body)))


def found(question: Any, *answers: Told) -> Conflict | None:
    return find_conflict(question, answers)


def test_a_later_figure_is_news_and_stands_first() -> None:
    conflict = found(HOW_MANY, told("12", 3), told("31 people", 6))
    assert conflict and conflict.difference is Difference.CHANGED
    assert [one.value for one in conflict.told] == ["31 people", "12"]
    assert (
        in_words(conflict)
        == "Reports changed over time: “31 people” (Paper 6, 6 March 2025), earlier “12” (Paper 3, 3 March 2025)."
    )


def test_figures_of_one_day_are_a_dispute() -> None:
    conflict = found(HOW_MANY, told("about 12,000", 3, "a"), told("40,000", 3, "b"))
    assert conflict and conflict.difference is Difference.DISAGREE
    assert in_words(conflict).startswith("Reports disagree: “about 12,000”")


@pytest.mark.parametrize(
    ("one", "other"),
    [("12", "twelve"), ("about 30", "31"), ("more than 300", "312"), ("$1.5bn", "1.5 billion dollars"), ("12", "5 percent"),
     ("several", "31"), ("40 metres", "38 to 40 metres")],
)  # fmt: skip
def test_the_same_said_otherwise_is_no_conflict(one: str, other: str) -> None:
    assert found(HOW_MANY, told(one, 3), told(other, 6)) is None


def test_dates_are_compared_as_far_as_they_are_said() -> None:
    assert found(WHEN, told("3 March", 3), told("on 3 March 2025", 6)) is None
    assert found(WHEN, told("in April", 3), told("7 April", 6)) is None
    conflict = found(WHEN, told("3 March", 1), told("7 April", 20))
    assert conflict and [one.value for one in conflict.told] == ["7 April", "3 March"]


def test_one_article_does_not_contradict_itself_and_other_questions_are_not_compared() -> None:
    assert found(HOW_MANY, told("12", 3, "same"), told("31", 6, "same")) is None
    assert found(read_question("Who fell ill?"), told("12", 3), told("31", 6)) is None
    cost = read_question("What is the repair expected to cost?")
    assert found(cost, told("in 12 days", 3), told("31 days", 6)) is None
    assert found(cost, told("£6 million", 3), told("£14.6 million", 6)) is not None
    assert found(HOW_MANY) is None and found(HOW_MANY, told("12", 3)) is None


@given(st.lists(st.tuples(st.text(max_size=30), st.integers(1, 28)), max_size=6))
def test_no_answer_breaks_it(answers: list[tuple[str, int]]) -> None:
    for question in (HOW_MANY, WHEN):
        conflict = find_conflict(question, [told(value, day, str(n)) for n, (value, day) in enumerate(answers)])
        if conflict:
            assert 2 <= len(conflict.told) <= 3 and in_words(conflict)
            days = [one.span.article.published_at for one in conflict.told]
            assert days == sorted(days, reverse=True)  # type: ignore[type-var]


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory, made_files: Path, embedder: object) -> Iterator[httpx.Client]:
    data = tmp_path_factory.mktemp("conflict") / "data"
    share_model(made_files, data)
    articles = [
        {
            "id": "first", "title": "Guests ill after harbour dinner", "publisher": "Coast Times", "published_at": "2025-03-03",
            "body": "Twelve people fell ill after the harbour dinner in Skelmouth, the clinic said on Monday. The kitchen was closed.",
        },
        {
            "id": "second", "title": "More guests of harbour dinner fall ill", "publisher": "Northline Agency", "published_at": "2025-03-06",
            "body": "Thirty-one people fell ill after the harbour dinner in Skelmouth, the clinic said on Thursday. Mussels are suspected.",
        },
        {
            "id": "other", "title": "Choir fills the hall", "publisher": "Coast Times", "published_at": "2025-03-05",
            "body": "Two hundred people came to hear the choir in Skelmouth on Wednesday. The hall holds 240.",
        },
    ]  # fmt: skip
    for server in serve(Engine(read_settings(data=data, sample=False))):
        with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
            assert client.post("/v1/articles", json={"articles": articles}).json()["added"] == 3
            yield client


def test_an_answer_says_who_says_what_and_when(http: httpx.Client) -> None:
    asked = {"question": "How many people fell ill after the harbour dinner in Skelmouth?"}
    answer = http.post("/v1/ask", json=asked).json()
    assert answer["status"] == "answered"
    (conflict,) = answer["conflicts"]
    assert conflict["kind"] == "changed"
    assert [(one["value"], one["publisher"], one["citation"]) for one in conflict["told"]] == [
        ("Thirty-one", "Northline Agency", 1),
        ("Twelve", "Coast Times", 2),
    ]
    assert answer["statements"][0]["text"].startswith("Thirty-one people fell ill")
    assert any(notice.startswith("Reports changed over time: “Thirty-one”") for notice in answer["notices"])
    for statement in answer["statements"]:
        place = statement["highlight"]
        assert answer["answer"][place["start"] : place["end"]] in ("Thirty-one", "Twelve")


def test_as_of_the_first_report_there_is_no_conflict(http: httpx.Client) -> None:
    asked = {"question": "How many people fell ill after the harbour dinner in Skelmouth?", "as_of": "2025-03-04"}
    answer = http.post("/v1/ask", json=asked).json()
    assert answer["conflicts"] == [] and answer["statements"][0]["text"].startswith("Twelve people")


def _ask_of(http: httpx.Client, collection: str, question: str, *reports: tuple[str, str]) -> Any:
    """The answer over a collection of these reports, each with its day."""
    articles = [
        {
            "id": f"{collection}-{n}", "title": f"Report of {day}", "publisher": f"Paper {n}", "published_at": day,
            "body": body, "collection": collection,
        }
        for n, (day, body) in enumerate(reports)
    ]  # fmt: skip
    assert http.post("/v1/articles", json={"articles": articles}).json()["added"] == len(reports)
    return http.post("/v1/ask", json={"question": question, "collection": collection}).json()


def test_sums_for_different_things_are_no_conflict(http: httpx.Client) -> None:
    answer = _ask_of(
        http, "sale", "How much did Orrin pay for Chirple?",
        ("2025-11-05", "Orrin became the owner of Chirple on 27 October, paying $44 billion for the social network."),
        ("2025-11-01", "Orrin said on Tuesday that he planned to charge $8 a month for Chirple's subscription service."),
        ("2025-07-08", "According to the filing, the deal calls for Orrin to pay Chirple a $1 billion break-up fee."),
    )  # fmt: skip
    assert answer["status"] == "answered" and answer["conflicts"] == []


def test_the_same_told_in_few_words_may_differ(http: httpx.Client) -> None:
    answer = _ask_of(
        http, "fire", "How many firefighters were hurt in Dunning?",
        ("2025-06-03", "A paper mill burned down in Dunning. Eleven firefighters were injured when a wall gave way."),
        ("2025-06-03", "Fourteen firefighters were injured in the fire at the paper mill in Dunning, the hospital said."),
    )  # fmt: skip
    (conflict,) = answer["conflicts"]
    assert {one["value"] for one in conflict["told"]} == {"Eleven", "Fourteen"}


@given(st.text("ab1 -’.,£😀", min_size=1, max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_words_are_never_cut(body: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(body)), min(other, len(body))))
    first, last = _whole_words(body, start, end)
    assert 0 <= first <= start <= end <= last <= len(body)
    assert not (last > end and body[last - 1] in "-’.,")
    if end > start and body[end - 1].isalnum():
        assert last == len(body) or not body[last].isalnum()


def test_a_hyphen_belongs_to_the_word() -> None:
    body = "Thirty-one people, 4.5 million, paid £18.5."
    assert [body[slice(*_whole_words(body, *place))] for place in ((0, 6), (7, 10), (19, 20), (37, 40))] == [
        "Thirty-one", "Thirty-one", "4.5", "£18.5",
    ]  # fmt: skip


def test_what_was_on_two_days_far_apart_has_happened_twice() -> None:
    met = read_question("When did Oster and Danko meet?")
    assert found(met, told("on 9 December 2019", 3), told("on 1 March 2025", 6)) is None
    conflict = found(met, told("on 1 March", 3), told("on 2 March", 6))
    assert conflict and conflict.difference is Difference.CHANGED
    assert found(WHEN, told("on 9 December 2019", 3), told("on 7 April 2025", 6)) is not None, "one was to come"
