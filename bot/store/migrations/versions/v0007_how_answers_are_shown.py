"""How each answer is shown, and whether somebody else had asked before."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; an answer that is under way is shown as a message of its own."""
    op.add_column("outbox", sa.Column("manner", sa.String()))
    op.add_column("outbox", sa.Column("joined", sa.Boolean()))
