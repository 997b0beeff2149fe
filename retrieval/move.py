"""Move the vectors to a Chroma server: what is there is compared with the store before, counted and asked after."""

from dataclasses import dataclass

from corpus.embeddings import EmbeddingStore
from corpus.errors import IndexUnavailable
from retrieval.index import ChromaIndex

_SAMPLE = 200
# A graph is approximate: one vector in a hundred may miss itself in a sound one.
_MOST_MISSED = 0.01


@dataclass(frozen=True, slots=True)
class Moved:
    """What is on the server now: vectors by collection, and how many of them were asked for and found themselves."""

    vectors: dict[str, int]
    asked: int
    found: int


def prepare(embeddings: EmbeddingStore, index: ChromaIndex) -> int:
    """Note what the index lacks and what it holds too much; how many entries that is. Nothing of it is changed yet."""
    collections = embeddings.chunks_by_collection(current=True)
    return sum(embeddings.reconcile(collection, index.ids(collection)) for collection in collections)


def verify(embeddings: EmbeddingStore, index: ChromaIndex) -> Moved:
    """Count what the index holds, and ask it for a sample. Raises `IndexUnavailable` when either is not as it should.

    The sample: up to 200 vectors of each collection, each of which should find itself.
    """
    vectors = embeddings.chunks_by_collection(current=True)
    asked = found = 0
    for collection, expected in vectors.items():
        held = index.count(collection)
        if held != expected:
            raise IndexUnavailable(f"The server holds {held:,} vectors of {collection!r}, the store {expected:,}.")
        for entry in embeddings.sample(collection, _SAMPLE):
            asked += 1
            found += index.finds(collection, entry.vector)
    if asked - found > max(1, asked * _MOST_MISSED):
        raise IndexUnavailable(f"Of {asked:,} vectors asked for, the server found {found:,} only.")
    return Moved(vectors, asked, found)
