"""Checks of the settings' files, the data folder and the store in it."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.doctor.finding import Finding, Patient, note, ok, wrong
from corpus.errors import DatelineError
from corpus.examine import examine_shared, newest_migration
from retrieval.embedder import BUNDLED
from retrieval.ingest import SPARE_BYTES

_COMFORTABLE_BYTES = 2 << 30
_SKEW = timedelta(minutes=5)


def named_files(patient: Patient) -> Iterator[Finding]:
    """Models that are named by a path are there."""
    settings = patient.settings
    for name in ("embedder", "reranker", "judge"):
        value = getattr(settings, name)
        if not value or value == BUNDLED:
            continue
        if value.startswith(("/", ".", "~")) and not Path(value).expanduser().is_dir():
            yield wrong(f"DATELINE_{name.upper()}", f"there is no folder {value}", "name the folder of a model")
        else:
            yield ok(f"DATELINE_{name.upper()}", value)


def data_folder(patient: Patient) -> Iterator[Finding]:
    """The folder can be written to by us, by nobody else, and has room."""
    folder = patient.settings.data
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield wrong("data folder", f"{there} cannot be written to", "give it to the user that runs Dateline, or set "
                    "DATELINE_DATA to another folder")  # fmt: skip
        return
    if folder.exists():
        mode = folder.stat().st_mode & 0o777
        if mode & 0o077:
            yield note("data folder", f"others may look into {folder} (mode {mode:o})", f"chmod 700 {folder}")
        for file in folder.glob("dateline.sqlite*"):
            if not os.access(file, os.R_OK | os.W_OK):
                yield wrong("data folder", f"{file} cannot be written to", f"chown it to the user of {folder}")
    free = shutil.disk_usage(there).free
    left = f"{folder}, {free / (1 << 30):,.1f} GB left"
    if free < SPARE_BYTES:
        yield wrong("data folder", f"{left}: nothing is taken in below {SPARE_BYTES >> 20} MB", "free some space")
    elif free < _COMFORTABLE_BYTES:
        yield note("data folder", left, "make room before more articles come")
    else:
        yield ok("data folder", left if folder.exists() else f"{left}; it is made at the first start")
    if patient.owner:
        served = f", which serves {patient.owner.url}" if patient.owner.url else ""
        yield ok("owner", f"the folder is held by process {patient.owner.pid}{served}")


def store(patient: Patient) -> Iterator[Finding]:
    """The store is sound and of this release, and its times are possible."""
    path = patient.settings.store
    if isinstance(path, str):
        yield from _shared(path)
        return
    found = patient.store
    if found is None:
        if patient.failures:
            yield wrong("store", patient.failures[0], "put a backup back with `dateline restore` into an empty folder")
        else:
            yield ok("store", f"none yet; the first start makes {path}")
        return
    if not found.is_current:
        yield _of_another_release(found.migration)
        return
    counts = found.counts
    yield ok(
        "store", f"{counts['articles']:,} articles in {counts['chunks']:,} chunks, sound, migration {found.migration}"
    )
    if found.newest_arrival:
        newest = datetime.fromisoformat(found.newest_arrival).replace(tzinfo=UTC)
        if newest > datetime.now(UTC) + _SKEW:
            detail = f"an article arrived at {newest:%Y-%m-%d %H:%M} UTC, which is yet to come by this machine's clock"
            yield wrong("clock", detail, "set the clock (NTP): times decide what `as_of` and `known_by` find")
            return
    yield ok("clock", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")


def _shared(url: str) -> Iterator[Finding]:
    try:
        migration = examine_shared(url)
    except DatelineError as error:
        yield wrong("store", str(error), "start the database, or mend DATELINE_DATABASE_URL")
        return
    if migration and migration != newest_migration():
        yield _of_another_release(migration)
    else:
        yield ok("store", f"PostgreSQL answers, migration {migration or 'none yet: the first start makes the tables'}")


def _of_another_release(migration: str) -> Finding:
    detail = f"its tables are of migration {migration}, this release knows {newest_migration()}"
    if migration > newest_migration():
        return wrong("store", detail, "run the release that wrote it, or a later one")
    return note("store", detail, "back up; the next start brings it up to date by itself")
