"""How far a case is while it is open."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the column; nothing is known of cases that are open by now."""
    op.add_column("moderation_case", sa.Column("progress", sa.Text(), nullable=True))
