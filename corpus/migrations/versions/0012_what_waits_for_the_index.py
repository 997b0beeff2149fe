"""What has no vector yet does not wait for the vector index: it was walked through for every batch of an ingest."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Leave chunks without a vector out of the index of those that wait."""
    op.drop_index("ix_chunks_to_index", "chunks")
    op.create_index(
        "ix_chunks_to_index",
        "chunks",
        ["key"],
        sqlite_where=sa.text("indexed_in IS NULL AND is_current = 1 AND embedding IS NOT NULL"),
        postgresql_where=sa.text("indexed_in IS NULL AND is_current AND embedding IS NOT NULL"),
    )
