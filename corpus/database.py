"""The database under the store: transactions, migrations, and typed errors, over either engine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import BigInteger, Connection, Text, cast, column, inspect, select, table, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from corpus.engines import engine_at
from corpus.errors import InvalidInput, StoreUnavailable
from corpus.schema import CHANGES, MIGRATIONS, facts
from corpus.touched import TouchLog

_NOT_ALLOWED = "42501"  # the SQLSTATE of a statement that the user has no right to


class Database:
    """A SQLite file, or a PostgreSQL database by its URL. Any number of readers, one writer at a time.

    `read()` and `write()` give a connection in a transaction; a failed statement becomes `StoreUnavailable` with a
    sentence for the person. `is_shared` when other processes may write to it too. Raises `InvalidSettings`.
    """

    def __init__(self, where: Path | str) -> None:
        self._on = engine_at(where)
        self.is_shared = self._on.is_shared
        self.touched = TouchLog()  # of this process
        self._writer = threading.RLock()
        with self._translated(), self._on.writing.begin() as connection:
            self._on.lock(connection)
            if not _is_current(connection):
                # Alembic takes longer to import than most commands take.
                from corpus.migrate import migrate

                migrate(connection, is_shared=self.is_shared)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent snapshot; writers go on meanwhile."""
        with self._translated(), self._on.reading.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The only writer, committed durably on leaving and rolled back whole on an error."""
        with self._writer:
            with self._translated(), self._on.writing.begin() as connection:
                self._on.lock(connection)
                self.touched.begin(connection)
                yield connection
                if self.is_shared:
                    connection.execute(_COUNT_UP)
                noted = self.touched.noted(connection)
            self.touched.add(noted)

    @contextmanager
    def aside(self) -> Iterator[Connection]:
        """A transaction beside the one writer, for a statement that is whole by itself and nobody needs to notice."""
        with self._translated(), self._on.writing.begin() as connection:
            yield connection

    def changes(self) -> int:
        """How often a database that `is_shared` was written to: another number means that something is new."""
        return int(self.fact(CHANGES) or 0)

    def fact(self, name: str) -> str | None:
        """What the store says of itself under `name`."""
        with self.read() as connection:
            return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()

    def set_fact(self, name: str, value: str) -> None:
        """Record `value` under `name`."""
        with self.write() as connection:
            put_fact(connection, name, value)

    def close(self) -> None:
        """Close every connection; SQLite's write-ahead log is folded into the file."""
        self._on.writing.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DataError as error:
            if "NUL" in str(error.orig):
                raise InvalidInput("A text holds a NUL character, which the database does not take.") from error
            raise
        except (IntegrityError, ProgrammingError) as error:
            if getattr(error.orig, "sqlstate", None) != _NOT_ALLOWED:
                raise  # a mistake of ours, not a state of the database
            raise StoreUnavailable(self._on.explain(str(error.orig).splitlines()[0])) from error
        except (DBAPIError, PoolTimeout) as error:
            cause = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StoreUnavailable(self._on.explain(cause)) from error


_COUNT_UP = update(facts).where(facts.c.name == CHANGES).values(value=cast(cast(facts.c.value, BigInteger) + 1, Text))


def put_fact(connection: Connection, name: str, value: str) -> None:
    """Record `value` under `name` in the caller's transaction."""
    connection.execute(facts.delete().where(facts.c.name == name))
    connection.execute(facts.insert().values(name=name, value=value))


def _is_current(connection: Connection) -> bool:
    """Whether the tables are as the newest migration left them; these are named by number."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    newest = max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]
    return connection.execute(select(column("version_num")).select_from(table("alembic_version"))).scalar() == newest
