"""What waits, for a vector or for the vector index, is found and counted without reading its rows.

And what has no vector yet does not wait for the index: it was walked through for every batch of an ingest.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both indexes anew, with what is asked of a chunk that waits."""
    op.drop_index("ix_chunks_to_embed", "chunks")
    op.drop_index("ix_chunks_to_index", "chunks")
    unembedded = sa.text("embedding IS NULL")
    op.create_index(
        "ix_chunks_to_embed",
        "chunks",
        ["key", "collection", "is_current", "article_key"],
        sqlite_where=unembedded,
        postgresql_where=unembedded,
    )
    op.create_index(
        "ix_chunks_to_index",
        "chunks",
        ["collection", "key", "article_key"],
        sqlite_where=sa.text("indexed_in IS NULL AND is_current = 1 AND embedding IS NOT NULL"),
        postgresql_where=sa.text("indexed_in IS NULL AND is_current AND embedding IS NOT NULL"),
    )
