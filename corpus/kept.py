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

    @property
    def has_room(self) -> bool:
        """Whether another article is kept without letting one go, as far as it is not very long."""
        return self._characters < self._most * 3 // 4

    def forget(self, article_key: int) -> None:
        """Let every revision of an article go: a deleted text does not stay in memory."""
        with self._lock:
            for place in [place for place in self._articles if place[0] == article_key]:
                self._drop(place)

    def _drop(self, place: Place) -> None:
        gone = self._articles.pop(place, None)
        if gone is not None:
            self._characters -= len(gone.body)


class KeptOfArticles(Generic[Key, Value]):
    """What was read of articles of a database, kept until this process changes the article. Thread-safe.

    `article_of` gives the key of the article that a value is of. Of a database that other processes write to as well
    nothing is kept.
    """

    def __init__(self, database: Database, most: int, article_of: Callable[[Value], int]) -> None:
        self._db = database
        self._most = most
        self._article_of = article_of
        self._lock = threading.Lock()
        self._known: dict[Key, Value] = {}
        self._of: dict[int, list[Key]] = {}  # what is known of each article
        self._followed = database.touched.number

    def has_room(self, count: int) -> bool:
        """Whether so many more are kept without letting others go."""
        return not self._db.is_shared and len(self._known) + count <= self._most

    def get(self, keys: Collection[Key], read: Callable[[list[Key]], Mapping[Key, Value]]) -> dict[Key, Value]:
        """What is stored under these keys, in their order; `read` gives it for those not known. Others are left out."""
        if self._db.is_shared:
            found: Mapping[Key, Value] = read(list(keys))
        else:
            at_hand = self._at_hand(keys)
            missing = [key for key in keys if key not in at_hand]
            if not missing:
                return at_hand
            since = self._db.touched.number
            read_now = read(missing)
            self._keep(read_now, since)
            found = {**at_hand, **read_now}
        return {key: found[key] for key in keys if key in found}

    def _at_hand(self, keys: Collection[Key]) -> dict[Key, Value]:
        with self._lock:
            self._follow()
            return {key: self._known[key] for key in keys if key in self._known}

    def _keep(self, read: Mapping[Key, Value], since: int) -> None:
        """Keep what was read after the change with this number, unless another one has come meanwhile."""
        with self._lock:
            self._follow()
            if len(self._known) + len(read) > self._most:
                self._forget()
            later = self._db.touched.since(since)
            for key, value in read.items():
                if (article := self._article_of(value)) not in later:
                    self._known[key] = value
                    self._of.setdefault(article, []).append(key)

    def _follow(self) -> None:
        followed, self._followed = self._followed, self._db.touched.number
        if followed == self._followed:
            return
        touched = self._db.touched.since(followed)
        if touched.everything:
            self._forget()
        for article in touched.articles & self._of.keys():
            for key in self._of.pop(article):
                self._known.pop(key, None)

    def _forget(self) -> None:
        self._known.clear()
        self._of.clear()
