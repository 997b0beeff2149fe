"""Writes answers down behind the back of whoever asked: in order, in a thread of its own, and never in their way."""

import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from answering.answer import Answer
from answering.ask import Ask
from api.caller import Caller, caller
from api.ledger_entries import digest, entry_of
from api.ledger_keep import Keep
from api.ledger_schemas import VersionsOut
from corpus.database import Database
from corpus.errors import DatelineError, StoreUnavailable
from corpus.ledger import LedgerStore

log = logging.getLogger(__name__)

_MOST_WAITING = 1_000
_MOST_AT_ONCE = 100
_TRIM_EVERY_S, _PAUSE_S = 600.0, 0.05
_SECRET = "ledger_secret"
_PATIENCE_S = 5.0  # for which a reader waits until what was answered before is written

Item = tuple[Ask, Answer, Caller]


class Ledger:
    """The answers of one engine, kept for `days` and at most `most` of them; 0 is without end.

    `lost` is told how many answers could not be kept, and why: `full` when too many wait, `failed` when the store takes
    none, because its disk is full or it is gone, or one answer cannot be written.
    """

    def __init__(
        self,
        database: Database,
        keep: Keep,
        days: float,
        most: int,
        versions: Callable[[], VersionsOut],
        lost: Callable[[str, int], None],
    ) -> None:
        self.store = LedgerStore(database)
        self.keep = keep
        self._db, self._days, self._most = database, days, most
        self._versions, self._lost = versions, lost
        self._waiting: queue.Queue[Item | None] = queue.Queue(_MOST_WAITING)
        self._lock = threading.Lock()
        self._writer: threading.Thread | None = None
        self._secret_known: bytes | None = None
        self._trim_at = 0.0
        self._told_of_failure = False

    def answered(self, ask: Ask, answer: Answer) -> None:
        """Keep an answer, later. Takes microseconds and raises nothing."""
        who = caller()
        if self.keep is Keep.OFF or not who.kept:
            return
        try:
            self._waiting.put_nowait((ask, answer, who))
        except queue.Full:
            self._lost("full", 1)
        self._begin()

    @property
    def waiting(self) -> int:
        """How many answers are not written yet."""
        return self._waiting.qsize()

    def settle(self, patience_s: float = _PATIENCE_S) -> bool:
        """Wait until what was answered before is written; false when that took too long."""
        end = time.monotonic() + patience_s
        with self._waiting.all_tasks_done:
            while self._waiting.unfinished_tasks:
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self._waiting.all_tasks_done.wait(left)
        return True

    def names_of(self, key_id: str) -> tuple[str, ...]:
        """Under what names answers of a key may be kept: its id, and its digest where any was ever made."""
        made = self._db.fact(_SECRET)
        return (key_id, digest(key_id, bytes.fromhex(made))) if made else (key_id,)

    def start(self) -> None:
        """Begin to forget what is too old, also while nobody asks."""
        if self._days or self._most:
            self._begin()

    def close(self) -> None:
        """Write what waits, as far as a moment allows."""
        with self._lock:
            writer = self._writer
        if writer is not None:
            self.settle()
            self._waiting.put(None)
            writer.join(_PATIENCE_S)

    def _begin(self) -> None:
        if self._writer is None:
            with self._lock:
                if self._writer is None:
                    self._writer = threading.Thread(target=self._write_on, name="ledger", daemon=True)
                    self._writer.start()

    def _write_on(self) -> None:
        while True:
            items = self._taken()
            kept = [item for item in items if item is not None]
            try:
                if kept:
                    self._write(kept)
                self._trim()
                self._told_of_failure = False
            except Exception as error:  # whatever it is: the answer was given
                self._fail(error, len(kept))
            finally:
                for _ in items:
                    self._waiting.task_done()
            if len(kept) < len(items):
                return

    def _taken(self) -> list[Item | None]:
        """What waits, at most so many at once; nothing when it is time to look for what is too old."""
        items: list[Item | None] = []
        with suppress(queue.Empty):
            items.append(self._waiting.get(timeout=max(_PAUSE_S, self._trim_at - time.monotonic())))
            while items[-1] is not None and len(items) < _MOST_AT_ONCE:
                items.append(self._waiting.get_nowait())
        return items

    def _write(self, items: list[Item]) -> None:
        """Keep these together; where that fails by one of them, each by itself, so that the others are kept."""
        versions = self._versions()
        secret = self._secret() if self.keep is Keep.HASHED else b""

        def write(some: list[Item]) -> None:
            self.store.add([entry_of(ask, answer, who, versions, self.keep, secret) for ask, answer, who in some])

        try:
            write(items)
        except StoreUnavailable:
            raise
        except Exception:
            if len(items) == 1:
                raise
            for item in items:
                try:
                    write([item])
                except Exception as error:
                    self._fail(error, 1)

    def _trim(self) -> None:
        """Forget what is too old or too many, some of it at a time."""
        if time.monotonic() < self._trim_at:
            return
        before = datetime.now(UTC) - timedelta(days=self._days) if self._days else None
        more = self.store.trim(before, self._most or None) if before or self._most else 0
        self._trim_at = time.monotonic() + (0.0 if more else _TRIM_EVERY_S)

    def _fail(self, error: Exception, count: int) -> None:
        if count:
            self._lost("failed", count)
        if not self._told_of_failure:  # once, not for each answer while a disk is full
            self._told_of_failure = True
            known = isinstance(error, DatelineError)
            log.error("Answers cannot be kept in the ledger just now: %s", error, exc_info=None if known else error)

    def _secret(self) -> bytes:
        if self._secret_known is None:
            made = self._db.fact(_SECRET)
            if made is None:
                made = secrets.token_hex(32)
                self._db.set_fact(_SECRET, made)
            self._secret_known = bytes.fromhex(made)
        return self._secret_known
