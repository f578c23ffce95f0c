"""Connections of readers who are cancelled: all are given back before the database is closed."""

import asyncio
import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import OperationalError

from bot.store.database import Database
from bot.store.urls import address_of

TURNS = 60
"""More turns of the loop than opening a connection takes."""

TRIES = 50
"""A thread that is left speaks after its loop was closed in one try of three or so."""


@contextmanager
def nothing_left() -> Iterator[None]:
    """No thread spoke to a loop that was closed, and no connection was left to the collector."""
    left: list[object] = []
    hooks = threading.excepthook, sys.unraisablehook
    threading.excepthook, sys.unraisablehook = left.append, left.append
    try:
        yield
        for thread in threading.enumerate():
            if "_connection_worker" in thread.name:
                thread.join(1)
        gc.collect()
    finally:
        threading.excepthook, sys.unraisablehook = hooks
    assert left == []


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


def test_what_is_being_opened_for_a_reader_who_is_cancelled_is_closed(database_url: str) -> None:
    with nothing_left():
        for turns in range(TURNS):
            asyncio.run(_read_for(database_url, turns))


async def _read_for(url: str, turns: int) -> None:
    database = Database(address_of(url))
    reader = asyncio.create_task(_read_on(database, asyncio.Event()))
    for _ in range(turns):
        await asyncio.sleep(0)
    reader.cancel()
    await asyncio.wait({reader})
    await database.close()


def test_a_file_that_cannot_be_opened_leaves_no_thread_to_a_loop_that_is_closed() -> None:
    with nothing_left():
        for _ in range(TRIES):
            asyncio.run(_read_nothing("sqlite:////proc/calls.db"))


async def _read_nothing(url: str) -> None:
    database = Database(address_of(url))
    with pytest.raises(OperationalError, match="unable to open database file"):
        async with database.reading():
            raise AssertionError(url)
    await database.close()


async def _read_on(database: Database, reads: asyncio.Event) -> None:
    async with database.reading():
        reads.set()
        await asyncio.Event().wait()
