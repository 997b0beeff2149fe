import gc
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import CancelledError, wait
from functools import partial

import pytest

from answering.workers import Workers


@pytest.fixture
def one() -> Iterator[Workers]:
    workers = Workers(1)
    yield workers
    workers.close()


def test_the_work_of_the_earliest_question_goes_first(one: Workers) -> None:
    go = threading.Event()
    done: list[tuple[int, int]] = []
    one.submit(9, go.wait)
    asked = [(place, n) for n in range(2) for place in (3, 1, 2)]
    waiting = [one.submit(place, partial(done.append, (place, n))) for place, n in asked]
    go.set()
    wait(waiting, 10)
    assert done == [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1)]


def test_what_is_cancelled_while_it_waits_is_not_begun(one: Workers) -> None:
    go, done = threading.Event(), []
    one.submit(0, go.wait)
    left = one.submit(1, lambda: done.append("left"))
    stays = one.submit(2, lambda: done.append("stays"))
    assert left.cancel()
    go.set()
    stays.result(10)
    assert done == ["stays"]


def test_an_error_is_given_to_whoever_waits_and_the_thread_goes_on(one: Workers) -> None:
    with pytest.raises(ZeroDivisionError):
        one.submit(0, lambda: 1 / 0).result(10)
    assert one.submit(1, lambda: "well").result(10) == "well"


def test_closing_cancels_what_waits() -> None:
    workers, go = Workers(2), threading.Event()
    running = [workers.submit(0, go.wait) for _ in range(2)]
    waiting = workers.submit(1, lambda: None)
    while workers.waiting > 1:
        pass
    workers.close()
    go.set()
    assert all(future.result(10) for future in running)
    with pytest.raises(CancelledError):
        waiting.result(10)


def test_nothing_of_a_question_is_kept_once_it_is_answered(one: Workers) -> None:
    class Thing:
        pass

    thing = Thing()
    seen = weakref.ref(thing)
    one.submit(0, lambda thing=thing: None).result(10)  # type: ignore[misc]
    del thing
    one.submit(1, lambda: None).result(10)
    gc.collect()
    assert seen() is None
