"""Tables that somebody else keeps locked, as a migration does, or who looks after the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import stamina
from psycopg import sql

_LOCK = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE")


@asynccontextmanager
async def locked(url: str, *tables: str) -> AsyncIterator[None]:
    """Keep everybody else from these tables of a PostgreSQL server.

    It is tried again where somebody had one of them and wanted another: the server refuses the one
    who came last.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    async with await psycopg.AsyncConnection.connect(url) as other:
        async for attempt in stamina.retry_context(on=psycopg.errors.DeadlockDetected):
            with attempt:
                await other.rollback()
                await other.execute(_LOCK.format(names))
        yield
        await other.rollback()
