"""One bad request harms no other, and nothing that was denied is found in the database later."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import aiosqlite
import psycopg
import pytest
from sqlalchemy import text

from bot.calls.cases import How
from bot.errors import NotAccepted, StoreError, UnknownCase
from bot.ports import CaseFilter
from bot.store import SqlStore, open_store
from bot.store.database import CHAIN_LOCK, Database
from bot.store.urls import async_url
from bot.store.writer import Transaction, Work, Writer
from tests.fakes.clock import ManualClock
from tests.store.orders import MINUTE, order


async def test_a_bad_request_leaves_its_neighbours_alone(store: SqlStore) -> None:
    unwritable = order("bad\x00key", person="x") if is_postgres(store) else order("k3", person="x")
    orders = [order("k1"), unwritable, order("k2", person="bob")]
    found = await asyncio.gather(*(store.accept(o) for o in orders), return_exceptions=True)
    if is_postgres(store):
        assert isinstance(found.pop(1), NotAccepted)
    numbers = sorted(a.case.number for a in found if not isinstance(a, BaseException))
    assert numbers == list(range(1, len(found) + 1))
    assert await store.verify() == len(found)


def is_postgres(store: SqlStore) -> bool:
    return not store._database.sqlite


@pytest.fixture
def held_sqlite(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


async def test_an_order_that_waits_too_long_for_sqlite_is_never_written(
    sqlite_url: str, held_sqlite: Path, clock: ManualClock
) -> None:
    async with open_store(sqlite_url, clock, patience=0.1) as store:
        await store.ping()
        async with aiosqlite.connect(held_sqlite, isolation_level=None) as other:
            await other.execute("BEGIN IMMEDIATE")
            await denied(store)
            await other.execute("ROLLBACK")
        await usable_and_clean(store)


async def test_an_order_that_waits_too_long_for_postgresql_is_never_written(
    postgres_url: str, clock: ManualClock
) -> None:
    async with open_store(postgres_url, clock, patience=0.1) as store:
        async with await psycopg.AsyncConnection.connect(postgres_url) as other:
            await other.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
            await denied(store)
        await usable_and_clean(store)


async def denied(store: SqlStore) -> None:
    """All are told no: the one in work, and those that wait behind it."""
    first = asyncio.create_task(store.accept(order("a", person="a")))
    await asyncio.sleep(0.02)
    others = [store.accept(order(f"b{i}", person=f"b{i}")) for i in range(3)]
    found = await asyncio.gather(first, *others, return_exceptions=True)
    assert [type(error) for error in found] == [NotAccepted] * 4


async def usable_and_clean(store: SqlStore) -> None:
    """What was denied is not there, and the next order is written as if nothing had been."""
    for _ in range(50):
        try:
            accepted = await store.accept(order("after", person="after"))
            break
        except NotAccepted:
            await asyncio.sleep(0.05)
    assert accepted.how is How.NEW
    assert accepted.case.number == 1
    assert [entry.case for entry in await store.audit(CaseFilter())] == [1]


async def test_a_connection_that_broke_between_orders_costs_no_order(
    postgres_url: str, clock: ManualClock
) -> None:
    async with open_store(postgres_url, clock) as store:
        await store.accept(order("a", person="a"))
        await cut(postgres_url)
        accepted = await store.accept(order("b", person="b"))
    assert (accepted.how, accepted.case.number) == (How.NEW, 2)


async def cut(url: str) -> None:
    """End every other connection to this database, as a failover does."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as other:
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_a_commit_whose_answer_is_lost_is_settled_under_the_lock(postgres_url: str) -> None:
    """The answer of the first COMMIT is lost although it worked: doing it again finds it there."""
    attempts: list[int] = []

    async def once(transaction: Transaction, requests: Sequence[str]) -> Sequence[str]:
        connection = transaction.connection
        seen = await connection.scalar(text("SELECT count(*) FROM delivery"))
        attempts.append(int(seen or 0))
        if not seen:
            for key in requests:
                await connection.execute(
                    text("INSERT INTO delivery (key, fingerprint) VALUES (:key, '')"), {"key": key}
                )
            await connection.execute(text("COMMIT"))
            await connection.execute(text("SELECT 1"))
            await cut(postgres_url)
        return ["written"] * len(requests)

    database = Database(async_url(postgres_url))
    writer = Writer(database)
    writer.start()
    try:
        assert await writer.write(Work(once, NotAccepted), "k", patience=5) == "written"
    finally:
        await writer.stop()
        await database.engine.dispose()
    assert attempts == [0, 1]


