"""Opening the database: SQLite as one careful writer, PostgreSQL as it comes."""

from datetime import datetime, timedelta
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Interval,
    NullPool,
    create_engine,
    event,
    func,
    literal,
    text,
)
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import InstanceLocked
from bot.store.tables import Utc
from bot.store.urls import is_sqlite

CHAIN_LOCK = 0x63616C6C
"""PostgreSQL's advisory lock for whoever counts: case numbers, audit ids and migrations."""

BUSY_MS = 500
"""Milliseconds that SQLite waits for another connection: well below what an order may take."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_MS}",
)

_PATIENCE = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 3000,
}
"""How soon PostgreSQL's client library finds out that the other machine is gone.

Seconds, the last one milliseconds.
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

_LIMIT = text(
    "SELECT set_config('statement_timeout', :limit, true), set_config('lock_timeout', :limit, true)"
)
_LIMIT_AND_LOCK = text(f"{_LIMIT.text}, pg_advisory_xact_lock({CHAIN_LOCK})")
"""One exchange with the server; the limit for locks holds from the next column on."""


class Database:
    """An engine and the few things that differ between SQLite and PostgreSQL."""

    def __init__(self, url: URL) -> None:
        self.sqlite = is_sqlite(url)
        self.engine = create_async_engine(
            url,
            connect_args=_arguments(url),
            pool_pre_ping=not self.sqlite,  # a database that came back has closed what we kept
        )
        self.writing = _writing(url)
        if self.sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare)
            event.listen(self.writing, "connect", _prepare)

    @property
    def readers(self) -> AsyncEngine:
        """The engine for single statements that read: no transaction around them."""
        if self.sqlite:
            return self.engine
        return self.engine.execution_options(isolation_level="AUTOCOMMIT")

    def begin(
        self, connection: Connection, *, counting: bool, patience: float | None = None
    ) -> None:
        """Open a transaction that writes; `counting` excludes everybody else who counts.

        The lock comes before any row lock, so that two processes never wait for each other.
        PostgreSQL gives up on a statement after `patience` seconds, None for never; SQLite waits
        `BUSY_MS` for the lock.
        """
        if self.sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            limit = 0 if patience is None else max(1, round(patience * 1000))  # 0 is for ever
            connection.execute(_LIMIT_AND_LOCK if counting else _LIMIT, {"limit": f"{limit}ms"})

    def within(self, words: str, column: ColumnElement[str | None]) -> ColumnElement[bool]:
        """Whether a text contains these words, letter by letter."""
        found = func.instr if self.sqlite else func.strpos
        return found(column, words) > 0

    def now(self, clock_says: datetime) -> ColumnElement[datetime]:
        """The time leases go by: the database's own where several machines share it."""
        if self.sqlite:
            return literal(clock_says, Utc)
        return func.clock_timestamp(type_=Utc)

    def later(self, clock_says: datetime, span: timedelta) -> ColumnElement[datetime]:
        """The moment `span` after `now`."""
        if self.sqlite:
            return literal(clock_says + span, Utc)
        return func.clock_timestamp(type_=Utc) + literal(span, Interval)


def _writing(url: URL) -> Engine:
    """The engine for the one connection that writes: without a pool, on blocking calls."""
    plain = url.set(drivername="sqlite") if is_sqlite(url) else url
    return create_engine(plain, connect_args=_arguments(url), poolclass=NullPool)


def _arguments(url: URL) -> dict[str, Any]:
    return {} if is_sqlite(url) else _PATIENCE


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say BEGIN IMMEDIATE; the driver's own BEGIN is lazy
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


class InstanceLock:
    """Keeps a second process away from an SQLite file. PostgreSQL needs no such lock."""

    def __init__(self, url: URL) -> None:
        self._lock = FileLock(f"{url.database}.lock", timeout=0) if is_sqlite(url) else None

    def acquire(self) -> None:
        """Take it or raise InstanceLocked, without waiting."""
        if self._lock is None:
            return
        try:
            self._lock.acquire()
        except Timeout as error:
            raise InstanceLocked(
                f"Another process uses this database ({self._lock.lock_file} is held)."
            ) from error

    def release(self) -> None:
        """Let another process have it; harmless when it is not held."""
        if self._lock is not None:
            self._lock.release()
