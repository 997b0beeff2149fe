"""Clusters of articles that carry one text. Articles stored before are placed by the background work."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the cluster of each article, unknown yet, and the bands by which copies are found."""
    op.add_column("articles", sa.Column("cluster", sa.Integer))
    op.create_index("ix_articles_cluster", "articles", ["cluster"])
    op.create_table(
        "cluster_bands",
        sa.Column("band", sa.BigInteger, primary_key=True),
        sa.Column("article_key", sa.Integer, sa.ForeignKey("articles.key", ondelete="CASCADE"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cluster_bands_article_key", "cluster_bands", ["article_key"])
