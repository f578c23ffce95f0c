"""Whatever is changed in the database behind the program's back is found, and named in words."""

import asyncio
import io
import json
import sqlite3

import pytest
from sqlalchemy import select

from bot.calls.audit_filter import AuditQuery
from bot.calls.cases import UNDATED, AuditEntry, DamagedEntry, Event
from bot.calls.models import Vendor
from bot.calls.outcomes import State
from bot.errors import ChainBroken, RecordDamaged
from bot.store import SqlStore, open_store
from bot.store.audit.chain import GENESIS, link
from bot.store.audit.columns import NAMES
from bot.store.audit.entries import read
from bot.store.audit.export import Format, export
from bot.store.audit.verify import MOST_NAMED, STRETCH
from bot.store.database import Database
from bot.store.tables.audit import AUDIT
from bot.store.urls import address_of
from tests.fakes.clock import ManualClock
from tests.store.damage import damage
from tests.store.orders import DONE, MINUTE, order

CASES = 3


async def three_cases(store: SqlStore) -> None:
    """Entries 1 to 3 are requests; 4 is the outcome of case 1."""
    for i in range(CASES):
        await store.accept(order(f"k{i}", person=f"p{i}"))
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
    assert await store.finish(claim, [DONE.model_copy(update={"person": "p0"})])


def replaced(column: str, old: str, new: str, number: int) -> str:
    return (
        f"UPDATE moderation_case SET {column} = replace({column}, '{old}', '{new}')"
        f" WHERE number = {number}"
    )


COPIED = "vendor, call_id, request, state, asked_at, attempt"
FORGED = (
    f"INSERT INTO moderation_case (number, open_key, {COPIED})"
    f" SELECT 99, 'x', {COPIED} FROM moderation_case WHERE number = 2"
)
TOLD_OF = ("delivery", "outbox", "case_lock")
GONE = "; ".join(
    (
        *(f"DELETE FROM {table} WHERE case_number = 3" for table in TOLD_OF),
        "DELETE FROM moderation_case WHERE number = 3",
    )
)

TAMPERED = {
    "people blanked": ("UPDATE audit SET people = NULL WHERE id = 2", "entry 2", "people"),
    "moderator changed": ("UPDATE audit SET actor = 'U-X' WHERE id = 3", "entry 3", "moderator"),
    "time blanked": ("UPDATE audit SET at = NULL WHERE id = 1", "entry 1", "time"),
    "time moved": (
        "UPDATE audit SET at = (SELECT '2001-01-01 00:00:00') WHERE id = 1",
        "entry 1",
        "time",
    ),
    "all columns blanked": (
        "UPDATE audit SET " + ", ".join(f"{name} = NULL" for name in NAMES) + " WHERE id = 4",
        "entry 4",
        "case, time, moderator, action, vendor, result, people",
    ),
    "case forged": (
        FORGED,
        "case #99",
        "No audit entry",
    ),
    "case gone": (GONE, "#3 is gone", "entry 3"),
    "case closed": (
        "UPDATE moderation_case SET state = 'confirmed' WHERE number = 2",
        "#2",
        "result",
    ),
    "case opened": ("UPDATE moderation_case SET state = 'asked' WHERE number = 1", "#1", "result"),
    "case ended earlier": (
        "UPDATE moderation_case SET finished_at = asked_at - 1 WHERE number = 1",
        "#1",
        "time of the result",
    ),
    "asker changed": (replaced("request", "U-MARY", "U-X", 2), "#2", "moderator"),
    "person changed": (replaced("request", '"p1"', '"p9"', 2), "#2", "people"),
    "person of an ended case changed": (replaced("request", '"p0"', '"p9"', 1), "#1", "people"),
    "reason changed": (replaced("request", "noise", "none", 2), "#2", "reason"),
    "verb changed": (replaced("request", '"mute"', '"kick"', 2), "#2", "action"),
    "call changed": (
        "UPDATE moderation_case SET call_id = 'default:x' WHERE number = 2",
        "#2",
        "call",
    ),
    "evidence changed": (replaced("results", "is muted", "was not there", 1), "#1", "result"),
    "results gone": ("UPDATE moderation_case SET results = NULL WHERE number = 1", "#1", "result"),
    "case illegible": (
        "UPDATE moderation_case SET request = '[1' WHERE number = 2",
        "#2",
        "cannot be read",
    ),
    "tail cut": ("DELETE FROM audit WHERE id > 1", "case #2", "case #3"),
}


