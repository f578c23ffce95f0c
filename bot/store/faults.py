"""What a database's error says for certain, and what a person can do about it."""

import sqlite3
from typing import Any, NamedTuple

from sqlalchemy.exc import DBAPIError


class Cause(NamedTuple):
    """What is wrong with the database, and who mends it how; both are sentences."""

    says: str
    mend: str


DISK_FULL = Cause("The database's disk is full.", "An admin has to make room on it.")
READ_ONLY = Cause(
    "The database can only be read now.",
    "An admin has to point the bot at the server or the file that can be written.",
)

_SQLSTATES = {"53100": DISK_FULL, "25006": READ_ONLY}
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_SQLITE = {sqlite3.SQLITE_FULL: DISK_FULL, sqlite3.SQLITE_READONLY: READ_ONLY}

_NOT_COMMITTED = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
}
"""Answers to COMMIT after which nothing of it is in the file.

After an I/O error nobody knows: the log may have it already, and be read after a crash.
https://www.sqlite.org/rescode.html
"""


def cause_of(error: BaseException) -> Cause | None:
    """Why the database did not take it, where a person can mend that."""
    original = _original(error)
    if isinstance(original, sqlite3.Error):
        return _SQLITE.get(_primary(original))
    return _SQLSTATES.get(getattr(original, "sqlstate", None) or "")


def surely_not_committed(error: BaseException) -> bool:
    """Whether this answer to COMMIT means that nothing of the transaction was written.

    PostgreSQL says ERROR only where it has rolled back; it ends a connection with FATAL, which may
    come after the COMMIT, and an answer that is lost has no severity.
    https://www.postgresql.org/docs/current/protocol-error-fields.html
    """
    original = _original(error)
    if isinstance(original, sqlite3.Error):
        return _primary(original) in _NOT_COMMITTED
    return getattr(getattr(original, "diag", None), "severity_nonlocalized", None) == "ERROR"


def _original(error: BaseException) -> Any:
    """The driver's own error; psycopg's is not imported, which a start on SQLite would wait for."""
    return error.orig if isinstance(error, DBAPIError) else None


def _primary(error: sqlite3.Error) -> int:
    """The first byte of the extended code."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
