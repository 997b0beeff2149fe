"""What a store holds, read without changing a byte of it: of a file, also of the files beside it."""

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_mock_engine, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex

from corpus.engines import engine_at
from corpus.errors import StoreUnavailable
from corpus.schema import metadata

_MIGRATIONS = Path(__file__).parent / "migrations"
_COUNTS = {
    "articles": "SELECT count(*) FROM articles",
    "chunks": "SELECT count(*) FROM chunks",
    "unembedded": "SELECT count(*) FROM chunks WHERE embedding IS NULL",
    "keyword_changes": "SELECT count(*) FROM keyword_changes",
}
_INDEXES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
    "postgresql": "SELECT indexrelid::regclass::text FROM pg_index WHERE indisvalid",
}
# Whether the user may do with the store's tables what Dateline does; before there are any, whether it may make them.
_MAY_WRITE = """
SELECT coalesce(bool_and(has_table_privilege(oid, wanted)), has_schema_privilege(current_schema(), 'CREATE'))
FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS wanted
WHERE oid = ANY (ARRAY(SELECT to_regclass(name)::oid FROM unnest(ARRAY[{names}]) AS name))
"""
# Settings of a server without which what was acknowledged may be lost when its machine fails.
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A current chunk with what stands around it, and its embedding (float32 bytes)."""

    title: str
    publisher: str | None
    text: str
    embedding: bytes
    collection: str


@dataclass(frozen=True, slots=True)
class Examined:
    """A store: its migration and the newest that there is, its facts, and how many there are of what.

    `indexed` counts by collection what the vector index should hold, `scopes` the keys in force by what they may.
    `missing` are statements that make the indexes that should be there and are not. `newest_change` is the number of
    the last change for keyword indexes. `sample` is one chunk, if there is one.
    """

    migration: str
    newest_migration: str
    facts: Mapping[str, str]
    counts: Mapping[str, int]
    indexed: Mapping[str, int]
    scopes: Mapping[str, int]
    missing: tuple[str, ...]
    newest_arrival: str | None
    newest_change: int
    sample: StoredChunk | None

    @property
    def is_current(self) -> bool:
        """Whether the tables are those that this release reads and writes."""
        return self.migration == self.newest_migration


def newest_migration() -> str:
    """The migration that this release brings a store to."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head() or ""


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """A PostgreSQL server: how many connections it leaves to programs, and what is not as the store needs it.

    `is_read_only` when a setting makes it so; `may_write` whether `user` may make, or fill, the store's tables.
    `unsafe` are settings that are off, without which what was acknowledged may be lost.
    """

    version: str
    encoding: str
    connections: int
    user: str
    is_standby: bool
    is_read_only: bool
    may_write: bool
    knows_unicode: bool
    unsafe: tuple[str, ...]


def examine_shared(url: str) -> tuple[DatabaseServer, Examined | None]:
    """A PostgreSQL database, and the store in it if there is one. Raises `StoreUnavailable` and `InvalidSettings`."""
    engine = engine_at(url)
    try:
        with engine.reading.connect() as connection:
            there = inspect(connection).has_table("alembic_version")
            found = _read(lambda query: connection.exec_driver_sql(query).all(), "postgresql") if there else None
            return _server(connection), found
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise StoreUnavailable(engine.explain(cause)) from error
    finally:
        engine.writing.dispose()


def _server(connection: Connection) -> DatabaseServer:
    def shown(name: str) -> str:
        return str(connection.exec_driver_sql(f"SELECT current_setting('{name}', true)").scalar())

    def said(query: str) -> bool:
        return bool(connection.exec_driver_sql(query).scalar())

    return DatabaseServer(
        version=shown("server_version").split()[0],
        encoding=shown("server_encoding"),
        connections=int(shown("max_connections")) - int(shown("superuser_reserved_connections")),
        user=str(connection.exec_driver_sql("SELECT current_user").scalar()),
        is_standby=said("SELECT pg_is_in_recovery()"),
        is_read_only=shown("default_transaction_read_only") == "on",
        may_write=said(_MAY_WRITE.format(names=", ".join(f"'{table}'" for table in metadata.tables))),
        knows_unicode=said("SELECT count(*) FROM pg_collation WHERE collname = 'und-x-icu'"),
        unsafe=tuple(name for name in _DURABLE if shown(name) == "off"),
    )


