"""Which chunks the keyword index still has to take in or drop, and the words it takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select

from corpus.database import Database, put_fact
from corpus.rows import CHUNK, articles_at
from corpus.schema import chunks, keyword_changes

_MANY = 5_000  # bound values a statement


@dataclass(frozen=True, slots=True)
class KeywordChange:
    """A chunk that was added, changed or removed."""

    number: int
    chunk_key: int


@dataclass(frozen=True, slots=True)
class ChunkWords:
    """A stored chunk as the keyword index takes it."""

    key: int
    collection: str
    is_current: bool
    title: str
    text: str


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

    def pending(self, limit: int) -> list[KeywordChange]:
        """The newest changes that the index has not taken in."""
        query = select(keyword_changes).order_by(keyword_changes.c.number.desc()).limit(limit)
        with self._db.read() as connection:
            return [KeywordChange(row.number, row.chunk_key) for row in connection.execute(query)]

    def chunks(self, keys: Sequence[int]) -> list[ChunkWords]:
        """The words of those chunks that are still stored."""
        # Each body is read once and cut here: SQLite would walk through a body anew for each of its chunks.
        query = select(*CHUNK, chunks.c.collection, chunks.c.is_current)
        found: list[ChunkWords] = []
        with self._db.read() as connection:
            for at in range(0, len(keys), _MANY):
                rows = connection.execute(query.where(chunks.c.key.in_(keys[at : at + _MANY]))).all()
                of = articles_at(connection, [(row.article_key, row.revision) for row in rows])
                for row in rows:
                    article = of[row.article_key, row.revision]
                    text = article.body[row.start : row.end]
                    found.append(ChunkWords(row.key, row.collection, row.is_current, article.title, text))
        return found

    def done(self, numbers: Sequence[int]) -> None:
        """The index has these changes on disk."""
        with self._db.write() as connection:
            for at in range(0, len(numbers), _MANY):
                these = keyword_changes.c.number.in_(numbers[at : at + _MANY])
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
