"""A few threads for the blocking work of questions: of what waits, the work of the earliest question goes first."""

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
_STOP = -1


class Workers:
    """Runs work on `count` threads. Work that is cancelled while it waits is not begun.

    A question needs several pieces of work, one after the other. Served in the order in which they come, many questions
    at a time would all be answered together at the very end; this way the first is answered while the last still waits.
    """

    def __init__(self, count: int) -> None:
        self._waiting: queue.PriorityQueue[tuple[int, int, Future[Any], Callable[[], Any]]] = queue.PriorityQueue()
        self._order = itertools.count()
        self._count = count
        for n in range(count):
            threading.Thread(target=self._work, name=f"ask-{n}", daemon=True).start()

    def submit(self, place: int, work: Callable[[], T]) -> Future[T]:
        """The result of `work` to come; `place`, from 0, is that of its question in the order of arrival."""
        future: Future[T] = Future()
        self._waiting.put((place, next(self._order), future, work))
        return future

    async def run(self, work: Callable[[], T], place: int = 0) -> T:
        """The result of `work`. Whoever is cancelled while it waits takes it away with them."""
        return await asyncio.wrap_future(self.submit(place, work))

    @property
    def waiting(self) -> int:
        """How many pieces of work no thread has taken yet."""
        return self._waiting.qsize()

    def close(self) -> None:
        """Let the threads go; what waits is cancelled."""
        with suppress(queue.Empty):
            while True:
                self._waiting.get_nowait()[2].cancel()
        for _ in range(self._count):
            self._waiting.put((_STOP, next(self._order), Future(), _nothing))

    def _work(self) -> None:
        while True:
            place, _, future, work = self._waiting.get()
            if place == _STOP:
                return
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as error:
                    future.set_exception(error)
            del future, work  # else they would be kept until the next ones come


def _nothing() -> None:
    return
