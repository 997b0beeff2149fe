"""A key that is bound to a collection, on every route that there is: nothing of another collection comes through."""

import json
from collections.abc import Iterator
from typing import Any

import fastmcp
import httpx
import pytest
from fastapi.routing import APIRoute
from fastmcp.client.transports import StreamableHttpTransport
from starlette.routing import BaseRoute, Mount, Route

from api.access import needed_scope
from api.app import create_app
from api.engine import Engine
from api.settings import read_settings
from corpus.article import IncomingArticle
from corpus.errors import InvalidInput
from corpus.jobs import NewItem
from corpus.keys import Scope
from tests.commands import run
from tests.running import Server, serve
from tests.test_access import bearer

SECRET = "zanzibarite"
QUESTION = f"What did the miners of Oldhaven find, {SECRET}?"
NOBODY = "http://127.0.0.1:9/feed"
THEIRS, MINE = "?collection=theirs", "?collection=mine"
ASKED = {"question": QUESTION}
CHAT = {"model": "dateline", "messages": [{"role": "user", "content": QUESTION}]}
RESPONSE = {"model": "dateline", "input": QUESTION}


def article(collection: str | None, **more: str) -> dict[str, Any]:
    return {"id": "pushed", "title": "T", "body": "A new text.", **({"collection": collection} if collection else {})}


def in_theirs(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "collection": "theirs"}


# What a request of the bound key gets: of each route those that name another collection, and that name none.
Case = tuple[str, dict[str, Any] | None, int]
TABLE: dict[tuple[str, str], list[Case]] = {
    ("GET", "/v1/articles/{article_id:path}/revisions"): [
        (f"/v1/articles/secret/revisions{THEIRS}", None, 403), ("/v1/articles/secret/revisions", None, 404),
    ],
    ("GET", "/v1/articles/{article_id:path}/diff"): [
        (f"/v1/articles/secret/diff{THEIRS}", None, 403), ("/v1/articles/secret/diff", None, 404),
    ],
    ("GET", "/v1/articles/{article_id:path}/cluster"): [
        (f"/v1/articles/secret/cluster{THEIRS}", None, 403), ("/v1/articles/secret/cluster", None, 404),
    ],
    ("POST", "/v1/ingest"): [
        ("/v1/ingest", in_theirs({"urls": [NOBODY]}), 403), ("/v1/ingest", {"urls": [NOBODY]}, 202),
    ],
    ("GET", "/v1/jobs"): [("/v1/jobs", None, 200)],
    ("GET", "/v1/jobs/{job_id}"): [("/v1/jobs/JOB", None, 404)],
    ("GET", "/v1/feeds"): [("/v1/feeds", None, 200)],
    ("POST", "/v1/feeds"): [
        ("/v1/feeds", in_theirs({"url": NOBODY}), 403), ("/v1/feeds", {"url": NOBODY}, 201),
    ],
    ("DELETE", "/v1/feeds"): [
        (f"/v1/feeds{THEIRS}&url=http://127.0.0.1:9/{SECRET}", None, 403),
        (f"/v1/feeds?url=http://127.0.0.1:9/{SECRET}", None, 404),
    ],
    ("POST", "/v1/feeds/poll"): [("/v1/feeds/poll", None, 202)],
    ("POST", "/v1/ask"): [("/v1/ask", in_theirs(ASKED), 403), ("/v1/ask", ASKED, 200)],
    ("POST", "/v1/search"): [("/v1/search", in_theirs(ASKED), 403), ("/v1/search", ASKED, 200)],
    ("POST", "/v1/verify"): [
        ("/v1/verify", in_theirs({"text": "Miners found it."}), 403), ("/v1/verify", {"text": "Miners found it."}, 200),
        ("/v1/verify", {"text": "Miners found it.", "article_ids": ["secret"]}, 404),
    ],
    ("POST", "/v1/articles"): [
        ("/v1/articles", {"articles": [article("theirs"), article("default")]}, 200),
        ("/v1/articles", {"articles": [article(None)]}, 200),
    ],
    ("GET", "/v1/articles"): [
        (f"/v1/articles{THEIRS}", None, 403), ("/v1/articles?collection=default", None, 403),
        (f"/v1/articles{MINE}&collection=theirs", None, 403), ("/v1/articles", None, 200),
    ],
    ("GET", "/v1/facets"): [(f"/v1/facets{THEIRS}", None, 403), ("/v1/facets", None, 200)],
    ("GET", "/v1/articles/{article_id:path}"): [
        (f"/v1/articles/secret{THEIRS}", None, 403), ("/v1/articles/secret", None, 404), ("/v1/articles/open", None, 200),
    ],
    ("DELETE", "/v1/articles/{article_id:path}"): [
        (f"/v1/articles/secret{THEIRS}", None, 403), ("/v1/articles/secret", None, 404),
    ],
    ("GET", "/v1/starters"): [(f"/v1/starters{THEIRS}", None, 403), ("/v1/starters", None, 200)],
    ("GET", "/healthz"): [("/healthz", None, 200)],
    ("GET", "/readyz"): [("/readyz", None, 200)],
    ("GET", "/metrics"): [("/metrics", None, 403)],
    ("GET", "/v1/models"): [("/v1/models", None, 200)],
    ("GET", "/v1/models/{name}"): [("/v1/models/dateline", None, 200)],
    ("POST", "/v1/chat/completions"): [
        ("/v1/chat/completions", {**CHAT, "dateline": {"collection": "theirs"}}, 403),
        ("/v1/chat/completions", CHAT, 200), ("/v1/chat/completions", {**CHAT, "stream": True}, 200),
    ],
    ("POST", "/v1/responses"): [
        ("/v1/responses", {**RESPONSE, "dateline": {"collection": "theirs"}}, 403), ("/v1/responses", RESPONSE, 200),
        ("/v1/responses", {**RESPONSE, "previous_response_id": "RESPONSE"}, 400),
    ],
    ("GET", "/v1/responses/{response_id}"): [("/v1/responses/RESPONSE", None, 404)],
    ("DELETE", "/v1/responses/{response_id}"): [("/v1/responses/RESPONSE", None, 404)],
    ("GET", "/v1/export"): [
        ("/v1/export", None, 403), (f"/v1/export{THEIRS}", None, 403), (f"/v1/export{MINE}", None, 200),
    ],
    ("POST", "/v1/evals/runs"): [("/v1/evals/runs", {"cases": [{"question": QUESTION}]}, 403)],
    ("GET", "/v1/answers"): [
        ("/v1/answers", None, 200), (f"/v1/answers{THEIRS}", None, 403), (f"/v1/answers{MINE}", None, 200),
    ],
    ("GET", "/v1/answers/{answer_id}"): [("/v1/answers/ANSWER", None, 404)],
    ("DELETE", "/v1/answers/{answer_id}"): [("/v1/answers/ANSWER", None, 404)],
    ("POST", "/v1/answers/{answer_id}/replay"): [("/v1/answers/ANSWER/replay", None, 404)],
    ("GET", "/v1/evals/runs"): [("/v1/evals/runs", None, 403)],
    ("GET", "/v1/evals/runs/{run_id}"): [("/v1/evals/runs/run_1", None, 403)],
    ("GET", "/evals"): [("/evals", None, 403)],
    ("GET", "/evals/{run_id}"): [("/evals/run_1", None, 403)],
    ("GET", "/"): [("/", None, 200)],
    ("GET", "/articles"): [
        (f"/articles{THEIRS}", None, 403), ("/articles", None, 200), ("/articles?q=miners&look=text", None, 200),
    ],
    ("GET", "/read/{article_id:path}"): [
        (f"/read/secret{THEIRS}", None, 403), ("/read/secret", None, 404), ("/read/open", None, 200),
    ],
    ("GET", "/changes/{article_id:path}"): [(f"/changes/secret{THEIRS}", None, 403), ("/changes/secret", None, 404)],
    ("GET", "/docs"): [("/docs", None, 200)],
    ("GET", "/docs/oauth2-redirect"): [("/docs/oauth2-redirect", None, 200)],
    ("GET", "/openapi.json"): [("/openapi.json", None, 200)],
    ("GET", "/docs-files"): [("/docs-files/swagger-ui.css", None, 200)],
    ("GET", "/web"): [("/web/style.css", None, 200)],
    ("GET", "/mcp"): [],  # a test of its own, below
}  # fmt: skip