@pytest.mark.parametrize("tampered", TAMPERED)
async def test_what_is_changed_beside_the_chain_is_named(
    store: SqlStore, database_url: str, tampered: str
) -> None:
    await three_cases(store)
    assert await store.verify() == 4
    statement, *words = TAMPERED[tampered]
    if "asked_at - 1" in statement and "postgres" in database_url:
        statement = statement.replace("- 1", "- interval '1 s'")
    if "SELECT '2001" in statement and "postgres" in database_url:
        statement = statement.replace("00'", "00'::timestamptz")
    damage(database_url, *statement.split("; "))
    with pytest.raises(RecordDamaged) as caught:
        await store.verify()
    assert not isinstance(caught.value, ChainBroken)
    for word in words:
        assert word in str(caught.value)
    assert "admin" in caught.value.next_step


async def test_a_cut_tail_is_found_by_the_cases_where_there_is_no_checkpoint(
    store: SqlStore, database_url: str
) -> None:
    await three_cases(store)
    damage(database_url, "DELETE FROM audit WHERE id > 3")
    with pytest.raises(RecordDamaged, match="Case #1 is not what audit entry 1"):
        await store.verify()


async def rewritten(url: str, entry_id: int, body: bytes) -> None:
    """Put other bytes into an entry, and a new chain from there on."""
    database = Database(address_of(url))
    off = Database.begin
    async with database.engine.connect() as connection:
        await connection.run_sync(lambda plain: off(database, plain, counting=True))
        rows = (await connection.execute(select(AUDIT.c.id, AUDIT.c.body))).all()
        await connection.rollback()
    await database.engine.dispose()
    previous, statements = GENESIS, []
    for number, old in sorted(rows):
        written = body if number == entry_id else old
        previous = link(previous, written)
        statements.append((number, written.hex(), previous.hex()))
    blob = "X'{}'" if "sqlite" in url else "'\\x{}'::bytea"
    damage(
        url,
        *(
            f"UPDATE audit SET body = {blob.format(new)}, hash = {blob.format(hash_)}"
            f" WHERE id = {number}"
            for number, new, hash_ in statements
        ),
    )


NO_ENTRIES = [
    b"nonsense",
    b"",
    b"{}",
    b"[2]",
    b'{"id":2}',
    b'{"id":2,"at":"2026-11-21T12:00:00","event":"requested"}',
    b'{"id":2,"at":"2026-11-21T12:00:00Z","event":7}',
    b"\xff\xfe",
]


@pytest.mark.parametrize("body", NO_ENTRIES)
async def test_a_body_that_is_no_entry_is_named_and_shown_as_damaged(
    store: SqlStore, database_url: str, body: bytes
) -> None:
    await three_cases(store)
    await rewritten(database_url, 2, body)
    with pytest.raises(RecordDamaged, match="Audit entry 2 "):
        await store.verify()
    entries = await store.audit(AuditQuery())
    assert [entry.id for entry in entries] == [4, 3, 2, 1]
    damaged = entries[2]
    assert isinstance(damaged, DamagedEntry)
    assert damaged.event is Event.DAMAGED
    assert damaged.text == body.decode(errors="replace")


