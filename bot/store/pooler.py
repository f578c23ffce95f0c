"""Poolers, such as PgBouncer: between transactions a server's connection is somebody else's.

A statement that was prepared is then missing, or there already by the same name. So nothing is
prepared through one; without one it is, which halves what an order costs the server. What else
belongs to a session is not used: locks, settings and the like last as long as their transaction.
"""

from typing import Any


def prepare_nothing_through_a_pooler(connection: Any) -> None:
    """Look, on a new connection to PostgreSQL, whether its server is who answered.

    A server greets with the number of its process. A pooler has to greet before it has a server,
    and with something by which it knows whom a request to cancel is about, so it makes it up.
    https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
    """
    driver = getattr(connection, "driver_connection", connection)
    cursor = connection.cursor()
    cursor.execute("SELECT pg_backend_pid()")
    (server,) = cursor.fetchone()
    cursor.close()
    connection.rollback()
    if server != driver.info.backend_pid:
        driver.prepare_threshold = None
