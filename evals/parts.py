"""The parts of Dateline that evaluations run in process, over a folder of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.embeddings import EmbeddingStore
from corpus.memory import spare_memory
from corpus.reader import read_file
from corpus.store import ArticleStore
from retrieval.embedder import BUNDLED, Embedder, LazyEmbedder
from retrieval.indexer import Indexer
from retrieval.ingest import Ingester
from retrieval.search import Searcher

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Parts:
    """What is measured, over one folder."""

    store: ArticleStore
    embeddings: EmbeddingStore
    indexer: Indexer
    ingester: Ingester
    searcher: Searcher

    def put(self, articles: Iterable[IncomingArticle]) -> int:
        """Store articles, so that keywords find them; the number of them."""
        waiting = iter(articles)
        batches = iter(lambda: list(islice(waiting, _BATCH)), [])
        return sum(len(report.stored) for report in self.ingester.put_each(batches))

    def complete(self) -> None:
        """Wait until vectors are complete."""
        self.indexer.start()
        self.indexer.wait_until_current(lambda _: None)


def open_parts(folder: Path, threads: int, embedder: Embedder | None = None) -> Parts:
    """The parts over a data folder, the bundled model (or `embedder`) and all else loaded, and nothing begun."""
    spare_memory()
    database = Database(folder / "dateline.sqlite")
    store, embeddings = ArticleStore(database), EmbeddingStore(database)
    embedder = embedder or LazyEmbedder(BUNDLED, folder / "models", threads)
    embedder.embed_questions(["warm up"])
    indexer = Indexer(database, embeddings, embedder, folder / "index")
    searcher = Searcher(store, embeddings, indexer, embedder)
    ingester = Ingester(store, indexer, folder)
    ingester.warm_up()
    return Parts(store, embeddings, indexer, ingester, searcher)


def articles_of(file: Path, only: set[str] | None, most: int) -> list[IncomingArticle]:
    """The first articles of a file, or those of them whose ids are named."""
    outcomes = (one.outcome for one in read_file(file))
    chosen = (one for one in outcomes if isinstance(one, IncomingArticle) and (only is None or one.id in only))
    return list(islice(chosen, most))
