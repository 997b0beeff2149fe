"""Be a welcome guest: obey robots.txt and leave each host some time between requests. Protego is used here only."""

import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from protego import Protego

from corpus.errors import FetchFailed, FetchRefused
from corpus.fetch import Fetcher

_KEPT_SECONDS = 3_600.0
_MOST_KEPT = 5_000
_LONGEST_PAUSE = 30.0  # a Crawl-delay of minutes is for crawlers of whole sites


@dataclass(slots=True)
class _Rules:
    rules: Protego | None  # None: the site could not say, so nothing of it is fetched for now (RFC 9309, 2.3.1.4)
    read_at: float


class Politeness:
    """Says before each request whether and when it may be made. Thread-safe.

    `interval` is the least time in seconds between two requests to a host; a site's Crawl-delay makes it longer.
    """

    def __init__(self, fetcher: Fetcher, interval: float = 1.0) -> None:
        self._fetcher = fetcher
        self._interval = interval
        self._lock = threading.Lock()
        self._rules: dict[str, _Rules] = {}
        self._free_at: dict[str, float] = {}

    def ask(self, url: str) -> None:
        """Wait until `url` may be requested. Raises `FetchRefused` when its site's robots.txt says that it may not."""
        site = urlunsplit((*urlsplit(url)[:2], "", "", ""))
        rules = self._rules_of(site).rules
        if rules is None:
            raise FetchRefused(f"{site} does not say what may be fetched: its robots.txt cannot be read now.")
        if not rules.can_fetch(url, self._fetcher.user_agent):
            raise FetchRefused(f"{url} is not fetched: the site's robots.txt asks not to.")
        self._wait(site, max(self._interval, float(rules.crawl_delay(self._fetcher.user_agent) or 0)))

    def _rules_of(self, site: str) -> _Rules:
        now = time.monotonic()
        known = self._rules.get(site)
        if known is None or now - known.read_at > _KEPT_SECONDS:
            known = _Rules(self._read(site), now)
            with self._lock:
                if len(self._rules) >= _MOST_KEPT:
                    self._rules.clear()
                    self._free_at.clear()
                self._rules[site] = known
        return known

    def _read(self, site: str) -> Protego | None:
        """A robots.txt that is not there forbids nothing; one that a failing server withholds forbids everything."""
        try:
            body = self._fetcher.fetch(f"{site}/robots.txt").body
        except FetchFailed as error:
            return Protego.parse("") if error.status is not None and 400 <= error.status < 500 else None
        return Protego.parse(body[:500_000].decode("utf-8", "replace"))

    def _wait(self, site: str, interval: float) -> None:
        with self._lock:
            now = time.monotonic()
            start = max(now, self._free_at.get(site, 0.0))
            self._free_at[site] = start + min(interval, _LONGEST_PAUSE)
        time.sleep(max(0.0, start - now))
