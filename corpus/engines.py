"""The database engines under the store: how each is set up so that committed means kept, and how it lets writers in."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql import FromClause

from corpus.errors import InvalidSettings

_PATIENCE_SECONDS = 30
CONNECTIONS = 8  # of a process to PostgreSQL, at most


class Sqlite:
    """One SQLite file in WAL mode with synchronous=FULL, of one process that owns its folder (see `corpus.owner`)."""

    is_shared = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writing = self.reading = _sqlite(path)

    def lock(self, connection: Connection) -> None:
        """Be the only writer until the transaction ends: SQLite sees to that by itself."""

    def explain(self, cause: str) -> str:
        """A sentence for the person about a statement that failed for `cause`."""
        if "full" in cause:
            folder = self.path.parent
            return f"The disk that holds {folder} is full. Free some space and try again; nothing stored was lost."
        if "malformed" in cause or "not a database" in cause:
            return (
                f"{self.path} is damaged ({cause}). Restore it from a backup; the index beside it is rebuilt by itself."
            )
        return f"The article store {self.path} cannot be used just now: {cause}."


class Postgresql:
    """A PostgreSQL database, used by any number of processes and machines at a time.

    Writers take turns, as SQLite's do: so nothing about clusters, revision numbers or logs differs, no transaction has
    to be repeated, and what has a higher number was committed later.
    """

    is_shared = True

    def __init__(self, url: str) -> None:
        self._url = _checked(url)
        self.writing = create_engine(
            self._url,
            hide_parameters=True,  # a failed statement would tell the log what it holds
            pool_size=CONNECTIONS // 2,
            max_overflow=CONNECTIONS // 2,
            pool_timeout=_PATIENCE_SECONDS,
            pool_pre_ping=True,  # connections that a restart of the server broke are replaced unseen
            connect_args=_CONNECTING,
        )
        # The same connections. A snapshot that only reads is never refused for what others write.
        self.reading = self.writing.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def lock(self, connection: Connection) -> None:
        """Be the only writer until the transaction ends. The lock is let go after the commit is seen by everybody."""
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")

    def explain(self, cause: str) -> str:
        """A sentence for the person about a statement that failed for `cause`. The password is not in it."""
        name = f"The PostgreSQL database {self._url.database!r} of the article store"
        if "No space left" in cause or "disk full" in cause.lower():
            return f"The disk of the database {self._url.database!r} is full. Free some space; nothing stored was lost."
        return f"{name} cannot be used just now: {cause.rstrip('.')}."


def engine_at(where: Path | str) -> Sqlite | Postgresql:
    """The engine of a SQLite file, or of a PostgreSQL URL. Raises `InvalidSettings`."""
    return Sqlite(where) if isinstance(where, Path) else Postgresql(where)


# "Dateline" in bytes: the number of the lock, among all that programs take in one database.
_WRITER = int.from_bytes(b"Dateline", "big") >> 1
_CONNECTING = {
    "connect_timeout": 5,
    "application_name": "dateline",
    # A machine that vanished is noticed within half a minute, by either side.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
    "options": " ".join(
        f"-c {name}={value}"
        for name, value in {
            "synchronous_commit": "on",  # acknowledged means on disk
            "lock_timeout": f"{_PATIENCE_SECONDS}s",
            "idle_in_transaction_session_timeout": "60s",  # a writer that hangs keeps no other waiting for ever
            "client_encoding": "utf8",
            "timezone": "utc",
        }.items()
    ),
}


def _checked(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise InvalidSettings("DATELINE_DATABASE_URL is not a URL such as postgresql://user@host/dateline.") from None
    if url.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise InvalidSettings(
            f"DATELINE_DATABASE_URL begins with {url.drivername}://, but only postgresql:// is known. Leave it empty "
            "for SQLite in DATELINE_DATA."
        )
    try:
        import psycopg  # noqa: F401 (an extra, so it may be missing)
    except ImportError:
        raise InvalidSettings("PostgreSQL needs its driver: pip install 'dateline[postgres]'.") from None
    return url.set(drivername="postgresql+psycopg")


class _HeedingHints(SQLiteCompiler):
    """SQLAlchemy drops `with_hint` for SQLite; this writes it, so that a query names the index that it wants."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text


def _casefold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _sqlite(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=24,
        connect_args={"check_same_thread": False, "timeout": _PATIENCE_SECONDS},
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
