"""Be a welcome guest: obey robots.txt and leave each host some time between requests. Protego is used here only."""

import threading
import time
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from protego import Protego

from corpus.errors import FetchFailed, FetchPutOff, FetchRefused
from corpus.fetch import Fetcher
from corpus.rests import Rests
from corpus.retry_after import moment_after

_KEPT_SECONDS = 3_600.0
_REFUSAL_KEPT_SECONDS = 300.0  # a site that could not say may be able to soon
_MOST_KEPT = 5_000
_LONGEST_PAUSE = 30.0  # a Crawl-delay of minutes is for crawlers of whole sites
_BUSY = (429, 503)  # with these a site speaks for itself, not for one page


@dataclass(slots=True)
class _Rules:
    # The cause where the site could not say: nothing of it is fetched for now then (RFC 9309, 2.3.1.4).
    rules: Protego | str
    until: float  # a moment of `time.monotonic`


class Politeness:
    """Says before each request whether it may be made, and after what pause. Thread-safe.

    `interval` is the least time in seconds between two requests to a host; a site's Crawl-delay makes it longer.
    `rests` keeps which sites asked to be left alone.
    """

    def __init__(self, fetcher: Fetcher, rests: Rests, interval: float = 1.0) -> None:
        self._fetcher = fetcher
        self._rests = rests
        self._interval = interval
        self._lock = threading.Lock()
        self._rules: dict[str, _Rules] = {}
        self._free_at: dict[str, float] = {}

    def ask(self, url: str, seconds: float) -> float:
        """After what pause, in seconds, `url` may be requested; finding out takes at most `seconds`.

        The request is counted as made then. Raises `FetchRefused` when the site's robots.txt says that it may not be,
        `FetchFailed` when that cannot be read, and `FetchPutOff` while the site asks to be left alone.
        """
        site = _site(url)
        rest = self._rests.left(site)
        if rest > _LONGEST_PAUSE:
            raise FetchPutOff(f"{url} is left alone until {moment_after(rest)}, as its site asks.", retry_after=rest)
        rules = self._rules_of(site, seconds)
        if isinstance(rules, str):
            why = f"{site} does not say what may be fetched: its robots.txt cannot be read now. {rules}"
            raise FetchFailed(why, retry_after=self._rests.left(site) or None)
        if not rules.can_fetch(url, self._fetcher.user_agent):
            raise FetchRefused(f"{url} is not fetched: the site's robots.txt asks not to.")
        delay = max(self._interval, float(rules.crawl_delay(self._fetcher.user_agent) or 0))
        return self._pause(site, rest, delay)

    def heed(self, error: FetchFailed) -> None:
        """Leave a site alone for as long as it asks, when it answered that it is busy."""
        if error.url and error.retry_after and error.status in _BUSY:
            self._rests.note(_site(error.url), error.retry_after)

    def _rules_of(self, site: str, seconds: float) -> Protego | str:
        now = time.monotonic()
        known = self._rules.get(site)
        if known is not None and now < known.until:
            return known.rules
        rules = self._read(site, seconds)
        # What comes by a redirect has little time left, which says nothing about the site that it leads to.
        failed = isinstance(rules, str)
        if not failed or seconds > self._fetcher.seconds / 2:
            with self._lock:
                if len(self._rules) >= _MOST_KEPT:
                    self._rules.clear()
                    self._free_at.clear()
                self._rules[site] = _Rules(rules, now + (_REFUSAL_KEPT_SECONDS if failed else _KEPT_SECONDS))
        return rules

    def _read(self, site: str, seconds: float) -> Protego | str:
        """A robots.txt that is not there forbids nothing; one that a failing or busy server withholds, all, and why."""
        try:
            body = replace(self._fetcher, seconds=seconds).fetch(f"{site}/robots.txt").body
        except FetchFailed as error:
            self.heed(error)
            is_missing = error.status is not None and 400 <= error.status < 500 and not error.may_pass
            return Protego.parse("") if is_missing else str(error)
        return Protego.parse(body[:500_000].decode("utf-8", "replace"))

    def _pause(self, site: str, rest: float, interval: float) -> float:
        with self._lock:
            now = time.monotonic()
            start = max(now + rest, self._free_at.get(site, 0.0))
            self._free_at[site] = start + min(interval, _LONGEST_PAUSE)
        return start - now


def _site(url: str) -> str:
    return urlunsplit((*urlsplit(url)[:2], "", "", ""))
