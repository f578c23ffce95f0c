"""Moving the time of a PostgreSQL: it has its own, so what is written there grows older instead."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg

from tests.fakes.clock import ManualClock

AGE_UNHELD_LEASES = (
    "lease_until = CASE WHEN owner IS NULL THEN lease_until - %(by)s ELSE lease_until END"
)

GROW_OLDER = {
    "outbox": "due_at = due_at - %(by)s, expires_at = expires_at - %(by)s",
    "channel_outage": "retry_at = retry_at - %(by)s",
    "refused_order": "due_at = due_at - %(by)s, refused_at = refused_at - %(by)s",
    "digest_telling": "due_at = due_at - %(by)s, since = since - %(by)s",
    "order_lookup": f"due_at = due_at - %(by)s, {AGE_UNHELD_LEASES}",
    "moderation_case": f"accepted_at = accepted_at - %(by)s, {AGE_UNHELD_LEASES}",
}
"""What is due, waits or expires by the server's time. Leases that are held stay as they are."""


@contextmanager
def time_passing(clock: ManualClock, url: str) -> Iterator[None]:
    """Whenever `clock` is moved on, what is due there is so much nearer; a file goes by `clock`."""
    if not url.startswith("postgres"):
        yield
        return
    with psycopg.ClientCursor(psycopg.connect(url, autocommit=True)) as cursor:

        def moved(seconds: float) -> None:
            for table, change in GROW_OLDER.items():
                # Locked as a whole, one at a time, so that nobody waits for us in a circle.
                lock = f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE;"
                cursor.execute(
                    f"{lock} UPDATE {table} SET {change}", {"by": timedelta(seconds=seconds)}
                )

        clock.moved = moved
        try:
            yield
        finally:
            clock.moved = lambda _: None
            cursor.connection.close()
