"""The keyword index moves out of the database: chunks that it must take in or drop are listed instead."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the words; the new index, found missing, is made from the store."""
    op.create_table(
        "keyword_changes",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("chunk_key", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.execute("DROP TABLE chunk_words")
