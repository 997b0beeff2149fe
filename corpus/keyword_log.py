"""The changes for keyword indexes of several processes: a log that each follows by itself, from where it is."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, delete, func, select

from corpus.database import Database, put_fact
from corpus.errors import IndexUnavailable
from corpus.keyword_changes import Pending, read_pending
from corpus.schema import chunks, facts, keyword_changes

# Whoever missed more than so many changes begins again, which takes about as long.
_MOST_KEPT = 500_000
_FLOOR = "keyword_floor"
_FILE = "position.json"


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a copy of the index is: it has every change up to number `taken`, and of the chunks that there were when
    it was begun those with a key from `below` on; 0 when it has them all."""

    generation: int = 0
    taken: int = 0
    below: int = 0


class KeywordLog:
    """The same as `KeywordChanges` for one of several indexes, whose position is kept in its own `folder`.

    Rests on writers that take turns: a change with a higher number was committed later, so nobody skips one that is
    still on its way. Used by one thread at a time.
    """

    def __init__(self, database: Database, folder: Path, most_kept: int = _MOST_KEPT) -> None:
        self._db = database
        self._file = folder / _FILE
        self._most_kept = most_kept
        self._at = self._next = _read(self._file)

    @property
    def generation(self) -> int:
        """Counts up whenever this copy of the index is begun again."""
        return self._at.generation

    def count(self) -> int:
        """How many changes and chunks this copy has not taken in."""
        later = select(func.count()).select_from(keyword_changes).where(keyword_changes.c.number > self._at.taken)
        older = select(func.count()).select_from(chunks).where(chunks.c.key < self._at.below)
        with self._db.read() as connection:
            return sum(connection.execute(query).scalar_one() for query in (later, older))

    def pending(self, limit: int) -> Pending | None:
        """The next changes, at most `limit`, or else the newest of the chunks that are left; None when all is taken.

        Raises `IndexUnavailable` when changes were missed, so that the index has to begin again.
        """
        later = select(keyword_changes).where(keyword_changes.c.number > self._at.taken)
        older = select(chunks.c.key).where(chunks.c.key < self._at.below).order_by(chunks.c.key.desc()).limit(limit)
        with self._db.read() as connection:
            if _floor(connection) > self._at.taken:
                raise IndexUnavailable("The keyword index has missed changes and has to begin again.")
            if rows := connection.execute(later.order_by(keyword_changes.c.number).limit(limit)).all():
                self._next = replace(self._at, taken=rows[-1].number)
                return read_pending(connection, [(row.number, row.chunk_key) for row in rows])
            if self._at.below and (keys := connection.execute(older).scalars().all()):
                self._next = replace(self._at, below=keys[-1])
                return read_pending(connection, [(0, key) for key in keys])
        if self._at.below:
            self._move_to(replace(self._at, below=0))
        return None

    def done(self, taken: Pending) -> None:
        """The index has what `pending` gave last on disk."""
        self._move_to(self._next)

    def may_hold(self, count: int) -> bool:
        """Whether an index of `count` chunks can be whole, as far as nothing waits to be taken in."""
        with self._db.read() as connection:
            if _floor(connection) > self._at.taken or _newest(connection) < self._at.taken:
                return False  # changes were missed, or the database is another than the one that was followed
            if self._at.below or _newest(connection) > self._at.taken:
                return True
            return bool(connection.execute(select(func.count()).select_from(chunks)).scalar_one() == count)

    def begin_again(self) -> None:
        """Start a new generation of the index, into which every chunk is to be taken."""
        with self._db.read() as connection:
            last = connection.execute(select(func.coalesce(func.max(chunks.c.key), 0))).scalar_one()
            self._move_to(_Position(self._at.generation + 1, _newest(connection), last + 1))

    def prune(self) -> None:
        """Forget changes that are so old that whoever missed them begins again. For one process of all."""
        with self._db.read() as connection:
            upto = _newest(connection) - self._most_kept
            if upto <= _floor(connection) + self._most_kept // 10:
                return
        with self._db.write() as connection:
            connection.execute(delete(keyword_changes).where(keyword_changes.c.number <= upto))
            put_fact(connection, _FLOOR, str(upto))

    def _move_to(self, position: _Position) -> None:
        # At worst what was taken last is taken again, which changes nothing: so it need not be forced to the disk.
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(asdict(position)))
        os.replace(part, self._file)
        self._at = self._next = position


def position(folder: Path, newest: int, chunk_count: int) -> tuple[int, int]:
    """The generation of the index in `folder`, and how many changes and chunks it has still to take, at most.

    `newest` is the number of the last change.
    """
    at = _read(folder / _FILE)
    return at.generation, max(0, newest - at.taken) + (chunk_count if at.below else 0)


def _read(file: Path) -> _Position:
    """The position that was noted; without a sound note the index is begun again."""
    try:
        return _Position(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return _Position()


def _floor(connection: Connection) -> int:
    """The number up to which changes were forgotten."""
    return int(connection.execute(select(facts.c.value).where(facts.c.name == _FLOOR)).scalar() or 0)


def _newest(connection: Connection) -> int:
    """The number of the last change."""
    last = connection.execute(select(func.max(keyword_changes.c.number))).scalar()
    return int(last or _floor(connection))
