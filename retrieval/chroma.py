"""The only place that imports chromadb: what is asked of it, without deadlines, which `retrieval.index` keeps."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from corpus.errors import IndexUnavailable, InvalidSettings
from retrieval.chroma_address import ChromaAddress

Vectors = NDArray[np.float32]
T = TypeVar("T")

READ_BATCH = 300  # what Chroma Cloud gives at once
# ef_search 400 gives recall@10 of 0.999 at 100,000 vectors for about a millisecond more than the default of 100. With
# the default of 16 links no way leads to 13 in a thousand of a million vectors, whatever is searched; with 32 to one.
# The threshold makes the write of the whole graph to disk, when a kill can damage it, ten times rarer.
_HNSW = {"space": "cosine", "ef_search": 400, "max_neighbors": 32}
_SPANN = {"space": "cosine"}
SYNC_THRESHOLD = 10_000
SAME = 0.999  # cosine of a vector to itself, made on another processor too


class Chroma:
    """One Chroma collection per collection, embedded in a folder or on a server. Raises whatever Chroma raises.

    The embedder's fingerprint is part of each Chroma collection's name, so vectors of two models never mix. Embedded,
    the graph is put on disk after `sync_threshold` writes.
    """

    def __init__(self, fingerprint: str, where: Path | ChromaAddress, sync_threshold: int = SYNC_THRESHOLD) -> None:
        self._fingerprint = fingerprint
        # What Chroma Cloud builds is no such graph, and has nothing of it to be set.
        is_cloud = isinstance(where, ChromaAddress) and where.key
        self._made_so = {"spann": _SPANN} if is_cloud else {"hnsw": {**_HNSW, "sync_threshold": sync_threshold}}
        self._collections: dict[str, Any] = {}
        self._client: Any = _embedded(where) if isinstance(where, Path) else _client(where)

    def heartbeat(self) -> None:
        """Answer, if Chroma is there."""
        self._client.heartbeat()

    def add(self, collection: str, ids: Sequence[str], vectors: Vectors, article_ids: Sequence[str]) -> None:
        """Add entries; shape of `vectors` is (ids, dimensions), unit length. An id that is held stays as it is.

        Never an upsert: of a vector put where one is already, Chroma's graph can lose the way to it, or to others.
        """
        notes: Any = [{"article_id": article_id} for article_id in article_ids]
        self._of(collection, lambda it: it.add(ids=list(ids), embeddings=vectors, metadatas=notes))

    def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Drop entries; ids that are not held are passed over."""
        self._of(collection, lambda it: it.delete(ids=list(ids)))

    def drop(self, collection: str) -> None:
        """Drop a collection with all that it holds, if it is there."""
        from chromadb.errors import NotFoundError

        self._collections.pop(collection, None)
        with suppress(NotFoundError):
            self._client.delete_collection(collection_name(self._fingerprint, collection))

    def query(self, collection: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """Ids and cosines of the `limit` entries nearest to a unit vector of shape (dimensions,), nearest first."""
        asked = {"query_embeddings": vector.reshape(1, -1), "n_results": limit, "include": ["distances"]}
        found = self._of(collection, lambda it: it.query(**asked))
        return [(id_, 1.0 - float(far)) for id_, far in zip(found["ids"][0], found["distances"][0], strict=True)]

    def count(self, collection: str) -> int:
        """How many entries a collection holds."""
        return int(self._of(collection, lambda it: it.count()))

    def page(self, collection: str, offset: int) -> list[str]:
        """The ids from `offset` on, at most `READ_BATCH`."""
        return list(self._of(collection, lambda it: it.get(include=[], limit=READ_BATCH, offset=offset))["ids"])

    def close(self) -> None:
        """Write everything out and let the folder go."""
        self._client.close()

    def _of(self, name: str, ask: Callable[[Any], T]) -> T:
        try:
            if name not in self._collections:
                self._collections[name] = self._client.get_or_create_collection(
                    collection_name(self._fingerprint, name), configuration=self._made_so, embedding_function=None
                )
            return ask(self._collections[name])
        except BaseException:  # Chroma raises its own tree, Rust panics and plain ValueErrors
            self._collections.clear()  # another server may stand there now, which knows none of them
            raise


def collection_name(fingerprint: str, collection: str) -> str:
    """Chroma's name for a collection under one embedder."""
    return f"dateline-{fingerprint}-{collection}"


def _embedded(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _client(server: ChromaAddress) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
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
        return pool.submit(lambda: ask(_client(server))).result(deadline)
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


def take_up(folder: Path) -> None:
    """Have Chroma's graphs in `folder` take up what only its log holds yet, after which they may be put on disk."""
    for collection in _embedded(folder).list_collections():
        collection.get(limit=1, include=["embeddings"])


def entries(folder: Path) -> dict[str, tuple[list[str], Vectors]]:
    """Every id and vector of every Chroma collection in `folder`; for the probe, which runs in its own process."""
    held: dict[str, tuple[list[str], Vectors]] = {}
    for collection in _embedded(folder).list_collections():
        found = collection.get(include=["embeddings"])
        held[collection.name] = (found["ids"], np.asarray(found["embeddings"], dtype=np.float32))
    return held


def nearest(folder: Path, name: str, vectors: Vectors) -> list[float]:
    """The cosine of each vector to the entry that Chroma finds nearest to it; for the probe."""
    collection = _embedded(folder).get_collection(name, embedding_function=None)
    found: list[float] = []
    for at in range(0, len(vectors), 100):
        answer = collection.query(query_embeddings=vectors[at : at + 100], n_results=1, include=["distances"])
        found.extend(1.0 - float(distances[0]) if distances else -1.0 for distances in answer["distances"])
    return found
