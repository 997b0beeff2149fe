"""Background work makes way for questions: both want the same cores."""

import math
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds that one piece of background work waits at most, so that it goes on under a steady stream of questions.
_PATIENCE = 0.25
# Work that nothing interrupts has at most a sixth of the time while questions came in the last so many seconds.
_REST, _MOST_REST, _LATELY = 5.0, 1.0, 2.0
# Steps of Linux's scale of niceness: a thread ten steps down gets a tenth of a core that another one wants.
_STEPS_BACK = 10


def no_pause() -> None:
    """Nothing is more urgent."""


def step_back() -> None:
    """Let the system run the calling thread behind those of questions, for good. Only Linux can do that by thread."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + _STEPS_BACK)


class Courtesy:
    """Knows whether a question is being worked on, and when the last one was. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._questions = 0
        self._last = -math.inf

    @contextmanager
    def question(self) -> Iterator[None]:
        """Work on a question; may be nested."""
        with self._changed:
            self._questions += 1
        try:
            yield
        finally:
            with self._changed:
                self._questions -= 1
                self._last = time.monotonic()
                if not self._questions:
                    self._changed.notify_all()

    def rest_after(self, seconds: float) -> float:
        """How long to rest, in seconds, after work of so many that held up all questions; 0 when none came lately."""
        is_asked = self._questions or time.monotonic() < self._last + _LATELY
        return min(_MOST_REST, _REST * seconds) if is_asked else 0.0

    def make_way(self, patience: float = _PATIENCE) -> None:
        """Wait until no question is being worked on, at most `patience` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._questions, patience)
