"""Groups in one thread: what happens to a group when the database, or our own work, fails it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import psycopg
import pytest
from sqlalchemy import event, text

from bot.errors import NotAccepted, StoreError, WriterHung
from bot.store.database import CHAIN_LOCK, Database
from bot.store.urls import address_of
from bot.store.writing.connection import Transaction, WriteOperation
from bot.store.writing.writer import Writer
from tests.store.failover import cut


async def test_a_commit_whose_answer_is_lost_is_settled_under_the_lock(postgres_url: str) -> None:
    """The answer of the first COMMIT is lost although it worked: doing it again finds it there."""
    attempts: list[int] = []

    def once(transaction: Transaction, requests: Sequence[str]) -> Sequence[str]:
        connection = transaction.connection
        seen = connection.scalar(text("SELECT count(*) FROM delivery"))
        attempts.append(int(seen or 0))
        if not seen:
            add(transaction, requests)
            connection.execute(text("COMMIT"))
            connection.execute(text("SELECT 1"))
            cut(postgres_url)
        return ["written"] * len(requests)

    async with writing(postgres_url) as (writer, _):
        assert await writer.write(WriteOperation(once, NotAccepted), "k", timeout_s=5) == "written"
    assert attempts == [0, 1]


async def test_a_commit_nobody_can_settle_says_that_it_may_have_happened(postgres_url: str) -> None:
    def cursed(transaction: Transaction, _: Sequence[str]) -> Sequence[str]:
        transaction.connection.execute(text("SELECT 1"))
        cut(postgres_url)
        return ["written"]

    async with writing(postgres_url) as (writer, _):
        with pytest.raises(NotAccepted) as caught:
            await writer.write(WriteOperation(cursed, NotAccepted), "k", timeout_s=5)
    assert str(caught.value) == "The database did not take it."
    assert "may have been saved" in caught.value.next_step


async def test_a_fault_in_our_own_work_fails_that_and_nothing_else(database_url: str) -> None:
    """Not even what shares its transaction, nor what comes after."""

    def faulty(_: Transaction, requests: Sequence[str]) -> Sequence[str]:
        return [requests[1]]

    async with writing(database_url) as (writer, database):
        found = await asyncio.gather(
            writer.write(WriteOperation(faulty, StoreError), "k", timeout_s=5),
            writer.write(WriteOperation(add, StoreError), "beside", timeout_s=5),
            return_exceptions=True,
        )
        assert (type(found[0]), found[1]) == (StoreError, "beside")
        await writer.write(WriteOperation(add, StoreError), "later", timeout_s=5)
        assert await delivered(database) == ["beside", "later"]


async def test_work_that_does_not_count_has_no_ledger(sqlite_url: str) -> None:
    def curious(transaction: Transaction, _: Sequence[str]) -> Sequence[int]:
        return [transaction.audit.next_case()]

    async with writing(sqlite_url) as (writer, _):
        with pytest.raises(StoreError):
            await writer.write(WriteOperation(curious, StoreError), "k", timeout_s=5)


async def test_a_call_that_never_comes_back_ends_the_writer(sqlite_url: str) -> None:
    """Which ends the process; see `bot.lifecycle`. What waits is told, and it was not written."""
    gate = threading.Event()

    def hang(_: Transaction, keys: Sequence[str]) -> Sequence[str]:
        gate.wait(5)
        return keys

    database = Database(address_of(sqlite_url))
    writer = Writer(database, hung_after_s=0.1)
    task = writer.start()
    with pytest.raises(NotAccepted, match="stopped") as caught:
        await writer.write(WriteOperation(hang, NotAccepted), "a", timeout_s=5)
    assert "Nothing was done" in caught.value.next_step
    gate.set()
    await asyncio.wait({task})
    assert isinstance(task.exception(), WriterHung)
    assert await delivered(database) == []
    await database.engine.dispose()


async def test_stopping_waits_only_so_long_for_a_database_that_hangs(sqlite_url: str) -> None:
    """And what was told not to be written is not written afterwards."""
    gate = threading.Event()

    def hang(transaction: Transaction, keys: Sequence[str]) -> Sequence[str]:
        add(transaction, keys)
        gate.wait(5)
        return keys

    database = Database(address_of(sqlite_url))
    writer = Writer(database)
    writer.start()
    asked = asyncio.create_task(writer.write(WriteOperation(hang, NotAccepted), "a", timeout_s=5))
    await asyncio.sleep(0.05)
    stopping = asyncio.create_task(writer.stop(0.05))
    with pytest.raises(NotAccepted, match="stopped") as caught:
        await asked
    assert "Nothing was done" in caught.value.next_step
    gate.set()
    await stopping
    assert await delivered(database) == []
    await database.engine.dispose()


async def test_a_group_that_fails_is_tried_again_one_by_one(database_url: str) -> None:
    """A row that breaks the rules takes its neighbours' transaction along, and only once."""
    runs: list[int] = []

    def insert(transaction: Transaction, keys: Sequence[str]) -> Sequence[str]:
        runs.append(len(keys))
        return add(transaction, keys)

    work = WriteOperation(insert, StoreError)
    async with writing(database_url) as (writer, _):
        found = await asyncio.gather(
            *(writer.write(work, key, timeout_s=5) for key in ("a", "b", "a", "c")),
            return_exceptions=True,
        )
    assert [found[0], found[1], found[3]] == ["a", "b", "c"]
    assert isinstance(found[2], StoreError)
    assert runs == [4, 1, 1, 1, 1]


