"""When a server may be asked again: the header by which it says so (RFC 9110, 10.2.3), and how a person is told."""

import math
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def seconds_of(value: str) -> float | None:
    """The seconds of a `Retry-After`, a number or an HTTP date; None when it is neither, or the header is empty."""
    with suppress(ValueError):
        return max(0.0, seconds) if math.isfinite(seconds := float(value)) else None
    with suppress(ValueError, TypeError, OverflowError):
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    return None


def moment_after(seconds: float) -> str:
    """The moment so many seconds from now, for a person to read."""
    return f"{datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S} UTC"
