"""Jobs: addresses to fetch, and what became of each. Kept in the store, so a restart goes on where the last one was."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Column, Connection, func, insert, select, update

from corpus.database import Database
from corpus.dialect import insert_new
from corpus.errors import InvalidInput, NotFound
from corpus.schema import job_items, jobs

_MOST_NAMED = 1_000
# What an index of PostgreSQL takes, less its other columns.
_MOST_URL_BYTES = 2_500


@dataclass(frozen=True, slots=True)
class Item:
    """One address of a job. `entry` is what a feed said of it; `feed_key` is set for a feed that is subscribed to."""

    key: int
    job_id: str
    collection: str
    url: str
    depth: int = 0
    feed_key: int | None = None
    entry: dict[str, Any] | None = None

    @property
    def led_by(self) -> int | None:
        """For a sitemap: the subscription that led to it."""
        return (self.entry or {}).get("led_by")


@dataclass(frozen=True, slots=True)
class NewItem:
    """An address to be fetched by a job."""

    url: str
    depth: int = 0
    feed_key: int | None = None
    entry: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an item gave: how many articles of each kind, why something was not taken, and what else to say of it."""

    added: int = 0
    revised: int = 0
    unchanged: int = 0
    reason: str | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class JobFailure:
    """An address of which something was not taken, and why."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class JobNotice:
    """An address of which there is something to say though nothing failed, and what."""

    url: str
    message: str


@dataclass(frozen=True, slots=True)
class Job:
    """How far a job is: addresses in all and done, articles taken, and what failed (at most 1,000 are named).

    `notices` are at most 1,000 too, and count as nothing.
    """

    id: str
    collection: str
    created_at: datetime
    total: int
    done: int
    added: int
    revised: int
    unchanged: int
    failed: int
    failures: tuple[JobFailure, ...] = ()
    notices: tuple[JobNotice, ...] = ()

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.done == self.total

    @property
    def status(self) -> Literal["running", "finished"]:
        """The same in a word."""
        return "finished" if self.is_finished else "running"


class JobStore:
    """The jobs of one store. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def create(self, collection: str, items: Sequence[NewItem]) -> str:
        """Begin a job; gives its id. An address named twice is fetched once. Raises `InvalidInput` for a long one."""
        for item in items:
            check_length(item.url)
        job_id = f"job_{uuid.uuid4().hex}"
        with self._db.write() as connection:
            connection.execute(insert(jobs).values(id=job_id, collection=collection, created_at=datetime.now(UTC)))
            add_items(connection, job_id, items)
        return job_id

    def waiting(self, job_id: str | None, limit: int) -> list[tuple[int, str]]:
        """Keys and addresses of items that are not done, of any job or of one, the oldest first."""
        query = select(job_items.c.key, job_items.c.url).where(job_items.c.added.is_(None))
        if job_id is not None:
            query = query.where(job_items.c.job_id == job_id)
        with self._db.read() as connection:
            return [(row.key, row.url) for row in connection.execute(query.order_by(job_items.c.key).limit(limit))]

    def item(self, key: int) -> Item | None:
        """One item by its key; None when its job is gone."""
        query = select(job_items, jobs.c.collection).join(jobs, jobs.c.id == job_items.c.job_id)
        with self._db.read() as connection:
            row = connection.execute(query.where(job_items.c.key == key)).first()
        if row is None:
            return None
        return Item(row.key, row.job_id, row.collection, row.url, row.depth, row.feed_key, row.entry)

    def finish(self, item: Item, outcome: Outcome, more: Sequence[NewItem] = ()) -> None:
        """Note what an item gave, and the addresses it led to, in one transaction."""
        with self._db.write() as connection:
            finish_item(connection, item, outcome, more)

    def job(self, job_id: str, collections: Collection[str] = ()) -> Job:
        """How far a job is. Raises `NotFound`, also when it is of none of the `collections`, if any are given."""
        with self._db.read() as connection:
            row = connection.execute(_counts().where(jobs.c.id == job_id)).first()
            failures = connection.execute(_named(job_id, job_items.c.reason)).all()
            notices = connection.execute(_named(job_id, job_items.c.notice)).all()
        if row is None or (collections and row.collection not in collections):
            raise NotFound(f"There is no job {job_id[:80]!r}.")
        return _job(row, tuple(JobFailure(*f) for f in failures), tuple(JobNotice(*n) for n in notices))

    def recent(self, limit: int, collections: Collection[str] = ()) -> list[Job]:
        """The newest jobs of some collections, or of all, without naming what failed."""
        query = _counts().order_by(jobs.c.created_at.desc(), jobs.c.id).limit(limit)
        if collections:
            query = query.where(jobs.c.collection.in_(collections))
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return [_job(row) for row in rows]


def fits(url: str) -> bool:
    """Whether an address is short enough to be looked up."""
    return len(url.encode("utf-8", "replace")) <= _MOST_URL_BYTES


def check_length(url: str) -> None:
    """Raise `InvalidInput` unless the address `fits`."""
    if not fits(url):
        raise InvalidInput(f"The URL {url[:80]!r}… is too long: at most {_MOST_URL_BYTES:,} bytes are taken.")


def add_items(connection: Connection, job_id: str, items: Sequence[NewItem]) -> None:
    """Add addresses to a job, in the caller's transaction; those it has already, or too long, are passed over."""
    taken = (item for item in items if fits(item.url))
    rows = [{"job_id": job_id, "url": i.url, "depth": i.depth, "feed_key": i.feed_key, "entry": i.entry} for i in taken]
    if rows:
        connection.execute(insert_new(connection, job_items), rows)


def finish_item(connection: Connection, item: Item, outcome: Outcome, more: Sequence[NewItem]) -> None:
    """Note what an item gave, and the addresses it led to, in the caller's transaction."""
    connection.execute(update(job_items).where(job_items.c.key == item.key).values(asdict(outcome)))
    add_items(connection, item.job_id, more)


def _counts() -> Any:
    sums = [func.coalesce(func.sum(job_items.c[name]), 0).label(name) for name in ("added", "revised", "unchanged")]
    return (
        select(jobs.c.id, jobs.c.collection, jobs.c.created_at, func.count(job_items.c.key).label("total"), *sums)
        .add_columns(func.count(job_items.c.added).label("done"), func.count(job_items.c.reason).label("failed"))
        .join_from(jobs, job_items, isouter=True)
        .group_by(jobs.c.id)
    )


def _named(job_id: str, said: Column[Any]) -> Any:
    """The addresses of a job of which something is said in the column `said`, with it."""
    named = select(job_items.c.url, said).where(job_items.c.job_id == job_id, said.is_not(None))
    return named.order_by(job_items.c.key).limit(_MOST_NAMED)


def _job(row: Any, failures: tuple[JobFailure, ...] = (), notices: tuple[JobNotice, ...] = ()) -> Job:
    counts = (row.total, row.done, row.added, row.revised, row.unchanged, row.failed)
    return Job(row.id, row.collection, row.created_at, *counts, failures, notices)
