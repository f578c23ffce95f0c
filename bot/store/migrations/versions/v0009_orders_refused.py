"""Orders that were refused for want of a role, so that those who may can be asked for them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table, and say of each answer who reads it: null while that is not known."""
    op.create_table(
        "refused_order",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("refused_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT),
        sa.Column("due_at", MOMENT),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String()),
        sa.Column("token", sa.String()),
        sa.Column("lease_until", MOMENT),
    )
    op.create_index("refused_order_due", "refused_order", ["due_at"])
    op.create_index("refused_order_asked", "refused_order", ["subject", "asked_at"])
    op.create_index("refused_order_age", "refused_order", ["refused_at"])
    op.add_column("outbox", sa.Column("reader", sa.Text()))
