"""Checks of the settings' files, the data folder and the store in it."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.doctor.finding import Finding, Patient, note, ok, wrong
from corpus.engines import CONNECTIONS
from corpus.examine import newest_migration
from retrieval.embedder import BUNDLED
from retrieval.ingest import SPARE_BYTES

_COMFORTABLE_BYTES = 2 << 30
_SKEW = timedelta(minutes=5)


def named_files(patient: Patient) -> Iterator[Finding]:
    """Models that are named by a path are there."""
    settings = patient.settings
    for name in ("embedder", "reranker", "judge"):
        value = getattr(settings, name)
        if not value or value == BUNDLED or (name == "embedder" and settings.embedder_base_url):
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


def database(patient: Patient) -> Iterator[Finding]:
    """PostgreSQL answers, may be written to, keeps what it acknowledges, and has room for every worker."""
    settings = patient.settings
    if not isinstance(settings.store, str):
        return
    server = patient.database
    if server is None:
        yield wrong("database", patient.failures[0], "start the database, or mend DATELINE_DATABASE_URL")
        return
    about = f"PostgreSQL {server.version}"
    if server.is_standby:
        yield wrong(about, "it is a standby, which cannot be written to", "name the primary in DATELINE_DATABASE_URL")
    elif server.is_read_only:
        yield wrong(about, "it takes no writes: default_transaction_read_only is on", "set it off once what it was set "
                    "for is over, mostly a full disk")  # fmt: skip
    elif not server.may_write:
        yield wrong(about, f"the user {server.user} may not write to it", "name the user that owns the database in "
                    "DATELINE_DATABASE_URL, or make this one its owner and that of its tables")  # fmt: skip
    if server.encoding != "UTF8" or not server.knows_unicode:
        lacks = f"its encoding is {server.encoding}" if server.encoding != "UTF8" else "it was built without ICU"
        yield wrong(about, lacks, "make the database with ENCODING 'UTF8' on a server that was built with ICU")
    for name in server.unsafe:
        yield note(about, f"{name} is off: a power failure may lose what was acknowledged", f"set {name} = on")
    wanted = settings.workers * CONNECTIONS
    if server.connections < wanted:
        detail = f"it lets in {server.connections} connections, and {settings.workers} workers may open {wanted}"
        yield note(about, detail, "raise max_connections")
    yield ok(about, f"it answers and lets in {server.connections} connections")


def store(patient: Patient) -> Iterator[Finding]:
    """The store is sound and of this release, its indexes are there, and its times are possible."""
    where = patient.settings.store
    found = patient.store
    if found is None:
        if isinstance(where, str):
            if patient.database:
                yield ok("store", "none yet; the first start makes its tables")
        elif patient.failures:
            yield wrong("store", patient.failures[0], "put a backup back with `dateline restore` into an empty folder")
        else:
            yield ok("store", f"none yet; the first start makes {where}")
        return
    if not found.is_current:
        yield _of_another_release(found.migration)
        return
    counts = found.counts
    for statement in found.missing:
        yield wrong("store", "an index is missing, so that what needs it is slow", f"run {statement}")
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


def _of_another_release(migration: str) -> Finding:
    detail = f"its tables are of migration {migration}, this release knows {newest_migration()}"
    if migration > newest_migration():
        return wrong("store", detail, "run the release that wrote it, or a later one")
    return note("store", detail, "back up; the next start brings it up to date by itself")
