"""From the rows of the store to articles and chunks."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from corpus.article import Article, Chunk
from corpus.dialect import listed
from corpus.schema import articles, chunks, revisions

# What `chunk_of` reads: all of a chunk but its embedding.
CHUNK = (chunks.c.key, chunks.c.article_key, chunks.c.revision, chunks.c.number, chunks.c.start, chunks.c.end)


def revision_query() -> Any:
    """Selects what `article_of` reads."""
    return select(revisions, articles.c.id, articles.c.collection).join(
        articles, articles.c.key == revisions.c.article_key
    )


def articles_at(connection: Connection, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Article]:
    """The revisions with these pairs of article key and number, each body read once."""
    wanted = list(places)
    lists = {"keys": list({key for key, _ in wanted}), "numbers": list({number for _, number in wanted})}
    return {(row.article_key, row.number): article_of(row) for row in connection.execute(_AT, lists)}


def chunk_of(row: Row[Any]) -> Chunk:
    """A row of chunks."""
    return Chunk(row.key, row.article_key, row.revision, row.number, row.start, row.end)


def article_of(row: Row[Any]) -> Article:
    """A row of `revision_query`."""
    return Article(
        id=row.id,
        revision=row.number,
        title=row.title,
        body=row.body,
        publisher=row.publisher,
        authors=tuple(row.authors),
        url=row.url,
        language=row.language,
        published_at=row.published_at,
        updated_at=row.updated_at,
        first_seen_at=row.first_seen_at,
        collection=row.collection,
        is_current=row.is_current,
        guessed=tuple(row.guessed),
    )


_AT = revision_query().where(revisions.c.article_key.in_(listed("keys")), revisions.c.number.in_(listed("numbers")))
