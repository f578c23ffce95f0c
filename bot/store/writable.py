"""Checks that the database can be written, without writing to it."""

import os
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from bot.errors import DatabaseUnusable

_POSTGRES = text(
    """
    SELECT pg_is_in_recovery(),
           current_setting('transaction_read_only') = 'on',
           has_table_privilege('moderation_case', 'INSERT')
           AND has_table_privilege('moderation_case', 'UPDATE')
           AND has_table_privilege('audit', 'INSERT')
    """
)

MEND = "Give this user the rights, or name another server or user in DATABASE_URL."

SQLITE_BUSY = "database is locked"
"""Somebody else is writing, so writing works (sqlite.org/rescode.html#busy)."""


def require_place(file: Path) -> None:
    """Raises DatabaseUnusable where there can be no SQLite file of that name, or none to write."""
    folder = file.absolute().parent
    if not folder.is_dir():
        says = f"There is no folder {folder} for the SQLite file {file.name}."
        raise DatabaseUnusable(says, next_step="Make the folder, or change DATABASE_URL.")
    if file.is_dir():
        says = f"{file} is a folder, and no SQLite file."
        raise DatabaseUnusable(says, next_step="Write a file's name behind it in DATABASE_URL.")
    unwritable = [path for path in (folder, file) if path.exists() and not os.access(path, os.W_OK)]
    if unwritable:
        raise DatabaseUnusable(
            f"This user may not write {unwritable[0]}.",
            next_step="Give that right; SQLite needs it for the file and for its folder.",
        )


def require_writable(connection: Connection, *, sqlite: bool) -> None:
    """Raises DatabaseUnusable when PostgreSQL can only be read.

    For an SQLite file that can only be read it raises SQLAlchemy's OperationalError.
    """
    if sqlite:
        _require_writable_file(connection)
    else:
        _require_writable_postgres(connection)


def _require_writable_file(connection: Connection) -> None:
    """OperationalError, SQLAlchemy's, when the file cannot be written to."""
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql("DELETE FROM delivery WHERE 0")  # BEGIN alone is let through
    except OperationalError as error:
        if SQLITE_BUSY in str(error.orig):
            return
        raise
    connection.exec_driver_sql("ROLLBACK")


def _require_writable_postgres(connection: Connection) -> None:
    """DatabaseUnusable when the server, the database or the user can only read."""
    standby, read_only, may = connection.execute(_POSTGRES).one()
    for wrong, says in (
        (standby, "This server is a standby that can only be read."),
        (read_only, "This database or user is set to read only."),
        (not may, "This user may not write into Callwarden's tables."),
    ):
        if wrong:
            raise DatabaseUnusable(says, next_step=MEND)
