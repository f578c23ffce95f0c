"""The engines of a database, SQLite or PostgreSQL, and what differs between the two."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    NullPool,
    TextClause,
    bindparam,
    create_engine,
    event,
    func,
    text,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.clock import Clock, SteadyTime, SystemClock
from bot.store.private_files import make_private
from bot.store.tables.types import Utc
from bot.store.urls import Address

T = TypeVar("T")

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

_CONNECT_TIMEOUTS = {
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

IDLE_SECONDS = 3.0
"""How long PostgreSQL lets a transaction of ours stand idle before it ends its connection.

A process that was stopped, or whose machine is gone, must not keep the chain's lock from others.
"""

SLOW_SECONDS = 60.0
"""The same for a migration, which works between its statements."""

TRANSACTION_TIMEOUT_SINCE = (17,)
"""The version of PostgreSQL that bounds a transaction as a whole."""

_LIMIT = (
    "SELECT set_config('statement_timeout', :limit, true), set_config('lock_timeout', :limit, true)"
    ", set_config('idle_in_transaction_session_timeout', :idle, true)"
)
_WHOLE = ", set_config('transaction_timeout', :whole, true)"
_LOCK = f", pg_advisory_xact_lock({CHAIN_LOCK})"
_NOW = ", clock_timestamp()"
"""One exchange with the server; the limit for locks holds from the next column on, and the time is
that after the lock. All of it holds for one transaction, so that it is right behind a pooler too.
https://www.postgresql.org/docs/current/runtime-config-client.html
"""


class Database:
    """The engines that read and write, and the few things in which the two databases differ.

    Leases and due moments go by the server's time, which all who share it have in common. A file
    has one process at a time: there it is that process's own, `steady`, which no clock that is set
    disturbs.
    """

    def __init__(self, address: Address, clock: Clock | None = None) -> None:
        self.address = address
        self.steady = SteadyTime(clock or SystemClock())
        self.sqlite = address.sqlite
        self.engine = create_async_engine(
            address.url,
            connect_args=_arguments(address),
            pool_pre_ping=not self.sqlite,  # a database that came back has closed what we kept
        )
        self.writing = _writing(address)
        self._unfinished: set[asyncio.Task[Any]] = set()
        prepare = _prepare_sqlite if self.sqlite else _prepare_postgresql
        for engine in (self.engine.sync_engine, self.writing):
            event.listen(engine, "connect", _or_closed(prepare))
            if address.file:
                event.listen(engine, "do_connect", partial(_tighten, address.file))
        if address.file:
            event.listen(
                self.engine.sync_engine, "do_connect", partial(_require_openable, address.file)
            )

    @property
    def readers(self) -> AsyncEngine:
        """The engine for single statements that read, without a transaction around them."""
        if self.sqlite:
            return self.engine
        return self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for single statements that read.

        Its user may be cancelled at any moment: `close` waits until the connection is given back.
        """
        async with self._given_back(self.readers) as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction, as a result that is streamed needs it."""
        async with self._given_back(self.engine) as connection:
            yield connection

    @asynccontextmanager
    async def _given_back(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        opening = self._finished(engine.connect().start())
        try:
            connection = await asyncio.shield(opening)
        except asyncio.CancelledError:
            self._finished(_given_up(opening))
            raise
        try:
            yield connection
        finally:
            await asyncio.shield(self._finished(connection.close()))

    def _finished(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task for work on a connection that must not be broken off; `close` waits for it."""
        task = asyncio.create_task(work)
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)
        return task

    async def close(self) -> None:
        """Close the connections that read, also those just being opened or given back."""
        while self._unfinished:
            await asyncio.gather(*self._unfinished, return_exceptions=True)
        await self.engine.dispose()

    def begin(
        self, connection: Connection, *, counting: bool, timeout_s: float | None = None
    ) -> datetime:
        """Begin a transaction that writes, and return the present moment of `Database`.

        With `counting`, nobody else can count case numbers and audit ids until it ends; that lock
        comes before any row lock, so that two processes never wait for each other. PostgreSQL
        cancels a statement after `timeout_s` seconds, None for never, and ends our connection when
        we do nothing for IDLE_SECONDS; SQLite waits `BUSY_MS` for its lock. Raises SQLAlchemyError.
        """
        if self.sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return self.steady.now()
        bounded = timeout_s is not None
        version = connection.dialect.server_version_info or ()
        whole = bounded and version >= TRANSACTION_TIMEOUT_SINCE
        limits = {
            "limit": _ms(timeout_s or 0),
            "idle": _ms(IDLE_SECONDS if bounded else SLOW_SECONDS),
            "whole": _ms((timeout_s or 0) + IDLE_SECONDS),
        }
        opened = connection.execute(_opening(whole=whole, lock=counting), limits).one()
        now: datetime = opened[-1]
        return now.astimezone(UTC)

    def within(self, words: str, column: ColumnElement[str | None]) -> ColumnElement[bool]:
        """The condition that a column contains these words, letter by letter."""
        found = func.instr if self.sqlite else func.strpos
        return found(column, words) > 0

    @cached_property
    def present(self) -> ColumnElement[datetime]:
        """The present moment as an expression for statements that read.

        It is asked anew with each execution.
        """
        if self.sqlite:
            return bindparam("present", type_=Utc(), callable_=self.steady.now)
        return func.clock_timestamp(type_=Utc)


