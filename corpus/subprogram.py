"""How a part of this program is run in a process of its own: a fresh interpreter that sees no keys and no tokens."""

import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
# What Python and the C library need to start, and nothing else.
_NEEDED = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH", "MALLOC_ARENA_MAX",
)  # fmt: skip


def command(module: str, *arguments: str) -> list[str]:
    """What to run. -P: the folder that the user's command was given in may hold anything, also a json.py."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """The variables to run it with."""
    return {name: os.environ[name] for name in _NEEDED if name in os.environ} | {"PYTHONPATH": str(_ROOT)}


def started(module: str, *arguments: str, ends: Sequence[int]) -> subprocess.Popen[bytes]:
    """A fresh interpreter, never a fork of this one and its threads, that answers at the sockets `ends`.

    It is told their numbers behind the other arguments.
    """
    return subprocess.Popen(
        command(module, *arguments, *map(str, ends)), env=environment(), pass_fds=ends,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def give_up_sending(end: socket.socket, seconds: int) -> None:
    """Have sending raise `BlockingIOError` after so long: a process that hangs does not even read."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", seconds, 0))


def heed_no_stops() -> None:
    """For such a process: a terminal and a service manager tell all to stop; it stops when it is no longer needed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
