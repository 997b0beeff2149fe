"""From the rows of the store to articles and chunks."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, bindparam, func, insert, select

from corpus.article import Article, Chunk
from corpus.schema import articles, chunks, revisions

# What `chunk_of` reads: all of a chunk but its embedding.
CHUNK = (chunks.c.key, chunks.c.article_key, chunks.c.revision, chunks.c.number, chunks.c.start, chunks.c.end)


def listed(name: str) -> Any:
    """The values of a JSON list that is bound as `name`: one statement for lists of every length."""
    return select(func.json_each(bindparam(name)).table_valued("value", name=name).c.value)


def revision_query() -> Any:
    """Selects what `article_of` reads."""
    return select(revisions, articles.c.id, articles.c.collection).join(
        articles, articles.c.key == revisions.c.article_key
    )


def articles_at(connection: Connection, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Article]:
    """The revisions with these pairs of article key and number, each body read once."""
    wanted = list(places)
    of = revisions.c.article_key.in_({key for key, _ in wanted})
    query = revision_query().where(of, revisions.c.number.in_({number for _, number in wanted}))
    return {(row.article_key, row.number): article_of(row) for row in connection.execute(query)}


def insert_many(
    connection: Connection, table: Table, columns: Sequence[Column[Any]], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows of plain numbers, text and bytes, given in the order of `columns`.

    The statement is written once and the rows go to the driver as they are: SQLAlchemy by itself makes several objects
    of each row, which for rows as small as these takes four times as long as storing them.
    """
    if rows:
        statement = insert(table).compile(dialect=connection.dialect, column_keys=[column.name for column in columns])
        connection.exec_driver_sql(str(statement), list(rows))


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
