"""A whole Dateline made small for the fault tests: real store, real Chroma, and an embedder that needs no model.

`python -m tests.small FOLDER FIRST COUNT` stores and indexes COUNT articles and prints the id of each acknowledged one.
"""

import hashlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.embeddings import EmbeddingStore
from corpus.selection import Selection
from corpus.store import ArticleStore
from retrieval.chroma_address import ChromaAddress
from retrieval.courtesy import no_pause
from retrieval.embedder import Embedder, Vectors
from retrieval.indexer import MOST_AT_HAND, Indexer
from retrieval.ingest import Ingester
from retrieval.passage import SearchResult
from retrieval.search import Searcher

DIMENSIONS = 64


class HashedWords:
    """Bag of words, each word a fixed random direction: deterministic, unit length, near when words are shared."""

    name = "hashed-words"
    fingerprint = "hashedwords0"

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        return np.stack([self._one(text) for text in questions])

    def embed_passages(self, passages: Sequence[str], between: Callable[[], None] = no_pause) -> Vectors:
        between()
        return self.embed_questions(passages)

    def _one(self, text: str) -> Vectors:
        total = np.full(DIMENSIONS, 1e-6)
        for word in re.findall(r"\w+", text.lower()):
            seed = int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "big")
            total += np.random.default_rng(seed).standard_normal(DIMENSIONS)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


class Small:
    """Everything over one folder, without a lock on it, so that a test can break it from outside."""

    def __init__(
        self,
        folder: Path,
        sync_threshold: int = 50,
        embedder: Embedder | None = None,
        url: str | None = None,
        most_at_hand: int = MOST_AT_HAND,
        where: str | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.database = Database(where or folder / "dateline.sqlite")
        self.store = ArticleStore(self.database)
        self.embeddings = EmbeddingStore(self.database)
        self.embedder = embedder or HashedWords()
        self.indexer = Indexer(
            self.database,
            self.embeddings,
            self.embedder,
            folder / "index",
            ChromaAddress(url) if url else None,
            sync_threshold,
            most_at_hand,
        )
        self.ingester = Ingester(self.store, self.indexer, folder)
        self.searcher = Searcher(self.store, self.embeddings, self.indexer, self.embedder)

    def start(self) -> "Small":
        self.indexer.start()
        return self

    def settle(self, patience: float = 90.0) -> "Small":
        """Wait until vectors and index are complete."""
        assert self.indexer.wait_until_current(lambda _: None, patience), self.indexer.backlog()
        return self

    def close(self) -> None:
        self.indexer.close()
        self.database.close()

    def indexed(self) -> set[str]:
        """The ids that Chroma holds, as Chroma itself says."""
        index = self.indexer.ready_index()
        assert index is not None
        return index.ids("default")

    def expected(self) -> set[str]:
        """The ids that Chroma should hold."""
        keys = self.store.selected_chunks(Selection(), 1_000_000)
        return {one.chunk.index_id for one in self.store.candidates(keys, Selection()).values()}

    def check(self, ids: Sequence[str]) -> None:
        """Every article is stored, found by keyword and by vector, and the index holds each chunk exactly once."""
        assert self.indexed() == self.expected()
        index = self.indexer.ready_index()
        assert index is not None and index.count("default") == len(self.expected())
        for article_id in ids:
            question = words(article_id)
            by_word = self.searcher.search(question, Selection(), 5, sides="keyword").passages
            by_vector = self.searcher.search(question, Selection(), 5, sides="dense").passages
            assert by_word and by_word[0].article.id == article_id
            assert article_id in {passage.article.id for passage in by_vector}, article_id


def outcome(result: SearchResult) -> list[Any]:
    """What a search found, to be compared with another time's: the index and the scan differ in a score's last digits."""
    found: list[Any] = [(p.article, p.start, p.end, p.text) for p in result.passages]
    return [*found, Scores([number for p in result.passages for number in (p.score, p.similarity or 0.0)])]


class Scores(list[float]):
    """Equal to others that are at most 1e-5 away."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scores) and len(self) == len(other) and np.allclose(self, other, rtol=0, atol=1e-5)


def words(article_id: str) -> str:
    """Words that only this article holds."""
    return f"unique{article_id} only{article_id}x"


def article(number: int, note: str = "") -> IncomingArticle:
    article_id = f"n{number}"
    return IncomingArticle(
        f"Report {words(article_id)}", f"The text of {words(article_id)} says so. {note}", article_id
    )


def main(folder: Path, first: int, count: int) -> None:
    """The writer that gets killed."""
    import signal

    small = Small(folder).start()
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    small.ingester.warm_up()  # on a busy machine the imports alone outlast the time until the kill
    print("ready", flush=True)
    for number in range(first, first + count):
        for stored in small.ingester.put([article(number)]).stored:
            print(stored.id, flush=True)
        if stopping:
            break
    small.close()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
