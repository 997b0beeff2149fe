"""A client that leaves stops the work that was done for it."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

from fastapi import HTTPException, Request
from fastapi.responses import StreamingResponse
from starlette.types import Send

T = TypeVar("T")
# Not a status of HTTP: what servers write down when nobody is left to answer.
_CLIENT_LEFT = 499


class EventStream(StreamingResponse):
    """Server-sent events. When the client leaves, the generator is closed, and with it all that it waits for."""

    def __init__(self, events: AsyncGenerator[bytes]) -> None:
        # Proxies must neither keep the events nor hold them back.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, headers=headers, media_type="text/event-stream")
        self._events = events

    async def stream_response(self, send: Send) -> None:
        """Send all events, one at a time: the next is made when the client has room for it."""
        async with aclosing(self._events):
            await super().stream_response(send)


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which is cancelled when the client leaves before it is there."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise HTTPException(_CLIENT_LEFT, "The client left before the answer was there.")
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
