"""Requests that name a matter: what they are about, and the newest reports of it."""

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.topic import is_bare, leads, read_topic
from corpus.article import Article
from retrieval.passage import Passage
from tests.running import Server


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("latest news about the harbour", "the harbour"),
        ("What's the latest on the ferry?", "the ferry"),
        ("Is there any news from Istanbul?", "Istanbul"),
        ("Tell me about the ferry fare", "the ferry fare"),
        ("What is happening in Quernby?", "Quernby"),
        ("Summarise the Vannow cable story", "Vannow cable story"),
        ("Give me an overview of the Alaska summit.", "the Alaska summit"),
        ("what do you know about Lutsevich?", "Lutsevich"),
        ("Skelmouth news", "Skelmouth"),
        ("show me articles about housing", "housing"),
    ],
)
def test_a_request_for_news_names_its_topic(text: str, topic: str) -> None:
    assert read_topic(text) == topic


@pytest.mark.parametrize(
    "text",
    [
        "Why does Putin avoid the meeting?",
        "Tell me why Putin avoids the meeting",
        "Tell me about how he won",
        "What are the latest figures for the herring quota?",
        "Who reported the news about the port?",
        "How many articles about Putin are there?",
        "What did the report on the outbreak say?",
        "What news did Lavrov bring?",
        "headlines",
        "",
    ],
)
def test_a_question_is_no_request_for_news(text: str) -> None:
    assert read_topic(text) == ""


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert read_topic(text) in text or not read_topic(text)
    is_bare(text)


def passage(article_id: str, day: int, title: str, body: str) -> Passage:
    when = datetime(2024, 5, day, tzinfo=UTC)
    article = Article(article_id, 1, title, body, "Coast Times", (), None, "en", when, None, when)
    return Passage(1, 0.5, 0.5, article, 0, len(body))


def test_the_newest_article_about_it_speaks_first_and_others_not_at_all() -> None:
    passages = [
        passage("old", 1, "Port of Skelmouth shut", "The port of Skelmouth was shut on Monday by a storm. It is long."),
        passage(
            "new", 9, "Skelmouth port open", "SKELMOUTH\nShips came in at dawn today. The port of Skelmouth is open."
        ),
        passage("other", 12, "Bakery opens", "A bakery opened in Dunmarrow on Sunday. It sells bread and buns."),
    ]
    told = leads("the port of Skelmouth", passages, 4)
    assert [claim.spans[0].article.id for claim in told] == ["new", "old"]
    assert told[0].text == "The port of Skelmouth is open."
    assert told[1].text == "The port of Skelmouth was shut on Monday by a storm."
    assert all(claim.text == claim.spans[0].quote for claim in told)
    assert len(leads("the port of Skelmouth", passages, 1)) == 1
    assert leads("the opera of Vienna", passages, 4) == ()


def test_an_article_that_only_mentions_it_does_not_speak_before_those_about_it() -> None:
    passages = [
        passage("cable", 1, "Vannow cable fails", "The cable to the Isle of Vannow failed on Monday. Power is out."),
        passage("ferry", 9, "Ferry moves", "The ferry to Vannow moved back on Wednesday. It has five sailings a day."),
    ]
    (told,) = leads("the Vannow cable", passages, 4)
    assert told.spans[0].article.id == "cable"


def test_the_same_sentence_of_two_outlets_is_told_once() -> None:
    body = "The cable to the Isle of Vannow failed on Monday. Power is out."
    passages = [passage("a", 1, "Cable fails", body), passage("b", 2, "Vannow dark", f"VANNOW (Northline) - {body}")]
    assert len(leads("the Vannow cable", passages, 4)) == 1


def test_news_of_a_matter_is_told_and_of_another_is_declined(server: Server) -> None:
    def ask(question: str) -> dict[str, object]:
        return dict(httpx.post(f"{server.url}/v1/ask", json={"question": question}, timeout=60, trust_env=False).json())

    told = ask("What's the latest on the port of Skelmouth?")
    assert told["status"] == "answered"
    cited = told["citations"]
    assert isinstance(cited, list) and len(cited) >= 2
    days = [citation["published_at"] for citation in cited]
    assert days == sorted(days, reverse=True), "newest first"
    assert ask("Alaska summit")["status"] == "answered"
    assert ask("latest news about the Vienna opera")["status"] == "abstained"