@pytest.fixture
def guarded(data_folder: Any) -> Iterator[Server]:
    engine = Engine(read_settings(data=data_folder, sample=False, keys="required", poll_feeds=False))
    for collection in ("default", "theirs"):
        told = IncomingArticle(
            title=f"Miners find {SECRET}", body=f"Miners of Oldhaven found {SECRET} on Monday.", id="secret",
            publisher=f"{SECRET} Times", collection=collection,
        )  # fmt: skip
        engine.ingester.put([told])
    plain = IncomingArticle(
        title="Miners strike", body="Miners of Oldhaven went on strike.", id="open", collection="mine"
    )
    engine.ingester.put([plain])
    engine.feeds.add("theirs", f"http://127.0.0.1:9/{SECRET}")
    yield from serve(engine)


@pytest.fixture
def http(guarded: Server) -> Iterator[httpx.Client]:
    _, text = guarded.engine.keys.create("bound", Scope.ADMIN, collections=["mine"])
    with httpx.Client(base_url=guarded.url, timeout=60, trust_env=False, headers=bearer(text)) as client:
        yield client


def routes_of(engine: Engine) -> set[tuple[str, str]]:
    def walk(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
        for route in routes:
            router = getattr(route, "original_router", None)
            yield from walk(router.routes) if router else [route]

    found = set()
    for route in walk(create_app(engine).routes):
        assert isinstance(route, (APIRoute, Route, Mount)), route
        methods = (getattr(route, "methods", None) or {"GET"}) - {"HEAD", "OPTIONS"}
        found |= {(method, route.path) for method in methods}
    return found


def test_every_route_is_in_the_table(guarded: Server) -> None:
    missing = routes_of(guarded.engine) ^ set(TABLE)
    assert not missing, f"say in TABLE what a key bound to collections sees there, and in api/access.py: {missing}"


def test_nothing_of_another_collection_comes_through(guarded: Server, http: httpx.Client) -> None:
    engine = guarded.engine
    _, whole = engine.keys.create("whole", Scope.ADMIN)
    job = engine.jobs.create("theirs", [NewItem(f"http://127.0.0.1:9/{SECRET}/page")])
    kept = http.post("/v1/responses", json=RESPONSE, headers=bearer(whole)).json()
    assert SECRET in kept["output"][0]["content"][0]["text"], "there is something to be seen"
    given = http.post("/v1/ask", json=ASKED, headers=bearer(whole)).json()["id"]
    before = {key: engine.store.coverage(key).articles for key in ("default", "theirs")}
    for (method, template), cases in TABLE.items():
        for path, body, status in cases:
            path = path.replace("JOB", job).replace("RESPONSE", kept["id"]).replace("ANSWER", given)
            sent = json.loads(json.dumps(body).replace("RESPONSE", kept["id"])) if body else None
            answer = http.request(method, path, json=sent)
            assert answer.status_code == status, (method, template, path, answer.text[:500])
            if method == "GET":
                assert http.head(path).status_code == status, (template, path)
            # What the request itself named may be named again.
            told = answer.text.replace(json.dumps(QUESTION)[1:-1], "").replace(QUESTION.replace("'", "&#x27;"), "")
            if SECRET not in path:
                assert SECRET not in told, (method, path, told[:2_000])
            assert "theirs" not in told.replace("/theirs", "") or "theirs" in path + json.dumps(body), (method, path)
    assert {key: engine.store.coverage(key).articles for key in before} == before
    assert {feed.collection for feed in engine.feeds.all()} == {"theirs", "mine"}
    assert {job.collection for job in engine.jobs.recent(50)} == {"theirs", "mine"}, "no poll of theirs was begun"


def test_what_names_no_collection_goes_to_the_keys_own(guarded: Server, http: httpx.Client) -> None:
    report = http.post("/v1/articles", json={"articles": [article("theirs"), article(None)], "wait": "keyword"}).json()
    assert report["added"] == 1 and [one["problem"]["status"] for one in report["failed"]] == [403]
    assert guarded.engine.store.article("mine", "pushed").title == "T"
    answer = http.post("/v1/ask", json={"question": "Who went on strike?"}).json()
    assert answer["collection"] == "mine" and answer["citations"][0]["article_id"] == "open"
    said = http.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "Who went on strike?"}]})
    assert "strike" in said.json()["choices"][0]["message"]["content"]
    facets = http.get("/v1/facets").json()
    assert facets["collection"] == "mine" and [one["name"] for one in facets["collections"]] == ["mine"]


