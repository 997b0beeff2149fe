"""HEAD, which is answered wherever GET is."""

from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """ASGI middleware: what a GET would get, its headers without its body. The work ends where the body would begin."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or _is_answered(scope):
            await self._app(scope, receive, send)
            return
        # A scope of its own, because the server goes by the method in the other one.
        as_get = {**scope, "method": "GET"}

        async def send_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})
                raise _Told

        try:
            await self._app(as_get, receive, send_headers)
        except _Told:
            pass
        finally:
            if "route" in as_get:  # for those around, who log and count
                scope["route"] = as_get["route"]


def _is_answered(scope: Scope) -> bool:
    """Whether a route knows HEAD by itself, as those of files and of `/mcp` do."""
    return any(route.matches(scope)[0] is Match.FULL for route in scope["app"].routes)


class _Told(BaseException):
    """All that is asked for is sent: a stream is not begun. No error, so nothing on the way takes it for one."""
