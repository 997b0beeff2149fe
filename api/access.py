"""Who may come in: keys are asked for, scopes compared and requests counted before anything else looks at a request."""

import base64
import binascii
from typing import Literal

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.attempts import Attempts
from api.caller import calling
from api.limits import Allowance, Limits
from api.problems import problem_of
from api.reach import reach_of_key
from corpus.errors import DatelineError, KeyRequired, NotAllowed, TooManyRequests
from corpus.keys import Key, KeyStore
from corpus.keys import Scope as KeyScope

# Whether the process lives and is ready is no secret, and those who ask hold no keys.
_OPEN = frozenset({"/healthz", "/readyz"})
# What changes nothing although it is not a GET. Everything else that is not a GET needs the scope `write`.
_ASKING = ("/v1/ask", "/v1/search", "/v1/verify", "/v1/chat/", "/v1/responses", "/mcp")
_ANSWERS = "/v1/answers/"  # where a POST asks again
_WHOLE_STORE = ("/v1/export",)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


# Where a key that is bound to collections may go: what is named here keeps to them. Everything else, also what is added
# later, shows more than one collection or does not know them, and needs a key that reaches all.
_BOUND = (
    "/v1/ask", "/v1/search", "/v1/verify", "/v1/articles", "/v1/facets", "/v1/starters", "/v1/ingest", "/v1/jobs",
    "/v1/feeds", "/v1/export", "/v1/answers", "/v1/models", "/v1/chat/completions", "/v1/responses", "/mcp",
    "/articles", "/read/", "/changes/", "/web/", "/docs", "/openapi.json",
)  # fmt: skip


class Access:
    """ASGI middleware around the app. Without `keys` everybody on this machine may do everything.

    A key comes as `Authorization: Bearer KEY`, as `X-API-Key: KEY`, or as the password of `Authorization: Basic`, which
    browsers ask for by themselves when a page wants it. `per_minute` bounds the requests of each key, or without keys
    of each address; 0 bounds none.
    """

    def __init__(self, app: ASGIApp, keys: KeyStore | None, per_minute: int) -> None:
        self._app = app
        self._keys = keys
        self._per_minute = per_minute
        self._limits = Limits()
        self._attempts = Attempts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _OPEN:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            key = await self._let_in(scope, headers)
            Request(scope).state.key = key
            Request(scope).state.reach = reach_of_key(key)
            allowance = self._count(scope, key)
        except DatelineError as error:
            response = problem_of(error, Request(scope))
            if isinstance(error, KeyRequired):
                response.headers["WWW-Authenticate"] = _challenge(headers)
            if isinstance(error, _MustWait):
                response.headers["Retry-After"] = str(error.seconds)
            await response(scope, receive, send)
            return
        if allowance and not allowance.passes:
            detail = f"More than {allowance.quota} requests came within a minute; try again in {allowance.reset_s} s."
            response = problem_of(TooManyRequests(detail), Request(scope))
            response.headers.update(allowance.headers)
            await response(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if allowance and message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(allowance.headers)
            await send(message)

        with calling(key_id=key.id if key else None):
            await self._app(scope, receive, counted)

    async def _let_in(self, scope: Scope, headers: Headers) -> Key | None:
        """The key that the request came with. Raises `KeyRequired` or `NotAllowed`."""
        if self._keys is None:
            return None
        given = given_key(headers)
        if given and (seconds := self._attempts.wait_s(_address(scope), given)):
            raise _MustWait(seconds)
        key = await run_in_threadpool(self._keys.find, given) if given else None
        if key is None:
            if given:
                self._attempts.was_wrong(_address(scope), given)
            raise KeyRequired(
                "The key sent with the request is not one that is in force."
                if given
                else "This server asks for a key: send `Authorization: Bearer KEY` or `X-API-Key: KEY`."
            )
        self._attempts.was_good(given)
        needed = needed_scope(scope["method"], scope["path"])
        if not key.scope.allows(needed):
            raise NotAllowed(f"The key {key.name!r} may {key.scope.value} only; this needs the scope {needed.value!r}.")
        if key.collections and scope["path"] != "/" and not scope["path"].startswith(_BOUND):
            raise NotAllowed(f"The key {key.name!r} is bound to collections; this needs one that reaches all.")
        return key

    def _count(self, scope: Scope, key: Key | None) -> Allowance | None:
        quota = (key.per_minute if key else None) or self._per_minute
        if not quota:
            return None
        return self._limits.take(key.id if key else _address(scope), quota)


class _MustWait(TooManyRequests):
    """Too many wrong keys came from where this one comes from."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many keys that are not in force came from your address; try again in {seconds} s.")
        self.seconds = seconds


def given_key(headers: Headers) -> str:
    """The key that a request carries, wherever it carries it; empty when it carries none."""
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return headers.get("x-api-key", "").strip()


def needed_scope(method: str, path: str) -> KeyScope:
    """What a key must be allowed for a request."""
    if path.startswith(_WHOLE_STORE):
        return KeyScope.ADMIN
    if method in _READING or path.startswith(_ASKING) or (method == "POST" and path.startswith(_ANSWERS)):
        return KeyScope.READ
    return KeyScope.WRITE


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _challenge(headers: Headers) -> Literal["Bearer", 'Basic realm="Dateline", charset="UTF-8"']:
    """A browser that wants a page asks for user and password by itself; the key is the password."""
    wants_page = "text/html" in headers.get("accept", "")
    return 'Basic realm="Dateline", charset="UTF-8"' if wants_page else "Bearer"
