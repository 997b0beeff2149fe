"""The Python client against a real server, and against servers that refuse, stall and break off."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from inspect import isasyncgen, isawaitable
from typing import Any

import pytest
import uvicorn
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from api import calls
from api.calls import PushedArticle
from api.client import AsyncDateline, Dateline, RequestFailed, ServerUnreachable
from api.engine import Engine
from api.events import AnswerCompleted, AnswerDelta, CitationAdded, EventReader, RetrievalCompleted, StatementCompleted
from api.local import LocalDateline
from api.request_schemas import ArticleIn
from corpus.errors import DatelineError, InvalidInput, NotFound
from tests.running import Server, serve

WHY = "Why does Putin avoid the meeting?"
NOT_SAID = "What is the capital of France?"


class Awaited:
    """An asynchronous client behind plain calls, so that one test does for both kinds."""

    def __init__(self, client: AsyncDateline | LocalDateline, portal: BlockingPortal) -> None:
        self._client = client
        self._portal = portal

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def finished(*arguments: Any, **options: Any) -> Any:
            result = getattr(self._client, name)(*arguments, **options)
            if isasyncgen(result):
                return [item async for item in result]
            return await result if isawaitable(result) else result

        return lambda *arguments, **options: self._portal.call(lambda: finished(*arguments, **options))


@pytest.fixture(params=["sync", "async", "in process"])
def answering(request: pytest.FixtureRequest, server: Server) -> Iterator[Any]:
    """Every way to ask from Python."""
    if request.param == "sync":
        with Dateline(server.url) as dateline:
            yield dateline
        return
    with start_blocking_portal() as portal:
        client = (
            LocalDateline(server.engine, server.url) if request.param == "in process" else AsyncDateline(server.url)
        )
        yield Awaited(client, portal)
        if isinstance(client, AsyncDateline):
            portal.call(client.close)


def test_an_answer_is_typed_and_its_quotes_are_stored_words(answering: Any) -> None:
    answer = answering.ask(WHY, as_of=date(2025, 12, 1), filters={"languages": ["en"]}, max_citations=3)
    assert answer.status == "answered" and 1 <= len(answer.citations) <= 3
    for citation in answer.citations:
        article = answering.article(citation.article_id, revision=citation.revision)
        assert article.body[citation.start : citation.end] == citation.quote
    assert answering.ask(WHY, as_of=datetime(1999, 1, 1, tzinfo=UTC)).reason.code == "outside_dates"


@pytest.mark.parametrize("question", [WHY, NOT_SAID])
def test_the_events_of_a_stream_add_up_to_the_answer(answering: Any, question: str) -> None:
    events = list(answering.stream(question))
    whole = answering.ask(question)
    assert [event.name for event in events[:2]] == ["answer.created", "retrieval.completed"]
    assert "".join(event.data.delta for event in events if isinstance(event, AnswerDelta)) == whole.answer
    assert [event.data for event in events if isinstance(event, CitationAdded)] == whole.citations
    assert [event.data for event in events if isinstance(event, StatementCompleted)] == whole.statements
    assert any(isinstance(event, RetrievalCompleted) and event.data.data for event in events)
    assert isinstance(events[-1], AnswerCompleted) and events[-1].data.citations == whole.citations


def test_search_and_verify(answering: Any) -> None:
    found = answering.search(WHY, top_k=3)
    assert [passage.rank for passage in found.data] == list(range(1, len(found.data) + 1)) and 1 < len(found.data) <= 3
    quote = answering.ask(WHY).citations[0].quote
    checked = answering.verify(quote)
    assert checked.verdict == "supported" and checked.citations[0].article_id
    given = answering.verify("The port reopened on 4 May.", passages=["The port reopened on 3 May."])
    assert given.verdict != "supported" and "4" in " ".join(given.statements[0].missing)


def test_hints_are_ignored_where_they_are_to_be(answering: Any) -> None:
    question = "What happened in August 2025?"
    assert answering.search(question).hints.published is not None
    assert answering.search(question, ignore_hints=["published"]).hints.published is None


@pytest.mark.parametrize(
    "fault", [lambda d: d.ask(""), lambda d: d.ask("x", as_of="soon"), lambda d: d.search("why \ud800?", top_k=0)]
)
def test_mistakes_are_named(answering: Any, fault: Callable[[Any], Any]) -> None:
    with pytest.raises(DatelineError) as raised:
        fault(answering)
    assert isinstance(raised.value, InvalidInput) or getattr(raised.value, "status", None) in (400, 422)
    assert str(raised.value)


def test_what_is_not_there_is_not_found(answering: Any) -> None:
    with pytest.raises((NotFound, RequestFailed)) as raised:
        answering.article("no such/article?#")
    assert raised.value.code == "not_found"


def test_an_error_carries_status_code_detail_and_request_id(server: Server) -> None:
    with Dateline(server.url) as dateline, pytest.raises(RequestFailed) as raised:
        dateline.ask("x", mode="chat")
    error = raised.value
    assert (error.status, error.code) == (422, "invalid_input")
    assert "DATELINE_MODEL" in error.detail and error.request_id and error.request_id.startswith("req_")


def test_articles_are_pushed_listed_over_pages_and_deleted(engine: Engine) -> None:
    for server in serve(engine):
        with Dateline(server.url) as dateline:
            reports: list[PushedArticle | ArticleIn] = [
                {
                    "id": f"a/{n}",
                    "title": f"Report {n}",
                    "body": f"Quay {n} reopened.",
                    "published_at": date(2024, 5, n),
                }
                for n in range(1, 8)
            ]
            pushed = dateline.push([*reports, ArticleIn(id="bad", body=" ")], wait="keyword")
            assert pushed.added == 7 and [failed.id for failed in pushed.failed] == ["bad"]
            assert [article.id for article in dateline.articles(limit=3)] == [f"a/{n}" for n in range(7, 0, -1)]
            assert dateline.ask("Which quay reopened on 3 May 2024?").citations
            dateline.delete("a/3")
            with pytest.raises(RequestFailed):
                dateline.article("a/3")
            lines = list(dateline.export())
            assert len(lines) == 7 and all(line.endswith(b"\n") for line in lines)
            job = dateline.ingest(["http://127.0.0.1:9/nothing"])
            assert dateline.job(job.id).id == job.id == dateline.jobs().data[0].id
            assert dateline.ready().articles == 6


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_answers_given_are_listed_shown_asked_again_and_forgotten(kind: str, own_server: Server) -> None:
    with Dateline(own_server.url) as plain, start_blocking_portal() as portal:
        dateline: Any = plain if kind == "sync" else Awaited(AsyncDateline(own_server.url), portal)
        body = "The quay of Skelmouth reopened on 3 May."
        plain.push([{"id": "q", "title": "Quay", "body": body}], wait="keyword")
        given = [plain.ask("When did the quay of Skelmouth reopen?", as_of="2030-01-01") for _ in range(3)]
        nothing = plain.ask(NOT_SAID)
        ids = [one.id for one in (nothing, *reversed(given))]
        assert [one.id for one in dateline.answers(limit=3)] == ids, "over two pages"
        assert [one.id for one in dateline.answers(status="abstained", q="capital", stale=False)] == ids[:1]
        assert [one.id for one in dateline.answers(asked_from=date(2999, 1, 1))] == []
        kept = dateline.answer(given[0].id)
        assert kept.answer == given[0].answer and kept.citations[0].quote == body
        assert kept.versions.embedder and kept.settings.as_of is not None
        plain.push([{"id": "q", "title": "Quay", "body": body.replace("3 May", "5 May")}], wait="keyword")
        assert dateline.answer(given[0].id).changes[0].became == "revised"
        again = dateline.replay(given[0].id)
        assert again.before == given[0].id and not again.same and "5 May" in again.answer.answer
        dateline.forget(given[0].id)
        with pytest.raises(RequestFailed) as raised:
            dateline.answer(given[0].id)
        assert raised.value.status == 404
        if kind == "async":
            dateline.close()


def test_leaving_a_stream_early_closes_it(server: Server) -> None:
    with Dateline(server.url) as dateline:
        for event in dateline.stream(WHY):
            assert event.name == "answer.created"
            break
        assert dateline.ask(WHY).status == "answered"


class Misbehaving:
    """A server that answers with what `replies` hold, one after the other, and the last one for ever."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.replies: list[Response] = []
        self.seen: list[Request] = []

    def reply(self, request: Request) -> Response:
        self.seen.append(request)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def misbehaving() -> Iterator[Misbehaving]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()  # a request sent before the server runs waits for it; refused, it would count as a try
    host, port = listener.getsockname()
    server = Misbehaving(f"http://{host}:{port}")

    async def answer(request: Request) -> Response:
        return server.reply(request)

    app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST", "DELETE"])])
    run = uvicorn.Server(uvicorn.Config(app, log_level="critical", log_config=None, lifespan="off"))
    thread = threading.Thread(target=run.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        run.should_exit = True
        thread.join(10)
        listener.close()


def page() -> Response:
    return Response(
        '{"object": "list", "data": [], "has_more": false, "next_cursor": null}', media_type="application/json"
    )


def refusal(status: int, **headers: str) -> Response:
    return PlainTextResponse("no", status, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_only_what_changes_nothing_is_tried_again() -> None:
    with misbehaving() as server, Dateline(server.url) as dateline:
        server.replies = [refusal(503), refusal(502), page()]
        assert list(dateline.articles()) == [] and len(server.seen) == 3
        server.seen.clear()
        server.replies = [refusal(503)]
        with pytest.raises(RequestFailed) as raised:
            dateline.delete("a")
        assert raised.value.status == 503 and len(server.seen) == 1
        with pytest.raises(RequestFailed):
            list(dateline.articles())
        assert len(server.seen) == 1 + 3


def test_a_server_that_asks_for_patience_gets_it() -> None:
    with misbehaving() as server, Dateline(server.url) as dateline:
        server.replies = [refusal(429, Retry_After="1"), page()]
        began = time.monotonic()
        assert list(dateline.articles()) == []
        assert time.monotonic() - began >= 1
        in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
        server.replies = [refusal(429, Retry_After=in_an_hour)]
        with pytest.raises(RequestFailed) as raised:
            dateline.search("x")
        assert raised.value.retry_after and 3500 < raised.value.retry_after <= 3600 and len(server.seen) == 3


def events(*blocks: str) -> Response:
    async def send() -> AsyncGenerator[str]:
        for block in blocks:
            yield block

    return StreamingResponse(send(), media_type="text/event-stream")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (PlainTextResponse("<html>welcome</html>"), "not JSON"),
        (Response('{"id": 1}', media_type="application/json"), "AnswerOut"),
        (refusal(500), "500"),
        (Response("[1]", 404, media_type="application/json"), "404"),
    ],
)
def test_replies_that_are_none_of_dateline_are_one_error(reply: Response, words: str) -> None:
    with misbehaving() as server, Dateline(server.url) as dateline:
        server.replies = [reply]
        with pytest.raises(RequestFailed, match=words):
            dateline.ask("x")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (events("event: answer.delta\ndata: {\"delta\": \"The\"}\n\n"), "broke the answer off"),
        (events("event: error\ndata: {\"status\": 502, \"detail\": \"The model is gone.\", \"type\": \"a/model-gone\"}\n\n"), "The model is gone"),
        (events("event: citation\ndata: {}\n\n"), "cannot be read"),
        (events("event: error\ndata: no\n\n"), "cannot be read"),
        (refusal(503), "503"),
    ],
)  # fmt: skip
def test_streams_that_break_off_are_one_error(reply: Response, words: str) -> None:
    with misbehaving() as server, Dateline(server.url) as dateline:
        server.replies = [reply]
        with pytest.raises(RequestFailed, match=words):
            list(dateline.stream("x"))


