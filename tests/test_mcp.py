"""The tools as clients of the protocol use them: over HTTP on a socket, and a process on standard input and output."""

import json
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import fastmcp
import httpx
import pytest
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent

from api.calls import PushedArticle
from api.client import Dateline
from api.engine import Engine
from corpus.owner import current_owner
from tests.commands import DATELINE, dateline
from tests.running import Server

WHY = "Why does Putin avoid the meeting?"
TOOLS = {"search": ["query"], "fetch": ["id"], "ask": ["question"], "verify": ["text"]}


def process(data: Path, **environment: str) -> StdioServerParameters:
    variables = {**os.environ, "DATELINE_DATA": str(data), "DATELINE_SAMPLE": "0", **environment}
    return StdioServerParameters(command=str(DATELINE), args=["mcp"], env=variables)


@asynccontextmanager
async def connected(kind: str, server: Server) -> AsyncIterator[Client]:
    if kind == "http":
        async with Client(f"{server.url}/mcp") as client:
            yield client
    else:
        async with Client(process(server.engine.settings.data, DATELINE_URL=server.url)) as client:
            yield client


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    """The structured result, which the one text item must repeat."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert json.loads(text(result)) == result.structured_content
    return result.structured_content


def text(result: CallToolResult) -> str:
    (item,) = result.content
    assert isinstance(item, TextContent)
    return item.text


@pytest.mark.parametrize("kind", ["http", "stdio"])
async def test_the_tools_answer_as_the_api_does(kind: str, server: Server) -> None:
    async with connected(kind, server) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {name: tool.input_schema["required"] for name, tool in tools.items()} == TOOLS
        for tool in tools.values():
            assert tool.annotations and tool.annotations.read_only_hint and not tool.annotations.destructive_hint
            assert tool.description and tool.output_schema
        for tool in tools.values():  # of search and fetch ChatGPT gives one parameter, a string
            assert tool.input_schema["properties"][TOOLS[tool.name][0]]["type"] == "string"
            assert "collection of articles" in tool.input_schema["properties"]["collection"]["description"]

        answer = await call(client, "ask", question=WHY)
        with Dateline(server.url) as dateline:
            native = dateline.ask(WHY, include=[]).model_dump(mode="json")
            for field in ("answer", "statements", "citations", "status", "reason", "hints"):
                assert answer[field] == native[field]
            assert answer["passages"] == [] and answer["citations"]

            found = await call(client, "search", query=WHY)
            assert list(found) == ["results"] and found["results"]
            for result, passage in zip(found["results"], dateline.search(WHY).data, strict=True):
                assert set(result) == {"id", "title", "url"} and passage.title in result["title"]
                assert result["url"] == passage.url
            await check_fetched(client, found["results"][0], dateline)

        quote = answer["citations"][0]["quote"]
        checked = await call(client, "verify", text=quote, article_ids=[answer["citations"][0]["article_id"]])
        assert checked["verdict"] == "supported"
        given = await call(client, "verify", text="It opened on 4 May.", passages=["It opened on 3 May."])
        assert given["verdict"] != "supported"


async def check_fetched(client: Client, result: dict[str, str], dateline: Dateline) -> None:
    """An id of a search leads to the whole article and back to the same passage."""
    document = await call(client, "fetch", id=result["id"])
    assert set(document) == {"id", "title", "text", "url", "metadata"}
    assert (document["id"], document["title"], document["url"]) == (result["id"], result["title"], result["url"])
    about = document["metadata"]
    assert document["text"][int(about["start"]) : int(about["end"])] == about["passage"]
    article = dateline.article(about["article_id"], revision=int(about["revision"]))
    assert article.body == document["text"]
    assert httpx.get(document["url"], trust_env=False).status_code == 200
    by_article = await call(client, "fetch", id=about["article_id"])
    assert by_article["text"] == document["text"] and "passage" not in by_article["metadata"]
    assert httpx.get(by_article["url"], trust_env=False).status_code == 200


async def test_dates_narrow_the_question_and_an_abstention_is_no_error(server: Server) -> None:
    async with connected("http", server) as client:
        early = await call(client, "ask", question=WHY, published_to="1999-01-01")
        assert (early["status"], early["reason"]["code"]) == ("abstained", "outside_dates")
        assert (await call(client, "ask", question=WHY, as_of="1999-01-01"))["status"] == "abstained"
        assert (await call(client, "ask", question="What is the capital of France?"))["reason"]["message"]


@pytest.mark.parametrize("kind", ["http", "stdio"])
async def test_another_collection_is_reached_by_naming_it(kind: str, own_server: Server) -> None:
    body = "The quay of Skelmouth reopened to ferries on 9 June."
    quay: PushedArticle = {"id": "a@1#b", "title": "Quay", "body": body, "collection": "harbours"}
    with Dateline(own_server.url) as dateline:
        dateline.push([quay])
    question = "When did the quay of Skelmouth reopen?"
    async with connected(kind, own_server) as client:
        assert (await call(client, "ask", question=question))["reason"]["code"] == "empty_collection"
        answer = await call(client, "ask", question=question, collection="harbours")
        assert (
            answer["citations"][0]["quote"] == quay["body"] and "collection=harbours" in answer["citations"][0]["url"]
        )
        assert (await call(client, "search", query=question))["results"] == []
        (found,) = (await call(client, "search", query=question, collection="harbours"))["results"]
        assert (await call(client, "fetch", id=found["id"]))["text"] == quay["body"]  # its id says where it is
        article = answer["citations"][0]["article_id"]
        assert (await call(client, "fetch", id=article, collection="harbours"))["text"] == quay["body"]
        assert (await client.call_tool("fetch", {"id": article})).is_error
        checked = await call(client, "verify", text=quay["body"], article_ids=[article], collection="harbours")
        assert checked["verdict"] == "supported"
        wrong = await client.call_tool("search", {"query": question, "collection": "no such"})
        assert wrong.is_error and "collection" in text(wrong)


@pytest.mark.parametrize("kind", ["http", "stdio"])
async def test_mistakes_are_told_to_the_model(kind: str, server: Server) -> None:
    mistakes: list[tuple[str, dict[str, Any], str]] = [
        ("fetch", {"id": "no-such-article@1:0-9"}, "no-such-article"),
        ("ask", {"question": WHY, "as_of": "soon"}, "as_of"),
        ("ask", {"question": WHY, "published_from": "2025-05-02", "published_to": "2025-05-01"}, "later than"),
        ("ask", {"question": " "}, "question"),
        ("ask", {}, "question"),
        ("verify", {"text": "x", "article_ids": ["a"], "passages": ["b"]}, "not both"),
        ("search", {"query": "x" * 5_000}, "4000"),
    ]
    async with connected(kind, server) as client:
        for tool, arguments, words in mistakes:
            result = await client.call_tool(tool, arguments)
            assert result.is_error and words in text(result), (tool, arguments, result.content)
        found = await call(client, "search", query=WHY)
        beyond = found["results"][0]["id"].rpartition(":")[0] + ":5-9999999"
        result = await client.call_tool("fetch", {"id": beyond})
        assert result.is_error and "names no passage" in text(result)


async def test_fastmcps_client_works_too(server: Server) -> None:
    async with fastmcp.Client(f"{server.url}/mcp") as client:
        result = await client.call_tool("ask", {"question": WHY})
        assert result.structured_content and result.structured_content["status"] == "answered"


def initialise(url: str, **headers: str) -> httpx.Response:
    body = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}},
    }  # fmt: skip
    accept = {"accept": "application/json, text/event-stream"}
    return httpx.post(url, json=body, headers=accept | headers, trust_env=False)


def test_a_page_of_another_name_cannot_reach_it(server: Server) -> None:
    assert initialise(f"{server.url}/mcp").json()["result"]["serverInfo"]["name"] == "Dateline"
    assert initialise(f"{server.url}/mcp", host="evil.example").status_code == 421
    assert initialise(f"{server.url}/mcp", origin="https://evil.example").status_code == 403
    assert initialise(f"{server.url}/mcp", origin=server.url).status_code == 200


async def test_a_folder_is_shared_by_several_programs_and_other_commands(engine: Engine, data_folder: Path) -> None:
    engine.close()
    (data_folder.parent / "port.md").write_text(
        "---\ntitle: Port reopens\npublisher: Coast Times\ndate: 2024-05-03\n---\nThe port of Skelmouth reopened on 3 May.\n"
    )
    environment = {**os.environ, "DATELINE_DATA": str(data_folder), "DATELINE_SAMPLE": "0"}
    dateline("ingest", data_folder.parent / "port.md", variables=environment)
    question = {"question": "When did the port reopen?"}
    async with Client(process(data_folder)) as second:
        async with Client(process(data_folder)) as first:
            answers = [await call(client, "ask", **question) for client in (first, second)]
            assert answers[0]["citations"] and answers[0]["statements"] == answers[1]["statements"]
            owner = current_owner(data_folder)
            assert owner and owner.url
            found = dateline("search", "port", "--json", variables=environment)
            assert json.loads(found.stdout)["data"][0]["url"].startswith(owner.url)
        assert (await call(second, "ask", **question))["statements"] == answers[0]["statements"]
    assert current_owner(data_folder) is None


@pytest.mark.parametrize("way", ["end of input", "SIGTERM"])
def test_nothing_but_the_protocol_is_printed_and_the_end_is_clean(data_folder: Path, way: str) -> None:
    environment = {
        **os.environ,
        "DATELINE_DATA": str(data_folder),
        "DATELINE_SAMPLE": "0",
        "DATELINE_LOG_LEVEL": "debug",
    }
    pipe = subprocess.PIPE
    with subprocess.Popen([DATELINE, "mcp"], env=environment, stdin=pipe, stdout=pipe, stderr=pipe) as running:
        assert running.stdin and running.stdout
        running.stdin.write(
            b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", '
            b'"capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}}\n'
        )
        running.stdin.flush()
        lines = [running.stdout.readline()]
        deadline = time.monotonic() + 60
        while current_owner(data_folder) is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if way == "SIGTERM":
            running.send_signal(signal.SIGTERM)
            assert running.wait(60) == 143
        rest, _ = running.communicate(timeout=60)
        lines += rest.splitlines()
        assert running.returncode == (143 if way == "SIGTERM" else 0)
    assert json.loads(lines[0])["result"]["serverInfo"]["name"] == "Dateline"
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in lines)
    assert current_owner(data_folder) is None
