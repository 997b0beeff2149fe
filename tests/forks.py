"""Processes of the program that are forked from one which has imported it, `python -m tests.forks ADDRESS`.

The imports take seconds of processor time, and the tests start hundreds of commands and open hundreds of indexes. All
else is as in the product: what is forked has its own arguments, variables, folder and descriptors, and runs the command
line or one of the program's other modules to its end. tests/test_chroma_process.py and the tests of starting, stopping
and of several machines start the real processes.
"""

import atexit
import functools
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from corpus import subprogram
from corpus.subprogram import command, environment

_MOST = 32  # descriptors of one request
_PRELOADED = (
    "alembic.command", "api.app", "api.cli", "api.commands.export", "api.commands.ingest", "api.commands.terminal", "api.doctor",
    "api.engine", "api.local_door", "api.logs", "charset_normalizer", "chromadb", "corpus.folder", "datasketch",
    "evals.command", "frontmatter", "markdown_it", "rich.markdown", "tantivy", "tokenizers",
    "typer.rich_utils",
)  # fmt: skip


class Forked:
    """A process that was forked, as far as `subprocess.Popen` is asked of it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        message, [self._descriptor], _, _ = socket.recv_fds(connection, 64, 1)
        self.pid = int(message)
        self.returncode: int | None = None
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """The exit code, negative for a signal, if it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended. Raises `subprocess.TimeoutExpired`."""
        with self._lock:
            if self.returncode is None:
                if not select.select([self._connection], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired("tests.forks", timeout or 0.0)
                self.returncode = os.waitstatus_to_exitcode(int(self._connection.recv(64)))
                self._connection.close()
                os.close(self._descriptor)
        return self.returncode

    def send_signal(self, which: int) -> None:
        """Send a signal, if it has not ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it ended just now
                signal.pidfd_send_signal(self._descriptor, which)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class Forks:
    """Asks the process at `address` for them. Thread-safe."""

    def __init__(self, address: str) -> None:
        self._address = address

    def started(self, module: str, *arguments: str, ends: Sequence[int]) -> Forked:
        """What `corpus.subprogram.started` does."""
        request = {"module": module, "arguments": arguments, "variables": environment(), "folder": os.getcwd()}
        with open(os.devnull, "r+b", buffering=0) as nothing:
            return self._forked(request, [nothing.fileno()] * 3 + list(ends))

    def dateline(
        self, arguments: list[str], variables: Mapping[str, str], folder: Path, streams: tuple[int, int, int]
    ) -> Forked:
        """The command line, in a folder, with standard input, output and error."""
        request = {"module": None, "arguments": arguments, "variables": dict(variables), "folder": str(folder)}
        return self._forked(request, list(streams))

    def _forked(self, request: dict[str, Any], descriptors: list[int]) -> Forked:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(self._address)
        message = json.dumps(request).encode("utf-8", "surrogateescape")
        socket.send_fds(connection, [len(message).to_bytes(4)], descriptors)
        connection.sendall(message)
        return Forked(connection)


@functools.cache
def forks() -> Forks:
    """Those of this process, which end with it."""
    folder = tempfile.mkdtemp(prefix="forks-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    address = folder + "/socket"
    process = subprocess.Popen(
        command("tests.forks", address),
        env=environment() | {"OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert process.stdin
    atexit.register(process.stdin.close)
    deadline = time.monotonic() + 60
    while not Path(address).exists():
        assert process.poll() is None and time.monotonic() < deadline, "the process that forks does not start"
        time.sleep(0.05)
    return Forks(address)


def fork_for(address: str) -> None:
    """Fork for each request until standard input is closed. In what was forked, the program runs within this call."""
    for name in _PRELOADED:
        __import__(name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        unready = address + "."
        listener.bind(unready)
        listener.listen(64)
        os.rename(unready, address)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # each is waited for by one that was forked for it
        while sys.stdin not in (ready := select.select([listener, sys.stdin], [], [])[0]):
            assert ready
            connection, _ = listener.accept()
            if not os.fork():
                break
            connection.close()
        else:
            return
    _attend(connection, address)


def _attend(connection: socket.socket, address: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, descriptors, _, _ = socket.recv_fds(connection, 4, _MOST)
    message = bytearray()
    while len(message) < int.from_bytes(length):
        message += connection.recv(1 << 20)
    if process := os.fork():
        for one in descriptors:
            os.close(one)
        socket.send_fds(connection, [str(process).encode()], [os.pidfd_open(process)])
        _, status = os.waitpid(process, 0)
        with suppress(OSError):  # nobody wants to know any more
            connection.send(str(status).encode())
        os._exit(0)
    connection.close()
    _run(json.loads(message.decode("utf-8", "surrogateescape")), descriptors, address)


def _run(request: dict[str, Any], descriptors: list[int], address: str) -> None:
    for number, one in enumerate(descriptors[:3]):
        os.dup2(one, number)
        os.close(one)
    os.environ.clear()
    os.environ.update(request["variables"])
    time.tzset()
    os.chdir(request["folder"])
    sys.argv = ["dateline", *request["arguments"], *map(str, descriptors[3:])]
    if module := request["module"]:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        return
    subprogram.started = Forks(address).started  # type: ignore[assignment]
    from api.cli import main

    main()


if __name__ == "__main__":
    fork_for(sys.argv[1])
