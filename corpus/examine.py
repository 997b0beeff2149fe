"""What a store's file holds, read without changing a byte of it or of the files beside it."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from corpus.engines import engine_at
from corpus.errors import StoreUnavailable

_MIGRATIONS = Path(__file__).parent / "migrations"
_COUNTS = {
    "articles": "SELECT count(*) FROM articles",
    "chunks": "SELECT count(*) FROM chunks",
    "unembedded": "SELECT count(*) FROM chunks WHERE embedding IS NULL",
    "keyword_changes": "SELECT count(*) FROM keyword_changes",
    "keys": "SELECT count(*) FROM api_keys WHERE revoked_at IS NULL",
}


@dataclass(frozen=True, slots=True)
class Examined:
    """A store: its migration and the newest that there is, its facts, and how many there are of what.

    `sample` is a stored chunk with what stands around it and its embedding (float32 bytes), if there is one.
    """

    migration: str
    newest_migration: str
    facts: Mapping[str, str]
    counts: Mapping[str, int]
    indexed: Mapping[str, int]
    newest_arrival: str | None
    sample: tuple[str, str | None, str, bytes] | None

    @property
    def is_current(self) -> bool:
        """Whether the tables are those that this release reads and writes."""
        return self.migration == self.newest_migration


def newest_migration() -> str:
    """The migration that this release brings a store to."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head() or ""


def examine_shared(url: str) -> str:
    """The migration of a store in PostgreSQL, empty when nothing is in it yet. Raises `StoreUnavailable`."""
    engine = engine_at(url)
    try:
        with engine.reading.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return ""
            return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise StoreUnavailable(engine.explain(cause)) from error
    finally:
        engine.writing.dispose()


def examine(path: Path) -> Examined:
    """Read the store at `path`. Raises `StoreUnavailable` when it is damaged or no store."""
    try:
        with closing(_opened(path)) as connection:
            fault = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if fault != "ok":
                raise StoreUnavailable(f"{path} is damaged: {str(fault)[:200]}.")
            return _read(connection)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path} cannot be read as a store: {error}.") from error


def _opened(path: Path) -> sqlite3.Connection:
    # A store that was closed cleanly has no log, and is then read without the files that a log needs.
    log = path.with_name(path.name + "-wal")
    how = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)


def _read(connection: sqlite3.Connection) -> Examined:
    def value(query: str) -> str | None:
        found = connection.execute(query).fetchone()
        return None if found is None else found[0]

    migration, newest = str(value("SELECT version_num FROM alembic_version")), newest_migration()
    if migration != newest:
        return Examined(migration, newest, {}, {}, {}, None, None)
    return Examined(
        migration,
        newest,
        facts=dict(connection.execute("SELECT name, value FROM facts").fetchall()),
        counts={name: int(value(query) or 0) for name, query in _COUNTS.items()},
        indexed=dict(
            connection.execute(
                "SELECT collection, count(indexed_in) FROM chunks WHERE is_current GROUP BY collection"
            ).fetchall()
        ),
        newest_arrival=value("SELECT max(first_seen_at) FROM revisions"),
        sample=connection.execute(
            'SELECT r.title, r.publisher, substr(r.body, c.start + 1, c."end" - c.start), c.embedding FROM chunks c '
            "JOIN revisions r ON r.article_key = c.article_key AND r.number = c.revision "
            "WHERE c.embedding IS NOT NULL ORDER BY c.key LIMIT 1"
        ).fetchone(),
    )
