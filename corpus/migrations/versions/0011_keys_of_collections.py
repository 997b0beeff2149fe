"""Keys to some collections only."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keys made so far see every collection: an empty list."""
    op.add_column("api_keys", sa.Column("collections", sa.JSON, nullable=False, server_default="[]"))
