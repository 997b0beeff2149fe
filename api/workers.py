"""Several server processes on one socket, over one shared store: `dateline serve --workers N`."""

import logging
import os
import signal
import socket
import threading
import time
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess

from api.commands.command import end, go_on, heed_signals, set_up_logging
from api.settings import Settings
from corpus.errors import DatelineError

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2
# A worker that ends is started again after so long, so that one that cannot start takes no processor.
_PAUSE_SECONDS = 2.0
# A worker has ten seconds to end in; then it is killed.
_PATIENCE_SECONDS = 12.0


def supervise(settings: Settings, listener: socket.socket) -> None:
    """Run `settings.workers` processes that serve on `listener`, and start again what dies, until told to end."""
    workers: list[_Worker] = []
    try:
        for number in range(1, settings.workers + 1):
            workers.append(_Worker(settings, listener, number))
        while True:
            go_on()
            wait([worker.process.sentinel for worker in workers], _LOOK_SECONDS)
            for worker in workers:
                worker.see_to()
    finally:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        for worker in workers:
            worker.process.terminate()
        for worker in workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            worker.process.kill()


class _Worker:
    """One of the processes. Its number gives it a folder, which its successor takes over."""

    def __init__(self, settings: Settings, listener: socket.socket, number: int) -> None:
        self._arguments = (_own(settings, number), listener)
        self._number = number
        self._again_at = 0.0
        self.process = self._started()

    def see_to(self) -> None:
        """Start it again when it has ended, after a pause."""
        if self.process.is_alive():
            return
        if not self._again_at:
            log.warning("Worker %d ended (%s); it is started again.", self._number, self.process.exitcode)
            self._again_at = time.monotonic() + _PAUSE_SECONDS
        elif time.monotonic() >= self._again_at:
            self._again_at = 0.0
            self.process = self._started()
        else:
            time.sleep(_LOOK_SECONDS)  # its sentinel no longer makes anybody wait

    def _started(self) -> SpawnProcess:
        name = f"dateline worker {self._number}"
        process = get_context("spawn").Process(target=_work, args=self._arguments, name=name)
        process.start()
        return process


def _own(settings: Settings, number: int) -> Settings:
    """The settings of a worker: a folder of its own for its keyword index, and the files of the model shared."""
    own = {"data": settings.data / f"worker-{number}", "models": settings.made_files, "workers": 1}
    # The first one takes in the bundled articles, for all.
    return settings.model_copy(update={**own, "sample": settings.sample and number == 1})


def _work(settings: Settings, listener: socket.socket) -> None:
    from api.server import serve_on

    set_up_logging(settings)
    heed_signals()  # so that the signal that ends the server does not end the process before all is closed
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        serve_on(settings, listener)
        go_on()
    except DatelineError as error:
        log.error("%s", error)
        end(2)
    except SystemExit as asked:
        end(asked.code)


def _end_with_parent() -> None:
    """A parent that was killed stops nobody; nobody would be there to start this process again, or to end it."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
