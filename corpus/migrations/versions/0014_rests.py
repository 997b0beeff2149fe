"""Until when sites asked to be left alone, and what of an address is worth saying though nothing failed."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has asked yet."""
    op.create_table(
        "rests",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("until", sa.DateTime, nullable=False),
    )
    op.add_column("job_items", sa.Column("notice", sa.Text))
