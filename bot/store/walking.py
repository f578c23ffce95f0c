"""Reading the whole audit for a walk along its chain, at the speed of hashing it.

What a walk reads comes straight from the drivers: a row of SQLAlchemy costs as much as its hash,
and a meddled SQLite cell may hold anything. It is hashed in the event loop, a chunk at a time: a
thread that hashes would hold up every acknowledgement for as long as threads take turns, 5 ms.
"""

from collections.abc import Sequence
from typing import Any

from bot.store.chain import Bundle, Walk
from bot.store.database import Database

CHUNK = 1000
"""Entries held in memory; to hash them takes about a millisecond."""

_ROWS = "SELECT id, body, hash FROM audit WHERE id > ? ORDER BY id LIMIT ?"

_BUNDLE = """
SELECT count(*), min(id), max(id), string_agg(int4send(length(body)), ''),
       string_agg(body, ''), string_agg(hash, ''), min(length(hash)), max(length(hash))
FROM (SELECT id, body, hash FROM audit WHERE id > %s ORDER BY id LIMIT %s) AS chunk
"""
"""Many entries in one row: PostgreSQL puts them together on the other side of the wire.

Aggregates over a sorted subquery see its rows in that order.
https://www.postgresql.org/docs/current/functions-aggregate.html
"""

SIZE = 32
"""Bytes of a hash."""


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
        while (row := await cursor.fetchone())[0]:
            count, _, last, *_ = row
            cursor = await _ask(raw, last)
            if not _carried(walk, row):
                await _look_closely(raw, walk, count)


async def _ask(raw: Any, after: int) -> Any:
    return await raw.cursor(binary=True).execute(_BUNDLE, (after, CHUNK))


def _carried(walk: Walk, row: Sequence[Any]) -> bool:
    _, first, last, sizes, bodies, hashes, shortest, longest = row
    even = shortest == longest == SIZE
    return even and walk.carry(Bundle(first, last, sizes, bodies, hashes))


async def _look_closely(raw: Any, walk: Walk, count: int) -> None:
    """Entry by entry, to name the first that is bad."""
    rows = await raw.cursor(binary=True).execute(_ROWS.replace("?", "%s"), (walk.head.id, count))
    walk.follow(await rows.fetchall())
