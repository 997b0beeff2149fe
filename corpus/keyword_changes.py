"""Which chunks the keyword index still has to take in or drop, and the words it takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select

from corpus.database import Database, put_fact
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
    """The bookkeeping between the store and the keyword index. Thread-safe."""

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
        newest = select(keyword_changes).order_by(keyword_changes.c.number.desc()).limit(limit).subquery()
        query = select(newest.c.number, newest.c.chunk_key, *CHUNK, chunks.c.collection, chunks.c.is_current)
        with self._db.read() as connection:
            rows = connection.execute(query.outerjoin_from(newest, chunks, chunks.c.key == newest.c.chunk_key)).all()
            if not rows:
                return None
            stored = {row.key: row for row in rows if row.key is not None}  # a chunk may wait twice
            # Each body is read once and cut here: SQLite would walk through a body anew for each of its chunks.
            of = articles_at(connection, {(row.article_key, row.revision) for row in stored.values()})
        words = []
        for key, row in stored.items():
            article = of[row.article_key, row.revision]
            text = article.body[row.start : row.end]
            words.append(ChunkWords(key, row.collection, row.is_current, article.title, text))
        numbers = [row.number for row in rows]
        return Pending(min(numbers), max(numbers), list({row.chunk_key for row in rows}), words)

    def done(self, taken: Pending) -> None:
        """The index has these changes on disk."""
        # Numbers only rise, so that nothing that came meanwhile lies between these two.
        these = keyword_changes.c.number.between(taken.first, taken.last)
        with self._db.write() as connection:
            connection.execute(delete(keyword_changes).where(these))

    def expected(self) -> int | None:
        """How many chunks a complete index holds; None while changes wait, because then it may hold more or fewer."""
        with self._db.read() as connection:
            if connection.execute(select(keyword_changes.c.number).limit(1)).first() is not None:
                return None
            return connection.execute(select(func.count()).select_from(chunks)).scalar_one()

    def begin_again(self) -> None:
        """Start a new generation of the index, into which every chunk is to be taken."""
        generation = self.generation + 1
        everything = select(chunks.c.key).order_by(chunks.c.key)
        with self._db.write() as connection:
            connection.execute(delete(keyword_changes))
            connection.execute(insert(keyword_changes).from_select(["chunk_key"], everything))
            put_fact(connection, "keyword_generation", str(generation))
