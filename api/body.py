"""Bodies of requests are text: JSON in UTF-8, and what is not is refused by its cause.

JSON with half a surrogate pair in it is refused too, for it could never be sent back.
"""

import json
import re
from collections.abc import Callable, Coroutine
from typing import Any

import pydantic_core
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from corpus.errors import UnknownMedia, UnreadableBody

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_JSON = re.compile(r"application/(?:[^/;]+\+)?json", re.IGNORECASE)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class TextRoute(APIRoute):
    """A route that reads its body so. Raises `UnknownMedia` and `UnreadableBody`."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            text = _TextRequest(request.scope, request.receive)
            if self.body_field is not None:
                await text.read()  # here, because the framework has one sentence for all that goes wrong later
            return await handler(text)

        return handle


class _TextRequest(Request):
    _value: Any = None

    async def read(self) -> None:
        """Read the body, where there is one."""
        try:
            raw = await self.body()
        except ClientDisconnect:
            raise HTTPException(400, "The client left before its body was there.") from None
        if raw:
            _check_kind(self.headers)
            self._value = _parsed(raw)

    async def json(self) -> Any:
        """What was read."""
        return self._value


def _check_kind(headers: Headers) -> None:
    packed = headers.get("content-encoding", "identity").strip()
    if packed.lower() != "identity":
        raise UnknownMedia(f"The body is sent as {packed[:80]!r}; send it as it is, without `content-encoding`.")
    kind = headers.get("content-type", "").partition(";")[0].strip()
    if not _JSON.fullmatch(kind):
        said = f"is said to be {kind[:80]!r}" if kind else "does not say what it is"
        raise UnknownMedia(f"The body {said}; send JSON, with `content-type: application/json`.")


def _parsed(raw: bytes) -> Any:
    try:
        value = json.loads(raw.decode(json.detect_encoding(raw)))
    except UnicodeDecodeError as error:
        raise UnreadableBody(f"The body is not UTF-8: byte {error.start:,} fits no character.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno:,}, column {error.colno:,}"
        raise UnreadableBody(f"The body is not valid JSON: {error.msg} at {where}.") from None
    except RecursionError:
        raise UnreadableBody("The body is not read: its lists and objects are nested too deeply.") from None
    except ValueError:
        raise UnreadableBody("The body is not read: a number in it has too many digits.") from None
    if _SURROGATE.search(raw):
        try:
            pydantic_core.from_json(raw)  # which knows pairs from halves
        except ValueError:
            raise UnreadableBody("The body is not valid JSON: a string in it holds half a surrogate pair.") from None
    return value
