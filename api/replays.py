"""A push that is sent twice under one `Idempotency-Key` is done once, and answered twice."""

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel

from api.access import given_key
from corpus.errors import IdempotencyKeyReused, InvalidInput, StillRunning

M = TypeVar("M", bound=BaseModel)

HEADER = "Idempotency-Key"
_MOST_CHARACTERS = 255
_HOURS = 24
_MOST_BYTES = 16 << 20


@dataclass(slots=True)
class _Entry(Generic[M]):
    """A request that came; `reply` is None while it is worked on."""

    fingerprint: bytes
    at: float
    reply: M | None = None
    size: int = 0


class Replays:
    """Replies of the last day by caller and key, in memory: after a restart a push is simply done again.

    That is harmless, for a push of what is stored changes nothing. At most 16 MiB are kept, the newest.
    """

    def __init__(self) -> None:
        self._entries: OrderedDict[tuple[str, str, str], _Entry[Any]] = OrderedDict()
        self._size = 0

    async def once(self, request: Request, response: Response, body: BaseModel, work: Callable[[], Awaitable[M]]) -> M:
        """What `work` gives, or what it gave when a request of this key and body came before.

        Raises `StillRunning` while it works, and `IdempotencyKeyReused` for another body. Failures are not kept.
        """
        key = request.headers.get(HEADER)
        if key is None:
            return await work()
        if not (0 < len(key) <= _MOST_CHARACTERS and key.isprintable()):
            raise InvalidInput(f"{HEADER} must hold 1 to {_MOST_CHARACTERS} printable characters.")
        name = (request.url.path, given_key(request.headers), key)
        self._forget_old()
        known: _Entry[M] | None = self._entries.get(name)
        if known is None:
            return await self._done(name, _Entry(_fingerprint(body), time.monotonic()), work)
        if known.fingerprint != _fingerprint(body):
            raise IdempotencyKeyReused(f"{HEADER} {key!r} came with another body before; use a new key for this one.")
        if known.reply is None:
            raise StillRunning(f"The request with {HEADER} {key!r} is being worked on; ask again in a moment.")
        response.headers["Idempotent-Replayed"] = "true"
        return known.reply

    async def _done(self, name: tuple[str, str, str], entry: _Entry[M], work: Callable[[], Awaitable[M]]) -> M:
        self._entries[name] = entry
        try:
            entry.reply = await work()
        except BaseException:
            del self._entries[name]
            raise
        entry.size = len(entry.reply.model_dump_json())
        self._size += entry.size
        return entry.reply

    def _forget_old(self) -> None:
        """Let go of what is older than a day, and of the oldest while there is too much; never of what runs."""
        oldest = time.monotonic() - _HOURS * 3600
        for name, entry in list(self._entries.items()):
            if entry.at > oldest and self._size <= _MOST_BYTES:
                return
            if entry.reply is not None:
                self._size -= entry.size
                del self._entries[name]


def _fingerprint(body: BaseModel) -> bytes:
    return hashlib.sha256(json.dumps(body.model_dump(), sort_keys=True, default=str).encode()).digest()
