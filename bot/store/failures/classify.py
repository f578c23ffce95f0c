"""What is wrong with a database: the kind of failure, and what mends it.

The client libraries' own words are not passed on where a kind is known: they repeat parts of the
address, and with those may come parts of a password. PostgreSQL gives no code while a connection is
being made, so its words are what kinds are told by; a server that speaks another language than
English falls to the last kind, with what it says.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.errors import DatabaseUnavailable, DatabaseUnusable, StoreError
from bot.store.failures.kinds import POSTGRESQL, SQLITE, UNKNOWN, Cause, FailureKind
from bot.store.urls import Address

CONNECT_ERRORS = (SQLAlchemyError, OSError, UnicodeError)
"""What comes of an attempt to use a database. UnicodeError is of hosts that DNS cannot hold."""

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
"""Names and addresses: a host may be called after any kind of trouble."""

_NUMBER = re.compile(r"\d+")
"""In words, a port for one: it may be the same as a code."""

MAX_WORDS = 200
"""Characters of a server's own words."""


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


@contextmanager
def translated_errors(address: Address) -> Iterator[None]:
    """Raise DatabaseUnavailable or DatabaseUnusable for any error of the database in here."""
    try:
        yield
    except CONNECT_ERRORS as error:
        raise store_error_for(error, address) from error


def store_error_for(error: Exception, address: Address) -> StoreError:
    """The error to raise in the place of `error`: its kind in our words, and what mends it."""
    kind = _kind(error, address) or UNKNOWN
    sort = DatabaseUnavailable if kind.passes else DatabaseUnusable
    return sort(_says(kind, error, address), next_step=kind.mend)


def describe(error: Exception, address: Address) -> str | None:
    """The kind of `error` in our words, for the log; None for one whose kind is not known.

    Some errors repeat what was to be written, reasons and names, so unknown ones are not logged.
    """
    kind = _kind(error, address)
    return None if kind is None else _says(kind, error, address)


def cause_of(error: Exception, address: Address) -> Cause | None:
    """Why the database did not take a write, where a person can mend that; otherwise None."""
    kind = _kind(error, address) if isinstance(error, DBAPIError) else None
    return None if kind is None else kind.cause


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


def _kind(error: Exception, address: Address) -> FailureKind | None:
    original = _original(error)
    words = _NUMBER.sub("", _QUOTED.sub('""', _message(original)))
    signs = f"{_code(original)} {words}"
    kinds = SQLITE if address.sqlite else POSTGRESQL
    return next((kind for kind in kinds if re.search(kind.signs, signs, re.IGNORECASE)), None)


def _says(kind: FailureKind, error: Exception, address: Address) -> str:
    original = _original(error)
    named = [name for name in address.arguments if name in str(original)]
    said = kind.says.format(
        place=address.place,
        user=address.url.username or "of that name",
        database=address.url.database or "of that name",
        parameter=f" ({named[0]})" if named else "",
        words=_words(original, address),
    )
    return said[0].upper() + said[1:]


def _original(error: Exception) -> BaseException:
    """The error of the client library that is inside of SQLAlchemy's."""
    return getattr(error, "orig", None) or error


def _message(original: BaseException) -> str:
    """The error's text without PostgreSQL's details, which repeat what was to be written."""
    primary = getattr(getattr(original, "diag", None), "message_primary", None)
    return primary or str(original)


def _code(original: BaseException) -> str:
    """SQLSTATE, the name of SQLite's result code, or the type of the exception."""
    for name in ("sqlstate", "sqlite_errorname"):
        if code := getattr(original, name, None):
            return str(code)
    return type(original).__name__


def _words(original: BaseException, address: Address) -> str:
    """The server's own words, shortened; nothing where a part of our address is in them."""
    said = "".join(char for char in " ".join(str(original).split()) if char.isprintable())
    ours = (address.url.password, *address.arguments.values())
    if not said or any(secret and secret in said for secret in ours):
        return ""
    return f": {said[:MAX_WORDS]}"
