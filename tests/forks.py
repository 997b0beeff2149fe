"""Processes of Chroma that are forked from one which has imported chromadb, `python -m tests.forks FD`.

The import takes two seconds of processor time, and the tests open hundreds of indexes. All else is as in the product:
what is forked runs `retrieval.chroma_process.main`. tests/test_chroma_process.py and all tests of commands start the
real processes.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import NoReturn

from corpus.subprogram import command, environment
from retrieval.chroma_process import main

_MOST = 16  # descriptors of one request


class Forked:
    """A process that was forked, as far as `subprocess.Popen` is asked of it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def wait(self, timeout: float | None = None) -> None:
        """Until it has ended. Raises `subprocess.TimeoutExpired`."""
        if not select.select([self._descriptor], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("tests.forks", timeout or 0.0)
        os.close(self._descriptor)

    def kill(self) -> None:
        """End it at once."""
        signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)


class Forks:
    """Starts them, until closed. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                command("tests.forks", str(theirs.fileno())), env=environment(), pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip

    def started(self, folder: Path, fingerprint: str, sync_threshold: int, ends: list[int]) -> Forked:
        """What `retrieval.chroma_process.started` does."""
        with self._lock:
            socket.send_fds(self._socket, [json.dumps([str(folder), fingerprint, sync_threshold]).encode()], ends)
            _, [descriptor], _, _ = socket.recv_fds(self._socket, 1, 1)
        return Forked(descriptor)

    def close(self) -> None:
        """Start no more. What was forked ends with those who asked for it."""
        self._socket.close()
        self._process.wait()


def fork_for(asks: socket.socket) -> None:
    """Fork for each request, until nobody asks any more."""
    import chromadb  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # they are waited for elsewhere
    while True:
        request, ends, _, _ = socket.recv_fds(asks, 1 << 16, _MOST)
        if not request:
            return
        if not (process := os.fork()):
            asks.close()
            folder, fingerprint, sync_threshold = json.loads(request)
            _answer(folder, fingerprint, sync_threshold, ends)
        descriptor = os.pidfd_open(process)
        socket.send_fds(asks, [b"."], [descriptor])
        for one in (descriptor, *ends):
            os.close(one)


def _answer(folder: str, fingerprint: str, sync_threshold: int, ends: list[int]) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        main(Path(folder), fingerprint, sync_threshold, ends)
    finally:
        os._exit(1)


if __name__ == "__main__":
    fork_for(socket.socket(fileno=int(sys.argv[1])))
