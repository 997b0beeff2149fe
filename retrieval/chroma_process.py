"""Chroma embedded in a process of its own, `python -m retrieval.chroma_process FOLDER FINGERPRINT THRESHOLD FD...`.

A write holds its interpreter from beginning to end, the wait for the disk included; here that holds up no question. And
a damaged index, which can crash an interpreter, costs one that can be started again.
"""

import fcntl
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any

from corpus import subprogram
from corpus.memory import spare_memory
from corpus.subprogram import give_up_sending, heed_no_stops
from retrieval.chroma import Chroma

_AT_ONCE = 8  # calls; a write and some queries
_LOCK = "in-use.lock"
_OPERATIONS = ("heartbeat", "add", "delete", "drop", "query", "count", "page", "close")
_END_SECONDS = 5.0
_SEND_SECONDS = 60  # until what is sent is read; a batch is larger than what the system holds between them


class ChromaFailed(Exception):
    """Chroma raised, or its process is gone; the text says which, in a few words."""


class ChromaProcess:
    """A `Chroma` of a folder in a process of its own, which ends with this one, however this one ends. Thread-safe."""

    def __init__(self, fingerprint: str, folder: Path, sync_threshold: int) -> None:
        ends = [socket.socketpair() for _ in range(_AT_ONCE)]
        self._process = subprogram.started(
            "retrieval.chroma_process", str(folder), fingerprint, str(sync_threshold),
            ends=[there.fileno() for _, there in ends],
        )  # fmt: skip
        for _, there in ends:
            there.close()
        self._ends = [here for here, _ in ends]
        self._idle: LifoQueue[Connection] = LifoQueue()  # the one used last first
        for here in self._ends:
            give_up_sending(here, _SEND_SECONDS)
            self._idle.put(Connection(os.dup(here.fileno())))

    def ask(self, operation: str, arguments: tuple[Any, ...], deadline: float) -> Any:
        """Call a method of `Chroma`.

        Raises `TimeoutError` after `deadline` seconds, and `ChromaFailed`.
        """
        until = time.monotonic() + deadline
        try:
            connection = self._idle.get(timeout=deadline)
        except Empty:
            raise TimeoutError from None
        try:
            connection.send((operation, arguments))
            is_there = connection.poll(max(0.0, until - time.monotonic()))
            is_answer, found = connection.recv() if is_there else (False, None)
        except BlockingIOError:  # it hangs and does not even read
            raise TimeoutError from None
        except (EOFError, OSError):
            raise ChromaFailed("its process is gone") from None
        if not is_there:
            raise TimeoutError  # the answer may yet come, so this connection is of no more use
        self._idle.put(connection)
        if not is_answer:
            raise ChromaFailed(found)
        return found

    def end(self) -> None:
        """End the process. What it has in hand it finishes, if that takes no longer than five seconds."""
        for end in self._ends:
            with suppress(OSError):  # it is gone already
                end.shutdown(socket.SHUT_RDWR)  # a thread may wait at it, so its number is not given to another yet
            end.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Have the index in `folder` to oneself, after waiting for whoever still finishes a write there."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / _LOCK, "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(folder: Path, fingerprint: str, sync_threshold: int, ends: list[int]) -> None:
    """Answer until the process that asks closes its ends, or is gone."""
    spare_memory()
    heed_no_stops()
    with alone_in(folder):
        chroma = Chroma(fingerprint, folder, sync_threshold)
        for end in ends[1:]:
            threading.Thread(target=_answer, args=(chroma, Connection(end)), daemon=True).start()
        _answer(chroma, Connection(ends[0]))


def _answer(chroma: Chroma, connection: Connection) -> None:
    with suppress(EOFError, OSError):
        while True:
            operation, arguments = connection.recv()
            connection.send(_outcome(chroma, operation, arguments))
    # Nobody asks any more. A write has the interpreter to its end, so none is cut off here.
    os._exit(0)


def _outcome(chroma: Chroma, operation: str, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    assert operation in _OPERATIONS
    try:
        return True, getattr(chroma, operation)(*arguments)
    except BaseException as error:  # a panic of Rust is no Exception
        return False, type(error).__name__


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), list(map(int, sys.argv[4:])))