def test_nobody_there_and_nobody_answering() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with Dateline(url) as dateline, pytest.raises(ServerUnreachable, match="does not answer"):
            dateline.ask("x")  # bound, and not listening: refused
        listener.listen()
        with Dateline(url, timeout=0.3) as dateline, pytest.raises(ServerUnreachable, match="ReadTimeout"):
            dateline.ask("x")


def test_the_key_goes_as_a_bearer_token_and_proxies_of_the_environment_are_not_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with misbehaving() as server, Dateline(server.url + "/", api_key="k-1") as dateline:
        server.replies = [page()]
        assert list(dateline.articles(publisher="A & B")) == []
    (request,) = server.seen
    assert request.headers["authorization"] == "Bearer k-1" and request.query_params["publisher"] == "A & B"


@pytest.mark.parametrize("url", ["", "localhost:8000", "http://", "ftp://x", "http://[::1", "\x00"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(InvalidInput, match="address of a server"):
        Dateline(url)


def test_importing_the_client_is_light() -> None:
    code = (
        "import sys, api.client\n"
        "heavy = {'torch', 'chromadb', 'numpy', 'sqlalchemy', 'fastapi', 'starlette', 'langchain_core', 'tantivy', 'onnxruntime'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


TEXT = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20)


@given(
    st.lists(st.tuples(TEXT, st.lists(TEXT, min_size=1, max_size=3)), max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.data(),
)
def test_events_are_the_same_wherever_the_connection_cuts_them(
    told: list[tuple[str, list[str]]], end: str, data: st.DataObject
) -> None:
    lines = []
    for name, values in told:
        lines += [": a comment", f"event: {name}", *(f"data: {value}" for value in values), "id: 1", ""]
    raw = "".join(line + end for line in lines).encode()
    reader, found, at = EventReader(), [], 0
    while at < len(raw):
        size = data.draw(st.integers(1, 30))
        found += list(reader.feed(raw[at : at + size]))
        at += size
    assert found == [(name or "message", "\n".join(values)) for name, values in told]


def test_what_is_no_problem_document_keeps_the_status_of_the_reply() -> None:
    """A starting server answers `/readyz` with 503 and its own "status"."""
    error = calls.failure({"status": "starting", "index": "starting"}, 503, "Service Unavailable", None)
    assert error.status == 503 and error.code == "request_failed"
