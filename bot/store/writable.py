"""Whether the database would take an entry, found out without writing one."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from bot.errors import StoreError

_POSTGRES = text(
    """
    SELECT pg_is_in_recovery(),
           current_setting('transaction_read_only') = 'on',
           has_table_privilege('moderation_case', 'INSERT')
           AND has_table_privilege('moderation_case', 'UPDATE')
           AND has_table_privilege('audit', 'INSERT')
    """
)

SQLITE_BUSY = "database is locked"
"""Somebody else is writing, so writing works (sqlite.org/rescode.html#busy)."""


def must_be_writable(connection: Connection, *, sqlite: bool) -> None:
    """StoreError when the database can only be read."""
    if sqlite:
        _sqlite(connection)
    else:
        _postgres(connection)


def _sqlite(connection: Connection) -> None:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql("DELETE FROM delivery WHERE 0")  # BEGIN alone is let through
    except OperationalError as error:
        if SQLITE_BUSY in str(error.orig):
            return
        raise StoreError("The file cannot be written.") from error
    connection.exec_driver_sql("ROLLBACK")


def _postgres(connection: Connection) -> None:
    standby, read_only, may = connection.execute(_POSTGRES).one()
    if standby:
        raise StoreError("This server is a standby that can only be read.")
    if read_only:
        raise StoreError("This database or user is set to read only.")
    if not may:
        raise StoreError("This user may not write into Callwarden's tables.")
