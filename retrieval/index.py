"""The gateway to Chroma: the only place that imports chromadb, and every call has a deadline and a typed error."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from corpus.errors import IndexUnavailable, InvalidSettings
from retrieval.chroma_address import ChromaAddress

Vectors = NDArray[np.float32]
T = TypeVar("T")

# Chroma Cloud takes at most 300 records a write; smaller writes also let reads in between while ingest runs.
WRITE_BATCH = 250
READ_BATCH = 300
# ef_search 400 gives recall@10 of 0.999 at 100,000 vectors for about a millisecond more than the default of 100; the
# threshold makes the write of the whole graph to disk, the moment at which a kill can damage it, ten times rarer.
_HNSW = {"space": "cosine", "ef_search": 400}
_SPANN = {"space": "cosine"}
SYNC_THRESHOLD = 10_000


@dataclass(frozen=True, slots=True)
class IndexHit:
    """An entry near the question; `similarity` is the cosine, -1..1."""

    index_id: str
    similarity: float


class ChromaIndex:
    """Vectors of chunks in Chroma, embedded in `folder` or on a `server`, one Chroma collection per collection.

    The embedder's fingerprint is part of each Chroma collection's name, so vectors of two models never mix. Embedded,
    the folder belongs to this process alone, and after `sync_threshold` writes the graph is put on disk. Every method
    raises `IndexUnavailable` after `deadline` seconds or when Chroma fails.
    """

    def __init__(
        self,
        fingerprint: str,
        folder: Path | None = None,
        server: ChromaAddress | None = None,
        deadline: float = 10.0,
        sync_threshold: int = SYNC_THRESHOLD,
    ) -> None:
        self._fingerprint = fingerprint
        self._deadline = deadline
        # What Chroma Cloud builds is no such graph, and has nothing of it to be set.
        is_cloud = server is not None and server.key
        self._made_so = {"spann": _SPANN} if is_cloud else {"hnsw": {**_HNSW, "sync_threshold": sync_threshold}}
        self._collections: dict[str, Any] = {}
        self._writer = threading.Lock()
        # A call that overran its deadline keeps its thread, so there are some to spare.
        self._pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="chroma")
        self._client: Any = self._call(lambda: _client(folder, server), max(deadline, 60.0))

    def upsert(self, collection: str, ids: Sequence[str], vectors: Vectors, article_ids: Sequence[str]) -> None:
        """Add or replace entries; shape of `vectors` is (ids, dimensions), unit length."""
        for at in range(0, len(ids), WRITE_BATCH):
            part = slice(at, at + WRITE_BATCH)
            notes = [{"article_id": article_id} for article_id in article_ids[part]]
            rows = {"ids": list(ids[part]), "embeddings": vectors[part], "metadatas": notes}
            self._write(partial(self._upsert, collection, rows))

    def remove(self, collection: str, ids: Sequence[str]) -> None:
        """Drop entries; ids that are not held are passed over."""
        for at in range(0, len(ids), WRITE_BATCH):
            part = list(ids[at : at + WRITE_BATCH])
            self._write(partial(self._delete, collection, part))

    def query(self, collection: str, vector: Vectors, limit: int) -> list[IndexHit]:
        """The `limit` entries nearest to a unit vector of shape (dimensions,), nearest first."""
        found = self._call(
            lambda: self._collection(collection).query(
                query_embeddings=vector.reshape(1, -1), n_results=limit, include=["distances"]
            )
        )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [IndexHit(index_id, 1.0 - float(distance)) for index_id, distance in pairs]

    def count(self, collection: str) -> int:
        """How many entries a collection holds."""
        return int(self._call(lambda: self._collection(collection).count()))

    def ids(self, collection: str) -> set[str]:
        """Every id that a collection holds."""
        held: set[str] = set()
        while page := self._call(partial(self._page, collection, len(held))):
            held.update(page)
        return held

    def close(self) -> None:
        """Write everything out and let the folder go."""
        with self._writer:
            self._call(self._client.close)
        self._pool.shutdown(wait=False)

    def abandon(self) -> None:
        """Let go of an index that failed, without writing anything; its folder is opened again or left behind."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        with suppress(Exception):  # it failed already; what closing it says adds nothing
            self._client.close()

    def _page(self, collection: str, offset: int) -> list[str]:
        return list(self._collection(collection).get(include=[], limit=READ_BATCH, offset=offset)["ids"])

    def _upsert(self, collection: str, rows: dict[str, Any]) -> None:
        self._collection(collection).upsert(**rows)

    def _delete(self, collection: str, ids: list[str]) -> None:
        self._collection(collection).delete(ids=ids)

    def _collection(self, name: str) -> Any:
        if name not in self._collections:
            self._collections[name] = self._client.get_or_create_collection(
                collection_name(self._fingerprint, name), configuration=self._made_so, embedding_function=None
            )
        return self._collections[name]

    def _write(self, work: Callable[[], T]) -> T:
        with self._writer:
            return self._call(work, self._deadline * 6)  # a write may have to put the whole graph on disk

    def _call(self, work: Callable[[], T], deadline: float | None = None) -> T:
        limit = deadline or self._deadline
        try:
            return self._pool.submit(work).result(timeout=limit)
        except FutureTimeout:
            raise IndexUnavailable(f"The vector index did not answer within {limit:.0f} seconds.") from None
        except InvalidSettings:
            raise
        except Exception as error:  # Chroma raises its own tree, Rust panics and plain ValueErrors
            self._collections.clear()
            raise IndexUnavailable(f"The vector index failed ({type(error).__name__}).") from error


