"""However long the record grows, no write reads through a whole table."""

import re
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import event

from bot.calls.audit_filter import AuditQuery
from bot.calls.cases import NoticeKind
from bot.calls.models import CallRef, Vendor
from bot.store import SqlStore, open_store
from bot.usage.days import DAY, local_day
from tests.fakes.clock import START, ManualClock
from tests.store.orders import DONE, MINUTE, due_notices, order

WHOLE = re.compile(
    r"SCAN (moderation_case|case_lock|delivery|outbox|order_lookup|refused_order|mine|theirs|older)"
    r"(?! USING (COVERING )?INDEX"
    r" (moderation_case_(open|waiting|doubtful)|outbox_due|order_lookup_due)\b)"
    r"|moderation_case_call \(vendor=\?\)"
)
"""A step through all rows of a table that grows, or all of a vendor's; open cases are never many.

The audit is only read at its end.
"""


async def test_every_write_finds_its_rows_by_an_index(sqlite_url: str, clock: ManualClock) -> None:
    said = await written(sqlite_url, clock)
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        plans = {sql: plan(connection, sql, values) for sql, values in said.items()}
    assert len(plans) > 10
    assert {sql: steps for sql, steps in plans.items() if WHOLE.search(steps)} == {}


async def test_whatever_is_taken_up_is_found_by_an_index_at_postgresql_too(
    postgres_url: str, clock: ManualClock
) -> None:
    """With its planner told to read no table whole where there is another way.

    Five statements: cases, lines, answers, orders that a role is asked for, and orders of which it
    is not known yet whom they mean.
    """
    said = await written(postgres_url, clock)
    taking = {sql: values for sql, values in said.items() if sql.startswith("WITH chosen")}
    assert len(taking) == 5
    with psycopg.connect(postgres_url) as connection:
        connection.execute("SET enable_seqscan = off")
        for sql, values in taking.items():
            steps = "\n".join(str(row[0]) for row in connection.execute(f"EXPLAIN {sql}", values))
            assert not re.search(r"Seq Scan on (?!channel_outage)", steps)


async def written(url: str, clock: ManualClock) -> dict[str, Any]:
    """What a case's life writes, with values; without what a start mends."""
    said: dict[str, Any] = {}
    async with open_store(url, clock, line_channel="C-LINE", timeout_s=60) as store:
        await due_notices(store, owner="w", limit=1, lease=MINUTE)
        event.listen(
            store._database.writing,
            "before_cursor_execute",
            lambda _, __, sql, values, ___, many: said.update({sql: values[0] if many else values}),
        )
        await a_cases_life(store)
    return said


async def a_cases_life(store: SqlStore) -> None:
    """Asked, taken up, finished, told in both places, one of them late; and nothing else is due."""
    await store.accept(order(reply_url="https://answers.example/1"))
    claims = [
        claim
        for vendor in Vendor
        for claim in await store.claim(owner="w", limit=5, lease=MINUTE, vendor=vendor)
    ]
    for claim in claims:
        assert await store.finish(claim, [DONE])
    for notice in await due_notices(store, owner="w", limit=1, lease=MINUTE):
        await store.postpone(notice, until=store._clock.now())
    for notice in await due_notices(store, owner="w", limit=5, lease=MINUTE):
        await store.mark_shown(notice, posted=None)
    for kind in NoticeKind:
        assert not await store.due_notices(owner="w", limit=5, lease=MINUTE, kind=kind)
    assert not await store.due_asks(owner="w", limit=5, lease=MINUTE)
    assert not await store.due_lookups(owner="w", limit=5, lease=MINUTE)


async def test_the_figures_of_what_waits_are_read_from_the_open_cases(
    sqlite_url: str, clock: ManualClock
) -> None:
    steps = await planned(sqlite_url, clock, lambda store: store.backlog())
    assert not WHOLE.search(steps)
    assert "USING INDEX moderation_case_waiting" in steps


