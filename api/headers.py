"""The headers that every response carries, also a refusal and an error that nobody foresaw."""

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import request_id

_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# The description of the API is shown by a program of others, which is begun by a line of script within the page.
_DOCUMENTATION = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_DOCUMENTATION_AT = "/docs"
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",  # but see _OURS_ANYWHERE
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

# Style and script of the pages, the same for everybody: a framed reader, which has no origin, loads them too.
_OURS_ANYWHERE = "/web/"


class ResponseHeaders:
    """Plain ASGI, so that streams are passed on untouched. Pages say themselves what may run in them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        known_as = request_id(Request(scope))
        policy = _DOCUMENTATION if scope["path"] == _DOCUMENTATION_AT else _NOTHING

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = known_as
                headers.update(_FIXED)
                if scope["path"].startswith(_OURS_ANYWHERE):
                    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
                headers.setdefault("Content-Security-Policy", policy)
            await send(message)

        await self._app(scope, receive, with_headers)
