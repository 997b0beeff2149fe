"""Many streams at a time, a third of whose clients leave midway: the others get what they would get alone."""

import asyncio
import gc
import json
import logging
import random
import re
import resource
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.engine import Engine
from api.settings import read_settings
from tests.running import Server, serve_here

PORTS = ("Skelmouth", "Fossick Bay", "Mallin", "Tern Slip", "Quernby", "Vannow")
DAYS = {port: day for day, port in enumerate(PORTS, 3)}


@pytest.fixture
async def server(data_folder: Path) -> AsyncIterator[Server]:
    async with serve_here(Engine(read_settings(data=data_folder, sample=False))) as server:
        articles = [
            {
                "id": port.lower().replace(" ", "-"),
                "title": f"{port} reopens",
                "body": f"The port of {port} reopened on {day} May. Ferries from {port} sailed again a week later.",
            }
            for port, day in DAYS.items()
        ]
        async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as http:
            (await http.post("/v1/articles", json={"articles": articles})).raise_for_status()
        yield server


@dataclass
class Seen:
    """What became of the streams, and how long they took in seconds."""

    complete: int = 0
    left: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def request(port: str, kind: int) -> tuple[str, dict[str, Any]]:
    question = f"When did the port of {port} reopen?"
    return [
        ("/v1/ask", {"question": question, "stream": True}),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": question}], "stream": True}),
        ("/v1/responses", {"input": question, "stream": True}),
    ][kind]


def text_of(stream: str) -> str:
    """The answer that a stream of any of the three kinds tells."""
    text = ""
    for line in stream.splitlines():
        data = json.loads(line[6:]) if line.startswith("data: {") else {}
        delta = data.get("delta")
        text += delta if isinstance(delta, str) else ""
        for choice in data.get("choices", []):
            text += choice["delta"].get("content") or ""
    return text


async def one(http: httpx.AsyncClient, number: int, leaves: bool, seen: Seen) -> None:
    port = PORTS[number % len(PORTS)]
    path, body = request(port, number % 3)
    chance = random.Random(number)
    clock = time.perf_counter()
    got = ""
    async with http.stream("POST", path, json=body) as response:
        assert response.status_code == 200
        until = chance.choice((0, 1, 600, 2_500))
        async for piece in response.aiter_text():
            got += piece
            if leaves and len(got) >= until:
                seen.left += 1
                return
    seen.seconds.append(time.perf_counter() - clock)
    seen.complete += 1
    if not re.search(rf"reopened on {DAYS[port]} May \[1\]\.", text_of(got)):
        seen.wrong.append(got)


async def crowd(url: str, count: int) -> Seen:
    """So many streams at a time; every third client leaves."""
    seen = Seen()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with (
        httpx.AsyncClient(base_url=url, timeout=280, trust_env=False, limits=limits) as http,
        asyncio.TaskGroup() as group,
    ):
        for number in range(count):
            group.create_task(one(http, number, number % 3 == 0, seen))
    return seen


async def settled(tasks: int) -> None:
    """Wait until no more tasks are there than before."""
    deadline = time.monotonic() + 20
    while len(asyncio.all_tasks()) > tasks and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    assert len(asyncio.all_tasks()) <= tasks


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


async def test_a_crowd_is_served_and_leaves_nothing_behind(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    tasks = len(asyncio.all_tasks())
    seen = await crowd(server.url, 60)
    assert (seen.complete, seen.left, seen.wrong) == (40, 20, [])
    # Opening so many connections in one process takes part of the time of all; what is left of it is spread.
    assert min(seen.seconds) < max(seen.seconds) * 0.8, "the first is answered while the last still waits"
    await settled(tasks)
    assert caplog.records == []


async def test_above_the_limit_clients_are_told_to_come_again(data_folder: Path) -> None:
    settings = read_settings(data=data_folder, sample=False, max_questions=5)
    async with (
        serve_here(Engine(settings)) as server,
        httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as http,
    ):
        asked = [http.post("/v1/ask", json={"question": "Anything?"}) for _ in range(40)]
        answers = await asyncio.gather(*asked)
        assert {answer.status_code for answer in answers} == {200, 503}
        refused = next(answer for answer in answers if answer.status_code == 503)
        assert refused.json()["error"]["code"] == "overloaded" and refused.headers["retry-after"] == "5"
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.post("/v1/ask", json={"question": "Anything?"})).status_code == 200


@pytest.mark.torture
async def test_five_hundred_streams(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8_192), hard))
    try:
        tasks, memory = len(asyncio.all_tasks()), []
        for _ in range(3):
            seen = await crowd(server.url, 500)
            assert (seen.complete, seen.left, seen.wrong) == (333, 167, [])
            await settled(tasks)
            gc.collect()
            memory.append(resident_mb())
            times = sorted(seen.seconds)
            print(
                f"\n500 streams: {times[len(times) // 2]:.1f} s median, {times[-1]:.1f} s longest, {memory[-1]:.0f} MB"
            )
        assert caplog.records == []
        assert memory[-1] - memory[0] < 40, memory
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
