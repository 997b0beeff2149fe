"""Who asks: known at the door, told to the log and the ledger wherever they speak of the same request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Caller:
    """The request that is being worked on. `key_id` names the key it came with, never the key itself.

    `replay_of` is the answer that is asked for again. Answers that are not `kept` leave nothing in the ledger.
    """

    request_id: str | None = None
    key_id: str | None = None
    replay_of: str | None = None
    kept: bool = True
    trace_id: str | None = None


_NOBODY = Caller()
_caller: ContextVar[Caller] = ContextVar("caller", default=_NOBODY)


def caller() -> Caller:
    """Who asks, in the present context."""
    return _caller.get()


@contextmanager
def calling(**known: Any) -> Iterator[None]:
    """Inside it, this is known of who asks, besides what was known already."""
    token = _caller.set(replace(_caller.get(), **known))
    try:
        yield
    finally:
        _caller.reset(token)
