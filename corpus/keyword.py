"""Keyword search: BM25 over chunks by SQLite's FTS5, kept up to date by every write to the store."""

import re
from dataclasses import dataclass

from sqlalchemy import Float, Label, and_, column, literal_column, select, table, text

from corpus.database import Database
from corpus.schema import articles, chunks, revisions
from corpus.selection import Selection, conditions

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)
# A question of a hundred kilobytes must not become a query of ten thousand terms.
_MOST_TERMS = 32
# Words that are in most articles: they cost a scan of the whole index and tell nothing apart.
STOP_WORDS = frozenset(
    (
        "a about after all also am an and any are as at be been before being between both but by can could "
        "did do does doing during each few for from further had has have having he her here hers him his how "
        "i if in into is it its just me more most my no nor not now of off on once only or other our out over "
        "own s said same say says she should so some such t than that the their them then there these they "
        "this those through to too under until up us very was we were what when where which while who whom "
        "why will with would you your "
    ).split()
)
# bm25() weights of title and text: a word in the headline says more of what a chunk is about. 2:1 was the best of
# 1:1, 2:1, 3:1 and 5:1 on the RealTimeQA questions over 918 articles.
_TITLE_WEIGHT, _TEXT_WEIGHT = 2.0, 1.0

_words = table("chunk_words", column("rowid"))
_score: Label[float] = literal_column(f"-bm25(chunk_words, {_TITLE_WEIGHT}, {_TEXT_WEIGHT})", Float).label("score")


@dataclass(frozen=True, slots=True)
class KeywordHit:
    """A chunk found by its words; a higher `score` is better, and scores of one query only compare."""

    key: int
    score: float


class KeywordIndex:
    """BM25 over the chunks of a collection. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def search(self, question: str, selection: Selection, limit: int) -> list[KeywordHit]:
        """The selected chunks that share the rarest words with `question`, best first.

        A question without a single searchable word finds nothing.
        """
        terms = query_terms(question)
        if not terms:
            return []
        match = " OR ".join(f'"{term}"' for term in terms)
        query = (
            select(_words.c.rowid, _score)
            .join(chunks, chunks.c.key == _words.c.rowid)
            .where(text("chunk_words MATCH :match").bindparams(match=match))
            .order_by(_score.desc())
            .limit(limit)
        )
        if selection.is_plain:
            query = query.where(chunks.c.collection == selection.collection, chunks.c.is_current)
        else:
            of_revision = and_(revisions.c.article_key == chunks.c.article_key, revisions.c.number == chunks.c.revision)
            query = query.join(revisions, of_revision).join(articles, articles.c.key == chunks.c.article_key)
            query = query.where(*conditions(selection))
        with self._db.read() as connection:
            return [KeywordHit(row[0], row[1]) for row in connection.execute(query)]


def query_terms(question: str) -> list[str]:
    """The words of a question worth searching for, in order, each once; stop words only when there is nothing else."""
    words = list(dict.fromkeys(word.lower() for word in _WORD.findall(question)))
    telling = [word for word in words if word not in STOP_WORDS]
    return (telling or words)[:_MOST_TERMS]
