"""Channels that cannot be posted to now, so that what is meant for them is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table; nothing is known of any channel yet."""
    op.create_table(
        "channel_outage",
        sa.Column("channel", sa.String(), primary_key=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("retry_at", MOMENT, nullable=False),
    )
