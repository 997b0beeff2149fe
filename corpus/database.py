"""The database under the store: SQLite set up so that committed means kept, migrations, and typed errors."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql import FromClause

from corpus.errors import StoreUnavailable
from corpus.schema import facts

_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One SQLite file in WAL mode with synchronous=FULL. Any number of readers, one writer at a time.

    `read()` and `write()` give a connection in a transaction; a failed statement becomes `StoreUnavailable` with a
    sentence for the person. The caller owns the folder (see `corpus.owner`).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = threading.RLock()
        self._engine = _engine(path)
        with self._translated(), self._engine.connect() as connection:
            _migrate(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent snapshot; writers go on meanwhile."""
        with self._translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The only writer, committed durably on leaving and rolled back whole on an error."""
        with self._writer, self._translated(), self._engine.begin() as connection:
            yield connection

    def fact(self, name: str) -> str | None:
        """What the store says of itself under `name`."""
        with self.read() as connection:
            return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()

    def set_fact(self, name: str, value: str) -> None:
        """Record `value` under `name`."""
        with self.write() as connection:
            put_fact(connection, name, value)

    def close(self) -> None:
        """Close every connection; the write-ahead log is folded into the file."""
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (IntegrityError, ProgrammingError, DataError):
            raise  # a mistake of ours, not a state of the database
        except (DBAPIError, PoolTimeout) as error:
            cause = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StoreUnavailable(_explain(cause, self.path)) from error


def put_fact(connection: Connection, name: str, value: str) -> None:
    """Record `value` under `name` in the caller's transaction."""
    connection.execute(facts.delete().where(facts.c.name == name))
    connection.execute(facts.insert().values(name=name, value=value))


def _explain(cause: str, path: Path) -> str:
    if "full" in cause:
        return f"The disk that holds {path.parent} is full. Free some space and try again; nothing stored was lost."
    if "malformed" in cause or "not a database" in cause:
        return f"{path} is damaged ({cause}). Restore it from a backup; the index beside it is rebuilt by itself."
    return f"The article store {path} cannot be used just now: {cause}."


class _HeedingHints(SQLiteCompiler):
    """SQLAlchemy drops `with_hint` for SQLite; this writes it, so that a query names the index that it wants."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text


def _casefold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=24,
        connect_args={"check_same_thread": False, "timeout": 30},
    )

    engine.dialect.statement_compiler = _HeedingHints

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, record: Any) -> None:
        # SQLAlchemy begins and ends the transactions; the driver's own guesses would leave DDL outside of them.
        connection.isolation_level = None
        # SQLite's own lower() knows no letters but those of ASCII.
        connection.create_function("casefold", 1, _casefold, deterministic=True)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # a deleted article leaves no text in free pages
            "cache_size=-16384",
            "mmap_size=134217728",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()
