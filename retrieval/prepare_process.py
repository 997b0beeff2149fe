"""Large batches are prepared in a process of their own, `python -m retrieval.prepare_process IDLE_SECONDS FD`.

Preparing is as much work as writing, and in one interpreter they only take turns; questions wait for that interpreter,
too. The process is started when the first batch worth it comes, and leaves when it was not needed for a minute.
"""

import atexit
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from corpus import subprogram
from corpus.article import IncomingArticle
from corpus.subprogram import give_up_sending, heed_no_stops
from corpus.tracing import traced
from retrieval.courtesy import no_pause
from retrieval.prepare import Prepared, prepare, warm_up

# Characters of a batch that is worth it: some ten milliseconds of work.
_WORTH_IT = 100_000
_START_SECONDS = 60.0
# Steps of niceness: behind questions, which are answered by another process, and before embedding in the background.
_STEPS_BACK = 5


class PrepareProcess:
    """Prepares batches as `retrieval.prepare` does, one at a time. Thread-safe.

    After `idle` seconds without one the process leaves; one that takes longer than `deadline` over a batch is given up.
    A batch holds some millions of characters at most, and a slow processor prepares a million in two seconds.
    """

    def __init__(self, idle: float = 60.0, deadline: float = 120.0) -> None:
        self._idle, self._deadline = idle, deadline
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: Connection | None = None
        self._is_ready = False

    def prepare(
        self, incoming: Sequence[IncomingArticle], between: Callable[[], None] = no_pause, *, waits: bool = True
    ) -> Prepared:
        """Prepare a batch. A small one, and one over which the process is lost, is prepared here instead.

        So is one that comes while the process starts, unless it `waits`: that takes a second or two, in which questions
        are not held up. `between` is called before each article that is prepared here.
        """
        if is_worth_it(incoming):
            with self._lock:
                if prepared := self._prepared(incoming, _START_SECONDS if waits else 0.0):
                    return prepared
        return prepare(incoming, between)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._drop()

    def _prepared(self, incoming: Sequence[IncomingArticle], patience: float) -> Prepared | None:
        """The batch, prepared there; None when the process is not there within `patience` seconds, or is lost."""
        try:
            end = self._started()
            if not self._is_ready:
                if not end.poll(patience):
                    if patience:
                        raise TimeoutError
                    return None
                self._is_ready = end.recv()
            with traced("ingest.accept", articles=len(incoming)):
                end.send(incoming)
                prepared: Prepared | None = end.recv() if end.poll(self._deadline) else None
        except (EOFError, OSError):
            prepared = None
        if prepared is None:
            self._drop()
        return prepared

    def _started(self) -> Connection:
        if self._process and self._process.poll() is not None:
            self._drop()
        if self._end is None:
            here, there = socket.socketpair()
            with here, there:
                give_up_sending(here, int(self._deadline))
                self._process = subprogram.started("retrieval.prepare_process", str(self._idle), ends=[there.fileno()])
                self._end = Connection(here.detach())
        return self._end

    def _drop(self) -> None:
        if self._end:
            self._end.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process, self._end, self._is_ready = None, None, False


def is_worth_it(incoming: Sequence[IncomingArticle]) -> bool:
    """Whether a batch is so large that sending it elsewhere pays."""
    return sum(len(article.body) for article in incoming) >= _WORTH_IT


def main(idle: float, end: Connection) -> None:
    """Prepare what comes until the other end is closed or nothing has come for `idle` seconds."""
    heed_no_stops()
    os.nice(_STEPS_BACK)
    warm_up()
    with suppress(EOFError, OSError):
        end.send(True)
        while end.poll(idle):
            end.send(prepare(end.recv()))


# One for the process: whoever takes articles in shares it.
PREPARER = PrepareProcess()
atexit.register(PREPARER.close)

if __name__ == "__main__":
    main(float(sys.argv[1]), Connection(int(sys.argv[2])))
