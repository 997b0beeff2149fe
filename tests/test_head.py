"""HEAD begins no stream, and leaves those around it what they need."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.head import HeadAsGet


class Around:
    """Remembers what the server itself sees of a request."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self.seen: list[tuple[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
        self.seen.append((scope["method"], scope["path"]))


@pytest.mark.parametrize(("path", "method", "made"), [("/lines", "HEAD", 0), ("/lines", "GET", 3), ("/own", "HEAD", 0)])
async def test_a_stream_is_begun_for_get_only(path: str, method: str, made: int) -> None:
    app = FastAPI()
    lines: list[int] = []

    def work() -> Iterator[str]:
        for number in range(3):
            lines.append(number)
            yield f"{number}\n"

    @app.get("/lines")
    def stream() -> StreamingResponse:
        return StreamingResponse(work(), headers={"X-Kind": "lines"})

    @app.head("/own")
    def own() -> Response:
        return Response(headers={"X-Kind": "own"})

    app.add_middleware(HeadAsGet)
    around = Around(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(around), base_url="http://x") as http:
        answer = await http.request(method, path)
    assert answer.status_code == 200 and answer.headers["x-kind"] == path.removeprefix("/")
    assert len(lines) == made and bool(answer.content) is bool(made)
    assert around.seen == [(method, path)]
