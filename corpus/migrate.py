"""The tables of a store brought to the form of this release, by Alembic."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from corpus.dialect import insert_new
from corpus.errors import StoreUnavailable
from corpus.schema import CHANGES, MIGRATIONS, facts, metadata


def migrate(connection: Connection, *, is_shared: bool) -> None:
    """Make the tables, or change those of an earlier release. Raises `StoreUnavailable` for those of a later one."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    # The first releases knew SQLite only, and their migrations speak it: any other database begins with today's tables.
    if is_shared and not inspect(connection).has_table(facts.name):
        metadata.create_all(connection)
        connection.execute(insert_new(connection, facts).values(name=CHANGES, value="0"))
        command.stamp(config, "head")
    else:
        _check_known(connection, ScriptDirectory.from_config(config))
        command.upgrade(config, "head")


def _check_known(connection: Connection, scripts: ScriptDirectory) -> None:
    """Raise `StoreUnavailable` for a store whose tables are of a later release: migrations only go forward."""
    at = MigrationContext.configure(connection).get_current_revision()
    if at is not None and at not in {one.revision for one in scripts.walk_revisions()}:
        raise StoreUnavailable(
            f"The article store was written by a later release of Dateline (migration {at}; this one knows "
            f"{scripts.get_current_head()}). Run that release, or put a backup of this one back."
        )
