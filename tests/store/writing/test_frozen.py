"""A process that is frozen, or a table that is locked, keeps nobody waiting for long."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from bot.calls.models import CallRef, Vendor
from bot.errors import NotAccepted, StoreError
from bot.store import SqlStore, open_store
from bot.store.database import CHAIN_LOCK
from tests.fakes.clock import ManualClock
from tests.fakes.locked_tables import locked
from tests.live.process import ROOT
from tests.store.orders import order

LOBBY = CallRef(vendor=Vendor.STREAM, id="default:lobby")


@asynccontextmanager
async def frozen(url: str) -> AsyncIterator[None]:
    """Another process has the chain's lock in a transaction, and was stopped there: SIGSTOP."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.store.frozen", url), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"held\n"
        process.send_signal(signal.SIGSTOP)
        yield
    finally:
        process.kill()
        await process.wait()


async def test_others_go_on_when_a_process_is_frozen_inside_a_transaction(
    postgres_url: str, clock: ManualClock
) -> None:
    """They are told no while the server waits for it, and taken within 5 s."""
    async with open_store(postgres_url, clock, timeout_s=0.2) as store, frozen(postgres_url):
        with pytest.raises(NotAccepted):
            await store.accept(order("first", person="first"))
        with pytest.raises(NotAccepted):
            await store.require_ready()
        async with asyncio.timeout(5):
            while await told_no(store):
                pass
        await store.require_ready()


async def told_no(store: SqlStore) -> bool:
    try:
        await store.accept(order("again", person="again"))
    except NotAccepted:
        return True
    return False


async def test_a_look_waits_no_longer_for_a_locked_table_than_an_order(
    postgres_url: str, clock: ManualClock
) -> None:
    """However many there are, more than connections; and the next one finds a connection."""
    async with open_store(postgres_url, clock, timeout_s=1) as store:
        await store.accept(order())
        async with locked(postgres_url, "moderation_case"), asyncio.timeout(10):
            looks = [store.backlog(), store.recent(LOBBY, 5), *(store.case(1) for _ in range(40))]
            found = await asyncio.gather(*looks, return_exceptions=True)
            assert {repr(error) for error in found} == {repr(StoreError("The database is busy."))}
            assert await waiting(postgres_url) == 0
        assert (await store.case(1)).number == 1


async def waiting(url: str) -> int:
    """Statements in the server that wait for a lock."""
    async with await psycopg.AsyncConnection.connect(url) as other:
        found = await other.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        row = await found.fetchone()
    assert row is not None
    return int(row[0])


async def test_ready_asks_for_the_lock_that_orders_take(
    postgres_url: str, clock: ManualClock
) -> None:
    async with (
        open_store(postgres_url, clock) as store,
        await psycopg.AsyncConnection.connect(postgres_url) as other,
    ):
        await other.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        with pytest.raises(NotAccepted):
            await store.require_ready()
