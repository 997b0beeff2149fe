"""The HTTP API as a client sees it: a real server on a socket over the bundled articles."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.running import Server


@pytest.fixture(scope="module")
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
        yield client


def ask(http: httpx.Client, question: str, **more: Any) -> dict[str, Any]:
    response = http.post("/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    return dict(response.json())


def check_evidence(http: httpx.Client, answer: dict[str, Any]) -> None:
    """The invariants of every answer, checked from outside."""
    numbers = [citation["n"] for citation in answer["citations"]]
    assert numbers == list(range(1, len(numbers) + 1))
    for citation in answer["citations"]:
        body = http.get(f"/v1/articles/{citation['article_id']}", params={"revision": citation["revision"]}).json()[
            "body"
        ]
        assert body[citation["start"] : citation["end"]] == citation["quote"]
    used: list[int] = []
    for statement in answer["statements"]:
        assert answer["answer"][statement["start"] : statement["end"]] == statement["text"]
        assert statement["citations"]
        used += [n for n in statement["citations"] if n not in used]
        for n in statement["citations"]:
            assert f"[{n}]" in statement["text"]
    assert used == numbers


def test_why_does_putin_avoid_the_meeting(http: httpx.Client) -> None:
    answer = ask(http, "Why does Putin avoid the meeting?")
    assert answer["status"] == "answered" and answer["mode"] == "extractive"
    assert "Putin" in answer["answer"]
    check_evidence(http, answer)


@pytest.mark.parametrize("question", ["Who won the 2022 World Cup?", "What is the capital of France?"])
def test_what_the_articles_do_not_say_is_declined_with_a_reason(http: httpx.Client, question: str) -> None:
    answer = ask(http, question)
    assert answer["status"] == "abstained"
    assert answer["reason"]["code"] in {"nothing_relevant", "does_not_say"}
    assert answer["reason"]["message"]
    assert answer["citations"] == [] and answer["statements"] == []


def test_an_empty_collection_says_so(http: httpx.Client) -> None:
    assert ask(http, "Anything?", collection="empty")["reason"]["code"] == "empty_collection"


def test_dates_that_hold_nothing_say_what_is_covered(http: httpx.Client) -> None:
    answer = ask(http, "Why does Putin avoid the meeting?", as_of="1999-01-01")
    assert answer["reason"]["code"] == "outside_dates" and "covers" in answer["reason"]["message"]


def events(http: httpx.Client, question: str) -> list[tuple[str, Any]]:
    with http.stream("POST", "/v1/ask", json={"question": question, "stream": True}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        text = "".join(response.iter_text())
    found = []
    for number, block in enumerate(text.strip().split("\n\n"), 1):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        assert fields["id"] == str(number)
        found.append((fields["event"], json.loads(fields["data"])))
    return found


@pytest.mark.parametrize("question", ["Why does Putin avoid the meeting?", "Who won the 2022 World Cup?"])
def test_a_stream_tells_the_same_as_the_whole_answer(http: httpx.Client, question: str) -> None:
    whole = ask(http, question)
    streamed = events(http, question)
    names = [name for name, _ in streamed]
    assert names[:2] == ["answer.created", "retrieval.completed"] and names[-1] == "answer.completed"
    assert "".join(data["delta"] for name, data in streamed if name == "answer.delta") == whole["answer"]
    assert [data for name, data in streamed if name == "citation"] == whole["citations"]
    assert [data for name, data in streamed if name == "statement.completed"] == whole["statements"]
    for field in ("answer", "statements", "citations", "passages", "status", "reason"):
        assert streamed[-1][1][field] == whole[field]


def test_citations_come_before_the_statement_that_uses_them(http: httpx.Client) -> None:
    known: set[int] = set()
    for name, data in events(http, "Why does Putin avoid the meeting?"):
        if name == "citation":
            known.add(data["n"])
        if name == "statement.completed":
            assert set(data["citations"]) <= known


def test_search_gives_passages_in_order(http: httpx.Client) -> None:
    found = http.post("/v1/search", json={"question": "Putin Zelenskiy meeting", "top_k": 5}).json()
    assert [p["rank"] for p in found["data"]] == list(range(1, len(found["data"]) + 1))
    assert 1 <= len(found["data"]) <= 5
    for passage in found["data"]:
        body = http.get(f"/v1/articles/{passage['article_id']}").json()["body"]
        assert body[passage["start"] : passage["end"]] == passage["text"]


def test_articles_are_listed_page_by_page(http: httpx.Client) -> None:
    seen: list[str] = []
    url: str | None = "/v1/articles?limit=10"
    while url:
        response = http.get(url)
        seen += [article["id"] for article in response.json()["data"]]
        url = response.links["next"]["url"] if "next" in response.links else None
    assert len(seen) == len(set(seen)) >= 36


PROBLEMS: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("POST", "/v1/ask", {"json": {"question": ""}}, 422, "question"),
    ("POST", "/v1/ask", {"json": {"question": "   "}}, 422, "question"),
    ("POST", "/v1/ask", {"json": {}}, 422, "question"),
    ("POST", "/v1/ask", {"json": {"question": "x" * 100_000}}, 422, "4000"),
    ("POST", "/v1/ask", {"json": {"question": "x", "wrong": 1}}, 422, "wrong"),
    ("POST", "/v1/ask", {"json": {"question": "x", "as_of": "soon"}}, 422, "as_of"),
    ("POST", "/v1/ask", {"json": {"question": "x", "mode": "chat"}}, 422, "DATELINE_MODEL"),
    ("POST", "/v1/ask", {"json": {"question": "x", "collection": "../x"}}, 422, "collection"),
    ("POST", "/v1/ask", {"json": {"question": "x", "stream": True, "as_of": "soon"}}, 422, "as_of"),
    ("POST", "/v1/ask", {"content": b"{no", "headers": {"content-type": "application/json"}}, 400, "JSON"),
    ("POST", "/v1/ask", {"json": [1]}, 422, ""),
    ("POST", "/v1/articles", {"json": {"articles": []}}, 422, "articles"),
    ("GET", "/v1/articles/none", {}, 404, "none"),
    ("DELETE", "/v1/articles/none", {}, 404, "none"),
    ("GET", "/v1/articles?cursor=zzz", {}, 422, "cursor"),
    ("GET", "/v1/articles?limit=0", {}, 422, "limit"),
    ("GET", "/nowhere", {}, 404, ""),
    ("GET", "/v1/ask", {}, 405, ""),
]


@pytest.mark.parametrize(("method", "path", "more", "status", "words"), PROBLEMS)
def test_errors_are_problem_details_that_name_the_fault(
    http: httpx.Client, method: str, path: str, more: dict[str, Any], status: int, words: str
) -> None:
    response = http.request(method, path, **more)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert words in problem["detail"]
    assert problem["error"]["message"] == problem["detail"]
    assert response.headers["x-request-id"] in problem["instance"]


def test_a_method_that_is_not_allowed_is_told_which_are(http: httpx.Client) -> None:
    allowed = {
        "/v1/ask": "POST", "/healthz": "GET", "/v1/articles": "GET, POST", "/v1/articles/a-17": "GET, DELETE",
        "/openapi.json": "GET, HEAD",
    }  # fmt: skip
    assert {path: http.patch(path).headers["allow"] for path in allowed} == allowed
    assert http.put("/web/chat.js").headers["allow"] == "GET, HEAD"


def test_what_is_wrong_with_json_is_told(http: httpx.Client) -> None:
    for raw, words in ((b'{"question": "why \\ud800 Putin?"}', "surrogate"), (b'{"question" "x"}', "delimiter")):
        response = http.post("/v1/ask", content=raw, headers={"content-type": "application/json"})
        assert response.status_code == 400 and words in response.json()["detail"]


@pytest.mark.parametrize(
    "question", ["\x00", "a\x00b", "\u202e\u0627", "💥" * 3000, "' OR 1=1 --", '"', "NEAR(", "[1]", "* ^ :"]
)
def test_strange_questions_get_an_answer_or_a_clear_error(http: httpx.Client, question: str) -> None:
    response = http.post("/v1/ask", json={"question": question})
    assert response.status_code in (200, 422)


def test_a_lone_surrogate_is_refused_or_answered(http: httpx.Client) -> None:
    raw = b'{"question": "why \\ud800 Putin?"}'
    response = http.post("/v1/ask", content=raw, headers={"content-type": "application/json"})
    assert response.status_code in (200, 400, 422)


def test_health_and_readiness(http: httpx.Client) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
    ready = http.get("/readyz").json()
    assert ready["status"] == "ready" and ready["articles"] >= 36 and ready["pending_vectors"] == 0


def test_a_request_id_is_echoed(http: httpx.Client) -> None:
    assert http.get("/healthz", headers={"x-request-id": "mine-1"}).headers["x-request-id"] == "mine-1"


def test_starters_can_be_answered(http: httpx.Client) -> None:
    starters = http.get("/v1/starters").json()["data"]
    assert 1 <= len(starters) <= 6
    for question in starters:
        assert ask(http, question)["status"] == "answered", question


def test_the_documentation_needs_no_other_host(http: httpx.Client) -> None:
    page = http.get("/docs").text
    assert "https://" not in page.replace("https://fastapi.tiangolo.com", "")
    assert http.get("/docs-files/swagger-ui-bundle.js").status_code == 200
    document = http.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {"ask", "search", "push_articles"} <= {
        operation["operationId"] for path in document["paths"].values() for operation in path.values()
    }