async def test_a_database_that_hangs_keeps_nobody_past_the_deadline(database_url: str) -> None:
    """Told no at the deadline while the thread still hangs; what it had to commit is undone."""
    gate = threading.Event()

    def hang(transaction: Transaction, keys: Sequence[str]) -> Sequence[str]:
        add(transaction, keys)
        gate.wait(5)
        return keys

    async with writing(database_url) as (writer, database):
        with pytest.raises(NotAccepted) as caught:
            await writer.write(WriteOperation(hang, NotAccepted), "a", timeout_s=0.05)
        gate.set()
        await writer.write(WriteOperation(add, NotAccepted), "b", timeout_s=5)
        assert await delivered(database) == ["b"]
    assert "Nothing was done" in caught.value.next_step


async def test_a_commit_that_hangs_is_waited_for_only_so_long(sqlite_url: str) -> None:
    """Nobody can know how it ends, so the answer is that it may have been written: here it was."""
    gate = threading.Event()
    async with writing(sqlite_url) as (writer, database):
        event.listen(database.writing, "commit", lambda _: gate.wait(5))
        with pytest.raises(NotAccepted) as caught:
            await writer.write(WriteOperation(add, NotAccepted), "a", timeout_s=0.1)
        gate.set()
        await writer.write(WriteOperation(add, NotAccepted), "b", timeout_s=5)
        assert await delivered(database) == ["a", "b"]
    assert "may have been saved" in caught.value.next_step


async def test_the_thread_gives_up_on_a_lock_that_stays_held(postgres_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(postgres_url) as other:
        await other.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        async with writing(postgres_url) as (writer, _):
            with pytest.raises(NotAccepted):
                await writer.write(
                    WriteOperation(add, NotAccepted, counting=True), "a", timeout_s=0.1
                )


def add(transaction: Transaction, keys: Sequence[str]) -> Sequence[str]:
    """Write these keys down, each of them once."""
    for key in keys:
        transaction.connection.execute(
            text("INSERT INTO delivery (key, fingerprint) VALUES (:key, '')"), {"key": key}
        )
    return keys


async def delivered(database: Database) -> list[str]:
    async with database.readers.connect() as connection:
        return list(await connection.scalars(text("SELECT key FROM delivery ORDER BY key")))


@asynccontextmanager
async def writing(url: str) -> AsyncIterator[tuple[Writer, Database]]:
    """A writer by itself, at work on any database."""
    database = Database(address_of(url))
    writer = Writer(database)
    writer.start()
    try:
        yield writer, database
    finally:
        await writer.stop()
        await database.engine.dispose()