def examine(path: Path) -> Examined:
    """Read the store at `path`. Raises `StoreUnavailable` when it is damaged or no store."""
    try:
        with closing(_opened(path)) as connection:
            fault = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if fault != "ok":
                raise StoreUnavailable(f"{path} is damaged: {str(fault)[:200]}.")
            return _read(lambda query: connection.execute(query).fetchall(), "sqlite")
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path} cannot be read as a store: {error}.") from error


def _opened(path: Path) -> sqlite3.Connection:
    # A store that was closed cleanly has no log, and is then read without the files that a log needs.
    log = path.with_name(path.name + "-wal")
    how = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)


def _read(rows: Callable[[str], Sequence[Any]], dialect: str) -> Examined:
    def value(query: str) -> Any:
        found = rows(query)
        return found[0][0] if found else None

    migration, newest = str(value("SELECT version_num FROM alembic_version")), newest_migration()
    if migration != newest:
        return Examined(migration, newest, {}, {}, {}, {}, (), None, 0, None)
    arrival = value("SELECT max(first_seen_at) FROM revisions")
    sample = rows(
        'SELECT r.title, r.publisher, substr(r.body, c.start + 1, c."end" - c.start), c.embedding, c.collection '
        "FROM chunks c JOIN revisions r ON r.article_key = c.article_key AND r.number = c.revision "
        "WHERE c.embedding IS NOT NULL AND c.is_current ORDER BY c.key LIMIT 1"
    )
    # By two indexes, because the rows hold vectors; grouped by the bare name, SQLite would walk through the other one.
    current = _pairs(rows("SELECT collection, count(*) FROM chunks WHERE is_current GROUP BY collection"))
    is_current = "is_current = 1" if dialect == "sqlite" else "is_current"  # as that index is declared there
    untaken = _pairs(
        rows(
            f"SELECT min(collection), count(*) FROM chunks WHERE indexed_in IS NULL AND {is_current} "
            "GROUP BY collection || ''"
        )
    )
    return Examined(
        migration,
        newest,
        facts=_pairs(rows("SELECT name, value FROM facts")),
        counts={name: int(value(query) or 0) for name, query in _COUNTS.items()},
        indexed={name: count - untaken.get(name, 0) for name, count in current.items()},
        scopes=_pairs(rows("SELECT scope, count(*) FROM api_keys WHERE revoked_at IS NULL GROUP BY scope")),
        missing=_missing(dialect, {str(row[0]) for row in rows(_INDEXES[dialect])}),
        newest_arrival=None if arrival is None else str(arrival),
        newest_change=int(value("SELECT max(number) FROM keyword_changes") or 0),
        sample=StoredChunk(*sample[0]) if sample else None,
    )


def _pairs(rows: Sequence[Any]) -> dict[str, Any]:
    return {row[0]: row[1] for row in rows}


def _missing(dialect: str, there: Collection[str]) -> tuple[str, ...]:
    """Statements that make those indexes of the tables that are not among `there`."""
    made: dict[str, str] = {}

    def take(statement: Any, *_: Any, **__: Any) -> None:
        if isinstance(statement, CreateIndex):
            made[str(statement.element.name)] = " ".join(str(statement.compile(dialect=engine.dialect)).split())

    engine = create_mock_engine(f"{dialect}://", take)
    metadata.create_all(engine, checkfirst=False)
    return tuple(statement for name, statement in made.items() if name not in there)
