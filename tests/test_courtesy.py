"""Background work makes way for questions."""

import threading
import time

from retrieval.courtesy import Courtesy


def test_work_waits_for_the_question_and_no_longer() -> None:
    courtesy = Courtesy()
    order: list[str] = []

    def work() -> None:
        courtesy.make_way(60)
        order.append("work")

    with courtesy.question():
        with courtesy.question():
            worker = threading.Thread(target=work)
            worker.start()
        time.sleep(0.05)
        order.append("question")
    worker.join(60)
    assert order == ["question", "work"]
    courtesy.make_way(60)  # nobody asks, so it returns


def test_work_goes_on_under_a_question_that_never_ends() -> None:
    courtesy = Courtesy()
    with courtesy.question():
        courtesy.make_way(0.01)
