"""A body comes in time, or the connection it holds is given to somebody else."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyDeadline:
    """ASGI middleware: `seconds` for the body of a request in all, then status 408. The answer may take longer."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        until: float | None = asyncio.get_running_loop().time() + self._seconds

        async def in_time() -> Message:
            nonlocal until
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                # Of all errors, what reads bodies lets this one through as it is.
                detail = f"The body of the request did not come within {self._seconds:g} s."
                raise HTTPException(408, detail, {"Connection": "close"}) from None
            if not message.get("more_body", False):
                until = None
            return message

        await self._app(scope, in_time, send)
