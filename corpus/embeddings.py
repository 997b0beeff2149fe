"""The embeddings of chunks, kept in the store, and which of them the vector index still has to take or drop."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, delete, func, select, update

from corpus.database import Database
from corpus.dialect import insert_new, listed
from corpus.rows import CHUNK, articles_at
from corpus.schema import OF_REVISION, WAITS_FOR_INDEX, WAITS_FOR_VECTOR, articles, chunks, removals, revisions
from corpus.selection import Selection, conditions
from corpus.touched import touch, touch_everything

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ToEmbed:
    """A text without an embedding: its hash, and the words from which it is made."""

    text_hash: bytes
    title: str
    publisher: str | None
    text: str


@dataclass(frozen=True, slots=True)
class EmbeddedChunk:
    """A chunk that has a vector: its key, and where it belongs."""

    key: int
    article_key: int
    revision: int
    collection: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """An embedded chunk as the vector index takes it."""

    key: int
    index_id: str
    article_id: str
    vector: Vectors


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far vectors and indexes lag behind the store, in chunks. `to_word` wait for the keyword index."""

    to_embed: int
    to_index: int
    to_remove: int
    to_word: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether vectors and index are complete."""
        return not (self.to_embed or self.to_index or self.to_remove or self.to_word)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Passages that no vector finds yet, and the number of articles that they are of."""

    passages: int
    articles: int


# What an `IndexEntry` is made of, and the chunks of a list being no longer in the index.
_WHOLE = select(chunks, articles.c.id).join(articles, articles.c.key == chunks.c.article_key)
_UNTAKEN = update(chunks).where(chunks.c.key == bindparam("chunk")).values(indexed_in=None)


