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


JSON = {"content-type": "application/json"}
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
    ("POST", "/v1/ask", {"content": b"{no", "headers": JSON}, 400, "JSON"),
    ("POST", "/v1/ask", {"content": b'{"question":\n "x",}', "headers": JSON}, 400, "at line 2, column 6"),
    ("POST", "/v1/ask", {"content": '{"question": "é"}'.encode("latin-1"), "headers": JSON}, 400, "not UTF-8"),
    ("POST", "/v1/ask", {"content": b"[" * 200_000, "headers": JSON}, 400, "nested too deeply"),
    ("POST", "/v1/ask", {"content": b'{"top_k": ' + b"1" * 9_000 + b"}", "headers": JSON}, 400, "too many digits"),
    ("POST", "/v1/ask", {"content": b"{}", "headers": {**JSON, "content-encoding": "gzip"}}, 415, "content-encoding"),
    ("POST", "/v1/ask", {"content": b'{"question": "x"}'}, 415, "content-type: application/json"),
    ("POST", "/v1/ask", {"data": {"question": "x"}}, 415, "content-type: application/json"),
    ("POST", "/v1/evals/runs", {"content": b"{}"}, 415, "content-type: application/json"),
    ("POST", "/v1/responses", {"content": b"{}"}, 415, "content-type: application/json"),
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
        "/v1/ask": "POST", "/healthz": "GET, HEAD", "/v1/articles": "GET, HEAD, POST",
        "/v1/articles/a-17": "GET, HEAD, DELETE",
        "/openapi.json": "GET, HEAD",
    }  # fmt: skip
    assert {path: http.patch(path).headers["allow"] for path in allowed} == allowed
    assert http.put("/web/chat.js").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"])
def test_json_is_known_by_its_type(http: httpx.Client, kind: str) -> None:
    raw = b'\xef\xbb\xbf{"question": "Who won the 2022 World Cup?"}'
    assert http.post("/v1/ask", content=raw, headers={"content-type": kind}).status_code == 200


LATE, EARLY = "2025-05-02", "2025-05-01"
# What is wrong with dates, and the pointers to it.
DATES: list[tuple[dict[str, Any], str, str]] = [
    ({"as_of": "soon"}, "as_of 'soon' is not a date", "#/as_of"),
    ({"known_by": "soon"}, "known_by 'soon' is not a date", "#/known_by"),
    ({"filters": {"published_to": "soon"}}, "published_to 'soon' is not a date", "#/filters/published_to"),
    (
        {"filters": {"published_from": LATE, "published_to": EARLY}},
        "later than published_to",
        "#/filters/published_from",
    ),
    ({"filters": {"published_from": LATE}, "as_of": EARLY}, "later than as_of", "#/filters/published_from"),
]


@pytest.mark.parametrize(("dates", "words", "pointer"), DATES)
def test_dates_that_cannot_be_are_told_with_their_place(
    http: httpx.Client, dates: dict[str, Any], words: str, pointer: str
) -> None:
    asked = {"question": "When did the port reopen?", **dates}
    chat = {"messages": [{"role": "user", "content": "When did the port reopen?"}], "dateline": dates}
    for path, body, before in (
        ("/v1/ask", asked, "#"), ("/v1/ask", {**asked, "stream": True}, "#"), ("/v1/search", asked, "#"),
        ("/v1/chat/completions", chat, "#/dateline"),
    ):  # fmt: skip
        response = http.post(path, json=body)
        assert response.status_code == 422 and words in response.json()["detail"]
        assert [fault["pointer"] for fault in response.json()["errors"]] == [before + pointer.removeprefix("#")]


@pytest.mark.parametrize(
    ("path", "words", "pointer"),
    [
        (f"/v1/articles?published_from={LATE}&published_to={EARLY}", "later than published_to", "#/published_from"),
        ("/v1/articles?published_from=soon", "not a date", "#/published_from"),
        (f"/v1/answers?asked_from={LATE}&asked_to={EARLY}", "later than asked_to", "#/asked_from"),
        ("/v1/articles?cursor=zzz", "cursor", "#/cursor"),
        ("/v1/articles?limit=0", "limit", "#/limit"),
        ("/v1/articles?collection=No", "collection", "#/collection"),
    ],
)
def test_a_fault_of_a_parameter_has_a_pointer(http: httpx.Client, path: str, words: str, pointer: str) -> None:
    response = http.get(path)
    assert response.status_code == 422 and words in response.json()["detail"]
    assert [fault["pointer"] for fault in response.json()["errors"]] == [pointer]


def test_one_day_is_a_span(http: httpx.Client) -> None:
    ask(http, "When did the port reopen?", filters={"published_from": LATE, "published_to": LATE}, as_of=LATE)


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/articles"])
def test_the_pointer_to_the_whole_body_is_the_root(http: httpx.Client, path: str) -> None:
    problem = http.post(path, json=[1]).json()
    assert [fault["pointer"] for fault in problem["errors"]] == ["#"] and problem["detail"].startswith("the body: ")
    assert problem["error"]["param"] is None


def test_a_name_in_a_pointer_is_escaped(http: httpx.Client) -> None:
    problem = http.post("/v1/ask", json={"question": "x", "a/b~c": 1}).json()
    assert [fault["pointer"] for fault in problem["errors"]] == ["#/a~1b~0c"]


@pytest.mark.parametrize(
    "path",
    ["/", "/articles", "/read/{id}", "/v1/articles", "/v1/articles/{id}", "/v1/facets", "/v1/export", "/healthz", "/docs",
     "/web/style.css", "/openapi.json", "/v1/articles/none", "/read/none", "/v1/articles?limit=0", "/nowhere"],
)  # fmt: skip
def test_head_tells_what_get_would_without_the_body(http: httpx.Client, path: str) -> None:
    path = path.replace("{id}", http.get("/v1/articles?limit=1").json()["data"][0]["id"])
    told, given = http.head(path), http.get(path)
    assert told.content == b"" and told.status_code == given.status_code
    for name in ("content-length", "content-type", "etag", "cache-control", "content-security-policy"):
        if given.status_code < 400 or name != "content-length":  # a problem names its request
            assert told.headers.get(name) == given.headers.get(name), name
    if tag := given.headers.get("etag"):
        known = {"if-none-match": tag}
        assert http.head(path, headers=known).status_code == http.get(path, headers=known).status_code


def test_head_where_no_get_is(http: httpx.Client) -> None:
    assert http.head("/v1/ask").status_code == 405 and http.head("/v1/ask").headers["allow"] == "POST"
    assert http.head("/mcp").status_code == 405, "a stream of events is nothing to ask the headers of"


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