async def test_the_tools_for_assistants_keep_to_it(guarded: Server) -> None:
    _, text = guarded.engine.keys.create("bound", Scope.READ, collections=["mine"])
    transport = StreamableHttpTransport(f"{guarded.url}/mcp", headers=bearer(text))
    async with fastmcp.Client(transport) as client:
        found = (await client.call_tool("search", {"query": "What did the miners of Oldhaven do?"})).structured_content
        assert found and [one["title"] for one in found["results"]] == ["Miners strike"]
        answer = (await client.call_tool("ask", {"question": "Who went on strike?"})).structured_content
        assert answer and answer["citations"][0]["article_id"] == "open"
        checked = (await client.call_tool("verify", {"text": "Miners went on strike."})).structured_content
        assert checked and checked["verdict"] == "supported"
        with pytest.raises(Exception, match="No article 'secret'"):
            await client.call_tool("fetch", {"id": "secret"})
        for name, arguments in (
            ("search", {"query": "Oldhaven"}), ("ask", {"question": "Who went on strike?"}), ("verify", {"text": "So."}),
            ("fetch", {"id": "secret"}), ("fetch", {"id": "secret@1"}),
        ):  # fmt: skip
            with pytest.raises(Exception, match="reaches these collections only: mine"):
                await client.call_tool(name, {**arguments, "collection": "theirs"})
        with pytest.raises(Exception, match="reaches these collections only: mine"):
            await client.call_tool("fetch", {"id": "secret@1#theirs"})


def test_a_key_is_bound_on_the_command_line(guarded: Server) -> None:
    data = guarded.engine.settings.data
    made = run("keys", "create", "desk", "--collection", "mine", "--collection", "wires", "--json", data=data)
    assert json.loads(made.stdout)["collections"] == ["mine", "wires"]
    assert "only mine wires" in run("keys", "list", data=data).stdout
    assert "not valid" in run("keys", "create", "desk", "--collection", "No Such", data=data, check=2).stderr
    with pytest.raises(InvalidInput):
        guarded.engine.keys.create("desk", Scope.READ, collections=["No Such"])
    found = guarded.engine.keys.find(json.loads(made.stdout)["key"])
    assert found and found.collections == ("mine", "wires")


def test_what_comes_later_is_refused_until_it_is_named(http: httpx.Client) -> None:
    assert http.get("/v1/what/comes/later").status_code == 403
    assert needed_scope("GET", "/v1/what/comes/later") is Scope.READ
