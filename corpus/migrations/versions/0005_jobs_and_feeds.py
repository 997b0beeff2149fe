"""Feeds that are subscribed to, and jobs that fetch."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of feeds and jobs."""
    op.create_table(
        "feeds",
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("collection", sa.String(64), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("added_at", sa.DateTime, nullable=False),
        sa.Column("polled_at", sa.DateTime),
        sa.Column("next_poll_at", sa.DateTime, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.UniqueConstraint("collection", "url"),
    )
    op.create_table(
        "feed_entries",
        sa.Column("feed_key", sa.Integer, sa.ForeignKey("feeds.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("mark", sa.String(32), nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("collection", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "job_items",
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("job_id", sa.String(40), sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("feed_key", sa.Integer),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.Column("entry", sa.JSON),
        sa.Column("added", sa.Integer),
        sa.Column("revised", sa.Integer),
        sa.Column("unchanged", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.UniqueConstraint("job_id", "url"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_job_items_waiting", "job_items", ["key"], sqlite_where=sa.text("added IS NULL"))
