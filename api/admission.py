"""Only so many questions wait at a time: whoever comes later is told to come again, and nobody's memory runs out."""

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem_of
from corpus.errors import Overloaded

_QUESTIONS = ("/v1/ask", "/v1/search", "/v1/verify", "/v1/chat/completions", "/v1/responses", "/mcp")


class Admission:
    """Counts the questions in hand, streams included, and refuses those above `most` with 503 and Retry-After."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not _asks(scope["path"]):
            await self._app(scope, receive, send)
            return
        if self._inside >= self._most:
            full = Overloaded(f"{self._most:,} questions are being answered already; ask again in a few seconds.")
            refusal = problem_of(full, Request(scope))
            await refusal(scope, receive, send)
            return
        self._inside += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1


def _asks(path: str) -> bool:
    return path in _QUESTIONS or (path.startswith("/v1/answers/") and path.endswith("/replay"))
