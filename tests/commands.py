"""The command line as a person uses it: a process of its own each time."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.forks import forks

# For what must be a process from its very start.
DATELINE = Path(sys.executable).with_name("dateline")


def dateline(
    *arguments: object,
    check: int | None = 0,
    given: str | bytes = "",
    timeout: float = 120,
    variables: Mapping[str, str] = os.environ,
) -> subprocess.CompletedProcess[str]:
    """Run `dateline` with the text `given` on its standard input; the exit code must be `check`, if that is not None.

    Raises `subprocess.TimeoutExpired`.
    """
    told = [os.fspath(one) if isinstance(one, Path) else str(one) for one in arguments]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        taken, giving = os.pipe()
        process = forks().dateline(told, variables, Path.cwd(), (taken, out.fileno(), err.fileno()))
        os.close(taken)
        raw = given.encode() if isinstance(given, str) else given
        threading.Thread(target=_give, args=(giving, raw), daemon=True).start()
        try:
            code = process.wait(timeout)
        except BaseException:
            process.kill()
            raise
        out.seek(0)
        err.seek(0)
        done = subprocess.CompletedProcess(told, code, out.read().decode(), err.read().decode())
    assert check is None or code == check, done.stderr
    return done


def run(
    *arguments: str, data: Path, check: int = 0, given: str | bytes = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `dateline` over a data folder, without the bundled articles."""
    own = {"DATELINE_DATA": str(data), "DATELINE_SAMPLE": "0", "COLUMNS": "200"}
    return dateline(*arguments, check=check, given=given, variables={**os.environ, **own, **environment})


def _give(to: int, raw: bytes) -> None:
    with suppress(BrokenPipeError), open(to, "wb", closefd=True) as pipe:  # it may not want to read all
        pipe.write(raw)
