"""Under which names a server may be reached, and pages of which sites may make a browser ask it something.

A page of any site can make the browser of whoever reads it ask a server of this machine: by a name of its own that is
made to lead here (DNS rebinding), or by a form. Neither is answered.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem_of
from corpus.errors import ForeignOrigin, WrongName

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
ANY = "*"


class Names:
    """ASGI middleware that refuses a `Host` that is none of the names, and what a page of another site wants to change.

    `hosts` are names, with a port or for every port; `*` among them: any. Loopback names are always among them.
    `origins` are the sites whose pages may do all that a program may; `*`: every site's.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], origins: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", "").lower(), headers.get("origin")
        refusal: WrongName | ForeignOrigin | None = None
        if not self._is_ours(host):
            refusal = WrongName(
                f"This server is not reached as {host[:200]!r}. If it should be, name it in DATELINE_ALLOWED_HOSTS."
            )
        elif origin is not None and scope["method"] not in _READING and not self._may(origin, host, headers):
            refusal = ForeignOrigin(
                f"Pages of {origin[:200]!r} may not use this server. If they should, name it in DATELINE_CORS_ORIGINS."
            )
        if refusal is None:
            await self._app(scope, receive, send)
            return
        await problem_of(refusal, Request(scope))(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        name = _without_port(host)
        return ANY in self._hosts or name in _LOOPBACK or host in self._hosts or name in self._hosts

    def _may(self, origin: str, host: str, headers: Headers) -> bool:
        if ANY in self._origins or origin in self._origins:
            return True
        # Browsers say so themselves, and no page can; it holds also where a proxy has changed the name.
        if headers.get("sec-fetch-site") == "same-origin":
            return True
        try:
            parts = urlsplit(origin.lower())
        except ValueError:
            return False
        # Another program of this machine that shows pages is no more of a stranger than any program of this machine.
        return bool(parts.netloc) and (parts.netloc == host or parts.hostname in _LOOPBACK)


def host_names(setting: str, public_url: str, *, asks_keys: bool) -> frozenset[str]:
    """The names by the settings. With keys and without names it is any: what a browser is led to do has no key."""
    names = frozenset(name.strip() for name in setting.split(",") if name.strip())
    if not names and asks_keys:
        return frozenset({ANY})
    return names | ({urlsplit(public_url).netloc} if public_url else frozenset())


def origin_of(url: str) -> str:
    """The site that an address is of."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _without_port(host: str) -> str:
    if host.startswith("[") and "]" in host:
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
