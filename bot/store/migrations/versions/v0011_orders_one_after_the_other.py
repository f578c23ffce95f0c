"""What open cases contend for, so that opposing orders are done one after the other."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table; cases that are open by now wait for nobody, as before."""
    op.create_table(
        "case_lock",
        sa.Column("case_number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("resource", sa.String(), primary_key=True),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
    )
    op.create_index("case_lock_resource", "case_lock", ["resource", "exclusive", "case_number"])
