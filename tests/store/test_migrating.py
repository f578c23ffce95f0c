"""A database of an earlier version is brought up to date with everything that is in it."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError

from bot.calls.cases import AuditEntry
from bot.calls.search import CaseFilter
from bot.store import open_store
from bot.store.chain import GENESIS, link
from bot.store.database import Database
from bot.store.migrate import alembic_config, migrate
from bot.store.rows import found_by
from bot.store.tables import AUDIT
from bot.store.urls import async_url
from tests.fakes.clock import ManualClock

NOT_AN_ENTRY = b"not an entry"

ENTRIES = [
    {
        "id": number,
        "at": f"2026-11-0{number}T12:00:00Z",
        "event": "requested",
        "case": number,
        "actor": {"user": "U-MARY", "team": "T1"},
        "verb": "kick",
        "vendor": "stream",
        "call": "default:lobby",
        "title": "Lobby",
        "people": ["ALICE Smith (alice)", "nul\0l (n)"],
        "state": "asked",
    }
    for number in (1, 2, 3)
]


@pytest.fixture
def postgres_old(postgres_server: str) -> Iterator[str]:
    """A new database without any tables on the server."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE old")
    yield postgres_server.replace("/postgres?", "/old?")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE old")


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each engine with the tables of version 0001 and a record in them."""
    sqlite = request.param == "sqlite"
    url = str(tmp_path / "old.db") if sqlite else request.getfixturevalue("postgres_old")
    asyncio.run(_begin_old(url))
    return url


async def _begin_old(url: str) -> None:
    database = Database(async_url(url))
    async with database.engine.connect() as connection:
        await connection.run_sync(database.begin, counting=True)
        await connection.run_sync(_make_old)
        await connection.commit()
    await database.engine.dispose()


def _make_old(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "0001")
    previous = GENESIS
    bodies = [json.dumps(entry).encode() for entry in ENTRIES]
    for number, body in enumerate((*bodies, NOT_AN_ENTRY), start=1):
        previous = link(previous, body)
        row = {"id": number, "body": body, "hash": previous, "case_number": number}
        connection.execute(insert(AUDIT).values(row))


async def test_an_old_record_is_found_after_migrating_and_unchanged(
    old_url: str, clock: ManualClock
) -> None:
    await migrate(old_url)
    async with open_store(old_url, clock) as store:
        assert await store.schema_is_current()
        assert await store.verify() == len(ENTRIES) + 1
        found = await store.audit(CaseFilter(person="alice s", by="U-MARY", verbs=("kick",)))
        assert [entry.id for entry in found] == [3, 2, 1]
        since = found[1].at
        assert [one.id for one in await store.audit(CaseFilter(since=since))] == [3, 2]


async def test_old_entries_are_found_by_what_new_ones_are(old_url: str) -> None:
    await migrate(old_url)
    rows = await _rows(old_url)
    assert len(rows) == len(ENTRIES) + 1
    for row in rows:
        if row["body"] == NOT_AN_ENTRY:
            assert {row[name] for name in ("at", "actor", "verb", "people")} == {None}
        else:
            found = found_by(AuditEntry.model_validate_json(row["body"]))
            assert {name: row[name] for name in found} == found


@pytest.mark.parametrize("statement", ["UPDATE audit SET people = 'x'", "DELETE FROM audit"])
async def test_a_migrated_record_refuses_to_be_changed(old_url: str, statement: str) -> None:
    await migrate(old_url)
    before = await _rows(old_url)
    with pytest.raises(DBAPIError, match="only ever added to"):
        await _run(old_url, statement)
    assert await _rows(old_url) == before


async def _rows(url: str) -> list[dict[str, Any]]:
    database = Database(async_url(url))
    async with database.engine.connect() as connection:
        found = await connection.execute(select(AUDIT).order_by(AUDIT.c.id))
        rows = [dict(row._mapping) for row in found]
    await database.engine.dispose()
    return rows


async def _run(url: str, statement: str) -> None:
    database = Database(async_url(url))
    try:
        async with database.engine.begin() as connection:
            await connection.execute(text(statement))
    finally:
        await database.engine.dispose()
