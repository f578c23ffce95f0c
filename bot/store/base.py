"""The base of the store's classes: reading, writing, and the errors of both."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.errors import StoreError
from bot.store.database import Database
from bot.store.unreadable_rows import UnreadableRows
from bot.store.writing.connection import WriteOperation
from bot.store.writing.writer import Writer

R = TypeVar("R")
T = TypeVar("T")

BACKGROUND_TIMEOUT_S = 10.0
"""Seconds within which a write that nobody waits for in Slack has to be committed."""

SUMMING_TIMEOUT_S = 30.0
"""Seconds that adding up the calls or cases of many days may take."""


class StoreBase:
    """Reads on connections of its own, and writes through the one writer."""

    _clock: Clock
    _database: Database
    _writer: Writer
    _unreadable: UnreadableRows
    _timeout_s: float

    async def _write_in_background(self, operation: WriteOperation[R, T], request: R) -> T:
        return await self._writer.write(operation, request, timeout_s=BACKGROUND_TIMEOUT_S)

    async def _write_for_asker(self, operation: WriteOperation[R, T], request: R) -> T:
        """Write something whose result somebody in Slack waits for."""
        return await self._writer.write(operation, request, timeout_s=self._timeout_s)

    @asynccontextmanager
    async def _reading(self, seconds: float | None = None) -> AsyncIterator[AsyncConnection]:
        """A connection for statements that read, for `seconds`; None as long as an order may take.

        Raises StoreError when the database does not answer, or not in that time.
        """
        limit = self._timeout_s if seconds is None else seconds
        async with read_errors(limit), self._database.reading() as connection:
            yield connection


@asynccontextmanager
async def read_errors(seconds: float | None = None) -> AsyncIterator[None]:
    """Raise StoreError when a read in here fails, or takes longer than `seconds` (None: any time).

    A statement that is given up is cancelled in the server, too.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise StoreError("The database is busy.", next_step="Try again in a moment.") from error
    except (SQLAlchemyError, OSError) as error:
        raise StoreError("The database does not answer.") from error


def prepare(make: Callable[[], R]) -> R:
    """What `make` returns. Raises StoreError for values that no database can hold."""
    try:
        return make()
    except (ValueError, OverflowError) as error:
        raise StoreError("There is something in it that cannot be written.") from error
