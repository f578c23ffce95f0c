"""The database itself refuses what would change or remove what is recorded."""

import sqlite3
from collections.abc import Mapping, Sequence

import psycopg
import pytest

from bot.errors import ChainBroken, RecordDamaged
from bot.store import SqlStore
from bot.store.migrate import migrate
from bot.store.urls import sqlite_file
from tests.store.damage import damage, tamper
from tests.store.orders import order

REFUSED = (sqlite3.IntegrityError, psycopg.errors.RaiseException)

EVERYWHERE = """
UPDATE audit SET case_number = 7
UPDATE audit SET id = 9 WHERE id = 3
DELETE FROM audit
{again} WHERE id = 1 ON CONFLICT (id) DO UPDATE SET body = excluded.body
{again} WHERE id = 1 ON CONFLICT (id) DO UPDATE SET people = NULL WHERE audit.id = 2
DELETE FROM moderation_case WHERE number = 2
UPDATE moderation_case SET number = 9 WHERE number = 2
DELETE FROM checkpoint
UPDATE checkpoint SET entry_id = 1
UPDATE checkpoint SET id = 2
UPDATE checkpoint SET hash = (SELECT hash FROM audit WHERE id = 1)
"""
IN_SQLITE = """
INSERT OR REPLACE INTO audit {second} WHERE id = 1
REPLACE INTO audit {second} WHERE id = 1
INSERT OR REPLACE INTO audit (rowid, body, hash) SELECT 2, body, hash FROM audit WHERE id = 1
UPDATE OR REPLACE audit SET id = 2 WHERE id = 3
INSERT OR REPLACE INTO moderation_case SELECT * FROM moderation_case WHERE number = 2
UPDATE OR REPLACE moderation_case SET number = 2 WHERE number = 3
INSERT OR REPLACE INTO checkpoint SELECT * FROM checkpoint
INSERT INTO checkpoint SELECT * FROM checkpoint WHERE true ON CONFLICT DO UPDATE SET entry_id = 1
"""
IN_POSTGRESQL = """
TRUNCATE audit
TRUNCATE moderation_case CASCADE
TRUNCATE checkpoint
MERGE INTO audit USING {two} ON audit.id = two.id WHEN MATCHED THEN UPDATE SET people = NULL
MERGE INTO audit USING {two} ON audit.id = two.id WHEN MATCHED THEN DELETE
INSERT INTO checkpoint SELECT * FROM checkpoint ON CONFLICT (id) DO UPDATE SET entry_id = 1
"""
"""A statement a line."""

COLUMNS = "body, hash, case_number, at, actor, verb, vendor, state, people"


def statements(listed: str) -> list[str]:
    second = f"(id, {COLUMNS}) SELECT 2, {COLUMNS} FROM audit"
    told = listed.format(
        second=second, again=f"INSERT INTO audit {second}", two="(SELECT 2 AS id) AS two"
    )
    return told.strip().splitlines()


async def filled(store: SqlStore) -> None:
    for i in range(3):
        await store.accept(order(f"k{i}", person=f"p{i}"))
    await store.checkpoint()


@pytest.mark.parametrize("statement", statements(EVERYWHERE))
async def test_the_database_refuses(store: SqlStore, database_url: str, statement: str) -> None:
    await filled(store)
    with pytest.raises(REFUSED):
        tamper(database_url, statement)
    assert await store.verify() == 3


@pytest.mark.parametrize("statement", statements(IN_SQLITE))
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_refuses(store: SqlStore, database_url: str, statement: str) -> None:
    await filled(store)
    with pytest.raises(REFUSED):
        tamper(database_url, statement)
    assert await store.verify() == 3


@pytest.mark.parametrize("statement", statements(IN_POSTGRESQL))
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresql_refuses(store: SqlStore, database_url: str, statement: str) -> None:
    await filled(store)
    with pytest.raises(REFUSED):
        tamper(database_url, statement)
    with pytest.raises(REFUSED):
        tamper(database_url, "SET session_replication_role = replica", statement)
    assert await store.verify() == 3


async def test_a_checkpoint_moves_on(store: SqlStore) -> None:
    await filled(store)
    await store.accept(order("k9", person="p9"))
    assert (await store.checkpoint())[0] == 4
    assert (await store.checkpoint())[0] == 4


async def test_a_second_checkpoint_counts_for_nothing(store: SqlStore, database_url: str) -> None:
    await filled(store)
    tamper(database_url, "INSERT INTO checkpoint SELECT 2, 0, hash, at FROM checkpoint")
    damage(database_url, "DELETE FROM audit WHERE id = 3")
    with pytest.raises(ChainBroken):
        await store.verify()


OFF = {
    "sqlite": (
        "DROP TRIGGER audit_refuses_REPLACE",
        "DROP TRIGGER case_refuses_DELETE",
        "DROP TRIGGER checkpoint_refuses_GOING_BACK",
    ),
    "postgresql": (
        "DROP TRIGGER audit_refuses_change ON audit",
        "ALTER TABLE audit DISABLE TRIGGER audit_refuses_change",
        "ALTER TABLE audit ENABLE TRIGGER audit_refuses_change",
        "ALTER TABLE checkpoint DISABLE TRIGGER USER",
    ),
}

FUNCTION = "CREATE OR REPLACE FUNCTION record_refuses() RETURNS trigger"

INSTEAD = {
    "sqlite": (
        "DROP TRIGGER audit_refuses_DELETE",
        "CREATE TRIGGER audit_refuses_DELETE BEFORE DELETE ON audit BEGIN SELECT 1; END",
    ),
    "postgresql": (f"{FUNCTION} LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",),
}
"""One of the same name that refuses nothing."""


def cases(kinds: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(kind, statement) for kind, listed in kinds.items() for statement in listed]


@pytest.mark.parametrize(("database_url", "statement"), cases(OFF), indirect=["database_url"])
async def test_a_trigger_that_is_off_is_told_and_put_back(
    store: SqlStore, database_url: str, statement: str
) -> None:
    await filled(store)
    tamper(database_url, statement)
    with pytest.raises(RecordDamaged, match="does not refuse changes") as caught:
        await store.verify()
    assert "callwarden migrate" in caught.value.next_step
    await store.stop()
    await migrate(database_url)
    await store.start()
    assert await store.verify() == 3


async def test_a_trigger_that_refuses_nothing_is_told(store: SqlStore, database_url: str) -> None:
    await filled(store)
    kind = "sqlite" if sqlite_file(database_url) else "postgresql"
    try:
        tamper(database_url, *INSTEAD[kind])
        with pytest.raises(RecordDamaged, match="another one than ours"):
            await store.verify_part(0)
    finally:
        await store.stop()
        await migrate(database_url)
        await store.start()
