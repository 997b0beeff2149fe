"""Background work makes way for questions: both want the same cores."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds that one piece of background work waits at most, so that it goes on under a steady stream of questions.
_PATIENCE = 0.25
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
    """Knows whether a question is being worked on. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._questions = 0

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
                if not self._questions:
                    self._changed.notify_all()

    def make_way(self, patience: float = _PATIENCE) -> None:
        """Wait until no question is being worked on, at most `patience` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._questions, patience)
