"""Everything in the store as lines of text, a few articles at a time, so that memory stays flat."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from corpus.article import IncomingArticle
from corpus.database import Database
from corpus.exported import ExportedRevision, end_line, revision_line
from corpus.schema import articles, revisions

# Articles read at once: a body may have two million characters.
_PAGE = 20


@dataclass(frozen=True, slots=True)
class ExportPart:
    """Some lines of an export, and how many revisions they hold; the end line counts for none."""

    text: str
    revisions: int


class Exporter:
    """Reads the store for export. Thread-safe; writers go on meanwhile."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def count(self, collection: str | None = None) -> int:
        """How many revisions there are, in one collection or in all."""
        query = select(func.count()).select_from(revisions.join(articles))
        if collection is not None:
            query = query.where(articles.c.collection == collection)
        with self._db.read() as connection:
            return connection.execute(query).scalar_one()

    def parts(self, collection: str | None = None) -> Iterator[ExportPart]:
        """The lines of every revision, article by article in order of arrival, then the end line.

        Each article is read whole in one moment; what is stored or deleted while this runs may or may not be in it.
        """
        after = total = 0
        while page := self._page(collection, after):
            after = page[-1].article_key
            lines = [revision_line(one.revision) for one in page]
            total += len(lines)
            yield ExportPart("".join(lines), len(lines))
        yield ExportPart(end_line(total), 0)

    def _page(self, collection: str | None, after: int) -> list["_Row"]:
        keys: Select[tuple[int]] = select(articles.c.key).where(articles.c.key > after)
        if collection is not None:
            keys = keys.where(articles.c.collection == collection)
        keys = keys.order_by(articles.c.key).limit(_PAGE)
        query = (
            select(revisions, articles.c.id, articles.c.collection)
            .join(articles)
            .where(articles.c.key.in_(keys))
            .order_by(revisions.c.article_key, revisions.c.number)
        )
        with self._db.read() as connection:
            return [
                _Row(
                    row.article_key,
                    ExportedRevision(
                        IncomingArticle(
                            title=row.title,
                            body=row.body,
                            id=row.id,
                            publisher=row.publisher,
                            authors=tuple(row.authors),
                            url=row.url,
                            language=row.language,
                            published_at=row.published_at,
                            updated_at=row.updated_at,
                            collection=row.collection,
                            guessed=tuple(row.guessed),
                        ),
                        number=row.number,
                        is_current=row.is_current,
                        first_seen_at=row.first_seen_at,
                        visible_from=row.visible_from,
                    ),
                )
                for row in connection.execute(query)
            ]


@dataclass(frozen=True, slots=True)
class _Row:
    article_key: int
    revision: ExportedRevision
