"""Work through jobs: fetch each address, read what it holds, store it. Several hosts at once, one request to each."""

import logging
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime
from html import escape
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from corpus.article import IncomingArticle
from corpus.errors import DatelineError, FetchFailed, FetchPutOff, StoreUnavailable, UnreadableFile
from corpus.feed import Feed
from corpus.feeds import FeedStore, item_of
from corpus.fetch import Fetched, Fetcher
from corpus.jobs import Item, JobStore, NewItem, Outcome
from corpus.lease import Lease
from corpus.politeness import Politeness
from corpus.reader import read_bytes
from corpus.teaser import is_whole_article
from corpus.tracing import traced
from corpus.writing import Change
from retrieval.courtesy import Courtesy
from retrieval.entries import feed_in, unpacked_feed, with_what_the_feed_said
from retrieval.ingest import Ingester

log = logging.getLogger(__name__)

_AT_ONCE = 4  # hosts; each may bring 10 MB
_WINDOW = 500  # addresses looked through for hosts that are free
_RENEW_SECONDS = 2.0
_REST_SECONDS = 5.0  # between looks for feeds that are due


class _Stopping(Exception):
    """The collector is being closed."""


class Collector:
    """Fetches what jobs name. What a killed process leaves half done is done again, which changes nothing twice.

    Of several processes over one store that which holds the `lease` fetches, so that a site is asked by one at a time.
    """

    def __init__(
        self,
        jobs: JobStore,
        feeds: FeedStore,
        fetcher: Fetcher,
        politeness: Politeness,
        ingester: Ingester,
        lease: Lease,
        courtesy: Courtesy,
    ) -> None:
        self._jobs = jobs
        self._feeds = feeds
        self._fetcher = fetcher
        self._politeness = politeness
        self._ingester = ingester
        self._lease = lease
        self._courtesy = courtesy
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._polls = False
        self._thread: threading.Thread | None = None

    def start(self, *, poll: bool = True) -> None:
        """Work in the background, and with `poll` poll feeds when they are due."""
        self._polls = poll
        self._thread = threading.Thread(target=self._run, name="collector", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is a new job."""
        self._wake.set()

    @property
    def is_closing(self) -> bool:
        """Whether nothing new is begun."""
        return self._stop.is_set()

    def close(self, patience: float = 3.0) -> None:
        """Stop after the address in hand, or leave it to the next start when it takes longer."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(patience)
        with suppress(DatelineError):  # then it goes to another a little later
            self._lease.release()

    def poll(self, *, everything: bool = False, collections: Collection[str] = ()) -> list[str]:
        """Begin a job for the feeds of each collection that are due, or for all; gives the jobs' ids.

        With `collections`, only for feeds of these.
        """
        now = datetime.now(UTC)
        due = self._feeds.all() if everything else self._feeds.due(now)
        due = [feed for feed in due if not collections or feed.collection in collections]
        ids = []
        for collection in sorted({feed.collection for feed in due}):
            items = [NewItem(feed.url, feed_key=feed.key) for feed in due if feed.collection == collection]
            ids.append(self._jobs.create(collection, items))
        self._feeds.put_off(due, now)
        return ids

    def work(self, job_id: str | None = None, report: Callable[[], None] = lambda: None) -> None:
        """Do everything that waits, of one job or of all, calling `report` after each address.

        Does nothing while another process holds the lease.
        Raises `StoreUnavailable` once what was in hand has come to its end.
        """
        busy: set[str] = set()
        done: SimpleQueue[tuple[str, DatelineError | None]] = SimpleQueue()
        failure: DatelineError | None = None
        while True:
            if failure is None and not self._stop.is_set() and self._lease.held():
                self._begin(job_id, busy, done)
            if not busy:
                break
            host, error = self._next(done)
            busy.remove(host)
            failure = failure or error
            report()
        if failure is not None:
            raise failure

    def _next(self, done: "SimpleQueue[tuple[str, DatelineError | None]]") -> tuple[str, DatelineError | None]:
        """The next address to come to its end; the lease is renewed until then, however long it takes."""
        while True:
            try:
                return done.get(timeout=_RENEW_SECONDS)
            except Empty:
                with suppress(StoreUnavailable):  # which is met again where it matters
                    self._lease.held()

    def _begin(self, job_id: str | None, busy: set[str], done: "SimpleQueue[tuple[str, DatelineError | None]]") -> None:
        """Start what waits, one address of a host at a time, in threads that do not keep the process from ending."""
        for key, url in self._jobs.waiting(job_id, _WINDOW):
            if len(busy) == _AT_ONCE:
                return
            host = urlsplit(url).netloc
            if host not in busy and (item := self._jobs.item(key)) is not None:
                busy.add(host)
                threading.Thread(target=self._do_one, args=(item, host, done), name="fetch", daemon=True).start()

    def _do_one(self, item: Item, host: str, done: "SimpleQueue[tuple[str, DatelineError | None]]") -> None:
        try:
            self._do(item)
            done.put((host, None))
        except DatelineError as error:
            done.put((host, error))

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if self._lease.held():
                    if self._polls:
                        self.poll()
                    self.work()
            except DatelineError as error:
                log.warning("Fetching pauses: %s", error)
            except Exception:
                log.exception("Fetching met an error that it does not know; it goes on.")
            self._wake.wait(_REST_SECONDS)
            self._wake.clear()

    def _do(self, item: Item) -> None:
        try:
            with traced("ingest.address", job=item.job_id, collection=item.collection):
                self._take(item)
        except _Stopping:
            return  # the next start takes it
        except DatelineError as error:
            if isinstance(error, StoreUnavailable):
                raise  # not the address's fault: it is tried again
            self._fail(item, error)
        except Exception as error:  # one bad page never stops a job
            log.exception("%s cannot be taken.", item.url)
            self._fail(item, UnreadableFile(f"It cannot be read ({type(error).__name__})."))

    def _fail(self, item: Item, error: DatelineError) -> None:
        if isinstance(error, FetchFailed):
            self._politeness.heed(error)
            if item.depth and error.may_pass:
                self._feeds.try_again(item.collection, item.url)
        outcome = Outcome(reason=str(error))
        if isinstance(error, FetchPutOff) and item.feed_key is not None:
            self._feeds.left_alone(item.feed_key, error.retry_after or 0)
            outcome = Outcome(notice=str(error))  # nothing failed: it is polled when it may be
        elif item.feed_key is not None:
            self._feeds.failed(item.feed_key, str(error), getattr(error, "retry_after", None))
        self._jobs.finish(item, outcome)

    def _take(self, item: Item) -> None:
        if item.feed_key is not None:
            self._take_feed(item)
        elif (html := (item.entry or {}).get("html")) and is_whole_article(html):
            title = escape(str((item.entry or {}).get("title", "")))
            page = f"<html><head><title>{title}</title></head><body><article>{html}</article></body></html>"
            outcome = self._store(item, page.encode("utf-8", "replace"), item.url, "text/html; charset=utf-8")
            self._jobs.finish(item, outcome)
        else:
            fetched = self._fetched(item)
            if (unpacked := unpacked_feed(fetched)) is not None:
                feed, outcome = feed_in(unpacked, item.depth)
                if item.led_by is not None:
                    _note(item, outcome)
                    self._feeds.followed(item, feed)
                else:
                    self._jobs.finish(item, outcome, [item_of(entry, item.depth) for entry in feed.entries])
            else:
                self._jobs.finish(item, self._store(item, fetched.body, fetched.url, fetched.content_type))

    def _fetched(self, item: Item, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        with traced("ingest.fetch"):
            found = self._fetcher.fetch(item.url, etag, last_modified, may=self._politeness.ask)
        if self._stop.is_set():  # nobody waits for slow sites at the end; what they gave comes too late to be stored
            raise _Stopping
        return found

    def _take_feed(self, item: Item) -> None:
        known = self._feeds.get(item.feed_key or 0)
        etag, last_modified = (known.etag, known.last_modified) if known else (None, None)
        fetched = self._fetched(item, etag, last_modified)
        feed = Feed(None, ())
        if not fetched.is_unchanged:
            feed, left_out = feed_in(unpacked_feed(fetched) or fetched, item.depth)
            _note(item, left_out)
        self._feeds.polled(item, fetched, feed)

    def _store(self, item: Item, body: bytes, url: str, content_type: str | None) -> Outcome:
        articles: list[IncomingArticle] = []
        names: list[str] = []
        reasons: list[str] = []
        with traced("ingest.read", bytes=len(body)):
            read = list(read_bytes(body, url, item.collection, url=url, content_type=content_type))
        for found in read:
            if isinstance(found.outcome, IncomingArticle):
                articles.append(with_what_the_feed_said(found.outcome, item))
                names.append(found.name)
            else:
                reasons.append(_reason(found.name, url, found.outcome))
        report = self._ingester.put_gently(articles, self._make_way)
        reasons += [_reason(names[failure.index], url, failure.error) for failure in report.failed]
        added, revised, unchanged = map(report.count, (Change.ADDED, Change.REVISED, Change.UNCHANGED))
        more = f" So did {len(reasons) - 1:,} more of what it holds." if len(reasons) > 1 else ""
        return Outcome(added, revised, unchanged, f"{reasons[0]}{more}" if reasons else None)

    def _make_way(self) -> None:
        """Questions go first; and a stop is not kept waiting by what the next start does as well."""
        if self._stop.is_set():
            raise _Stopping
        self._courtesy.make_way()


def _note(item: Item, left_out: Outcome) -> None:
    """What a subscription leaves out is no failure of each poll, and no news either."""
    for said in filter(None, (left_out.reason, left_out.notice)):
        log.warning("%s: %s", item.url, said)


def _reason(name: str, url: str, error: object) -> str:
    """Why something that an address holds was not taken; of a table or of lines, which row or line it was."""
    place, said = name.removeprefix(url).lstrip(", "), str(error)
    return f"{place.capitalize()}: {said}" if place and name not in said else said