async def test_an_entry_of_another_number_is_damaged(store: SqlStore, database_url: str) -> None:
    await three_cases(store)
    body = b'{"id":7,"at":"2026-11-21T12:00:00Z","event":"requested","case":2}'
    await rewritten(database_url, 2, body)
    with pytest.raises(RecordDamaged, match="Audit entry 2 says that it is entry 7"):
        await store.verify()
    damaged = (await store.audit(AuditQuery()))[2]
    assert (damaged.id, damaged.case, damaged.at.year) == (2, 2, 2026)


async def test_a_changed_entry_that_can_still_be_read_is_shown_as_damaged(
    store: SqlStore, database_url: str
) -> None:
    await three_cases(store)
    damage(database_url, "UPDATE audit SET body = (SELECT body FROM audit WHERE id = 1)")
    first, *others = reversed(await store.audit(AuditQuery()))
    assert first.event is Event.REQUESTED
    assert {entry.event for entry in others} == {Event.DAMAGED}


@pytest.mark.parametrize("form", Format)
async def test_an_export_goes_on_over_damaged_entries(
    store: SqlStore, database_url: str, form: Format
) -> None:
    await three_cases(store)
    await rewritten(database_url, 2, b"=nonsense")
    damage(database_url, "UPDATE audit SET hash = (SELECT hash FROM audit WHERE id = 1)")
    out = io.StringIO(newline="")
    assert await export(store.export(), out, form) == (4, 3)
    lines = out.getvalue().splitlines()
    assert "damaged" in lines[2 if form is Format.CSV else 1]
    if form is Format.JSONL:
        told = json.loads(lines[1])
        assert (told["id"], told["text"]) == (2, "=nonsense")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET body = CAST(body AS TEXT) WHERE id = 2",
        "UPDATE audit SET body = 7, at = 'noon', actor = X'00', case_number = 'x' WHERE id = 2",
        "UPDATE moderation_case SET request = X'FF', asked_at = 7, results = 9 WHERE number = 2",
    ],
)
async def test_whatever_an_sqlite_cell_holds_is_told(
    sqlite_url: str, clock: ManualClock, statement: str
) -> None:
    """SQLite keeps whatever it is given."""
    async with open_store(sqlite_url, clock) as store:
        await three_cases(store)
        damage(sqlite_url, statement)
        with pytest.raises(RecordDamaged, match=r"entry 2 |#2 "):
            await store.verify()
        assert len(await store.audit(AuditQuery())) == 4


async def test_every_kind_of_fault_is_told_at_once(store: SqlStore, database_url: str) -> None:
    await three_cases(store)
    damage(
        database_url,
        "UPDATE audit SET hash = (SELECT hash FROM audit WHERE id = 1) WHERE id = 2",
        "UPDATE audit SET people = NULL WHERE id = 3",
        *GONE.split("; "),
    )
    with pytest.raises(ChainBroken) as caught:
        await store.verify()
    assert caught.value.entry_id == 2
    assert [line.split(".")[0] for line in str(caught.value).splitlines()] == [
        "Audit entry 2 does not fit its hash",
        "What audit entry 3 is searched by is not what it says: people",
        "Case #3 is gone; audit entry 3 tells of it",
    ]


async def test_a_flood_of_faults_is_counted(store: SqlStore, database_url: str) -> None:
    for i in range(MOST_NAMED + 3):
        await store.accept(order(f"k{i}", person=f"p{i}"))
    damage(database_url, "UPDATE audit SET people = NULL")
    with pytest.raises(RecordDamaged) as caught:
        await store.verify()
    lines = str(caught.value).splitlines()
    assert (len(lines), lines[-1]) == (MOST_NAMED + 1, "And 3 more.")


async def test_a_look_at_old_entries_finds_what_it_reads(
    store: SqlStore, database_url: str
) -> None:
    for i in range(5):
        await store.accept(order(f"k{i}", person=f"p{i}"))
    await store.verify_part(0.5)
    damage(database_url, "UPDATE audit SET actor = NULL WHERE id = 4")
    with pytest.raises(RecordDamaged, match="entry 4 "):
        await store.verify_part(0.99)