async def test_a_long_past_costs_postgresql_nothing_when_a_vendors_cases_are_taken_up(
    postgres_url: str, clock: ManualClock
) -> None:
    said: list[tuple[str, Any]] = []
    async with open_store(postgres_url, clock) as store:
        await store.accept(order())
        (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
        await store.finish(claim, [DONE])
        remember_each(20_000, postgres_url)
        for engine in (store._database.writing, store._database.engine.sync_engine):
            event.listen(
                engine,
                "before_cursor_execute",
                lambda _, __, sql, values, ___, ____: said.append((sql, values)),
            )
        for vendor in Vendor:
            assert await store.claim(owner="w", limit=5, lease=MINUTE, vendor=vendor) == []
        await store.backlog()
    asked = [(sql, values) for sql, values in said if "moderation_case" in sql]
    assert len(asked) == len(Vendor) + 1
    with psycopg.connect(postgres_url) as connection:
        for sql, values in asked:
            steps = "\n".join(str(row[0]) for row in connection.execute(f"EXPLAIN {sql}", values))
            assert "Seq Scan on moderation_case" not in steps
            assert "moderation_case_waiting" in steps or "moderation_case_open" in steps


def remember_each(count: int, url: str) -> None:
    """So many finished cases like the one that is there."""
    with psycopg.connect(url) as connection:
        columns = [
            row[0]
            for row in connection.execute(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_name = 'moderation_case'"
            )
        ]
        copied = {"number": "number + n", "open_key": "open_key || n", "call_id": "'c' || n % 500"}
        chosen = ", ".join(copied.get(name, name) for name in columns)
        connection.execute(
            f"INSERT INTO moderation_case ({', '.join(columns)}) SELECT {chosen} "
            f"FROM moderation_case, generate_series(1, {count}) AS n"
        )
        connection.execute("ANALYZE moderation_case")


def plan(connection: sqlite3.Connection, sql: str, values: Any) -> str:
    """SQLite's steps for a statement, one a line."""
    if sql.startswith("BEGIN"):
        return ""
    steps = [step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    return "\n".join(steps)


async def planned(
    url: str, clock: ManualClock, read: Callable[[SqlStore], Awaitable[object]]
) -> str:
    """SQLite's steps for what this reads with."""
    said: list[tuple[str, Any]] = []
    async with open_store(url, clock) as store:
        event.listen(
            store._database.engine.sync_engine,
            "before_cursor_execute",
            lambda _, __, sql, values, ___, ____: said.append((sql, values)),
        )
        await read(store)
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        return "\n".join(plan(connection, *statement) for statement in said)


@pytest.mark.parametrize(
    ("which", "index"),
    [
        (AuditQuery(by="U-MARY"), "audit_actor"),
        (AuditQuery(verbs=("kick",)), "audit_verb"),
        (AuditQuery(since=START), "audit_at"),
        (AuditQuery(case=7), "audit_case"),
    ],
)
async def test_a_search_of_the_record_finds_its_entries_by_an_index(
    sqlite_url: str, clock: ManualClock, which: AuditQuery, index: str
) -> None:
    steps = await planned(sqlite_url, clock, lambda store: store.audit(which))
    assert re.search(rf"USING (COVERING )?INDEX {index}\b", steps)


async def test_what_was_done_in_the_listed_calls_is_found_by_their_index(
    sqlite_url: str, clock: ManualClock
) -> None:
    calls = [CallRef(vendor=vendor, id=f"c{number}") for vendor in Vendor for number in range(100)]
    steps = await planned(sqlite_url, clock, lambda store: store.recent_of_all(calls, 500))
    assert not WHOLE.search(steps)
    assert steps.count("USING INDEX moderation_case_call (vendor=? AND call_id=?)") == len(Vendor)


async def test_the_sums_of_a_digest_are_looked_up_by_their_keys(
    sqlite_url: str, clock: ManualClock
) -> None:
    days = [local_day(date(2026, 11, 20) - n * DAY, ZoneInfo("Asia/Kathmandu")) for n in range(9)]
    steps = await planned(sqlite_url, clock, lambda store: store.sums(days, list(Vendor)))
    assert not re.search("SCAN usage_|SCAN best", steps)
    assert "(vendor=? AND level=? AND quarter>? AND quarter<?)" in steps
    assert "(vendor=? AND day>? AND day<?)" in steps
