"""Pushing, revising and deleting articles over HTTP, on a server of its own."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.engine import Engine
from api.settings import read_settings
from tests.running import serve


@pytest.fixture
def http(data_folder: Path) -> Iterator[httpx.Client]:
    for server in serve(Engine(read_settings(data=data_folder, sample=False))):
        with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
            yield client


PORT = {"id": "port", "title": "Port reopens", "publisher": "Coast Times", "published_at": "2024-05-03"}


def test_a_pushed_article_is_found_revised_and_deleted(http: httpx.Client) -> None:
    first = {**PORT, "body": "The port of Skelmouth reopened to cargo on 3 May after the storm."}
    report = http.post("/v1/articles", json={"articles": [first]}).json()
    assert report["added"] == 1 and report["articles"] == [{"id": "port", "revision": 1, "change": "added"}]
    question = {"question": "When did the port of Skelmouth reopen?"}
    assert "3 May" in http.post("/v1/ask", json=question).json()["answer"]

    second = {**first, "body": "The port of Skelmouth reopened to cargo on 5 May after the storm."}
    assert http.post("/v1/articles", json={"articles": [second]}).json()["revised"] == 1
    answer = http.post("/v1/ask", json=question).json()
    assert "5 May" in answer["answer"] and "3 May" not in answer["answer"]
    assert answer["citations"][0]["revision"] == 2
    assert http.post("/v1/articles", json={"articles": [second]}).json()["unchanged"] == 1

    assert http.delete("/v1/articles/port").status_code == 204
    assert http.post("/v1/search", json=question).json()["data"] == []
    assert http.get("/v1/articles/port").status_code == 404


def test_bad_articles_fail_alone_and_are_named(http: httpx.Client) -> None:
    articles = [
        {"title": "Good", "body": "The mayor spoke."},
        {"title": "No body"},
        {"id": "bad-date", "title": "T", "body": "Text.", "published_at": "soon"},
        {"title": "Unknown", "body": "Text.", "colour": "red"},
        {"title": "Empty", "body": "   "},
        {"title": "Good too", "body": "The council met."},
    ]
    report = http.post("/v1/articles", json={"articles": articles, "wait": "keyword"}).json()
    assert report["added"] == 2
    assert [failure["index"] for failure in report["failed"]] == [1, 2, 3, 4]
    assert report["failed"][1]["id"] == "bad-date"
    assert "published_at" in report["failed"][1]["problem"]["detail"]


@pytest.mark.parametrize(
    ("bad", "named", "words"),
    [
        (5, None, "no JSON object"), ("text", None, "no JSON object"), ([], None, "no JSON object"),
        (None, None, "no JSON object"), ({"id": ".", "body": "Text."}, ".", "a step and no name"),
        ({"id": "..", "body": "Text."}, "..", "a step and no name"),
    ],
)  # fmt: skip
def test_what_is_no_article_fails_alone(http: httpx.Client, bad: object, named: str | None, words: str) -> None:
    articles = [{"title": "Good", "body": "The mayor spoke."}, bad, {"title": "Good too", "body": "The council met."}]
    answer = http.post("/v1/articles", json={"articles": articles, "wait": "keyword"})
    assert answer.status_code == 200, answer.text
    (failed,) = answer.json()["failed"]
    assert answer.json()["added"] == 2 and (failed["index"], failed["id"]) == (1, named)
    assert words in failed["problem"]["detail"] and failed["problem"]["status"] == 422


def test_a_language_is_found_by_any_tag_of_it(http: httpx.Client) -> None:
    pushed = {**PORT, "body": "The port of Skelmouth reopened.", "language": "en-GB"}
    http.post("/v1/articles", json={"articles": [pushed], "wait": "keyword"})
    assert http.get("/v1/articles/port").json()["language"] == "en"
    for language, found in (("en", 1), ("EN", 1), ("en-US", 1), ("fr", 0)):
        asked = {"question": "port of Skelmouth", "filters": {"languages": [language]}}
        assert len(http.post("/v1/search", json=asked).json()["data"]) == found, language
        assert len(http.get("/v1/articles", params={"language": language}).json()["data"]) == found, language
        assert ("Port reopens" in http.get("/articles", params={"language": language}).text) is bool(found), language


@pytest.mark.parametrize("article_id", ["a/b?c#d", "ünï", "...", "a/../b", "with space", "%2F"])
def test_any_id_can_be_fetched_and_deleted(http: httpx.Client, article_id: str) -> None:
    from urllib.parse import quote

    http.post("/v1/articles", json={"articles": [{"id": article_id, "title": "T", "body": "Text."}], "wait": "keyword"})
    path = f"/v1/articles/{quote(article_id, safe='').replace('.', '%2E')}"
    assert http.get(path).json()["id"] == article_id
    assert http.delete(path).status_code == 204


bodies = st.lists(
    st.sampled_from(
        ["The harbour 😀 reopened on 3 May.", "Cafe\u0301 prices rose by 4.5 per cent.", "قال العمدة إن الميناء مغلق.",
         "\r\n", "\n\n", "\u202eReversed\u202c words were printed.", "He said: “It [1] holds.”",
         "The harbour wall \u200bcost $2m."]
    ),
    min_size=1,
    max_size=30,
).map(" ".join)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=bodies)
def test_every_citation_is_an_exact_slice_of_the_stored_body(http: httpx.Client, body: str) -> None:
    http.post("/v1/articles", json={"articles": [{"id": "x", "title": "Harbour", "body": body}], "wait": "keyword"})
    for question in ("When did the harbour reopen?", "What did the harbour wall cost?"):
        answer = http.post("/v1/ask", json={"question": question, "policy": "off"}).json()
        for item in [*answer["citations"], *answer["passages"]]:
            stored = http.get(f"/v1/articles/{item['article_id']}", params={"revision": item["revision"]}).json()[
                "body"
            ]
            assert stored[item["start"] : item["end"]] == item.get("quote", item.get("text"))
