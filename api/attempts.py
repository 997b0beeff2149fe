"""Guessing keys is made slow: whoever sent too many wrong ones waits, and those who came with a good one do not."""

import hashlib
import math
import time
from collections import OrderedDict

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

_WRONG_A_MINUTE = 30
_MOST_KNOWN = 10_000


class Attempts:
    """Wrong keys of the last minute by address, in this process. For one event loop.

    An address may stand for many people, behind a proxy for all of them. So a key that was let in before is looked at
    whatever else comes from its address; only its digest is remembered.
    """

    def __init__(self, wrong_a_minute: int = _WRONG_A_MINUTE) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._item = RateLimitItemPerMinute(wrong_a_minute)
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def wait_s(self, address: str, key: str) -> int:
        """Seconds until the key is looked at; 0: at once."""
        if _digest(key) in self._known or self._limiter.test(self._item, address):
            return 0
        return max(1, math.ceil(self._limiter.get_window_stats(self._item, address).reset_time - time.time()))

    def was_wrong(self, address: str, key: str) -> None:
        """A key that opens nothing came from an address; one that did once does no longer."""
        self._known.pop(_digest(key), None)
        self._limiter.hit(self._item, address)

    def was_good(self, key: str) -> None:
        """A key was let in; the one that came least lately is forgotten when there are too many."""
        digest = _digest(key)
        self._known[digest] = None
        self._known.move_to_end(digest)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
