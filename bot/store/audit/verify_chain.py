"""Reading the audit log for `ChainWalk`, as fast as it can be hashed.

Entries come straight from the drivers: a row of SQLAlchemy costs as much as its hash, and a cell of
SQLite that somebody changed may hold anything. They are hashed in the event loop, a chunk at a
time: a thread that hashes would hold up every acknowledgement for as long as threads take turns, 5
ms.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import psycopg

from bot.errors import StoreError
from bot.store.audit.chain import Bundle, ChainWalk
from bot.store.database import Database

CHUNK = 2000
"""Entries held in memory; to hash them takes about two milliseconds."""

BUNDLE = 500
"""Entries in one row from PostgreSQL: few enough to stay in a processor's cache."""

AT_ONCE = 200_000
"""Entries that one statement to PostgreSQL is about: some tenths of a second."""

Pause = Callable[[], Awaitable[None]]
"""What is awaited after each chunk, so that others have their turn."""

_ROWS = "SELECT id, body, hash FROM audit WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"

_BUNDLES = """
SELECT bundle.*
FROM generate_series(
    %(after)s::bigint, (SELECT least(max(id), %(upto)s::bigint) FROM audit) - 1, %(size)s
) AS start,
LATERAL (
    SELECT max(id), string_agg(int4send(length(body)), ''), string_agg(body, ''),
           string_agg(hash, ''), bool_and(length(hash) = 32)
    FROM (
        SELECT id, body, hash FROM audit
        WHERE id > start AND id <= least(start + %(size)s, %(upto)s::bigint) ORDER BY id
    ) AS entries
) AS bundle
"""
"""Many entries in one row: PostgreSQL puts them together before it sends them.

It does so while the ones before are hashed here. Aggregates over a sorted subquery see its rows in
that order. https://www.postgresql.org/docs/current/functions-aggregate.html
"""

_CLOSELY = "SELECT id, body, hash FROM audit WHERE id > %s AND id <= %s ORDER BY id LIMIT %s"

LAST = 2**31 - 1
"""The greatest id that there can be."""


async def follow_chain(
    database: Database, walk: ChainWalk, *, upto: int = LAST, pause: Pause | None = None
) -> None:
    """Have the walk follow every entry after its head, up to the id `upto`.

    `pause` is awaited after each chunk. Raises ChainBroken for the first bad entry, and StoreError
    when the database does not answer: that says nothing about the entries.
    """
    try:
        async with database.reading() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            if database.sqlite:
                await _over_sqlite(raw, walk, upto, pause)
            else:
                await _over_postgresql(raw, walk, upto, pause)
    except (sqlite3.Error, psycopg.Error) as error:
        raise StoreError("The database does not answer.") from error


async def _over_sqlite(raw: Any, walk: ChainWalk, upto: int, pause: Pause | None) -> None:
    """`raw` is aiosqlite's connection."""
    while rows := await raw.execute_fetchall(_ROWS, (walk.head.id, upto, CHUNK)):
        walk.follow(rows)
        if pause is not None:
            await pause()


async def _over_postgresql(raw: Any, walk: ChainWalk, upto: int, pause: Pause | None) -> None:
    """`raw` is psycopg's connection. What does not fit in a bundle is checked entry by entry."""
    span = AT_ONCE if pause is None else CHUNK
    while True:
        at = walk.head.id
        good = await _carried(raw, walk, min(upto, at + span))
        if not good or walk.head.id == at:
            rows = await raw.cursor(binary=True).execute(_CLOSELY, (walk.head.id, upto, CHUNK))
            if not (found := await rows.fetchall()):
                return
            walk.follow(found)
        if pause is not None:
            await pause()


async def _carried(raw: Any, walk: ChainWalk, upto: int) -> bool:
    """Whether the walk came as far as `upto`; it stops before a bundle that does not fit."""
    wanted = {"after": walk.head.id, "upto": upto, "size": BUNDLE}
    async with aclosing(raw.cursor(binary=True).stream(_BUNDLES, wanted)) as bundles:
        async for last, sizes, bodies, hashes, even in bundles:
            if last is not None and not (
                even and walk.follow_bundle(Bundle(last, sizes, bodies, hashes))
            ):
                return False
    return True
