"""Bands are made from other numbers than before: every article is placed anew, in the background."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forget the bands and clusters."""
    op.execute("UPDATE articles SET cluster = NULL")
    op.execute("DELETE FROM cluster_bands")
