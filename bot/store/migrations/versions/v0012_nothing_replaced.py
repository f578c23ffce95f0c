"""Triggers that also refuse to replace, to remove cases, and to set the checkpoint back."""

from alembic import op

from bot.store.audit.triggers import install

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Put them in their place, for every session."""
    install(op.get_bind())
