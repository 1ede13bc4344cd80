"""What people say of unusual days."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the table of verdicts."""
    op.create_table(
        "day_verdicts",
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("verdict", sa.Text()),
        sa.Column("last_day", sa.Date()),
        sa.Column("direction", sa.Text()),
        sa.Column("cause", sa.Text()),
        sa.Column("event", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "location_id", "day", "position"),
    )
