"""Bodies of requests are text: JSON with half a surrogate pair in it is refused, for it could never be sent back."""

import json
import re
from collections.abc import Callable, Coroutine
from typing import Any

import pydantic_core
from fastapi import Request, Response
from fastapi.routing import APIRoute

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class TextRoute(APIRoute):
    """A route that reads its body so."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await handler(_TextRequest(request.scope, request.receive))

        return handle


class _TextRequest(Request):
    async def json(self) -> Any:
        """The body's JSON. Raises `JSONDecodeError`."""
        raw = await self.body()
        if _SURROGATE.search(raw):
            json.loads(raw)  # other faults are told as what they are
            try:
                pydantic_core.from_json(raw)  # which knows pairs from halves
            except ValueError:
                raise json.JSONDecodeError("a string in it holds half a surrogate pair", "", 0) from None
        return await super().json()
