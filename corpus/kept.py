"""What was read lately, kept in memory: a search reads the same few again and again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

from corpus.article import Article
from corpus.database import Database

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

# About 16 MB of text in Latin letters, of which Python keeps one byte each.
_MOST_CHARACTERS = 16_000_000

Place = tuple[int, int]  # article key and revision number


class KeptArticles:
    """The revisions used last, by article key and number. Thread-safe.

    A stored revision never changes but for whether it is the current one, and its place is never used again, so what is
    kept stays true; whoever asks must know that it is still stored.
    """

    def __init__(self, most_characters: int = _MOST_CHARACTERS) -> None:
        self._most = most_characters
        self._lock = threading.Lock()
        self._articles: OrderedDict[Place, Article] = OrderedDict()
        self._characters = 0

    def get(self, places: Iterable[Place]) -> dict[Place, Article]:
        """Those of the places that are kept."""
        found = {}
        with self._lock:
            for place in set(places):
                if (article := self._articles.get(place)) is not None:
                    self._articles.move_to_end(place)
                    found[place] = article
        return found

    def keep(self, articles: Mapping[Place, Article]) -> None:
        """Keep these, and let those go that were not used for longest."""
        with self._lock:
            for place, article in articles.items():
                self._drop(place)
                self._articles[place] = article
                self._characters += len(article.body)
            while self._characters > self._most:
                self._drop(next(iter(self._articles)))

    def forget(self, article_key: int) -> None:
        """Let every revision of an article go: a deleted text does not stay in memory."""
        with self._lock:
            for place in [place for place in self._articles if place[0] == article_key]:
                self._drop(place)

    def _drop(self, place: Place) -> None:
        gone = self._articles.pop(place, None)
        if gone is not None:
            self._characters -= len(gone.body)


class KeptUntilWritten(Generic[Key, Value]):
    """What was read of a database, kept until this process writes to it. Thread-safe.

    Of a database that other processes write to as well nothing is kept.
    """

    def __init__(self, database: Database, most: int) -> None:
        self._db = database
        self._most = most
        self._known: tuple[int, dict[Key, Value | None]] = (database.written, {})

    def get(self, keys: Collection[Key], read: Callable[[list[Key]], Mapping[Key, Value]]) -> dict[Key, Value]:
        """What is stored under these keys, in their order; `read` gives it for those not known. Others are left out."""
        if self._db.is_shared:
            found = read(list(keys))
            return {key: found[key] for key in keys if key in found}
        known = self._still_true()
        if missing := [key for key in keys if key not in known]:
            found = read(missing)
            # Not true any more if something was written meanwhile: then nobody looks here again.
            known.update({key: found.get(key) for key in missing})
        return {key: value for key in keys if (value := known.get(key)) is not None}

    def _still_true(self) -> dict[Key, Value | None]:
        written = self._db.written
        of, known = self._known
        if of != written or len(known) > self._most:
            known = {}
            self._known = (written, known)
        return known
