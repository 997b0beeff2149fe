"""Who of several processes does a work that one must do: whoever holds the lease, and when he dies, the next."""

import time
import uuid
from typing import Any

from sqlalchemy import delete, extract, func, or_
from sqlalchemy.dialects.postgresql import insert

from corpus.database import Database
from corpus.schema import leases

_ASK_SECONDS = 1.0


class Lease:
    """A hold on the work `name`, for `seconds` by the database's clock and again and again. Thread-safe enough.

    For one that was held up the lease may have gone to another while it still works: what is done under a lease must
    bear to be done twice. In a store that is not shared it is always held.
    """

    def __init__(self, database: Database, name: str, seconds: float = 20.0) -> None:
        self._db = database
        self._name = name
        self._seconds = seconds
        self._holder = uuid.uuid4().hex
        self._is_held = False
        self._ask_at = 0.0

    def held(self) -> bool:
        """Take the lease if it is free, or renew it; whether it is held. Raises `StoreUnavailable`."""
        if not self._db.is_shared:
            return True
        if time.monotonic() >= self._ask_at:
            began, self._is_held = time.monotonic(), False
            with self._db.aside() as connection:
                self._is_held = connection.execute(self._taking()).first() is not None
            self._ask_at = began + (self._seconds / 4 if self._is_held else _ASK_SECONDS)
        return self._is_held

    def release(self) -> None:
        """Let the next one have it at once."""
        if self._is_held:
            self._is_held, self._ask_at = False, 0.0
            with self._db.aside() as connection:
                connection.execute(delete(leases).where(leases.c.name == self._name, leases.c.holder == self._holder))

    def _taking(self) -> Any:
        now = extract("epoch", func.clock_timestamp())
        new = insert(leases).values(name=self._name, holder=self._holder, until=now + self._seconds)
        values = {"holder": new.excluded.holder, "until": new.excluded.until}
        may = or_(leases.c.holder == new.excluded.holder, leases.c.until < now)
        return new.on_conflict_do_update(index_elements=["name"], set_=values, where=may).returning(leases.c.holder)
