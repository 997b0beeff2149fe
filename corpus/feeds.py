"""Feeds that are subscribed to: when each is polled next, and which of its entries were asked for already."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, and_, delete, insert, select, update

from corpus.accept import canonical_url, check_collection
from corpus.database import Database
from corpus.dialect import replace
from corpus.errors import InvalidInput, NotFound
from corpus.feed import Entry, Feed
from corpus.fetch import Fetched
from corpus.jobs import Item, NewItem, Outcome, check_length, finish_item, fits
from corpus.schema import feed_entries, feeds

_LONGEST_REST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed that is polled. `failures` counts the polls in a row that failed; `error` is why the last one did."""

    key: int
    collection: str
    url: str
    title: str | None
    etag: str | None
    last_modified: str | None
    added_at: datetime
    polled_at: datetime | None
    next_poll_at: datetime
    failures: int
    error: str | None


class FeedStore:
    """The subscriptions of one store. Thread-safe. `interval` is the time between two polls of a feed."""

    def __init__(self, database: Database, interval: timedelta = timedelta(minutes=15)) -> None:
        self._db = database
        self._interval = interval

    def add(self, collection: str, url: str) -> Subscription:
        """Subscribe to a feed, due at once. Raises `InvalidInput` when it is subscribed to already, or no address."""
        address, now = canonical_url(url), datetime.now(UTC)
        check_length(address)
        values = {"collection": check_collection(collection), "url": address, "added_at": now, "next_poll_at": now}
        with self._db.write() as connection:
            taken = select(feeds.c.key).where(feeds.c.collection == collection, feeds.c.url == address)
            if connection.execute(taken).first() is not None:
                raise InvalidInput(f"{address} is subscribed to already.")
            key = connection.execute(insert(feeds).values(**values, failures=0).returning(feeds.c.key)).scalar_one()
            return Subscription(*connection.execute(select(feeds).where(feeds.c.key == key)).one())

    def remove(self, collection: str, url: str) -> None:
        """End a subscription; the articles stay. Raises `NotFound`."""
        address = canonical_url(url)
        with self._db.write() as connection:
            gone = delete(feeds).where(feeds.c.collection == collection, feeds.c.url == address)
            if connection.execute(gone).rowcount == 0:
                raise NotFound(f"{address} is not subscribed to in the collection {collection!r}.")

    def all(self) -> list[Subscription]:
        """Every subscription, in order of addition."""
        with self._db.read() as connection:
            return [Subscription(*row) for row in connection.execute(select(feeds).order_by(feeds.c.key))]

    def due(self, now: datetime) -> list[Subscription]:
        """Those to be polled at `now`."""
        with self._db.read() as connection:
            query = select(feeds).where(feeds.c.next_poll_at <= now).order_by(feeds.c.next_poll_at)
            return [Subscription(*row) for row in connection.execute(query)]

    def put_off(self, due: Sequence[Subscription], now: datetime) -> None:
        """These are being polled: they are due again after the interval, whatever becomes of this poll."""
        with self._db.write() as connection:
            these = feeds.c.key.in_([feed.key for feed in due])
            connection.execute(update(feeds).where(these).values(next_poll_at=now + self._interval))

    def get(self, key: int) -> Subscription | None:
        """A subscription by its key; None when it has ended."""
        with self._db.read() as connection:
            row = connection.execute(select(feeds).where(feeds.c.key == key)).first()
        return None if row is None else Subscription(*row)

    def polled(self, item: Item, fetched: Fetched, feed: Feed) -> int:
        """Note a poll that went well and ask for the entries that are new or changed; gives how many.

        One transaction with the end of the job's item, so that a killed process repeats the poll or finds it done.
        """
        now = datetime.now(UTC)
        with self._db.write() as connection:
            values = {"polled_at": now, "next_poll_at": now + self._interval, "failures": 0, "error": None}
            if not fetched.is_unchanged:
                values |= {"etag": fetched.etag, "last_modified": fetched.last_modified, "title": feed.title}
            connection.execute(update(feeds).where(feeds.c.key == item.feed_key).values(**values))
            fresh = _fresh(connection, item.feed_key, feed)
            finish_item(connection, item, Outcome(), [item_of(e, item.depth, item.feed_key) for e in fresh])
        return len(fresh)

    def followed(self, item: Item, feed: Feed) -> None:
        """As `polled`, for a sitemap that one which is subscribed to led to."""
        with self._db.write() as connection:
            fresh = _fresh(connection, item.led_by, feed)
            finish_item(connection, item, Outcome(), [item_of(e, item.depth, item.led_by) for e in fresh])

    def try_again(self, collection: str, url: str) -> None:
        """What feeds lead to could not be fetched for now: their next polls ask for them whole, and for it again."""
        with self._db.write() as connection:
            ours = select(feeds.c.key).where(feeds.c.collection == collection)
            this = and_(feed_entries.c.url == url, feed_entries.c.feed_key.in_(ours))
            keys = list(connection.execute(select(feed_entries.c.feed_key).where(this)).scalars())
            connection.execute(delete(feed_entries).where(this))
            connection.execute(update(feeds).where(feeds.c.key.in_(keys)).values(etag=None, last_modified=None))

    def left_alone(self, key: int, seconds: float) -> None:
        """Its site asks not to be polled for so long: the next poll comes then, and no earlier than the interval."""
        rest = max(self._interval, timedelta(seconds=seconds))
        with self._db.write() as connection:
            later = update(feeds).where(feeds.c.key == key).values(next_poll_at=datetime.now(UTC) + rest)
            connection.execute(later)

    def failed(self, key: int, reason: str, retry_after: float | None) -> None:
        """Note a poll that failed: the rest doubles each time, up to a day, and is at least what the site asks for."""
        now = datetime.now(UTC)
        with self._db.write() as connection:
            row = connection.execute(select(feeds.c.failures).where(feeds.c.key == key)).first()
            if row is None:
                return
            rest = min(self._interval * 2 ** min(row.failures, 10), _LONGEST_REST)
            rest = max(rest, timedelta(seconds=retry_after or 0))
            values = {"polled_at": now, "next_poll_at": now + rest, "failures": row.failures + 1, "error": reason}
            connection.execute(update(feeds).where(feeds.c.key == key).values(**values))


