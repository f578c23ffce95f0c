"""What the oldest release is that can work with the tables; `bot.store.migrate` writes it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table. It has one row once the migrations are through."""
    op.create_table(
        "schema_compatibility",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("oldest", sa.String(), nullable=False),
    )
