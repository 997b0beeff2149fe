"""A client that leaves: the chat model is no longer listened to, what waits is not begun, and nothing stays behind."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.engine import Engine
from api.settings import read_settings
from tests.running import Server, copied, serve_here
from tests.scripted_model import Mode, ScriptedModel

QUESTION = "Why does Putin avoid the meeting?"
CHAT = [{"role": "user", "content": QUESTION}]
REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("/v1/ask", {"question": QUESTION}),
    ("/v1/chat/completions", {"messages": CHAT}),
    ("/v1/responses", {"input": QUESTION}),
]


@pytest.fixture(scope="module")
def scripted() -> Any:
    with ScriptedModel(Mode.DRIP) as scripted:
        yield scripted


@pytest.fixture
async def server(tmp_path: Path, sample: Path, scripted: ScriptedModel) -> AsyncIterator[Server]:
    data = copied(sample, tmp_path / "data")
    settings = read_settings(data=data, model=Mode.DRIP.value, model_base_url=scripted.base_url, model_timeout=300)
    async with serve_here(Engine(settings)) as server:
        yield server


async def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def begin_and_leave(
    url: str, path: str, body: dict[str, Any], scripted: ScriptedModel, headers: dict[str, str] | None = None
) -> None:
    """Ask, wait until the chat model speaks, and go."""
    known = len(scripted.requests)
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
        asking = asyncio.create_task(http.post(path, json=body, headers=headers))
        await until(lambda: len(scripted.requests) > known or asking.done())
        assert not asking.done()
        await asyncio.sleep(0.3)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


async def test_whoever_leaves_is_no_longer_worked_for(
    server: Server, scripted: ScriptedModel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    tasks = len(asyncio.all_tasks())
    for path, body in REQUESTS:
        for stream in (True, False):
            left = len(scripted.left)
            await begin_and_leave(server.url, path, body | {"stream": stream}, scripted)
            await until(lambda left=left: len(scripted.left) == left + 1)  # type: ignore[misc]
            await until(lambda: len(asyncio.all_tasks()) <= tasks)
    assert caplog.records == []


@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28"])
async def test_tools_stop_when_their_client_leaves(server: Server, scripted: ScriptedModel, version: str) -> None:
    about = {"io.modelcontextprotocol/protocolVersion": version, "io.modelcontextprotocol/clientCapabilities": {}}
    body = {
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": QUESTION}, "_meta": about},
    }  # fmt: skip
    headers = {
        "accept": "application/json, text/event-stream", "mcp-protocol-version": version, "mcp-method": "tools/call",
        "mcp-name": "ask",
    }  # fmt: skip
    tasks, left = len(asyncio.all_tasks()), len(scripted.left)
    await begin_and_leave(server.url, "/mcp", body, scripted, headers)
    await until(lambda: len(scripted.left) == left + 1)
    await until(lambda: len(asyncio.all_tasks()) <= tasks)


@pytest.fixture
def searched(server: Server, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is searched for from now on."""
    searched: list[str] = []
    search = server.engine.searcher.search

    def counted(question: str, *more: Any, **named: Any) -> Any:
        searched.append(question)
        return search(question, *more, **named)

    monkeypatch.setattr(server.engine.searcher, "search", counted)
    return searched


async def test_searches_and_checks_that_wait_are_not_begun_for_whoever_left(
    server: Server, searched: list[str]
) -> None:
    workers, go = server.engine.workers, threading.Event()
    busy = [workers.submit(0, go.wait) for _ in range(4)]
    async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as http:
        asking = [asyncio.create_task(http.post("/v1/search", json={"question": QUESTION})) for _ in range(4)]
        asking += [asyncio.create_task(http.post("/v1/verify", json={"text": QUESTION})) for _ in range(4)]
        await until(lambda: workers.waiting >= 8)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        await asyncio.sleep(0.5)
        go.set()
        await asyncio.gather(*map(asyncio.wrap_future, busy))
        found = (await http.post("/v1/search", json={"question": "Who is heard?"})).json()
    assert found["data"] and searched == ["Who is heard?"]


async def test_a_check_ends_with_the_sentence_in_hand(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    checker, began, go = server.engine.checker, threading.Semaphore(0), threading.Semaphore(0)
    judged = checker._judged

    def slowly(*of: Any) -> Any:
        began.release()
        go.acquire()
        return judged(*of)

    monkeypatch.setattr(checker, "_judged", slowly)
    body = {"text": "It opened on 3 May. It was closed by a storm. Ferries sail again.", "passages": ["It opened."]}
    async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as http:
        checking = asyncio.create_task(http.post("/v1/verify", json=body))
        await asyncio.to_thread(began.acquire)
        checking.cancel()
        await asyncio.gather(checking, return_exceptions=True)
        await asyncio.sleep(0.5)
        go.release(100)
        await asyncio.sleep(0.5)
        of_the_first = began._value + 1
        monkeypatch.undo()
        whole = (await http.post("/v1/verify", json=body)).json()
    assert len(whole["statements"]) == 3 and of_the_first <= 2


async def test_an_answer_whose_search_waits_is_not_begun_for_whoever_left(server: Server, searched: list[str]) -> None:
    workers, go = server.engine.asker._workers, threading.Event()
    busy = [workers.submit(0, go.wait) for _ in range(4)]
    async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as http:
        body = {"question": QUESTION, "stream": True, "mode": "extractive"}
        asking = [asyncio.create_task(http.post("/v1/ask", json=body)) for _ in range(8)]
        await until(lambda: workers.waiting >= 8)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        await asyncio.sleep(0.5)
        go.set()
        await asyncio.gather(*map(asyncio.wrap_future, busy))
        answer = (await http.post("/v1/ask", json={"question": "Who is heard?", "mode": "extractive"})).json()
    assert answer["object"] == "answer" and searched == ["Who is heard?"]
