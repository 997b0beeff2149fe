"""Stages of the work and how long each took, for whoever listens. Nobody does unless `listen` was called.

Nothing here knows a tracing library, and without a listener a stage costs a function call.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

Value = str | int | float | bool


class Stage(Protocol):
    """A stage that has begun."""

    def note(self, **attributes: Value) -> None:
        """Say more of it."""
        ...

    def within(self) -> AbstractContextManager[None]:
        """Inside it, in this thread, new stages lie in this one."""
        ...

    def begin(self, name: str, **attributes: Value) -> "Stage":
        """A stage within it."""
        ...

    def end(self, error: BaseException | None = None) -> None:
        """It is over."""
        ...


class Listener(Protocol):
    """Takes stages: spans, in the words of tracing."""

    def begin(self, name: str, attributes: dict[str, Value]) -> Stage:
        """A new stage, within the one that is current in this context."""
        ...

    def trace_id(self) -> str | None:
        """The trace that is current in this context."""
        ...


class _NoStage:
    def note(self, **attributes: Value) -> None:
        return

    def within(self) -> AbstractContextManager[None]:
        return _NOTHING

    def begin(self, name: str, **attributes: Value) -> Stage:
        return self

    def end(self, error: BaseException | None = None) -> None:
        return


_NOTHING: AbstractContextManager[None] = nullcontext()
NO_STAGE: Stage = _NoStage()
_OFF: AbstractContextManager[Stage] = nullcontext(NO_STAGE)
_listener: Listener | None = None


def listen(listener: Listener | None) -> None:
    """From now on stages go to `listener`; None: nowhere."""
    global _listener
    _listener = listener


def is_listened_to() -> bool:
    """Whether anybody listens."""
    return _listener is not None


def traced(name: str, **attributes: Value) -> AbstractContextManager[Stage]:
    """A stage that lies in the `with`, in one thread; what begins inside lies in it."""
    return _OFF if _listener is None else _traced(_listener, name, attributes)


def begin(name: str, **attributes: Value) -> Stage:
    """A stage whose end is told by `end`: for what is awaited, and goes on in other threads and contexts."""
    return NO_STAGE if _listener is None else _listener.begin(name, attributes)


def trace_id() -> str | None:
    """The current trace, in hexadecimal digits; None without a listener or outside of any."""
    return None if _listener is None else _listener.trace_id()


@contextmanager
def _traced(listener: Listener, name: str, attributes: dict[str, Value]) -> Iterator[Stage]:
    begun = listener.begin(name, attributes)
    try:
        with begun.within():
            yield begun
    except BaseException as error:
        begun.end(error)
        raise
    begun.end()
