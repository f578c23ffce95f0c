"""Since when a case waits, by the time that what is due goes by."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the column; a case without it, as older releases make them, waits since it was asked."""
    op.add_column(
        "moderation_case", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True)
    )
