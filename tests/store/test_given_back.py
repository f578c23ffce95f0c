"""Connections of readers who are cancelled: all are given back before the database is closed."""

import asyncio

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


async def _read_on(database: Database, reads: asyncio.Event) -> None:
    async with database.reading():
        reads.set()
        await asyncio.Event().wait()
