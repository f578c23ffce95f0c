"""A database that refuses: what was not written is told as not written, and why."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text

from bot.calls.models import CallRef, Vendor
from bot.errors import NotAccepted
from bot.store import SqlStore, open_store
from bot.store.failures.classify import surely_not_committed
from bot.store.failures.kinds import DISK_FULL, READ_ONLY
from tests.fakes.clock import ManualClock
from tests.live.process import ROOT
from tests.store.full import UNABLE
from tests.store.orders import order


async def refused(store: SqlStore, key: str = "k") -> NotAccepted:
    """What an order is told that is not taken."""
    with pytest.raises(NotAccepted) as caught:
        await store.accept(order(key, person=key))
    return caught.value


@contextmanager
def failing(url: str, when: str, state: str) -> Iterator[None]:
    """PostgreSQL answers with this SQLSTATE where cases are inserted, at once or at COMMIT."""
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION 'could not extend file' USING ERRCODE = '{state}'; END $$"
        )
        other.execute(
            f"CREATE CONSTRAINT TRIGGER failing AFTER INSERT ON moderation_case {when}"
            " FOR EACH ROW EXECUTE FUNCTION fail()"
        )
        try:
            yield
        finally:
            other.execute("DROP FUNCTION fail CASCADE")


@pytest.mark.parametrize("when", ["NOT DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"])
async def test_a_full_disk_at_postgresql_is_told_as_nothing_done(
    when: str, postgres_url: str, clock: ManualClock
) -> None:
    """Also where it shows only at COMMIT: an ERROR there is an answer, and it is no."""
    async with open_store(postgres_url, clock, timeout_s=20) as store:
        with failing(postgres_url, when, "53100"):
            no = await refused(store)
            assert (str(no), no.next_step) == (
                "The database's disk is full.",
                "Nothing was done. An admin has to make room on it.",
            )
            with pytest.raises(NotAccepted, match="disk is full"):
                await store.require_ready()
        assert (await store.accept(order())).case.number == 1
        await store.require_ready()


async def test_a_rule_that_is_broken_only_at_commit_leaves_no_doubt(
    database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock, timeout_s=20) as store:
        with breaking_at_commit(store, database_url):
            no = await refused(store)
            assert str(no) == "The database did not take it."
            assert no.next_step == "Nothing was done. Try again in a moment."
        assert (await store.accept(order())).case.number == 1


@contextmanager
def breaking_at_commit(store: SqlStore, url: str) -> Iterator[None]:
    """Each COMMIT breaks a rule that is looked at only then."""
    if not store._database.sqlite:
        with failing(url, "DEFERRABLE INITIALLY DEFERRED", "23514"):
            yield
        return

    def add_an_orphan(connection: Any) -> None:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        connection.execute(
            text("INSERT INTO delivery (key, fingerprint, case_number) VALUES ('x', '', 999)")
        )

    event.listen(store._database.writing, "commit", add_an_orphan)
    try:
        yield
    finally:
        event.remove(store._database.writing, "commit", add_an_orphan)


async def test_a_full_sqlite_file_is_told_as_nothing_done(
    sqlite_url: str, clock: ManualClock
) -> None:
    """SQLite's own limit stands for the disk's: the file may not grow."""

    def no_room(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # as many as there are, it means

    store = SqlStore(sqlite_url, clock, timeout_s=20)
    event.listen(store._database.writing, "connect", no_room)
    await store.start()
    no = await refused(store, "x" * 20_000)
    assert str(no) == DISK_FULL.says
    assert "Nothing was done" in no.next_step
    with pytest.raises(NotAccepted, match="disk is full"):
        await store.require_ready()
    await store.stop()


async def test_a_disk_that_is_really_full_is_told_as_nothing_done(
    sqlite_template: Path, tmp_path: Path
) -> None:
    """And orders are taken again as soon as there is room."""
    process = await asyncio.create_subprocess_exec(
        *("unshare", "-Urm", sys.executable, "-m", "tests.store.full"),
        *(str(sqlite_template), str(tmp_path)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, errors = await process.communicate()
    if process.returncode == UNABLE or b"unshare:" in errors:
        pytest.skip("this user may mount nothing, not even in a namespace of their own")
    assert process.returncode == 0, errors.decode()
    found = json.loads(said.splitlines()[-1])
    assert found["told"] == [
        "The database's disk is full.",
        "Nothing was done. An admin has to make room on it.",
        "The database's disk is full.",
    ]
    assert found["entries"] == found["taken"] + 1


async def test_an_order_that_speaks_of_a_full_disk_is_no_full_disk(
    postgres_url: str, clock: ManualClock
) -> None:
    """PostgreSQL repeats in its details what it did not take."""
    async with open_store(postgres_url, clock, timeout_s=20) as store:
        with psycopg.connect(postgres_url) as other:
            other.execute("ALTER TABLE moderation_case ADD CHECK (call_id NOT LIKE '%:full')")
        call = CallRef(vendor=Vendor.STREAM, id="no space left:full")
        with pytest.raises(NotAccepted, match="did not take it") as caught:
            await store.accept(order(call=call))
        assert caught.value.next_step == "Nothing was done. Try again in a moment."


async def test_a_server_that_can_only_be_read_is_told_as_such(
    postgres_url: str, clock: ManualClock
) -> None:
    async with open_store(postgres_url, clock, timeout_s=20) as store:
        event.listen(store._database.writing, "begin", read_only)
        no = await refused(store)
        assert str(no) == READ_ONLY.says
        assert "Nothing was done" in no.next_step


def read_only(connection: Any) -> None:
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def test_an_error_of_no_database_says_nothing() -> None:
    assert not surely_not_committed(TimeoutError())