def collection_name(fingerprint: str, collection: str) -> str:
    """Chroma's name for a collection under one embedder."""
    return f"dateline-{fingerprint}-{collection}"


def _client(folder: Path | None, server: ChromaAddress | None) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if server:
        parts = urlsplit(server.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidSettings(f"DATELINE_CHROMA_URL {server.url!r} is not an http(s) URL.")
        host, is_https = parts.hostname, parts.scheme == "https"
        port = parts.port or (443 if is_https else 8000)
        if server.key:
            return chromadb.CloudClient(
                server.tenant or None, server.database or None, server.key, settings,
                cloud_host=host, cloud_port=port, enable_ssl=is_https,
            )  # fmt: skip
        of = {name: value for name in ("tenant", "database") if (value := getattr(server, name))}
        return chromadb.HttpClient(host, port, ssl=is_https, settings=settings, **of)
    assert folder is not None
    return chromadb.PersistentClient(str(folder), settings=settings)


@dataclass(frozen=True, slots=True)
class ServerState:
    """A Chroma server: its version, and how many entries each Chroma collection there holds, by its name."""

    version: str
    counts: dict[str, int]


def server_state(server: ChromaAddress, deadline: float = 10.0) -> ServerState:
    """Ask a Chroma server what it is and holds, changing nothing. Raises `IndexUnavailable` and `InvalidSettings`."""

    def asked(client: Any) -> ServerState:
        return ServerState(client.get_version(), {one.name: one.count() for one in client.list_collections()})

    return _asked(server, asked, deadline)


def asked_for(server: ChromaAddress, name: str, vector: Vectors, deadline: float = 10.0) -> float:
    """The cosine of a unit vector to the nearest that a Chroma server finds in its collection `name`; -1 for none.

    Changes nothing. Raises `IndexUnavailable` and `InvalidSettings`.
    """

    def asked(client: Any) -> float:
        found = client.get_collection(name, embedding_function=None).query(
            query_embeddings=vector.reshape(1, -1), n_results=1, include=["distances"]
        )
        return 1.0 - float(found["distances"][0][0]) if found["distances"][0] else -1.0

    return _asked(server, asked, deadline)


def _asked(server: ChromaAddress, ask: Callable[[Any], T], deadline: float) -> T:
    pool = ThreadPoolExecutor(1, "chroma")
    try:
        return pool.submit(lambda: ask(_client(None, server))).result(deadline)
    except InvalidSettings:
        raise
    except Exception as error:
        why = f"within {deadline:.0f} seconds" if isinstance(error, FutureTimeout) else f"({type(error).__name__})"
        raise IndexUnavailable(f"The Chroma server at {server.url} did not answer {why}.") from error
    finally:
        pool.shutdown(wait=False)


def library_version() -> str:
    """The version of the client that speaks to a server."""
    import chromadb

    return str(chromadb.__version__)


def entries(folder: Path) -> dict[str, tuple[list[str], Vectors]]:
    """Every id and vector of every Chroma collection in `folder`; for the probe, which runs in its own process."""
    client = _client(folder, None)
    held: dict[str, tuple[list[str], Vectors]] = {}
    for collection in client.list_collections():
        found = collection.get(include=["embeddings"])
        held[collection.name] = (found["ids"], np.asarray(found["embeddings"], dtype=np.float32))
    return held


def nearest(folder: Path, name: str, vectors: Vectors) -> list[float]:
    """The cosine of each vector to the entry that Chroma finds nearest to it; for the probe."""
    collection = _client(folder, None).get_collection(name, embedding_function=None)
    found: list[float] = []
    for at in range(0, len(vectors), 100):
        answer = collection.query(query_embeddings=vectors[at : at + 100], n_results=1, include=["distances"])
        found.extend(1.0 - float(distances[0]) if distances else -1.0 for distances in answer["distances"])
    return found
