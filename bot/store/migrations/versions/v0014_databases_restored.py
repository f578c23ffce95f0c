"""That a database was restored from a backup: what was open then may have been done since."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and mark what was open; null where nothing was restored."""
    op.create_table(
        "restoration",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("last_case", sa.Integer(), nullable=False),
    )
    op.create_table(
        "database_identity",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("identity", sa.String(), nullable=False),
    )
    op.add_column("moderation_case", sa.Column("restored_at", MOMENT))
    op.add_column("order_lookup", sa.Column("restored_at", MOMENT))
