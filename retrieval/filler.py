"""Fill the vector index: embed what waits, newest first, and bring what has its vectors into the index."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np

from corpus.embeddings import EmbeddingStore
from corpus.errors import EmbedderUnavailable
from corpus.tracing import traced
from retrieval.chunk import embedded_text
from retrieval.embedder import Embedder
from retrieval.generation import Generations
from retrieval.index import WRITE_BATCH, ChromaIndex
from retrieval.unembedded import Unembedded

EMBED_BATCH = 128


class Filler:
    """Does the work of the indexer, a batch each step.

    `between` is called before each part of a batch: it may block to let something more urgent go first, or raise to end
    the step. `embedded` and `indexed` are called when a batch has got its vectors and its place in the index.
    """

    def __init__(
        self,
        embeddings: EmbeddingStore,
        embedder: Embedder,
        generations: Generations,
        between: Callable[[], None],
        embedded: Callable[[], None],
        indexed: Callable[[], None],
        embed_batch: int,
    ) -> None:
        self._embeddings = embeddings
        self._embedder = embedder
        self._generations = generations
        self._between = between
        self._embedded = embedded
        self._indexed = indexed
        self._embed_batch = embed_batch
        self._helper = ThreadPoolExecutor(1, "indexing")
        self.unembedded = Unembedded()

    def step(self, index: ChromaIndex) -> bool:
        """Do one batch of whatever is most urgent; false when there was nothing to do."""
        pending = self._embeddings.to_embed(self._embed_batch) if self.unembedded.may_try else []
        if not pending:
            return self._index_waiting(index, at_least=1)
        # What was embedded before goes into the index meanwhile: mostly one core's work, and partly the disk's.
        indexing = self._helper.submit(self._index_waiting, index, WRITE_BATCH)
        try:
            texts = [embedded_text(item.title, item.publisher, item.text) for item in pending]
            with traced("ingest.embed", passages=len(texts)):
                vectors = self._embedder.embed_passages(texts, between=self._between)
                self._embeddings.save([item.text_hash for item in pending], vectors)
            self.unembedded.worked()
            self._embedded()
        except EmbedderUnavailable as error:  # keywords and what has its vector go on
            self.unembedded.failed(error)
        finally:
            wait([indexing])
        indexing.result()
        return True

    def close(self) -> None:
        """End the helping thread, which has nothing to do between steps."""
        self._helper.shutdown(wait=False)

    def _index_waiting(self, index: ChromaIndex, at_least: int) -> bool:
        """Bring one batch of each collection into the index, when it is worth a write; false when none waits."""
        waiting = self._embeddings.waiting_collections()
        for collection in waiting:
            self._remove(index, collection)
            self._add(index, collection, at_least)
        return bool(waiting)

    def _remove(self, index: ChromaIndex, collection: str) -> None:
        while ids := self._embeddings.to_remove(collection, WRITE_BATCH):
            index.remove(collection, ids)
            self._embeddings.mark_removed(ids)

    def _add(self, index: ChromaIndex, collection: str, at_least: int) -> None:
        """Index one batch, when it is worth a write: small writes cost Chroma as much as large ones."""
        batch = self._embeddings.to_index(collection, WRITE_BATCH)
        if len(batch) < at_least:
            return
        vectors = np.stack([entry.vector for entry in batch])
        ids = [entry.index_id for entry in batch]
        self._between()
        with traced("ingest.index", collection=collection, passages=len(batch)):
            self._generations.make_room(index, collection)
            index.add(collection, ids, vectors, [entry.article_id for entry in batch])
            self._embeddings.mark_indexed([entry.key for entry in batch], self._generations.number)
        self._indexed()
