"""Orders in words of which it is still looked for who and what is meant."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table; before, such orders were in memory only."""
    op.create_table(
        "order_lookup",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("channel", sa.String()),
        sa.Column("reply_url", sa.Text()),
        sa.Column("trace", sa.String(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String()),
        sa.Column("token", sa.String()),
        sa.Column("lease_until", MOMENT),
    )
    op.create_index("order_lookup_due", "order_lookup", ["due_at"])
