"""What ranking and filters ask of a revision can be read without walking through its body."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index, and leave past revisions out of what waits for the vector index: they wait for ever."""
    op.drop_index("ix_chunks_to_index")
    waiting = sa.text("indexed_in IS NULL AND is_current = 1")
    op.create_index("ix_chunks_to_index", "chunks", ["key"], sqlite_where=waiting)
    op.create_index(
        "ix_revisions_ranking",
        "revisions",
        [
            "article_key",
            "number",
            "is_current",
            "visible_from",
            "first_seen_at",
            "published_at",
            "publisher",
            "language",
        ],
    )
