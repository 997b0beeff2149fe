"""Headers of every response, whatever became of the request, and the time that a body has."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from api.engine import Engine
from api.incoming import BodyLimits
from api.settings import read_settings
from tests.running import Server, serve, share_model

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, made_files: Path, embedder: object) -> Iterator[Server]:
    """A server whose store fails where an article is called `broken`."""
    data = tmp_path_factory.mktemp("headers") / "data"
    share_model(made_files, data)
    engine = Engine(read_settings(data=data, sample=False))
    intact = engine.store.article

    def article(collection: str, article_id: str, revision: int | None = None) -> Any:
        if article_id == "broken":
            raise RuntimeError("nobody foresaw this: <script>")
        return intact(collection, article_id, revision)

    engine.store.article = article  # type: ignore[method-assign]
    yield from serve(engine)


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/", {}, 200), ("GET", "/web/style.css", {}, 200), ("GET", "/v1/articles", {}, 200),
        ("GET", "/articles", {}, 200), ("GET", "/evals", {}, 200), ("GET", "/docs", {}, 200), ("GET", "/metrics", {}, 200),
        ("GET", "/nothing", {}, 404), ("GET", "/read/nothing", {}, 404), ("PUT", "/v1/ask", {}, 405),
        ("POST", "/v1/ask", {"json": {}}, 422), ("POST", "/v1/ask", {"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ("GET", "/v1/articles", {"headers": {"host": "evil.example"}}, 421),
        ("GET", "/v1/articles/broken", {}, 500), ("POST", "/v1/ask", {"json": {"question": "Who?", "stream": True}}, 200),
        ("POST", "/mcp", {"content": b"{"}, 400), ("GET", "/v1/export", {}, 200), ("OPTIONS", "/v1/ask", {}, 405),
    ],
)  # fmt: skip
def test_every_response_carries_them(server: Server, method: str, path: str, sent: Any, status: int) -> None:
    answer = httpx.request(method, f"{server.url}{path}", timeout=60, trust_env=False, **sent)
    assert answer.status_code == status
    expected = ALWAYS | ({"cross-origin-resource-policy": "cross-origin"} if path.startswith("/web/") else {})
    for name, value in expected.items():
        assert answer.headers[name] == value, name
    assert answer.headers["x-request-id"] and "server" not in answer.headers
    assert "nobody foresaw" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "frame-ancestors" in policy
    assert "'unsafe-inline'" not in policy.replace("style-src 'unsafe-inline'", "") or path == "/docs"


async def test_a_body_that_drips_is_given_up_and_one_that_comes_is_not() -> None:
    taken: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            message = await receive()
            taken.append(message.get("body", b""))
            more = message.get("more_body", False)
        await asyncio.sleep(0.3)  # an answer may take longer than a body
        await receive()

    async def drips() -> dict[str, Any]:
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b".", "more_body": len(taken) < 2 or not ends}

    async def send(_: Any) -> None: ...

    guarded = BodyLimits(app, 1_000, seconds=0.25)
    ends = True
    await guarded({"type": "http", "headers": []}, drips, send)
    assert len(taken) == 3
    ends = False
    taken.clear()
    with pytest.raises(Exception, match="408"):
        await guarded({"type": "http", "headers": []}, drips, send)
    assert len(taken) < 12

    async def floods() -> dict[str, Any]:
        return {"type": "http.request", "body": b"." * 600, "more_body": True}

    with pytest.raises(Exception, match="413"):
        await guarded({"type": "http", "headers": []}, floods, send)


def test_a_body_that_is_too_large_or_stalls_is_refused_and_the_client_let_go(
    data_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.app._BODY_SECONDS", 0.5)
    for server in serve(Engine(read_settings(data=data_folder, sample=False))):
        large = begun(server, 65 << 20)
        assert large.startswith(b"HTTP/1.1 413") and b"request_too_large" in large and b"nosniff" in large
        slow = begun(server, 99)
        assert slow.startswith(b"HTTP/1.1 408") and b"request_too_slow" in slow and b"nosniff" in slow


def begun(server: Server, length: int) -> bytes:
    """What comes back until the end of the connection when one byte of a body has come."""
    host, port = server.url.removeprefix("http://").split(":")
    head = f"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(head.encode() + b"{")
        told = b""
        while piece := connection.recv(65536):
            told += piece
    return told
