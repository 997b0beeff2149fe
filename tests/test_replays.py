"""Pushes under an Idempotency-Key, entity tags, and bodies that are barely text: over a socket, as a client sends them."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

from api.article_schemas import IngestReportOut
from api.client import Dateline
from api.engine import Engine
from api.problems import add_problem_handlers
from api.replays import Replays
from corpus.errors import StoreUnavailable
from tests.running import Server, serve


@pytest.fixture
def http(engine: Engine) -> Iterator[httpx.Client]:
    for server in serve(engine):
        with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as http:
            yield http


def push(http: httpx.Client, body: str, key: str | None = "k1", path: str = "/v1/articles") -> httpx.Response:
    headers = {"Idempotency-Key": key} if key is not None else {}
    request: dict[str, Any] = {"articles": [{"id": "a", "body": body}], "wait": "keyword"}
    return http.post(path, json=request, headers=headers)


def test_a_push_that_is_sent_twice_is_done_once(http: httpx.Client) -> None:
    first = push(http, "The port reopened.")
    again = push(http, "The port reopened.")
    assert first.json()["added"] == 1 and again.json() == first.json()
    assert "idempotent-replayed" not in first.headers and again.headers["idempotent-replayed"] == "true"
    assert push(http, "The port reopened.", key=None).json()["unchanged"] == 1
    assert push(http, "The port reopened.", key="k2").json()["unchanged"] == 1


def test_a_key_that_is_used_for_another_body_is_refused(http: httpx.Client) -> None:
    push(http, "The port reopened.")
    other = push(http, "The port closed.")
    assert other.status_code == 422 and other.json()["error"]["code"] == "idempotency_key_reused"
    assert http.get("/v1/articles/a").json()["body"] == "The port reopened."
    job = {"urls": ["http://127.0.0.1:9/x"]}
    begun = [http.post("/v1/ingest", json=job, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [one.status_code for one in begun] == [202, 202] and begun[0].json()["id"] == begun[1].json()["id"]
    assert begun[0].headers["location"] == begun[1].headers["location"]


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_must_be_one(http: httpx.Client, key: str) -> None:
    assert push(http, "x", key=key).status_code == 422


class Body(BaseModel):
    value: int


@pytest.fixture
async def small() -> AsyncIterator[httpx.AsyncClient]:
    """An app with one route, whose work lasts until it is let go, and fails when it is told to."""
    app, replays = FastAPI(), Replays()
    add_problem_handlers(app)

    @app.post("/work")
    async def work(body: Body, request: Request, response: Response) -> Body:
        async def done() -> Body:
            await app.state.go.wait()
            if app.state.fails:
                raise StoreUnavailable("The disk is full.")
            app.state.done += 1
            return body

        return await replays.once(request, response, body, done)

    app.state.go, app.state.fails, app.state.done = asyncio.Event(), False, 0
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        client.state = app.state  # type: ignore[attr-defined]
        yield client


async def test_while_a_push_runs_the_same_one_is_told_to_wait(small: Any) -> None:
    def sent() -> Any:
        return small.post("/work", json={"value": 1}, headers={"Idempotency-Key": "k"})

    running = asyncio.ensure_future(sent())
    await asyncio.sleep(0.05)
    early = await sent()
    assert (early.status_code, early.headers["retry-after"]) == (409, "1")
    assert early.json()["error"]["code"] == "still_running"
    small.state.go.set()
    assert (await running).json() == (await sent()).json() == {"value": 1}
    assert small.state.done == 1


async def test_what_failed_is_done_again(small: Any) -> None:
    small.state.go.set()
    small.state.fails = True
    headers = {"Idempotency-Key": "k"}
    assert (await small.post("/work", json={"value": 1}, headers=headers)).status_code == 503
    small.state.fails = False
    assert (await small.post("/work", json={"value": 1}, headers=headers)).json() == {"value": 1}


async def test_keys_are_each_callers_own(small: Any) -> None:
    small.state.go.set()
    for caller, value in (("a", 1), ("b", 2)):
        headers = {"Idempotency-Key": "k", "Authorization": f"Bearer {caller}"}
        assert (await small.post("/work", json={"value": value}, headers=headers)).json() == {"value": value}


def test_the_client_pushes_under_a_key_and_may_try_again(engine: Engine) -> None:
    for server in serve(engine):
        report = _lost_reply(server)
        assert report.added == 1 and report.unchanged == 0


def _lost_reply(server: Server) -> IngestReportOut:
    """What the client makes of a connection that ends after the push was taken and before it was answered."""
    with Dateline(server.url) as dateline:
        send, lost = dateline._http.send, [True]

        def sent(request: httpx.Request, **more: Any) -> httpx.Response:
            response = send(request, **more)
            if lost.pop():
                lost.append(False)
                response.close()
                raise httpx.ReadError("lost")
            return response

        dateline._http.send = sent  # type: ignore[method-assign]
        return dateline.push([{"id": "b", "body": "The ferry sailed."}], wait="keyword")


def test_an_article_that_is_known_is_not_sent_again(http: httpx.Client) -> None:
    push(http, "The port reopened.", key=None)
    tag = http.get("/v1/articles/a").headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        reply = http.get("/v1/articles/a", headers={"If-None-Match": known})
        assert (reply.status_code, reply.content, reply.headers["etag"]) == (304, b"", tag)
    assert http.get("/v1/articles/a", headers={"If-None-Match": '"other"'}).status_code == 200
    push(http, "The port reopened on 3 May.", key=None)
    changed = http.get("/v1/articles/a", headers={"If-None-Match": tag})
    assert changed.status_code == 200 and changed.headers["etag"] != tag
    # The first wording is the same, and no longer the current one.
    assert http.get("/v1/articles/a?revision=1", headers={"If-None-Match": tag}).status_code == 200


HOSTILE = ["\ud800", "a \udfff b", "\x00", "x" * 1_000_000, "é" * 500_000, "🚢" * 250_000, "\u202e", "\r\n", "[1] " * 4]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_breaks_the_server(http: httpx.Client, text: str) -> None:
    bodies: list[tuple[str, dict[str, Any]]] = [
        ("/v1/ask", {"question": text}),
        ("/v1/ask", {"question": "x", "history": [{"role": "user", "content": text}], "stream": True}),
        ("/v1/ask", {"question": "x", "filters": {"publishers": [text], "article_ids": [text]}, "as_of": text}),
        ("/v1/search", {"question": f"port {text}"}),
        ("/v1/search", {"question": "port", "filters": {"publishers": [text], "authors": [text], "languages": [text]}}),
        ("/v1/verify", {"text": text}),
        ("/v1/verify", {"text": "A ship sank.", "passages": [text]}),
        ("/v1/verify", {"text": "A ship sank.", "article_ids": [text]}),
        ("/v1/articles", {"articles": [{"body": text}, {"body": "x", "title": text, "id": text, "publisher": text}]}),
        ("/v1/articles", {"articles": [{"body": "x", "url": text, "authors": [text], "published_at": text}]}),
        ("/v1/articles", {"articles": [{"body": "x", text: text}]}),
        ("/v1/ingest", {"urls": [text]}),
        ("/v1/feeds", {"url": text}),
        ("/v1/chat/completions", {"model": "dateline", "messages": [{"role": "user", "content": text}]}),
        ("/v1/responses", {"model": "dateline", "input": text}),
    ]
    failed = []
    for path, body in bodies:
        reply = http.post(path, content=json.dumps(body), headers={"content-type": "application/json"})
        reply.content.decode()
        if reply.status_code >= 500:
            failed.append((path, list(body), reply.status_code))
    assert not failed
    assert http.get("/v1/articles").status_code == 200
