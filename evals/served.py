"""A server in a process of its own, for measurements from outside."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_COMMAND = (sys.executable, "-c", "from api.cli import app; app()", "serve", "--port", "0")
_STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Served:
    """Where it answers, and its process."""

    url: str
    pid: int


@contextmanager
def served(data: Path, **settings: str) -> Iterator[Served]:
    """`dateline serve` over a data folder, with settings by name, until the end of the block."""
    variables = {f"DATELINE_{name.upper()}": value for name, value in settings.items()}
    environment = os.environ | {"DATELINE_DATA": str(data)} | variables
    process = subprocess.Popen(_COMMAND, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Served(
            next(line.split()[2] for line in process.stdout if line.startswith("Dateline serves")), process.pid
        )
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:  # a machine too busy for it must not hide what went wrong
            process.kill()
            process.wait()
