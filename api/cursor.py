"""The opaque cursor of a list: after which position its next page starts."""

import base64
import json
from datetime import datetime

from corpus.errors import InvalidInput


def cursor_at(when: datetime, key: int) -> str:
    """The cursor of a position in a list that is sorted by time and key."""
    return base64.urlsafe_b64encode(json.dumps([when.isoformat(), key]).encode()).decode()


def position_of(cursor: str) -> tuple[datetime, int]:
    """The position of a cursor. Raises `InvalidInput` for one that `cursor_at` did not make."""
    try:
        when, key = json.loads(base64.urlsafe_b64decode(cursor))
        moment = datetime.fromisoformat(when)
        if moment.tzinfo is None:
            raise ValueError("no zone")
        return moment, int(key)
    except (ValueError, TypeError):
        raise InvalidInput(
            "The cursor is not one that this server gave; start from the first page.", at="cursor"
        ) from None
