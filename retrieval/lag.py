"""How much of what is stored a question cannot find by vector yet, and the sentence that says so."""

import threading

from corpus.embeddings import EmbeddingStore, Waiting
from corpus.selection import Selection

_MOST_KEPT = 100


class Lag:
    """What waits for vectors, counted once for a selection between two changes of the store. Thread-safe."""

    def __init__(self, embeddings: EmbeddingStore) -> None:
        self._embeddings = embeddings
        self._lock = threading.Lock()
        self._kept: dict[tuple[Selection, bool], Waiting] = {}
        self._changes = 0

    def of(self, selection: Selection, *, by_index: bool) -> Waiting:
        """The passages that a question over this selection cannot find by vector, searched by the index or exactly."""
        with self._lock:
            kept, seen = self._kept.get((selection, by_index)), self._changes
        if kept is not None:
            return kept
        waiting = self._embeddings.waiting(selection, by_index=by_index)
        with self._lock:
            if seen == self._changes and len(self._kept) < _MOST_KEPT:
                self._kept[selection, by_index] = waiting
        return waiting

    def forget(self) -> None:
        """The store changed."""
        with self._lock:
            self._kept.clear()
            self._changes += 1


def lag_notice(waiting: Waiting) -> str | None:
    """What an answer that the lag could affect says; None when nothing waits."""
    if not waiting.passages:
        return None
    passages = f"{waiting.passages:,} passage{'s' if waiting.passages > 1 else ''}"
    articles = f"{waiting.articles:,} article{'s' if waiting.articles > 1 else ''}"
    found, their = ("are", "their vectors are") if waiting.passages > 1 else ("is", "its vector is")
    return f"{passages} of {articles} {found} found by keyword only until {their} made."
