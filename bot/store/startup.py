"""Opening the database when a process starts: for its work, or only to read it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import structlog

from bot.clock import Clock, SystemClock
from bot.errors import ConfigError, DatabaseUnavailable
from bot.meter import UNMETERED, Meter
from bot.store.migrate import migrate
from bot.store.schema import Fit
from bot.store.store import SqlStore
from bot.store.urls import sqlite_file
from bot.store.writable import require_place

log = structlog.get_logger(__name__)


RETRY_SECONDS = 2.0
"""Between two attempts to reach a database that is waited for."""

REMINDERS = 30
"""After so many attempts the log says again what is waited for: about once a minute."""


@asynccontextmanager
async def open_read_write(
    url: str,
    clock: Clock,
    *,
    line_channel: str | None,
    meter: Meter = UNMETERED,
    wait: bool = False,
) -> AsyncIterator[SqlStore]:
    """A started store whose tables fit this release, stopped at the end.

    An SQLite file is migrated here. With `wait`, a database that does not answer is waited for.

    Raises DatabaseUnavailable when it does not answer and is not waited for, DatabaseUnusable when
    waiting does not help, ConfigError when `url` cannot be understood or PostgreSQL has to be
    migrated first, NewerDatabase when this release cannot work with the tables, and InstanceLocked
    when another process has the SQLite file.
    """
    if (file := sqlite_file(url)) is not None:
        require_place(file)
    store = SqlStore(url, clock, line_channel=line_channel, meter=meter)
    try:
        if wait:
            await _until_it_answers(store, clock)
        await _take_as_it_is(store, url)
        await store.start()
        yield store
    finally:
        await store.stop()


@asynccontextmanager
async def open_read_only(url: str) -> AsyncIterator[SqlStore]:
    """A store that only reads, for use beside a running process: it takes no lock.

    Raises ConfigError when the tables are missing or too old; otherwise as `open_read_write`.
    """
    if (file := sqlite_file(url)) is not None:
        require_place(file)
        if not file.exists():
            raise _no_tables()
    store = SqlStore(url, SystemClock())
    try:
        if await _fit(store) is Fit.OLDER:
            raise _no_tables()
        yield store
    finally:
        await store.stop()


async def _until_it_answers(store: SqlStore, clock: Clock) -> None:
    for attempt in count():
        try:
            await store.ping()
        except DatabaseUnavailable as error:
            if attempt % REMINDERS == 0:
                log.warning("database not reached", why=str(error), mend=error.next_step)
            await clock.sleep(RETRY_SECONDS)
        else:
            return


async def _take_as_it_is(store: SqlStore, url: str) -> None:
    if await _fit(store) is not Fit.OLDER:
        return
    if sqlite_file(url) is None:
        raise _no_tables()
    await migrate(url)


async def _fit(store: SqlStore) -> Fit:
    schema = await store.schema()
    schema.require_not_too_new()
    if schema.fit is Fit.NEWER:
        log.warning("newer tables found", revision=schema.revision)
    return schema.fit


def _no_tables() -> ConfigError:
    return ConfigError(
        "The database has not the tables that this release needs.",
        next_step="Run `callwarden migrate` first.",
    )
