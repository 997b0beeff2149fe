"""One process owns a data folder: two writers to one index lose what they acknowledged."""

import fcntl
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from corpus.errors import InvalidSettings, StoreInUse

_FILE = "owner.lock"


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that holds a folder, and where it serves (None for a command that does not serve)."""

    pid: int
    url: str | None


class Ownership:
    """An exclusive hold on a data folder, released when closed or when the process dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, making it (mode 0700) if need be. Raises `StoreInUse` when another process holds it."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = open(folder / _FILE, "a+", encoding="utf-8")  # noqa: SIM115 (held until closed)
        except OSError as error:
            raise InvalidSettings(f"The data folder {folder} cannot be used: {error.strerror}.") from error
        if not self._locked():
            self._file.close()
            owner = current_owner(folder)
            who = f"process {owner.pid}" if owner else "another process"
            at = f" (it serves {owner.url})" if owner and owner.url else ""
            raise StoreInUse(
                f"The data folder {folder} is in use by {who}{at}. Stop that process, or set DATELINE_DATA to another "
                "folder. Several workers need a Chroma server and PostgreSQL, not one folder."
            ) from None
        self.announce(None)

    def _locked(self) -> bool:
        # A few tries, because `current_owner` holds a shared lock for the moment that it looks.
        for pause in (0.05, 0.1, 0.2, 0.0):
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except OSError:
                time.sleep(pause)
        return False

    def announce(self, url: str | None) -> None:
        """Leave a note of who holds the folder and where it serves, for the next process that asks."""
        self._file.seek(0)
        self._file.truncate()
        json.dump({"pid": os.getpid(), "url": url}, self._file)
        self._file.flush()

    def close(self) -> None:
        """Give the folder back."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def current_owner(folder: Path) -> Owner | None:
    """Who holds `folder` now, or None when nobody does."""
    try:
        with open(folder / _FILE, encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                note = json.loads(file.read() or "{}")
                return Owner(int(note.get("pid", 0)), note.get("url"))
    except (OSError, ValueError):
        return None
    return None
