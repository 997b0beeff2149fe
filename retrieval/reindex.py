"""Cut and embed everything stored anew: after another embedder is set or the way of chunking changed."""

from corpus.database import Database
from corpus.embeddings import EmbeddingStore
from corpus.store import ArticleStore
from retrieval.chunk import CHUNKING_VERSION
from retrieval.prepare import cut


def reindex(database: Database, store: ArticleStore, embeddings: EmbeddingStore) -> None:
    """Drop embeddings and index, and cut every revision again if the chunking changed. The indexer then makes all anew.

    Crash-safe: the store stays complete at every moment, and running it again finishes what a crash left.
    """
    if database.fact("chunking") not in (None, CHUNKING_VERSION):
        store.recut(cut)
    embeddings.forget_embeddings()
    embeddings.forget_index()
    database.set_fact("index_rebuilding", "yes")
    database.set_fact("index_generation", str(int(database.fact("index_generation") or 1) + 1))
