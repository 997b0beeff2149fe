"""Which fields of a revision were guessed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing stored so far was guessed: every field came from a record or front matter."""
    op.add_column("revisions", sa.Column("guessed", sa.JSON, nullable=False, server_default="[]"))
