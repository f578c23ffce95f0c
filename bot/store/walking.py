"""Reading the whole audit for a walk along its chain, at the speed of hashing it.

What a walk reads comes straight from the drivers: a row of SQLAlchemy costs as much as its hash,
and a meddled SQLite cell may hold anything. It is hashed in the event loop, a chunk at a time: a
thread that hashes would hold up every acknowledgement for as long as threads take turns, 5 ms.
"""

from contextlib import aclosing
from typing import Any

from bot.store.chain import Bundle, Walk
from bot.store.database import Database

CHUNK = 2000
"""Entries held in memory; to hash them takes about two milliseconds."""

BUNDLE = 500
"""Entries in one row from PostgreSQL: few enough to stay in a processor's cache."""

_ROWS = "SELECT id, body, hash FROM audit WHERE id > ? ORDER BY id LIMIT ?"

_BUNDLES = """
SELECT bundle.*
FROM generate_series(%(after)s::bigint, (SELECT max(id) FROM audit), %(size)s) AS start,
LATERAL (
    SELECT max(id), string_agg(int4send(length(body)), ''), string_agg(body, ''),
           string_agg(hash, ''), bool_and(length(hash) = 32)
    FROM (
        SELECT id, body, hash FROM audit WHERE id > start AND id <= start + %(size)s ORDER BY id
    ) AS entries
) AS bundle
"""
"""Many entries in one row: PostgreSQL puts them together on the other side of the wire.

It does so while the ones before are hashed here. Aggregates over a sorted subquery see its rows in
that order. https://www.postgresql.org/docs/current/functions-aggregate.html
"""

_CLOSELY = "SELECT id, body, hash FROM audit WHERE id > %s ORDER BY id LIMIT %s"


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
    """`raw` is psycopg's. What does not fit in a bundle is looked at entry by entry, to name it."""
    while not await _carried(raw, walk):
        rows = await raw.cursor(binary=True).execute(_CLOSELY, (walk.head.id, CHUNK))
        walk.follow(await rows.fetchall())


async def _carried(raw: Any, walk: Walk) -> bool:
    """Whether the walk came to the end; it stopped before a bundle that does not fit otherwise."""
    wanted = {"after": walk.head.id, "size": BUNDLE}
    async with aclosing(raw.cursor(binary=True).stream(_BUNDLES, wanted)) as bundles:
        async for last, sizes, bodies, hashes, even in bundles:
            if last is not None and not (even and walk.carry(Bundle(last, sizes, bodies, hashes))):
                return False
    return True
