"""What a database's answer to COMMIT says for certain."""

import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError

_NOT_COMMITTED = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
}
"""Answers after which nothing of it is in the file.

After an I/O error nobody knows: the log may have it already, and be read after a crash.
https://www.sqlite.org/rescode.html
"""


def surely_not_committed(error: BaseException) -> bool:
    """Whether this answer to COMMIT means that nothing of the transaction was written.

    PostgreSQL says ERROR only where it has rolled back; it ends a connection with FATAL, which may
    come after the COMMIT, and an answer that is lost has no severity.
    https://www.postgresql.org/docs/current/protocol-error-fields.html
    """
    # psycopg's own classes are not imported: a start on SQLite would wait for them
    original: Any = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(original, sqlite3.Error):
        return getattr(original, "sqlite_errorcode", 0) & 0xFF in _NOT_COMMITTED
    return getattr(getattr(original, "diag", None), "severity_nonlocalized", None) == "ERROR"