async def _given_up(opening: asyncio.Task[AsyncConnection]) -> None:
    """Close a connection that nobody waits for any more, once it is open."""
    with suppress(SQLAlchemyError, OSError):
        await (await opening).close()


@cache
def _opening(*, whole: bool, lock: bool) -> TextClause:
    """The first statement of a transaction that writes on PostgreSQL."""
    return text(_LIMIT + (_WHOLE if whole else "") + (_LOCK if lock else "") + _NOW)


def _ms(seconds: float) -> str:
    """Seconds as a setting of PostgreSQL: 0 is for ever, and the shortest is a millisecond."""
    return f"{max(1, round(seconds * 1000)) if seconds else 0}ms"


def _writing(address: Address) -> Engine:
    """The engine for the one connection that writes: without a pool, on blocking calls."""
    plain = address.url.set(drivername="sqlite") if address.sqlite else address.url
    return create_engine(plain, connect_args=_arguments(address), poolclass=NullPool)


def _arguments(address: Address) -> dict[str, Any]:
    return {} if address.sqlite else {**address.arguments, **_CONNECT_TIMEOUTS}


def _tighten(file: Path, *_: Any) -> None:
    """Before each connection: make the file private, which SQLite would not."""
    make_private(file)


def _require_openable(file: Path, *_: Any) -> None:
    """Raises sqlite3.OperationalError for a file that a thread of aiosqlite could not open.

    Nobody waits for such a thread: it may speak to a loop that is closed by then.
    """
    sqlite3.connect(file).close()


def _or_closed(prepare: Callable[[Any], None]) -> Callable[[Any, Any], None]:
    """A listener that prepares a connection, and closes it when that fails."""

    def listener(connection: Any, _: Any) -> None:
        with ExitStack() as undo:
            undo.callback(connection.close)
            prepare(connection)
            undo.pop_all()

    return listener


def _prepare_sqlite(connection: Any) -> None:
    connection.isolation_level = None  # we say BEGIN IMMEDIATE; the driver's own BEGIN is lazy
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _prepare_postgresql(connection: Any) -> None:
    """Prepare no statements on a new connection that goes through a pooler such as PgBouncer.

    Between transactions a pooler gives the server's connection to somebody else: a statement that
    was prepared is then missing, or there already by the same name. Without one, statements are
    prepared, which halves what an order costs the server. What else belongs to a session is not
    used: locks, settings and the like last as long as their transaction.

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
