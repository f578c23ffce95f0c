"""The open cases of a vendor in an index of their own: a long past costs a claim nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

OPEN = sa.text("state = 'asked'")


def upgrade() -> None:
    """Only open cases are in it: there are never many."""
    op.create_index(
        "moderation_case_waiting",
        "moderation_case",
        ["vendor", "number"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
