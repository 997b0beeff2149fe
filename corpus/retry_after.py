"""The header by which a server says when it may be asked again (RFC 9110, 10.2.3)."""

import math
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime


def seconds_of(value: str) -> float | None:
    """The seconds of a `Retry-After`, a number or an HTTP date; None when it is neither, or the header is empty."""
    with suppress(ValueError):
        return max(0.0, seconds) if math.isfinite(seconds := float(value)) else None
    with suppress(ValueError, TypeError, OverflowError):
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    return None
