"""First tables.

Written out rather than taken from `corpus.schema`, so that what this migration makes never changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the first release."""
    op.create_table(
        "facts", sa.Column("name", sa.String(64), primary_key=True), sa.Column("value", sa.Text, nullable=False)
    )
    op.create_table(
        "articles",
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("collection", sa.String(64), nullable=False),
        sa.Column("id", sa.String(200), nullable=False),
        sa.UniqueConstraint("collection", "id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "revisions",
        sa.Column("article_key", sa.Integer, sa.ForeignKey("articles.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("publisher", sa.Text),
        sa.Column("authors", sa.JSON, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("language", sa.String(35)),
        sa.Column("published_at", sa.DateTime),
        sa.Column("updated_at", sa.DateTime),
        sa.Column("first_seen_at", sa.DateTime, nullable=False),
        sa.Column("visible_from", sa.DateTime, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("is_current", sa.Boolean, nullable=False),
    )
    op.create_index("ix_revisions_current_published", "revisions", ["is_current", "published_at"])
    op.create_table(
        "chunks",
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("article_key", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("collection", sa.String(64), nullable=False),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.Column("text_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("embedding", sa.LargeBinary),
        sa.Column("indexed_in", sa.Integer),
        sa.UniqueConstraint("article_key", "revision", "number"),
        sa.ForeignKeyConstraint(
            ["article_key", "revision"], ["revisions.article_key", "revisions.number"], ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_chunks_text_hash", "chunks", ["text_hash"])
    op.create_index("ix_chunks_collection_current", "chunks", ["collection", "is_current"])
    op.create_index("ix_chunks_to_embed", "chunks", ["key"], sqlite_where=sa.text("embedding IS NULL"))
    op.create_index("ix_chunks_to_index", "chunks", ["key"], sqlite_where=sa.text("indexed_in IS NULL"))
    op.create_table(
        "removals",
        sa.Column("index_id", sa.String(64), primary_key=True),
        sa.Column("collection", sa.String(64), nullable=False),
    )
    op.execute(
        'CREATE VIRTUAL TABLE chunk_words USING fts5(title, text, tokenize = "porter unicode61 remove_diacritics 2")'
    )
