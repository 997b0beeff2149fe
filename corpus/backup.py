"""Copy the database of a live store into one file, check the copy, and put one back."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import InvalidInput, StoreUnavailable, UnreadableFile
from corpus.whole_file import whole_file

# Copied between two looks at the progress: 8 MB of SQLite's usual pages.
_PAGES_AT_ONCE = 2_000
_COUNTED = ("articles", "revisions", "chunks")

# Told how many of how many pages are copied.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a checked copy of a store holds."""

    articles: int
    revisions: int
    chunks: int


def back_up(database: Path, target: Path, progress: Progress) -> BackupReport:
    """Copy the database to `target`, as it is at one moment, while other processes go on writing to it.

    The copy is checked whole and compared with what was there before it takes the name `target`, in the place of an
    earlier one. Raises `StoreUnavailable` when there is nothing to copy or the copy is not sound.
    """
    if not database.is_file():
        raise StoreUnavailable(f"There is no article store in {database.parent} to back up.")
    if target.resolve().parent == database.resolve().parent:
        raise InvalidInput(f"{target} lies in the data folder itself; keep the backup in another place.")
    with whole_file(target) as part, _said(database):
        with closing(_connect(database)) as source, closing(sqlite3.connect(part)) as copy:
            _prepare(copy)
            # The snapshot is held from here on: otherwise a write by another process would begin the copy anew.
            source.execute("BEGIN")
            expected = _counts(source)
            source.backup(
                copy, pages=_PAGES_AT_ONCE, progress=lambda _, left, total: progress(total - left, total), sleep=0
            )
            copy.execute("PRAGMA journal_mode=DELETE")  # a file by itself, without a log beside it
        if check(part) != expected:
            raise StoreUnavailable(f"The copy of {database} does not hold what the store holds; try again.")
    return expected


def put_back(backup: Path, database: Path) -> BackupReport:
    """Check a backup and make it the database at `database`, where there must be none yet.

    Raises `UnreadableFile` when the file is not a sound backup.
    """
    if not backup.is_file():
        raise UnreadableFile(f"There is no file {backup}.")
    report = check(backup)
    with whole_file(database) as part, _said(backup):
        with closing(_connect(backup)) as source, closing(sqlite3.connect(part)) as copy:
            _prepare(copy)
            source.backup(copy)
        if check(part) != report:
            raise UnreadableFile(f"{backup} could not be copied whole.")
    return report


def check(file: Path) -> BackupReport:
    """Read a copy through and count what it holds. Raises `UnreadableFile` when it is not a sound store."""
    with _said(file), closing(_connect(file)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
        if found != ["ok"]:
            raise UnreadableFile(f"{file} is damaged: {found[0]}.")
        return _counts(connection)


def _prepare(copy: sqlite3.Connection) -> None:
    # It is put on disk whole before it gets its name, and a broken one is thrown away: nothing to roll back.
    copy.execute("PRAGMA journal_mode=OFF")
    copy.execute("PRAGMA synchronous=OFF")


def _counts(connection: sqlite3.Connection) -> BackupReport:
    return BackupReport(*(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in _COUNTED))


def _connect(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=30, isolation_level=None)


@contextmanager
def _said(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise UnreadableFile(f"{file} is not a backup of Dateline: it has no articles table.") from error
        raise StoreUnavailable(f"{file} could not be copied: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise UnreadableFile(f"{file} is not a sound backup of Dateline: {error}.") from error
