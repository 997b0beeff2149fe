"""Articles read lately, kept in memory: a search reads the same few again and again."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from corpus.article import Article

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
