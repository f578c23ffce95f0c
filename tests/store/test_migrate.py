"""A database of an earlier version is brought up to date with everything that is in it."""

import asyncio
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError

from bot.calls.audit_filter import AuditQuery
from bot.calls.cases import AuditEntry
from bot.store import migrations, open_store
from bot.store.audit.chain import GENESIS, link
from bot.store.audit.columns import found_by
from bot.store.database import Database
from bot.store.migrate import alembic_config, migrate
from bot.store.migrations import HEAD
from bot.store.tables.audit import AUDIT
from bot.store.urls import address_of
from tests.fakes.clock import ManualClock

NOT_AN_ENTRY = b"not an entry"

CALL = (
    "INSERT INTO usage_call "
    "(vendor, run, call_id, title, started_at, until, first_quarter, last_quarter, long) "
    "VALUES ('stream', 'r', 'c', %(title)s, now(), now(), 1, 1, false)"
)
QUARTER = (
    "INSERT INTO usage_quarter "
    "(vendor, level, quarter, calls, seconds, peak_calls, longest, longest_title) "
    "VALUES ('stream', 0, 1, 1, 1, 1, 1, %(title)s)"
)

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
    url = f"sqlite:///{tmp_path / 'old.db'}" if sqlite else request.getfixturevalue("postgres_old")
    asyncio.run(_begin(url, _make_old))
    return url


async def _begin(url: str, make: Callable[[Connection], None]) -> None:
    database = Database(address_of(url))
    async with database.engine.connect() as connection:
        await connection.run_sync(database.begin, counting=True)
        await connection.run_sync(make)
        await connection.commit()
    await database.engine.dispose()


def _upgrade(revision: str, connection: Connection) -> None:
    command.upgrade(alembic_config(connection), revision)


def _make_old(connection: Connection) -> None:
    _upgrade("0001", connection)
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
        assert await store.schema_fits()
        assert await store.follow() == len(ENTRIES) + 1
        found = await store.audit(AuditQuery(person="alice s", by="U-MARY", verbs=("kick",)))
        assert [entry.id for entry in found] == [3, 2, 1]
        since = found[1].at
        assert [entry.id for entry in await store.audit(AuditQuery(since=since))] == [3, 2]


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
    with pytest.raises(DBAPIError, match="never changed or removed"):
        await _run(old_url, statement)
    assert await _rows(old_url) == before


async def test_names_folded_by_an_earlier_version_are_found_as_they_are_typed(
    old_url: str, clock: ManualClock
) -> None:
    await _begin(old_url, _add_folded_before)
    await migrate(old_url)
    async with open_store(old_url, clock) as store:
        assert await store.follow() == len(ENTRIES) + 2
        for typed in ("Pat O'Brien", "anne-marie", "troll king", "JOSÉ"):
            found = await store.audit(AuditQuery(person=typed))
            assert [entry.id for entry in found] == [len(ENTRIES) + 2], typed


def _add_folded_before(connection: Connection) -> None:
    """An entry as version 0005 left it: the names beside it are in small letters, and no more."""
    _upgrade("0005", connection)
    people = [
        "Pat O\u2019Brien (p)",
        "Anne\u2011Marie (a)",
        "Troll\u00ad King (t)",
        "Jose\u0301 (j)",
    ]
    body = json.dumps({**ENTRIES[0], "id": len(ENTRIES) + 2, "people": people}).encode()
    before = connection.scalar(select(AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1))
    row = {"id": len(ENTRIES) + 2, "body": body, "hash": link(before or GENESIS, body)}
    connection.execute(insert(AUDIT).values({**row, "people": "\n".join(people).lower()}))


async def test_titles_that_do_not_fit_into_an_index_are_cut_on_the_way(postgres_old: str) -> None:
    long = "".join(chr(0x4E00 + each * 7919 % 16_384) for each in range(20_000))
    await _begin(postgres_old, partial(_upgrade, "0004"))
    with psycopg.connect(postgres_old, autocommit=True) as connection:
        connection.execute(CALL, {"title": long})
        connection.execute(QUARTER, {"title": long})
        await migrate(postgres_old)
        for title in ("title FROM usage_call", "longest_title FROM usage_quarter"):
            assert connection.execute(f"SELECT {title}").fetchall() == [(long[:200],)]


async def _rows(url: str) -> list[dict[str, Any]]:
    database = Database(address_of(url))
    async with database.engine.connect() as connection:
        found = await connection.execute(select(AUDIT).order_by(AUDIT.c.id))
        rows = [dict(row._mapping) for row in found]
    await database.engine.dispose()
    return rows


async def _run(url: str, statement: str) -> None:
    database = Database(address_of(url))
    try:
        async with database.engine.begin() as connection:
            await connection.execute(text(statement))
    finally:
        await database.engine.dispose()


def test_the_revision_that_is_worked_with_is_the_newest_there_is() -> None:
    folder = Path(migrations.__file__).parent / "versions"
    assert max(file.name[1:5] for file in folder.glob("v*.py")) == HEAD
