"""Cases, deliveries, the outbox, and an audit that can only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)

_REFUSE_SQLITE = """
CREATE TRIGGER audit_refuses_{verb} BEFORE {verb} ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END
"""

_REFUSE_POSTGRESQL = (
    """
CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit is only ever added to'; END $$
""",
    """
CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()
""",
)


def upgrade() -> None:
    """Make every table and index, and the triggers that keep the audit as it was written."""
    _make_cases()
    _make_deliveries()
    _make_outbox()
    _make_audit()
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(_REFUSE_SQLITE.format(verb=verb))
    else:
        for statement in _REFUSE_POSTGRESQL:
            op.execute(statement)


def _make_cases() -> None:
    op.create_table(
        "moderation_case",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("open_key", sa.String(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("session", sa.String()),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("reply_url", sa.Text()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("results", sa.Text()),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Column("attempt", sa.Integer(), nullable=False),
        *_lease(),
    )
    is_open = sa.text("state = 'asked'")
    op.create_index(
        "moderation_case_open_key",
        "moderation_case",
        ["open_key"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index(
        "moderation_case_open",
        "moderation_case",
        ["number"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index("moderation_case_call", "moderation_case", ["vendor", "call_id", "number"])


def _make_deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("case_number", sa.Integer(), sa.ForeignKey("moderation_case.number")),
    )


def _make_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column(
            "case_number", sa.Integer(), sa.ForeignKey("moderation_case.number"), nullable=False
        ),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("posted", sa.String()),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        *_lease(),
    )
    due = sa.text("version > shown")
    op.create_index("outbox_due", "outbox", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.create_index("outbox_case", "outbox", ["case_number"])
    op.create_index("outbox_expiry", "outbox", ["expires_at"])


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("case_number", sa.Integer()),
    )
    op.create_index("audit_case", "audit", ["case_number", "id"])
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )


def _lease() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("owner", sa.String()),
        sa.Column("token", sa.String()),
        sa.Column("lease_until", MOMENT),
    )
