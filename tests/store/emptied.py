"""A PostgreSQL database for the next test: its tables without what the last one left in them."""

from typing import Any

import psycopg
from psycopg import sql

from tests.store.damage import unguarded

KEPT = ("alembic_version", "schema_compatibility", "database_identity")
"""Tables that a migration fills."""

MANY = 200_000
"""Bytes of a table from which deleting its rows one by one would leave a file that misleads plans.
"""

_TABLES = """
SELECT relname, pg_relation_size(oid) > %s FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT relname = ANY (%s)
"""
_COUNTERS = """
SELECT setval(oid, 1, false) FROM pg_class
WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
"""


def emptied(url: str) -> None:
    """Delete every row, and count from one again.

    TRUNCATE makes each table and index a new file, which takes ten times as long.
    """
    with psycopg.connect(url) as connection:
        tables = connection.execute(_TABLES, [MANY, list(KEPT)]).fetchall()
        filled = [(name, many) for name, many in tables if _has_rows(connection, name)]
        if filled:
            connection.execute("SET LOCAL session_replication_role = replica")  # in any order
            with unguarded(connection):
                for name, many in filled:
                    empty = "TRUNCATE {} CASCADE" if many else "DELETE FROM {}"
                    connection.execute(sql.SQL(empty).format(sql.Identifier(name)))
        connection.execute(_COUNTERS)


def _has_rows(connection: psycopg.Connection[Any], table: str) -> bool:
    asked = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
    row = connection.execute(asked).fetchone()
    return row is not None and bool(row[0])
