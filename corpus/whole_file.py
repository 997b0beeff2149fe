"""Write a file so that its name never stands for half of it, whenever the process is killed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import UnwritableFile


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A file beside `target` to write to, readable by its owner only; it takes the name `target` once all went well.

    On an error it is removed; a killed process leaves it as `.NAME.*.part*`. Raises `UnwritableFile`.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    except OSError as error:
        raise UnwritableFile(f"{target} cannot be written: {error.strerror}.") from error
    os.close(handle)
    part = Path(name)
    try:
        yield part
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise UnwritableFile(f"{target} cannot be written: {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
