"""What a channel or an owner still has to be told of a digest."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table; digests that were set up before have told everything."""
    op.create_table(
        "digest_telling",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column(
            "subscription", sa.Integer(), sa.ForeignKey("digest_subscription.id"), nullable=False
        ),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String()),
        sa.Column("token", sa.String()),
        sa.Column("lease_until", MOMENT),
    )