async def test_a_look_at_a_part_of_the_log_begins_there(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with open_store(sqlite_url, clock) as store:
        bodies = [
            AuditEntry(id=number, at=clock.now(), event=Event.REFUSED).model_dump_json().encode()
            for number in range(1, 2 * STRETCH + 1)
        ]
        previous, rows = GENESIS, []
        for number, body in enumerate(bodies, 1):
            previous = link(previous, body)
            rows.append((number, body, previous, clock.now().replace(tzinfo=None)))
        with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as raw:
            raw.executemany(
                "INSERT INTO audit (id, body, hash, at) VALUES (?, ?, ?, ?)",
                [(*row[:3], f"{row[3]:%Y-%m-%d %H:%M:%S.%f}") for row in rows],
            )
        assert await store.verify() == 2 * STRETCH
        damage(sqlite_url, f"UPDATE audit SET body = X'00' WHERE id = {STRETCH + 5}")
        await store.verify_part(0)
        with pytest.raises(ChainBroken) as caught:
            await store.verify_part(0.9)
        assert caught.value.entry_id == STRETCH + 5
        damage(sqlite_url, f"UPDATE audit SET hash = 7 WHERE id = {STRETCH // 2}")
        with pytest.raises(ChainBroken) as caught:
            await store.verify_part(0.5)
        assert caught.value.entry_id == STRETCH // 2


async def test_what_a_newer_release_wrote_is_no_damage(store: SqlStore, database_url: str) -> None:
    await three_cases(store)
    plain = json.loads((await store.audit(AuditQuery(before=3, limit=1)))[0].model_dump_json())
    more = json.dumps(plain | {"colour": "red", "actor": plain["actor"] | {"shoe": 41}})
    await rewritten(database_url, 2, more.encode())
    assert await store.verify() == 4
    unknown = json.dumps(plain | {"event": "blessed"})
    await rewritten(database_url, 2, unknown.encode())
    assert await store.verify() == 4
    shown = (await store.audit(AuditQuery()))[2]
    assert (shown.event, "newer release" in shown.detail) == (Event.NEWER, True)


async def test_nothing_is_found_beside_a_running_bot(store: SqlStore) -> None:
    """Cases come and end while they are compared with their entries."""

    async def work() -> None:
        for i in range(30):
            await store.accept(order(f"k{i}", person=f"p{i}"))
            for claim in await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE):
                await store.finish(claim, [DONE])

    working = asyncio.create_task(work())
    while not working.done():
        await store.verify()
        await store.verify_part(0.5)
    await working
    assert await store.verify() == 60


async def test_a_paced_walk_gives_others_their_turn(store: SqlStore) -> None:
    await three_cases(store)
    turns: list[int] = []

    async def pause() -> None:
        turns.append(len(turns))

    assert await store.verify(pause=pause) == 4
    assert len(turns) >= 3


async def test_acts_on_everyone_and_failures_verify(store: SqlStore, clock: ManualClock) -> None:
    """Results of many shapes, each told in its entry in another way."""
    whole = order("k1")
    act = whole.act.model_copy(update={"people": (), "everyone": True})
    await store.accept(whole.model_copy(update={"act": act}))
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
    clock.advance(3)
    many = [DONE.model_copy(update={"person": f"p{i}", "name": None}) for i in range(15)]
    left = DONE.model_copy(update={"person": "q", "state": State.NOT_CONFIRMED, "evidence": "?"})
    assert await store.finish(claim, [*many, left])
    assert await store.verify() == 2


@pytest.mark.parametrize("body", [None, 7, "text", memoryview(b"x")])
def test_what_is_no_bytes_is_no_entry(body: object) -> None:
    assert read(5, body).event is Event.DAMAGED
    assert read(5, body).at == UNDATED
