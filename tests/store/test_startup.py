"""Addresses, tables and locks: how a database is opened."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Dialect, text

from bot.errors import InstanceLocked, StoreError
from bot.ports import AuditChain, Store
from bot.store import SqlStore, open_store
from bot.store.database import Database
from bot.store.migrate import alembic_config, migrate
from bot.store.migrations import HEAD
from bot.store.tables.cases import CASE
from bot.store.tables.types import Utc
from bot.store.urls import address_of
from tests.fakes.clock import START, ManualClock
from tests.store.orders import order


async def test_the_store_is_what_the_ports_ask_for(store: SqlStore) -> None:
    """The type checker holds it to the protocols; here it is seen to answer through them."""
    rows: Store = store
    chain: AuditChain = store
    await rows.require_ready()
    assert await chain.verify() == 0


async def test_a_second_process_is_kept_from_an_sqlite_file(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with open_store(sqlite_url, clock):
        second = SqlStore(sqlite_url, clock)
        with pytest.raises(InstanceLocked) as caught:
            await second.start()
        assert "PostgreSQL" in caught.value.next_step
        with pytest.raises(InstanceLocked):
            await migrate(sqlite_url)
    async with open_store(sqlite_url, clock) as store:
        await store.accept(order())


async def test_migrating_again_changes_nothing(database_url: str, clock: ManualClock) -> None:
    async with open_store(database_url, clock) as store:
        await store.accept(order())
    await migrate(database_url)
    async with open_store(database_url, clock) as store:
        assert await store.schema_fits()
        assert await store.verify() == 1


async def test_a_new_file_is_not_current_until_it_is_migrated(
    tmp_path: Path, clock: ManualClock
) -> None:
    path = f"sqlite:///{tmp_path / 'new.db'}"
    async with open_store(path, clock) as store:
        assert not await store.schema_fits()
    await migrate(path)
    async with open_store(path, clock) as store:
        assert await store.schema_fits()


async def test_a_file_that_is_no_database_cannot_be_migrated(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear all, " * 500)
    with pytest.raises(StoreError):
        await migrate(f"sqlite:///{path}")


async def test_the_migrations_make_the_tables_the_program_expects(database_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, CASE.metadata))

    def newest(connection: Connection) -> str | None:
        return ScriptDirectory.from_config(alembic_config(connection)).get_current_head()

    database = Database(address_of(database_url))
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(newest) == HEAD
    await database.engine.dispose()


async def test_sqlite_is_opened_to_survive_a_power_cut(sqlite_url: str) -> None:
    database = Database(address_of(sqlite_url))
    async with database.engine.connect() as connection:
        found = [
            await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    await database.engine.dispose()
    assert found == ["wal", 2, 1, 500]


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        Utc().process_bind_param(START.replace(tzinfo=None), sqlite_dialect())


def sqlite_dialect() -> Dialect:
    return address_of("sqlite:///x.db").url.get_dialect()()


async def test_moments_are_kept_in_utc(sqlite_url: str, clock: ManualClock) -> None:
    async with open_store(sqlite_url, clock) as store:
        await store.accept(order())
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        (kept,) = connection.execute("SELECT asked_at FROM moderation_case").fetchone()
    connection.close()
    assert kept == "2026-11-21 12:00:00.000000"
