"""Reading the whole audit for a walk along its chain, at the speed of hashing it.

What a walk reads comes straight from the drivers: a row of SQLAlchemy costs as much as its hash,
and a meddled SQLite cell may hold anything. It is hashed in the event loop, a chunk at a time: a
thread that hashes would hold up every acknowledgement for as long as threads take turns, 5 ms.
"""

from typing import Any

from bot.store.chain import Bundle, Walk
from bot.store.database import Database

CHUNK = 2000
"""Entries held in memory; to hash them takes about two milliseconds."""

_ROWS = "SELECT id, body, hash FROM audit WHERE id > ? ORDER BY id LIMIT ?"

_CLOSELY = "SELECT id, body, hash FROM audit WHERE id > %s AND id <= %s ORDER BY id"

_BUNDLE = """
SELECT max(id), string_agg(int4send(length(body)), ''), string_agg(body, ''),
       string_agg(hash, ''), bool_and(length(hash) = 32)
FROM (SELECT id, body, hash FROM audit WHERE id > %s ORDER BY id LIMIT %s) AS chunk
"""
"""Many entries in one row: PostgreSQL puts them together on the other side of the wire.

Aggregates over a sorted subquery see its rows in that order.
https://www.postgresql.org/docs/current/functions-aggregate.html
"""


async def walk_over(database: Database, walk: Walk) -> None:
    """Follow every entry after the walk's head; ChainBroken at the first bad one."""
    async with database.readers.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        await (_over_sqlite if database.sqlite else _over_postgresql)(raw, walk)


async def _over_sqlite(raw: Any, walk: Walk) -> None:
    """`raw` is aiosqlite's connection."""
    while rows := await raw.execute_fetchall(_ROWS, (walk.head.id, CHUNK)):
        walk.follow(rows)


async def _over_postgresql(raw: Any, walk: Walk) -> None:
    """`raw` is psycopg's; the server puts the next chunk together while this one is hashed."""
    async with raw.pipeline():
        cursor = await _ask(raw, walk.head.id)
        while (row := await cursor.fetchone())[0] is not None:
            last, sizes, bodies, hashes, even = row
            cursor = await _ask(raw, last)
            if not (even and walk.carry(Bundle(last, sizes, bodies, hashes))):
                await _look_closely(raw, walk, last)


async def _ask(raw: Any, after: int) -> Any:
    return await raw.cursor(binary=True).execute(_BUNDLE, (after, CHUNK))


async def _look_closely(raw: Any, walk: Walk, last: int) -> None:
    """Entry by entry up to the last one, to name the first that is bad."""
    rows = await raw.cursor(binary=True).execute(_CLOSELY, (walk.head.id, last))
    walk.follow(await rows.fetchall())