async def test_a_commit_nobody_can_settle_says_that_it_may_have_happened(postgres_url: str) -> None:
    async def cursed(transaction: Transaction, _: Sequence[str]) -> Sequence[str]:
        await transaction.connection.execute(text("SELECT 1"))
        await cut(postgres_url)
        return ["written"]

    database = Database(async_url(postgres_url))
    writer = Writer(database)
    writer.start()
    try:
        with pytest.raises(NotAccepted) as caught:
            await writer.write(Work(cursed, NotAccepted), "k", patience=5)
    finally:
        await writer.stop()
        await database.engine.dispose()
    assert "may have been written" in caught.value.next_step


async def test_a_caller_that_left_the_queue_is_not_written(
    sqlite_url: str, held_sqlite: Path, clock: ManualClock
) -> None:
    async with open_store(sqlite_url, clock, patience=1) as store:
        async with aiosqlite.connect(held_sqlite, isolation_level=None) as other:
            await other.execute("BEGIN IMMEDIATE")
            first = asyncio.create_task(store.accept(order("a", person="a")))
            await asyncio.sleep(0.05)
            left = asyncio.create_task(store.accept(order("b", person="b")))
            await asyncio.sleep(0)
            left.cancel()
            await asyncio.wait({left})
            await other.execute("ROLLBACK")
        assert (await first).how is How.NEW
        with pytest.raises(UnknownCase):
            await store.case(2)


async def test_stopping_writes_what_waits(database_url: str, clock: ManualClock) -> None:
    store = SqlStore(database_url, clock)
    await store.start()
    waiting = [asyncio.create_task(store.accept(order(f"k{i}", person=f"p{i}"))) for i in range(5)]
    await asyncio.sleep(0)
    await store.stop()
    assert [(await task).how for task in waiting] == [How.NEW] * 5
    with pytest.raises(NotAccepted):
        await store.accept(order("late"))


async def test_a_database_that_cannot_be_reached_accepts_nothing(
    tmp_path: Path, clock: ManualClock
) -> None:
    nowhere = f"postgresql://nobody@/none?host={tmp_path}"
    async with open_store(nowhere, clock, patience=0.5) as store:
        with pytest.raises(NotAccepted) as caught:
            await store.accept(order())
        assert "Nothing was done" in caught.value.next_step
        with pytest.raises(NotAccepted):
            await store.ping()
        with pytest.raises(StoreError):
            await store.claim(owner="w", limit=1, lease=MINUTE)
        with pytest.raises(StoreError):
            await store.case(1)
        assert await store.schema_is_current() is False


async def test_a_fault_in_our_own_work_hangs_nobody(sqlite_url: str) -> None:
    async def faulty(_: Transaction, requests: Sequence[str]) -> Sequence[str]:
        return [requests[1]]

    database = Database(async_url(sqlite_url))
    writer = Writer(database)
    writer.start()
    with pytest.raises(StoreError):
        await writer.write(Work(faulty, StoreError), "k", patience=5)
    with pytest.raises(IndexError):
        await writer.stop()
    await database.engine.dispose()


async def test_work_that_does_not_count_has_no_ledger(sqlite_url: str) -> None:
    async def curious(transaction: Transaction, _: Sequence[str]) -> Sequence[int]:
        return [transaction.ledger.next_case()]

    database = Database(async_url(sqlite_url))
    writer = Writer(database)
    writer.start()
    with pytest.raises(StoreError):
        await writer.write(Work(curious, StoreError), "k", patience=5)
    with pytest.raises(RuntimeError):
        await writer.stop()
    await database.engine.dispose()


async def test_ping_reads(store: SqlStore) -> None:
    await store.ping()


async def test_leases_are_kept_by_the_databases_own_time(
    postgres_url: str, clock: ManualClock
) -> None:
    """A worker whose clock is a day ahead takes nothing from the others."""
    async with open_store(postgres_url, clock) as store:
        await store.accept(order())
        await store.claim(owner="a", limit=1, lease=MINUTE)
        clock.advance(timedelta(days=1).total_seconds())
        assert await store.claim(owner="b", limit=1, lease=MINUTE) == []


async def test_a_group_that_fails_is_tried_again_one_by_one(database_url: str) -> None:
    """A row that breaks the rules takes its neighbours' transaction along, and only once."""
    runs: list[int] = []

    async def insert(transaction: Transaction, keys: Sequence[str]) -> Sequence[str]:
        runs.append(len(keys))
        for key in keys:
            await transaction.connection.execute(
                text("INSERT INTO delivery (key, fingerprint) VALUES (:key, '')"), {"key": key}
            )
        return keys

    database = Database(async_url(database_url))
    writer, work = Writer(database), Work(insert, StoreError)
    writer.start()
    try:
        found = await asyncio.gather(
            *(writer.write(work, key, patience=5) for key in ("a", "b", "a", "c")),
            return_exceptions=True,
        )
    finally:
        await writer.stop()
        await database.engine.dispose()
    assert [found[0], found[1], found[3]] == ["a", "b", "c"]
    assert isinstance(found[2], StoreError)
    assert runs == [4, 1, 1, 1, 1]
