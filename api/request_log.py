"""A line in the log for every request: what it met, what came of it, how long it took. Never what was asked."""

import logging
import time

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.caller import calling
from api.metrics import method_of, route_of
from api.problems import request_id
from corpus import tracing
from corpus.keys import Key

log = logging.getLogger("dateline.request")

# Asked every few seconds by machines.
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
_CLIENT_LEFT = 499


class Logged:
    """ASGI middleware; from here on the request's id is known to whatever is logged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), _CLIENT_LEFT

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with calling(request_id=request_id(Request(scope)), trace_id=tracing.trace_id()):
            try:
                await self._app(scope, receive, noting)
            except Exception:
                status = 500
                raise
            finally:
                _write(scope, status, time.perf_counter() - begun)


def _write(scope: Scope, status: int, seconds: float) -> None:
    level = logging.DEBUG if scope["path"] in _QUIET and status < 500 else logging.INFO
    if not log.isEnabledFor(level):
        return
    key = getattr(Request(scope).state, "key", None)
    fields = {"method": method_of(scope), "route": route_of(scope), "status": status, "ms": round(seconds * 1000, 1)}
    with calling(key_id=key.id if isinstance(key, Key) else None):
        log.log(level, "request", extra={"fields": fields})
