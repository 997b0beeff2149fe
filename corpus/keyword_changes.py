"""Which chunks the keyword index still has to take in or drop, and the words it takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from corpus.database import Database, put_fact
from corpus.dialect import listed
from corpus.rows import CHUNK, articles_at
from corpus.schema import chunks, keyword_changes


@dataclass(frozen=True, slots=True)
class ChunkWords:
    """A stored chunk as the keyword index takes it."""

    key: int
    collection: str
    is_current: bool
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Pending:
    """Changes that the index takes together: those numbered `first` to `last`.

    `keys` are of all chunks that were added, changed or removed; `chunks` those of them that are still stored.
    """

    first: int
    last: int
    keys: Sequence[int]
    chunks: Sequence[ChunkWords]


class KeywordChanges:
    """The bookkeeping between the store and the one keyword index of its owner: a queue. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @property
    def generation(self) -> int:
        """Counts up whenever the index is begun again."""
        return int(self._db.fact("keyword_generation") or 0)

    def count(self) -> int:
        """How many changes the index has not taken in."""
        with self._db.read() as connection:
            return connection.execute(select(func.count()).select_from(keyword_changes)).scalar_one()

    def pending(self, limit: int) -> Pending | None:
        """The newest changes that the index has not taken in, at most `limit`; None when there are none."""
        newest = select(keyword_changes).order_by(keyword_changes.c.number.desc()).limit(limit)
        with self._db.read() as connection:
            rows = connection.execute(newest).all()
            return read_pending(connection, [(row.number, row.chunk_key) for row in rows]) if rows else None

    def done(self, taken: Pending) -> None:
        """The index has these changes on disk."""
        # Numbers only rise, so that nothing that came meanwhile lies between these two.
        these = keyword_changes.c.number.between(taken.first, taken.last)
        with self._db.write() as connection:
            connection.execute(delete(keyword_changes).where(these))

    def may_hold(self, count: int) -> bool:
        """Whether an index of `count` chunks can be whole. While changes wait it may hold more or fewer."""
        with self._db.read() as connection:
            if connection.execute(select(keyword_changes.c.number).limit(1)).first() is not None:
                return True
            return bool(connection.execute(select(func.count()).select_from(chunks)).scalar_one() == count)

    def begin_again(self) -> None:
        """Start a new generation of the index, into which every chunk is to be taken."""
        generation = self.generation + 1
        everything = select(chunks.c.key).order_by(chunks.c.key)
        with self._db.write() as connection:
            connection.execute(delete(keyword_changes))
            connection.execute(insert(keyword_changes).from_select(["chunk_key"], everything))
            put_fact(connection, "keyword_generation", str(generation))


def read_pending(connection: Connection, changes: Sequence[tuple[int, int]]) -> Pending:
    """What an index takes for these changes, each its number and the key of its chunk; of a chunk only as it is now."""
    keys = list(dict.fromkeys(key for _, key in changes))
    query = select(*CHUNK, chunks.c.collection, chunks.c.is_current).where(chunks.c.key.in_(listed("keys")))
    rows = connection.execute(query, {"keys": keys}).all()
    # Each body is read once and cut here: SQLite would walk through a body anew for each of its chunks.
    of = articles_at(connection, {(row.article_key, row.revision) for row in rows})
    words = []
    for row in rows:
        article = of[row.article_key, row.revision]
        text = article.body[row.start : row.end]
        words.append(ChunkWords(row.key, row.collection, row.is_current, article.title, text))
    numbers = [number for number, _ in changes]
    return Pending(min(numbers), max(numbers), keys, words)
