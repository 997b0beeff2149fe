"""Languages are kept as their primary subtag, however an article came in: what filters ask for is found."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_PRIMARY = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")
_AT_ONCE = 500

_revisions = sa.table(
    "revisions",
    sa.column("article_key", sa.BigInteger),
    sa.column("number", sa.Integer),
    sa.column("title", sa.Text),
    sa.column("body", sa.Text),
    sa.column("publisher", sa.Text),
    sa.column("authors", sa.JSON),
    sa.column("url", sa.Text),
    sa.column("language", sa.Text),
    sa.column("published_at", sa.DateTime),
    sa.column("content_hash", sa.String(64)),
)
_language, _key = _revisions.c.language, _revisions.c.article_key


def upgrade() -> None:
    """Write the short form, and with it the digest of the content, so that the same article sent again is the same."""
    connection = op.get_bind()
    for language in connection.execute(sa.select(_language).where(_language.is_not(None)).distinct()).scalars().all():
        primary = _PRIMARY.match(language)
        if primary is None or primary[0].lower() == language:
            continue
        holding = sa.select(_key).where(_language == language).distinct().order_by(_key)
        keys = connection.execute(holding).scalars().all()
        for at in range(0, len(keys), _AT_ONCE):
            _rewrite(connection, keys[at : at + _AT_ONCE], language, primary[0].lower())


def _rewrite(connection: sa.Connection, keys: Sequence[int], language: str, code: str) -> None:
    rows = connection.execute(sa.select(_revisions).where(_key.in_(keys), _language == language)).all()
    is_row = (_key == sa.bindparam("of_article"), _revisions.c.number == sa.bindparam("of_number"))
    update = sa.update(_revisions).where(*is_row)
    update = update.values(language=code, content_hash=sa.bindparam("digest"))
    told = [{"of_article": row.article_key, "of_number": row.number, "digest": _digest(row, code)} for row in rows]
    connection.execute(update, told)


def _digest(row: sa.Row[Any], language: str) -> str:
    published = row.published_at and row.published_at.replace(tzinfo=UTC)
    seen = (row.title, row.body, row.publisher, tuple(row.authors), row.url, language, published)
    return hashlib.sha256(repr(seen).encode("utf-8", "surrogatepass")).hexdigest()
