"""The answers that were given, and what they cite."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "answers",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(40), nullable=False, unique=True),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("collection", sa.String(64), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("key_id", sa.String(64)),
        sa.Column("question", sa.Text),
        sa.Column("asked", sa.JSON),
        sa.Column("said", sa.JSON),
        sa.Column("record", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_answers_created_at", "answers", ["created_at"])
    op.create_table(
        "answer_citations",
        sa.Column("answer_id", sa.String(40), sa.ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.String(200), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
    )
    op.create_index("ix_answer_citations_article_id", "answer_citations", ["article_id"])
