"""Connections of readers who are cancelled: all are given back before the database is closed."""

import asyncio
import threading

from bot.store.database import Database
from bot.store.urls import address_of


async def test_what_a_reader_gives_back_while_it_is_cancelled_is_waited_for(
    database_url: str,
) -> None:
    database = Database(address_of(database_url))
    reads = asyncio.Event()
    reader = asyncio.create_task(_read_on(database, reads))
    await reads.wait()
    while not reader.done():  # also while it gives the connection back
        reader.cancel()
        await asyncio.sleep(0)
    await database.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_is_being_opened_for_a_reader_who_is_cancelled_is_waited_for(
    database_url: str,
) -> None:
    for turns in range(12):
        database = Database(address_of(database_url))
        reader = asyncio.create_task(_read_on(database, asyncio.Event()))
        for _ in range(turns):
            await asyncio.sleep(0)
        reader.cancel()
        await asyncio.wait({reader})
        await database.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    for thread in database_threads():
        thread.join(1)  # it ends right after it has said that its connection is closed
    assert database_threads() == []


def database_threads() -> list[threading.Thread]:
    """Threads of aiosqlite, of which each open connection has one."""
    return [one for one in threading.enumerate() if "_connection_worker" in one.name]


async def _read_on(database: Database, reads: asyncio.Event) -> None:
    async with database.reading():
        reads.set()
        await asyncio.Event().wait()
