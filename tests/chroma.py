"""A Chroma server that tests can kill, freeze and start again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

CHROMA = Path(sys.executable).with_name("chroma")
PATIENCE = 60.0


class ChromaServer:
    """`chroma run` over a folder, on one port through all its lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve, and return once it listens."""
        command = [str(CHROMA), "run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: socket.socket().connect_ex(("127.0.0.1", self.port)) == 0)

    def send(self, which: signal.Signals) -> None:
        """Send a signal; after SIGKILL it is gone when this returns."""
        assert self._process is not None
        os.kill(self._process.pid, which)
        if which is signal.SIGKILL:
            self._process.wait(10)

    def empty(self) -> None:
        """Kill it, take away all that it holds, and start it again."""
        self.send(signal.SIGKILL)
        shutil.rmtree(self.folder)
        self.start()


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)
