"""A failover, as a client sees it."""

import psycopg


def cut(url: str) -> None:
    """End every other connection to this database, as a failover does."""
    with psycopg.Connection.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
