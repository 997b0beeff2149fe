"""How many requests a minute somebody may make, told in the headers of draft-ietf-httpapi-ratelimit-headers-11."""

import math
import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

_WINDOW_S = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a request found: whether it may pass, how many more may, and the seconds until one more may."""

    passes: bool
    quota: int
    remaining: int
    reset_s: int

    @property
    def headers(self) -> dict[str, str]:
        """What clients read; `Retry-After` only when the request may not pass."""
        told = {
            "RateLimit-Policy": f'"requests";q={self.quota};w={_WINDOW_S}',
            "RateLimit": f'"requests";r={self.remaining};t={self.reset_s}',
        }
        return told if self.passes else {**told, "Retry-After": str(self.reset_s)}


class Limits:
    """Counts requests by name, in this process, over a moving minute. Thread-safe."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def take(self, name: str, per_minute: int) -> Allowance:
        """Count one request of `name`, if it may pass."""
        item = RateLimitItemPerMinute(per_minute)
        passes = self._limiter.hit(item, name)
        window = self._limiter.get_window_stats(item, name)
        wait = max(1, math.ceil(window.reset_time - time.time()))
        return Allowance(passes, per_minute, max(0, window.remaining), min(wait, _WINDOW_S))
