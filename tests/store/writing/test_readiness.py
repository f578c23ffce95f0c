"""Ready means that an order could be written now, and the writer is asked."""

import asyncio
import sqlite3
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from bot.errors import NotAccepted
from bot.meter import Unmetered
from bot.store import SqlStore, open_store
from tests.fakes.clock import ManualClock
from tests.store.failover import cut
from tests.store.orders import order


class Counting(Unmetered):
    """Counts transactions."""

    transactions = 0

    def wrote(self, size: int) -> None:
        self.transactions += bool(size)


@pytest.fixture
def meter() -> Counting:
    return Counting()


async def test_whoever_asks_at_the_same_moment_shares_one_write(
    database_url: str, clock: ManualClock, meter: Counting
) -> None:
    store = SqlStore(database_url, clock, meter=meter)
    await store.start()
    before = meter.transactions
    await asyncio.gather(*(store.require_ready() for _ in range(50)))
    await store.require_ready()
    assert meter.transactions == before + 1
    await store.stop()


async def test_an_order_that_was_written_is_proof_enough(
    database_url: str, clock: ManualClock, meter: Counting
) -> None:
    """So a load of orders never makes a process look as if it took none."""
    store = SqlStore(database_url, clock, meter=meter)
    await store.start()
    await store.accept(order())
    before = meter.transactions
    await store.require_ready()
    assert meter.transactions == before
    await store.stop()


async def test_nothing_is_left_behind(database_url: str, clock: ManualClock) -> None:
    async with open_store(database_url, clock) as store:
        await store.require_ready()
        await store.accept(order())
        assert await store.verify() == 1
    assert await count(database_url) == 1


async def count(url: str) -> int:
    wanted = "SELECT count(*) FROM delivery"
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            (found,) = file.execute(wanted).fetchone()
        file.close()
        return int(found)
    async with await psycopg.AsyncConnection.connect(url) as connection:
        row = await (await connection.execute(wanted)).fetchone()
    assert row is not None
    return int(row[0])


async def test_a_dead_writer_is_not_ready(database_url: str, clock: ManualClock) -> None:
    async with open_store(database_url, clock) as store:
        store.writing.cancel()
        await asyncio.wait({store.writing})
        with pytest.raises(NotAccepted, match="closed"):
            await store.require_ready()


async def test_a_file_that_can_only_be_read_is_not_ready(
    sqlite_url: str, clock: ManualClock
) -> None:
    def only_read(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA query_only = ON")

    store = SqlStore(sqlite_url, clock)
    event.listen(store._database.writing, "connect", only_read)
    await store.start()
    with pytest.raises(NotAccepted, match="only be read"):
        await store.require_ready()
    await store.stop()


async def test_a_server_that_can_only_be_read_is_not_ready(
    postgres_url: str, clock: ManualClock
) -> None:
    """As after a failover to a standby; and it is once it can be written again."""
    async with open_store(postgres_url, clock) as store:
        try:
            await alter(postgres_url, "SET default_transaction_read_only = on")
            with pytest.raises(NotAccepted, match="only"):
                await store.require_ready()
        finally:
            await alter(postgres_url, "RESET default_transaction_read_only")
        await store.accept(order())
        await store.require_ready()


async def alter(url: str, how: str) -> None:
    """Change the database, and end the connections that do not know of it."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as other:
        await other.execute("SET default_transaction_read_only = off")
        await other.execute(
            f"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {how}', current_database()); END $$"
        )
    cut(url)


async def test_a_database_that_is_away_is_not_ready(clock: ManualClock) -> None:
    async with open_store("postgresql://nobody@/none?host=/nowhere", clock) as store:
        for _ in range(2):
            with pytest.raises(NotAccepted, match="did not take it"):
                await store.require_ready()
