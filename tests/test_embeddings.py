"""Embeddings in the store, and what it notes of the vector index, in both engines."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from corpus.accept import accept
from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.embeddings import EmbeddingStore
from corpus.selection import Selection
from corpus.store import ArticleStore
from retrieval.prepare import cut


@pytest.fixture
def database(where: Path | str) -> Iterator[Database]:
    with closing(Database(where)) as database:
        yield database


def put(database: Database, article_id: str, body: str, collection: str = "default") -> None:
    article = accept(IncomingArticle(f"Report {article_id}", body, article_id, collection=collection))
    ArticleStore(database).put([(article, cut(article))])


def embed(embeddings: EmbeddingStore) -> None:
    waiting = embeddings.to_embed(100)
    vectors = np.stack([np.eye(4, dtype=np.float32)[len(one.text) % 4] for one in waiting])
    embeddings.save([one.text_hash for one in waiting], vectors)


def index(embeddings: EmbeddingStore, collection: str = "default") -> list[str]:
    entries = embeddings.to_index(collection, 100)
    embeddings.mark_indexed([entry.key for entry in entries], 1)
    return [entry.index_id for entry in entries]


def test_from_stored_to_embedded_to_indexed(database: Database) -> None:
    embeddings = EmbeddingStore(database)
    put(database, "a", "The port opens.")
    put(database, "b", "The ferry sails at noon.")
    put(database, "c", "Elsewhere it rains.", "other")
    assert embeddings.waiting(Selection(), by_index=True).passages == 2
    assert embeddings.waiting(Selection(publishers=("nobody",)), by_index=False).passages == 0
    assert [one.text for one in embeddings.to_embed(2)] == ["Elsewhere it rains.", "The ferry sails at noon."]
    embed(embeddings)
    assert embeddings.waiting_collections() == ["default", "other"]
    assert embeddings.waiting(Selection(), by_index=False).passages == 0
    assert embeddings.waiting(Selection(), by_index=True).articles == 2
    ids = index(embeddings)
    assert len(ids) == 2 and embeddings.indexed_by_collection() == {"default": 2, "other": 0}
    keys = embeddings.chunk_of([*ids, "9:9:9"])
    assert set(keys) == set(ids) and embeddings.chunk_of([]) == {}
    found, of, matrix = embeddings.matrix("default")
    assert found == sorted(keys.values()) and of == [1, 2] and matrix.shape == (2, 4)
    assert sorted(embeddings.among([*found, 999])[0]) == found and embeddings.among([])[0] == []


def test_collections_are_counted_no_further_than_matters(database: Database) -> None:
    embeddings = EmbeddingStore(database)
    assert embeddings.sizes(5, current=True) == {} == embeddings.indexed_by_collection()
    for number in range(4):
        put(database, f"a{number}", f"Ferry {number} sails.")
    for name in ("isles", "archive"):
        put(database, "b", "The port opens.", name)
    put(database, "b", "The port closes.", "isles")
    assert embeddings.sizes(5, current=True) == {"archive": 1, "default": 4, "isles": 1}
    assert embeddings.sizes(1, current=True) == {"archive": 1, "default": 2, "isles": 1}
    assert embeddings.sizes(5, current=False) == {"archive": 0, "default": 0, "isles": 1}
    assert embeddings.indexed_by_collection() == {"archive": 0, "default": 0, "isles": 0}
    embed(embeddings)
    index(embeddings)
    assert embeddings.indexed_by_collection() == {"archive": 0, "default": 4, "isles": 0}
    found, vectors = embeddings.of_articles([1, 2, 999])
    assert [(one.article_key, one.revision) for one in found] == [(1, 1), (2, 1)] and vectors.dtype == np.float32


def test_what_leaves_the_index_is_noted_and_what_differs_is_mended(database: Database) -> None:
    embeddings, store = EmbeddingStore(database), ArticleStore(database)
    for name in "abc":
        put(database, name, f"The port of {name} opens.")
    embed(embeddings)
    kept, revised, deleted = sorted(index(embeddings))
    put(database, "b", "The port of b is shut.")
    store.delete("default", "c")
    assert sorted(embeddings.to_remove("default", 10)) == [revised, deleted]
    assert embeddings.chunks_by_collection(current=False) == {"default": 1}
    embeddings.mark_removed([revised, deleted])
    embed(embeddings)
    (new,) = index(embeddings)
    assert embeddings.backlog().is_empty
    assert embeddings.reconcile("default", {new, "7:7:7"}) == 2, "one is missing there, and one is too many"
    assert embeddings.to_remove("default", 10) == ["7:7:7"] and index(embeddings) == [kept]
    assert embeddings.reconcile("default", {new, "7:7:7"}) == 2, "what is to be dropped already is no fault"
    embeddings.forget_index()
    assert embeddings.backlog().to_index == 2 and embeddings.backlog().to_remove == 0
    embeddings.forget_embeddings()
    assert embeddings.backlog().to_embed == 3 and embeddings.matrix("default")[2].shape == (0, 0)


def test_vectors_that_come_batch_by_batch_fill_the_pages_of_the_file(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "dateline.sqlite")) as database:
        for number in range(300):
            put(database, f"a{number}", f"Ferry {number} sails.")
        embeddings = EmbeddingStore(database)
        with database.read() as connection:
            before = connection.execute(text("PRAGMA page_count")).scalar_one()
        while waiting := embeddings.to_embed(30):
            embeddings.save([one.text_hash for one in waiting], np.ones((len(waiting), 384), dtype=np.float32))
        with database.read() as connection:
            after = connection.execute(text("PRAGMA page_count")).scalar_one()
    assert after - before < 300 * 0.6, "two vectors of 1,536 bytes go into a page of 4,096"
