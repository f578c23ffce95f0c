"""One bad request harms no other, and nothing that was denied is found in the database later."""

import asyncio
from datetime import timedelta
from pathlib import Path

import aiosqlite
import psycopg
import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from bot.calls.cases import Acceptance, AcceptResult
from bot.calls.models import Vendor
from bot.errors import DatabaseUnavailable, NotAccepted, StoreError, UnknownCase
from bot.ports import AuditQuery
from bot.service import on_a_fast_loop
from bot.store import SqlStore, open_store
from bot.store.database import CHAIN_LOCK
from tests.fakes.clock import ManualClock
from tests.store.failover import cut
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


async def test_a_fault_of_ours_in_one_write_is_logged_and_harms_no_other(store: SqlStore) -> None:
    def stumble(_: object, __: object, ___: str, values: object, *____: object) -> None:
        if "'k2'" in str(values):
            raise LookupError

    event.listen(store._database.writing, "before_cursor_execute", stumble)
    orders = [order(key, person=key) for key in ("k1", "k2", "k3")]
    with capture_logs() as logs:
        found = await asyncio.gather(*(store.accept(o) for o in orders), return_exceptions=True)
    assert isinstance(found.pop(1), NotAccepted)
    assert sorted(answer.case.number for answer in found if isinstance(answer, Acceptance)) == [
        1,
        2,
    ]
    assert "write failed" in {line["event"] for line in logs}
    event.remove(store._database.writing, "before_cursor_execute", stumble)
    assert (await store.accept(orders[1])).case.number == 3


def is_postgres(store: SqlStore) -> bool:
    return not store._database.sqlite


@pytest.fixture
def held_sqlite(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


async def test_an_order_that_waits_too_long_for_sqlite_is_never_written(
    sqlite_url: str, held_sqlite: Path, clock: ManualClock
) -> None:
    await wait_too_long(sqlite_url, held_sqlite, clock)


def test_nor_is_it_on_the_loop_that_serve_runs_on(
    sqlite_url: str, held_sqlite: Path, clock: ManualClock
) -> None:
    on_a_fast_loop(wait_too_long(sqlite_url, held_sqlite, clock))


async def wait_too_long(sqlite_url: str, held: Path, clock: ManualClock) -> None:
    async with open_store(sqlite_url, clock, timeout_s=0.1) as store:
        await store.ping()
        async with aiosqlite.connect(held, isolation_level=None) as other:
            await other.execute("BEGIN IMMEDIATE")
            await denied(store)
            await other.execute("ROLLBACK")
        await usable_and_clean(store)


async def test_an_order_that_waits_too_long_for_postgresql_is_never_written(
    postgres_url: str, clock: ManualClock
) -> None:
    async with open_store(postgres_url, clock, timeout_s=0.1) as store:
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
    assert accepted.how is AcceptResult.NEW
    assert accepted.case.number == 1
    assert [entry.case for entry in await store.audit(AuditQuery())] == [1]


async def test_a_connection_that_broke_between_orders_costs_no_order(
    postgres_url: str, clock: ManualClock
) -> None:
    async with open_store(postgres_url, clock) as store:
        await store.accept(order("a", person="a"))
        cut(postgres_url)
        accepted = await store.accept(order("b", person="b"))
    assert (accepted.how, accepted.case.number) == (AcceptResult.NEW, 2)


async def test_a_caller_that_left_the_queue_is_not_written(
    sqlite_url: str, held_sqlite: Path, clock: ManualClock
) -> None:
    async with open_store(sqlite_url, clock, timeout_s=1) as store:
        async with aiosqlite.connect(held_sqlite, isolation_level=None) as other:
            await other.execute("BEGIN IMMEDIATE")
            first = asyncio.create_task(store.accept(order("a", person="a")))
            await asyncio.sleep(0.05)
            left = asyncio.create_task(store.accept(order("b", person="b")))
            await asyncio.sleep(0)
            left.cancel()
            await asyncio.wait({left})
            await other.execute("ROLLBACK")
        assert (await first).how is AcceptResult.NEW
        with pytest.raises(UnknownCase):
            await store.case(2)


async def test_stopping_writes_what_waits(database_url: str, clock: ManualClock) -> None:
    store = SqlStore(database_url, clock)
    await store.start()
    waiting = [asyncio.create_task(store.accept(order(f"k{i}", person=f"p{i}"))) for i in range(5)]
    await asyncio.sleep(0)
    await store.stop()
    assert [(await task).how for task in waiting] == [AcceptResult.NEW] * 5
    with pytest.raises(NotAccepted):
        await store.accept(order("late"))


async def test_a_database_that_cannot_be_reached_accepts_nothing(
    tmp_path: Path, clock: ManualClock
) -> None:
    nowhere = f"postgresql://nobody@/none?host={tmp_path}"
    async with open_store(nowhere, clock, timeout_s=0.5) as store:
        with pytest.raises(NotAccepted) as caught, capture_logs() as log:
            await store.accept(order())
        assert ["no server listens there" in line["why"] for line in log if "why" in line] == [True]
        assert "Nothing was done" in caught.value.next_step
        with pytest.raises(DatabaseUnavailable, match="no server listens there"):
            await store.ping()
        with pytest.raises(StoreError):
            await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
        with pytest.raises(StoreError):
            await store.case(1)
        with pytest.raises(StoreError):
            await store.schema_fits()


async def test_ping_reads(store: SqlStore) -> None:
    await store.ping()


async def test_leases_are_kept_by_the_databases_own_time(
    postgres_url: str, clock: ManualClock
) -> None:
    """A worker whose clock is a day ahead takes nothing from the others."""
    async with open_store(postgres_url, clock) as store:
        await store.accept(order())
        await store.claim(vendor=Vendor.STREAM, owner="a", limit=1, lease=MINUTE)
        clock.advance(timedelta(days=1).total_seconds())
        assert await store.claim(vendor=Vendor.STREAM, owner="b", limit=1, lease=MINUTE) == []
