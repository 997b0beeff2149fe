"""`dateline backup` and `dateline restore`: the store in one checked file, and back."""

from pathlib import Path

from api.commands.ingest import catch_up
from api.commands.progress import progress_bar
from api.engine import Engine
from api.settings import Settings
from corpus.backup import BackupReport, back_up, put_back
from corpus.database import Database
from corpus.embeddings import EmbeddingStore
from corpus.errors import InvalidInput
from corpus.owner import Ownership

_FILE = "dateline.sqlite"
# What an empty data folder may hold all the same: the lock, files made from the model, and what a kill left of a copy.
_HARMLESS = {"owner.lock", "models"}


def backup(settings: Settings, target: Path, quiet: bool) -> BackupReport:
    """Copy the store to `target` while it is in use. Raises `StoreUnavailable` or `InvalidInput`."""
    _check_engine(settings)
    with progress_bar(quiet) as progress:
        task = progress.add_task("Copying", total=None)
        return back_up(
            settings.data / _FILE,
            target,
            lambda done, total: progress.update(task, completed=done, total=total),
        )


def restore(settings: Settings, source: Path, *, wait: bool, quiet: bool) -> BackupReport:
    """Make a backup the store of an empty data folder; the index is made again from the embeddings in it.

    Raises `InvalidInput` when the folder is not empty, `UnreadableFile` when the file is not a sound backup.
    """
    _check_engine(settings)
    with Ownership(settings.data):
        _check_empty(settings.data)
        report = put_back(source, settings.data / _FILE)
        database = Database(settings.data / _FILE)
        EmbeddingStore(database).forget_index()
        database.set_fact("index_rebuilding", "yes")  # questions are answered exactly until the index is whole
        database.close()
    if wait:
        with Engine(settings) as engine:
            engine.start()
            catch_up(engine, quiet=quiet)
    return report


def _check_engine(settings: Settings) -> None:
    if not isinstance(settings.store, Path):
        raise InvalidInput(
            "The store is in PostgreSQL (DATELINE_DATABASE_URL): back it up with `pg_dump` and put it back with "
            "`pg_restore`, or use `dateline export`."
        )


def _check_empty(folder: Path) -> None:
    held = sorted(path.name for path in folder.iterdir() if path.name not in _HARMLESS and ".part" not in path.name)
    if held:
        raise InvalidInput(
            f"The data folder {folder} is not empty (it holds {', '.join(held[:3])}). Set DATELINE_DATA to an empty "
            "folder, or move what is there away."
        )
