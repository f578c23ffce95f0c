"""Past calls with their sums by quarter of an hour, and who wants a digest of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and the index of cases that nobody is sure of."""
    _make_calls()
    _make_quarters()
    _make_reads()
    _make_subscriptions()
    _make_postings()
    doubtful = sa.text("state = 'not_confirmed'")
    op.create_index(
        "moderation_case_doubtful",
        "moderation_case",
        ["asked_at"],
        sqlite_where=doubtful,
        postgresql_where=doubtful,
    )


def _make_calls() -> None:
    op.create_table(
        "usage_call",
        sa.Column("vendor", sa.String(), primary_key=True),
        sa.Column("run", sa.String(), primary_key=True),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("ending", sa.String()),
        *_counts("people", "peak", "person_seconds", "audio_seconds", "video_seconds"),
        sa.Column("recordings", sa.Text()),
        *_counts("streams"),
        sa.Column("first_quarter", sa.Integer(), nullable=False),
        sa.Column("last_quarter", sa.Integer(), nullable=False),
        sa.Column("long", sa.Boolean(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("usage_call_reach", "usage_call", ["vendor", "long", "first_quarter"])


def _make_quarters() -> None:
    op.create_table(
        "usage_quarter",
        sa.Column("vendor", sa.String(), primary_key=True),
        sa.Column("level", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("quarter", sa.Integer(), primary_key=True, autoincrement=False),
        *_counts("calls", "seconds", nullable=False),
        *_counts("person_seconds", "audio_seconds", "video_seconds", "people"),
        *_counts("peak_calls", nullable=False),
        *_counts("peak_people"),
        *_counts("longest", nullable=False),
        sa.Column("longest_title", sa.Text(), nullable=False),
        *_counts("recordings", "recorded_seconds", "recordings_failed"),
        *_counts("streams", "unanswered", "failed"),
        sqlite_with_rowid=False,
    )


def _make_reads() -> None:
    op.create_table(
        "usage_read",
        sa.Column("vendor", sa.String(), primary_key=True),
        sa.Column("day", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
    )


def _make_subscriptions() -> None:
    op.create_table(
        "digest_subscription",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
    )
    running = sa.text("NOT stopped")
    op.create_index(
        "digest_subscription_about",
        "digest_subscription",
        ["channel", "about"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )


def _make_postings() -> None:
    op.create_table(
        "digest_posting",
        sa.Column(
            "subscription", sa.Integer(), sa.ForeignKey("digest_subscription.id"), primary_key=True
        ),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("posted", sa.String()),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String()),
        sa.Column("token", sa.String()),
        sa.Column("lease_until", MOMENT),
    )


def _counts(*names: str, nullable: bool = True) -> tuple[sa.Column[int], ...]:
    return tuple(sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names)
