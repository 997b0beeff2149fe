"""Which articles were written to, transaction by transaction: what is kept in memory of all others stays true."""

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

_NOTE = "touched"
_MOST = 1_000  # transactions remembered


@dataclass(frozen=True, slots=True)
class Touched:
    """The keys of the articles that were written to; `everything` when that cannot be said."""

    articles: frozenset[int] = frozenset()
    everything: bool = False

    def __bool__(self) -> bool:
        return self.everything or bool(self.articles)

    def __contains__(self, article_key: int) -> bool:
        return self.everything or article_key in self.articles


EVERYTHING: Final = Touched(everything=True)


def touch(connection: Connection, article_keys: Iterable[int]) -> None:
    """Note in a transaction that it changes these articles, their chunks or their chunks' vectors."""
    connection.info.setdefault(_NOTE, set()).update(article_keys)


def touch_everything(connection: Connection) -> None:
    """Note in a transaction that it changes more articles than it can name."""
    connection.info.setdefault(_NOTE, set()).add(None)


class TouchLog:
    """What this process's transactions touched lately. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._log: deque[Touched] = deque(maxlen=_MOST)
        self._number = 0

    @property
    def number(self) -> int:
        """Counts up with each transaction that touched an article."""
        return self._number

    def since(self, number: int) -> Touched:
        """All that was touched after the transaction with this number."""
        with self._lock:
            missed = self._number - number
            if missed > len(self._log):
                return EVERYTHING
            latest = list(self._log)[len(self._log) - missed :]
        if any(one.everything for one in latest):
            return EVERYTHING
        return Touched(frozenset().union(*(one.articles for one in latest)))

    def begin(self, connection: Connection) -> None:
        """Nothing is noted yet: what a transaction that failed left is none of the next one's."""
        connection.info[_NOTE] = set()

    def noted(self, connection: Connection) -> Touched:
        """What the transaction touched, as far as it has come."""
        noted = connection.info.pop(_NOTE, set())
        return EVERYTHING if None in noted else Touched(frozenset(noted))

    def add(self, touched: Touched) -> None:
        """This is stored from now on."""
        if touched:
            with self._lock:
                self._log.append(touched)
                self._number += 1
