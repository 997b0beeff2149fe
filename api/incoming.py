"""The body of a request: not too large, and there in time."""

import asyncio

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem


class BodyLimits:
    """ASGI middleware: a body of more than `most_bytes` gets status 413, one that takes more than `seconds` 408.

    What says that it is too large is refused before it comes. The answer may take longer than the body.
    """

    def __init__(self, app: ASGIApp, most_bytes: int, seconds: float) -> None:
        self._app = app
        self._most = most_bytes
        self._seconds = seconds
        self._too_large = f"A request may have {most_bytes:,} bytes at most; send it in parts."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > self._most:
            response = problem(413, "request_too_large", self._too_large, Request(scope))
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        until: float | None = asyncio.get_running_loop().time() + self._seconds
        size = 0

        async def bounded() -> Message:
            nonlocal until, size
            # Of all errors, what reads bodies lets an HTTPException through as it is.
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                detail = f"The body of the request did not come within {self._seconds:g} s."
                raise HTTPException(408, detail, {"Connection": "close"}) from None
            size += len(message.get("body", b""))
            if size > self._most:
                raise HTTPException(413, self._too_large, {"Connection": "close"})
            if not message.get("more_body", False):
                until = None
            return message

        await self._app(scope, bounded, send)