class EmbeddingStore:
    """Embeddings as float32 rows, and the bookkeeping between store and index. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def backlog(self) -> Backlog:
        """What is left to do but for the keyword index, which knows that itself."""
        with self._db.read() as connection:
            count = [
                connection.execute(select(func.count()).select_from(chunks).where(condition)).scalar_one()
                for condition in (WAITS_FOR_VECTOR, WAITS_FOR_INDEX)
            ]
            gone = connection.execute(select(func.count()).select_from(removals)).scalar_one()
        return Backlog(count[0], count[1], gone)

    def dimensions(self) -> int | None:
        """The length of the vectors that are stored; None while there are none."""
        query = select(func.length(chunks.c.embedding)).where(chunks.c.embedding.is_not(None)).limit(1)
        with self._db.read() as connection:
            size = connection.execute(query).scalar()
        return None if size is None else int(size) // np.dtype(np.float32).itemsize

    def waiting_since(self) -> datetime | None:
        """When the passage that waits longest, for its vector or for the index, was first seen; None if none does."""
        seen = select(revisions.c.first_seen_at).join(chunks, OF_REVISION).order_by(chunks.c.key).limit(1)
        with self._db.read() as connection:
            found = [connection.execute(seen.where(of)).scalar() for of in (WAITS_FOR_VECTOR, WAITS_FOR_INDEX)]
        return min(filter(None, found), default=None)

    def passages(self) -> int:
        """How many passages of current wordings there are in all."""
        with self._db.read() as connection:
            return connection.execute(select(func.count()).select_from(chunks).where(chunks.c.is_current)).scalar_one()

    def waiting(self, selection: Selection, *, by_index: bool) -> Waiting:
        """What no vector finds for this selection: not embedded, or, searched `by_index`, not yet in the index."""
        where: list[ColumnElement[bool]] = [chunks.c.collection == selection.collection]
        if selection.moment.is_now:
            where.append(chunks.c.is_current)
        query = select(chunks.c.key, chunks.c.article_key).where(*where)
        if not selection.is_plain:
            query = query.join(revisions, OF_REVISION).join(articles).where(*conditions(selection))
        # Told which index to use, because by itself SQLite walks the whole collection: 50 ms at 37,000 chunks.
        found: Any = query.where(WAITS_FOR_VECTOR)
        found = found.with_hint(chunks, _TO_EMBED, "sqlite")
        if by_index:
            untaken = query.where(WAITS_FOR_INDEX)
            found = found.union(untaken.with_hint(chunks, _TO_INDEX, "sqlite"))
        rows = found.subquery()
        with self._db.read() as connection:
            counts = select(func.count(), func.count(rows.c.article_key.distinct())).select_from(rows)
            passages, of = connection.execute(counts).one()
        return Waiting(passages, of)

    def to_embed(self, limit: int) -> list[ToEmbed]:
        """Texts without an embedding, those that came last first: news is asked about when it is new."""
        query = select(*CHUNK, chunks.c.text_hash).where(WAITS_FOR_VECTOR)
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(chunks.c.key.desc()).limit(limit)).all()
            of = articles_at(connection, [(row.article_key, row.revision) for row in rows])
        waiting = ((row, of[row.article_key, row.revision]) for row in rows)
        texts = {r.text_hash: ToEmbed(r.text_hash, a.title, a.publisher, a.body[r.start : r.end]) for r, a in waiting}
        return list(texts.values())

    def save(self, hashes: Sequence[bytes], vectors: Vectors) -> None:
        """Store the embeddings of texts for all chunks that wait for them. Those deleted meanwhile are passed over."""
        waiting = and_(chunks.c.text_hash == bindparam("hash"), WAITS_FOR_VECTOR)
        query = update(chunks).where(waiting).values(embedding=bindparam("vector"))
        rows = [{"hash": hash_, "vector": vector.tobytes()} for hash_, vector in zip(hashes, vectors, strict=True)]
        rows.reverse()  # `to_embed` begins with the last; rows that grow from there leave half of SQLite's pages empty
        of = select(chunks.c.article_key).where(chunks.c.text_hash.in_(hashes), WAITS_FOR_VECTOR).distinct()
        with self._db.write() as connection:
            touch(connection, connection.execute(of).scalars())
            connection.execute(query, rows)

    def to_index(self, collection: str, limit: int) -> list[IndexEntry]:
        """Embedded current chunks that the index does not hold yet."""
        query = (
            _WHOLE.where(chunks.c.collection == collection, WAITS_FOR_INDEX)
            .order_by(chunks.c.key.desc())
            .limit(limit)
            .with_hint(chunks, _TO_INDEX, "sqlite")
        )
        with self._db.read() as connection:
            return [_entry(row) for row in connection.execute(query)]

    def sample(self, collection: str, limit: int) -> list[IndexEntry]:
        """Some of the current chunks that have an embedding, chosen at random."""
        query = (
            select(chunks.c.key)
            .where(chunks.c.collection == collection, chunks.c.is_current, chunks.c.embedding.is_not(None))
            .order_by(func.random())
            .limit(limit)
        )
        with self._db.read() as connection:
            return [_entry(row) for row in connection.execute(_WHOLE.where(chunks.c.key.in_(query)))]

    def indexed(self, collection: str, newest: int, others: int) -> list[IndexEntry]:
        """Entries that the index should hold: the `newest`, and `others` chosen at random from the rest."""
        held = (chunks.c.collection == collection, chunks.c.is_current, chunks.c.indexed_in.is_not(None))
        last = select(chunks.c.key).where(*held).order_by(chunks.c.key.desc()).limit(newest)
        with self._db.read() as connection:
            keys = set(connection.execute(last).scalars())
            rest = select(chunks.c.key).where(*held, chunks.c.key < min(keys, default=0))
            keys.update(connection.execute(rest.order_by(func.random()).limit(others)).scalars())
            return [_entry(row) for row in connection.execute(_WHOLE.where(chunks.c.key.in_(keys)))]

    def take_anew(self, collection: str, entries: Sequence[IndexEntry]) -> None:
        """Have the index drop these entries of a collection, and take them again."""
        dropped = [{"index_id": entry.index_id, "collection": collection} for entry in entries]
        with self._db.write() as connection:
            connection.execute(_UNTAKEN, [{"chunk": entry.key} for entry in entries])
            connection.execute(insert_new(connection, removals), dropped)

    def mark_indexed(self, keys: Sequence[int], generation: int) -> None:
        """Record that the index of `generation` holds these chunks."""
        query = update(chunks).where(chunks.c.key == bindparam("chunk")).values(indexed_in=generation)
        with self._db.write() as connection:
            connection.execute(query, [{"chunk": key} for key in keys])

    def to_remove(self, collection: str, limit: int) -> list[str]:
        """Index ids that must leave the index of a collection."""
        query = select(removals.c.index_id).where(removals.c.collection == collection).limit(limit)
        with self._db.read() as connection:
            return list(connection.execute(query).scalars())

    def mark_removed(self, index_ids: Sequence[str]) -> None:
        """Record that the index has dropped these ids."""
        with self._db.write() as connection:
            connection.execute(delete(removals).where(removals.c.index_id.in_(index_ids)))

    def waiting_collections(self) -> list[str]:
        """Collections whose index has something to take or to drop."""
        with self._db.read() as connection:
            waiting = set(connection.execute(_WAITING_NAMES).scalars())
            return sorted(waiting.union(connection.execute(select(removals.c.collection).distinct()).scalars()))

    def indexed_by_collection(self) -> dict[str, int]:
        """How many current chunks the index should hold, by collection."""
        # By three indexes of the table: counting what is taken would read every row of it, vectors and all.
        current = _BY_COLLECTION.where(chunks.c.is_current)
        unembedded = current.where(WAITS_FOR_VECTOR).with_hint(chunks, _TO_EMBED, "sqlite")
        untaken = current.where(WAITS_FOR_INDEX).with_hint(chunks, _TO_INDEX, "sqlite")
        with self._db.read() as connection:
            held = Counter({name: count for name, count in connection.execute(current)})
            for waiting in (unembedded, untaken):
                held.subtract({name: count for name, count in connection.execute(waiting)})
            return dict(held)

    def forget_index(self) -> None:
        """Nothing is indexed any more: every current chunk is to be taken anew, and nothing is left to drop."""
        with self._db.write() as connection:
            connection.execute(update(chunks).where(chunks.c.indexed_in.is_not(None)).values(indexed_in=None))
            connection.execute(delete(removals))

    def reconcile(self, collection: str, held: set[str]) -> int:
        """Compare the ids that the index holds with those it should, schedule the differences, give their number."""
        query = select(chunks).where(chunks.c.collection == collection, chunks.c.is_current)
        with self._db.write() as connection:
            expected = {
                f"{row.article_key}:{row.revision}:{row.number}": row.key
                for row in connection.execute(query.where(chunks.c.indexed_in.is_not(None)))
            }
            missing = [{"chunk": expected[index_id]} for index_id in expected.keys() - held]
            if missing:
                connection.execute(_UNTAKEN, missing)
            # An id held but not recorded is either about to be added again, which changes nothing, or stale.
            current = {f"{row.article_key}:{row.revision}:{row.number}" for row in connection.execute(query)}
            stale = [{"index_id": index_id, "collection": collection} for index_id in held - current]
            if stale:
                connection.execute(insert_new(connection, removals), stale)
        return len(missing) + len(stale)

    def forget_embeddings(self) -> None:
        """Drop every embedding, for another embedder to make them anew."""
        with self._db.write() as connection:
            touch_everything(connection)
            connection.execute(update(chunks).values(embedding=None, indexed_in=None))

    def matrix(self, collection: str, *, current: bool = True) -> tuple[list[int], list[int], Vectors]:
        """Of the current chunks of a collection, or of all past ones: keys, ascending, the keys of their articles, and
        unit vectors, shape (chunks, dimensions).
        """
        of = and_(chunks.c.collection == collection, chunks.c.is_current == current, _EMBEDDED)
        query = select(chunks.c.key, chunks.c.article_key, chunks.c.embedding).where(of).order_by(chunks.c.key)
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return [row[0] for row in rows], [row[1] for row in rows], _matrix([row[2] for row in rows])

    def among(self, keys: Sequence[int]) -> tuple[list[int], Vectors]:
        """The same of those of these chunks that have an embedding, in no order."""
        with self._db.read() as connection:
            rows = connection.execute(_AMONG, {"keys": list(keys)}).all()
        return [row[0] for row in rows], _matrix([row[1] for row in rows])

    def of_articles(self, keys: Sequence[int]) -> tuple[list[EmbeddedChunk], Vectors]:
        """All chunks of these articles that have an embedding, in the order of their keys, and their unit vectors."""
        with self._db.read() as connection:
            rows = connection.execute(_OF_ARTICLES, {"keys": list(keys)}).all()
        return [EmbeddedChunk(*row[:-1]) for row in rows], _matrix([row[-1] for row in rows])

    def chunks_by_collection(self, *, current: bool) -> dict[str, int]:
        """How many current or past chunks there are, by collection."""
        query = _BY_COLLECTION.where(chunks.c.is_current == current)
        with self._db.read() as connection:
            return {name: count for name, count in connection.execute(query)}

    def sizes(self, most: int, *, current: bool) -> dict[str, int]:
        """The same of every collection, counted no further than `most` + 1: quick in an archive of any size."""
        name: BindParameter[str] = bindparam("name")
        of = and_(chunks.c.collection == name, chunks.c.is_current == current)
        query = select(func.count()).select_from(select(chunks.c.key).where(of).limit(most + 1).subquery())
        with self._db.read() as connection:
            names = connection.execute(_NAMES).scalars().all()
            return {one: connection.execute(query, {"name": one}).scalar_one() for one in names}

    def chunk_of(self, index_ids: Sequence[str]) -> dict[str, int]:
        """The keys of the current chunks with these index ids; others are left out."""
        if not index_ids:
            return {}
        places = [tuple(map(int, index_id.split(":"))) for index_id in index_ids]
        # In plain SQL: SQLite looks a list of row values up by walking the whole table, so it must be a join, and
        # SQLAlchemy takes ten milliseconds to write a join with sixty values, each time anew. All of them are integers.
        rows_wanted = ", ".join(f"({article}, {revision}, {number})" for article, revision, number in places)
        query = (
            f"WITH wanted(a, r, n) AS (VALUES {rows_wanted}) SELECT c.key, a, r, n FROM wanted "
            "JOIN chunks c ON c.article_key = a AND c.revision = r AND c.number = n WHERE c.is_current"
        )
        with self._db.read() as connection:
            return {f"{a}:{r}:{n}": key for key, a, r, n in connection.exec_driver_sql(query)}


def _entry(row: Any) -> IndexEntry:
    index_id = f"{row.article_key}:{row.revision}:{row.number}"
    return IndexEntry(row.key, index_id, row.id, _vector(row.embedding))


def _vector(blob: bytes) -> Vectors:
    return np.frombuffer(blob, dtype=np.float32)


def _matrix(blobs: Sequence[bytes]) -> Vectors:
    if not blobs:
        return np.empty((0, 0), dtype=np.float32)
    return np.frombuffer(b"".join(blobs), dtype=np.float32).reshape(len(blobs), -1)


_TO_EMBED, _TO_INDEX = "INDEXED BY ix_chunks_to_embed", "INDEXED BY ix_chunks_to_index"
_BY_COLLECTION = select(chunks.c.collection, func.count()).group_by(chunks.c.collection)
_EMBEDDED = chunks.c.embedding.is_not(None)
_AMONG = select(chunks.c.key, chunks.c.embedding).where(chunks.c.key.in_(listed("keys")), _EMBEDDED)
_PLACE = (chunks.c.key, chunks.c.article_key, chunks.c.revision, chunks.c.collection, chunks.c.is_current)
_OF_ARTICLES = (
    select(*_PLACE, chunks.c.embedding)
    .where(chunks.c.article_key.in_(listed("keys")), _EMBEDDED)
    .order_by(chunks.c.key)
)


def _collections(*where: ColumnElement[bool]) -> Select[Any]:
    """The collections with such chunks.

    Each by one step in an index that begins with them, where DISTINCT would walk through all of it.
    """
    first = select(func.min(chunks.c.collection).label("name")).where(*where).cte("names", recursive=True)
    following = select(func.min(chunks.c.collection)).where(chunks.c.collection > first.c.name, *where)
    names = first.union_all(select(following.scalar_subquery()).where(first.c.name.is_not(None)))
    return select(names.c.name).where(names.c.name.is_not(None))


# Made once: to write a statement takes SQLAlchemy as long as SQLite needs to answer it.
_NAMES, _WAITING_NAMES = _collections(), _collections(WAITS_FOR_INDEX)
