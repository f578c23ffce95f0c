"""Sums that are answered from the index of their keys alone.

A year of days reads ten thousand rows, which lie all over PostgreSQL's table. SQLite keeps the rows
in their key already.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

TOLD = (
    "calls",
    "seconds",
    "person_seconds",
    "audio_seconds",
    "video_seconds",
    "people",
    "peak_calls",
    "peak_people",
    "longest",
    "longest_title",
    "recordings",
    "recorded_seconds",
    "recordings_failed",
    "streams",
    "unanswered",
    "failed",
)


TITLES = (("usage_call", "title"), ("usage_quarter", "longest_title"))
MOST_OF_A_TITLE = 200


def upgrade() -> None:
    """Put what a sum tells beside its key; a longer title does not fit there."""
    if op.get_context().dialect.name != "postgresql":
        return
    for table, title in TITLES:
        op.execute(
            f"UPDATE {table} SET {title} = left({title}, {MOST_OF_A_TITLE}) "  # noqa: S608  names of ours
            f"WHERE length({title}) > {MOST_OF_A_TITLE}"
        )
    op.execute(
        "ALTER TABLE usage_quarter DROP CONSTRAINT usage_quarter_pkey, "
        f"ADD PRIMARY KEY (vendor, level, quarter) INCLUDE ({', '.join(TOLD)})"
    )