def item_of(entry: Entry, depth: int, led_by: int | None = None) -> NewItem:
    """The entry of a feed as an address to fetch; `led_by` is the key of the subscription that it comes from."""
    if entry.is_feed:
        return NewItem(entry.url, depth + 1, entry=None if led_by is None else {"led_by": led_by})
    said = {
        "title": entry.title,
        "authors": list(entry.authors),
        "publisher": entry.publisher,
        "published_at": entry.published_at.isoformat() if entry.published_at else None,
        "updated_at": entry.updated_at.isoformat() if entry.updated_at else None,
        "language": entry.language,
        "html": entry.html,
    }
    return NewItem(entry.url, depth + 1, entry={name: value for name, value in said.items() if value})


def _fresh(connection: Connection, key: int | None, feed: Feed) -> list[Entry]:
    """Entries that a subscription has not asked for as they are now; from here on it has. None when it has ended.

    A sitemap that does not say when it changed is always one of them.
    """
    if connection.execute(select(feeds.c.key).where(feeds.c.key == key)).first() is None:
        return []
    known = select(feed_entries.c.url, feed_entries.c.mark).where(feed_entries.c.feed_key == key)
    marks = {row.url: row.mark for row in connection.execute(known)}
    fresh = {
        entry.url: entry
        for entry in feed.entries
        if fits(entry.url) and (marks.get(entry.url) != _mark(entry) or (entry.is_feed and entry.updated_at is None))
    }
    if fresh:
        rows = [{"feed_key": key, "url": entry.url, "mark": _mark(entry)} for entry in fresh.values()]
        connection.execute(replace(connection, feed_entries), rows)
    return list(fresh.values())


def _mark(entry: Entry) -> str:
    said = (entry.title, entry.published_at, entry.updated_at, entry.html)
    return hashlib.blake2b(repr(said).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
