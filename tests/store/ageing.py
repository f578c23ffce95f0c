"""Moving the time of a PostgreSQL: it has its own, so what is written there grows older instead."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg

from tests.fakes.clock import ManualClock

GROW_OLDER = (
    "UPDATE outbox SET due_at = due_at - %(by)s, expires_at = expires_at - %(by)s",
    "UPDATE channel_outage SET retry_at = retry_at - %(by)s",
    "UPDATE refused_order SET due_at = due_at - %(by)s, refused_at = refused_at - %(by)s",
    "UPDATE digest_telling SET due_at = due_at - %(by)s, since = since - %(by)s",
    "UPDATE order_lookup SET due_at = due_at - %(by)s",
    "UPDATE order_lookup SET lease_until = lease_until - %(by)s WHERE owner IS NULL",
    "UPDATE moderation_case SET accepted_at = accepted_at - %(by)s",
    "UPDATE moderation_case SET lease_until = lease_until - %(by)s WHERE owner IS NULL",
)
"""What is due, waits or expires by the server's time. Leases that are held stay as they are."""


@contextmanager
def time_passing(clock: ManualClock, url: str) -> Iterator[None]:
    """Whenever `clock` is moved on, what is due there is so much nearer; a file goes by `clock`."""
    if not url.startswith("postgres"):
        yield
        return
    with psycopg.ClientCursor(psycopg.connect(url, autocommit=True)) as cursor:

        def moved(seconds: float) -> None:
            for statement in GROW_OLDER:  # each by itself, so that nobody waits for us in a circle
                cursor.execute(statement, {"by": timedelta(seconds=seconds)})

        clock.moved = moved
        yield
        clock.moved = lambda _: None
        cursor.connection.close()
