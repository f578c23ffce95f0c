"""Two releases beside each other: today's reads what earlier ones wrote, and what the next adds."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from bot.calls.acts import Act
from bot.calls.cases import Event, NoticeKind
from bot.calls.models import Vendor
from bot.calls.outcomes import State
from bot.calls.verbs import Silence, Unsilence
from bot.digests.subscription import Wish
from bot.errors import OtherRelease
from bot.metrics import Metrics
from bot.ports import AuditQuery
from bot.store import SqlStore, open_store
from tests.fakes.clock import START, ManualClock
from tests.fakes.digests import wanted
from tests.fakes.logs import written_log
from tests.store import earlier
from tests.store.cases.test_asks import ask, due, refused
from tests.store.orders import DONE, JOHN, MARY, MINUTE, due_notices, order

ALL = AuditQuery(limit=100)


@pytest.fixture(params=sorted(earlier.RELEASES))
def left(request: pytest.FixtureRequest, database_url: str) -> str:
    """A database that an earlier release has left, on each engine."""
    earlier.put(request.param, database_url)
    return database_url


@pytest.fixture(params=["request", "request.act", "request.act.people.0", "request.actor"])
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_what_an_earlier_release_left_is_read_and_carried_on_with(
    left: str, clock: ManualClock
) -> None:
    clock.advance(60)
    async with open_store(left, clock, line_channel="C-LINE", timeout_s=60) as store:
        entries = await store.verify()
        assert len(await store.audit(ALL)) == entries
        assert [(await store.case(number)).state for number in (1, 2)] == ["confirmed", "partly"]
        claims = await store.claim(vendor=Vendor.STREAM, owner="today", limit=9, lease=MINUTE)
        assert [claim.case.number for claim in claims] == [3, 4, 5]
        assert [claim.case.act.verb.name for claim in claims] == ["mute", "record_start", "kick"]
        assert {person.id for person in claims[0].case.act.spared} <= {"hedda"}
        for claim in claims:
            assert await store.finish(claim, [DONE])
        assert await store.case_for_key("kick") == await store.case(5)
        notices = await due_notices(store, owner="today", limit=99, lease=MINUTE)
        assert {notice.case for notice in notices} == {1, 2, 3, 4, 5}
        assert await store.verify() > entries
        told = await store.subscriptions()
        assert {subscription.wish.channel for subscription in told} <= {"C-OPS"}
        due_now = await store.due_announcements(owner="today", limit=9, lease=MINUTE)
        assert len(due_now) == len(told)


async def write(store: SqlStore, statement: str, **values: Any) -> None:
    async with store._database.engine.begin() as connection:
        await connection.execute(text(statement), values)


async def edit(store: SqlStore, table: str, column: str, key: str, change: Any) -> None:
    """Change the JSON in every row of a table, as another release would have written it."""
    async with store._database.engine.begin() as connection:
        rows = (await connection.execute(text(f"SELECT {key}, {column} FROM {table}"))).all()
        for row_key, said in rows:
            told = json.loads(said)
            change(told)
            await connection.execute(
                text(f"UPDATE {table} SET {column} = :said WHERE {key} = :row"),
                {"said": json.dumps(told), "row": row_key},
            )


def adding(path: str) -> Any:
    """Add a field that the next release may have, at that place."""

    def change(told: Any) -> None:
        for name in path.split(".")[1:]:
            told = told[int(name)] if name.isdigit() else told[name]
        told["next"] = {"said": ["by the next release"]}

    return change


def saying(verb: str, **options: Any) -> Any:
    """Let the order be one of a verb, or with options, that only the next release knows."""

    def change(told: Any) -> None:
        told["act"]["verb"] |= {"name": verb, **options}

    return change


async def test_a_field_that_the_next_release_adds_is_ignored_and_kept(
    store: SqlStore, place: str
) -> None:
    asked = order("a", verb=Silence())
    await store.accept(asked)
    await edit(store, "moderation_case", "request", "number", adding(place))
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE)
    assert claim.case.act == asked.act
    begun = claim.case.act.model_copy(update={"present": 7})
    assert await store.begin(claim, begun)
    done = claim.model_copy(update={"case": claim.case.model_copy(update={"act": begun})})
    assert await store.finish(done, [DONE])
    assert (await store.case(1)).act.present == 7
    async with store._reading() as connection:
        kept = await connection.scalar(text("SELECT request FROM moderation_case"))
    assert ("by the next release" in kept) is ("people" not in place)


@contextmanager
def lines() -> Iterator[list[str]]:
    """The lines of the log about rows that were set aside, once the block is over."""
    found: list[str] = []
    with written_log() as log:
        yield found
        found += [line for line in log.getvalue().splitlines() if "set aside" in line]


@pytest.mark.parametrize(
    "change",
    [
        saying("teleport"),
        saying("mute", tracks="hologram"),
        saying("mute", also="everyone"),
        lambda told: told["act"]["call"].update(vendor="zoom"),
        lambda told: told.pop("actor"),
        lambda told: told.update(act=[]),
    ],
)
async def test_what_cannot_be_read_is_set_aside_and_others_go_on(
    store: SqlStore, change: Any
) -> None:
    first = order("a", reply_url="https://hooks.example/1")
    await store.accept(first)
    await edit(store, "moderation_case", "request", "number", change)
    await store.accept(order("b", person="bob"))
    with lines() as told:
        taken = [
            await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE)
            for _ in range(3)
        ]
    assert [[claim.case.number for claim in claims] for claims in taken] == [[2], [], []]
    assert len(told) == 1
    assert "moderation_case" in told[0]
    async with store._reading() as connection:
        row = (
            await connection.execute(text("SELECT * FROM moderation_case WHERE number = 1"))
        ).first()
    assert row is not None
    assert (row.attempt, row.owner, row.token, row.lease_until) == (0, None, None, None)
    with pytest.raises(OtherRelease, match="Case #1 was made by another release"):
        await store.case(1)
    with pytest.raises(OtherRelease):
        await store.case_for_key("a")
    with pytest.raises(OtherRelease):
        await store.accept(first)
    with pytest.raises(OtherRelease):
        await store.accept(order("c"))
    assert [case.number for case in await store.recent(first.act.call, 9)] == [2]
    assert store.unreadable_cases(first.act.call) == [1]
    entries = await store.audit(ALL)
    assert [entry.event for entry in entries] == [Event.REQUESTED, Event.REQUESTED]


async def test_the_release_that_made_it_takes_it_up_at_once(store: SqlStore) -> None:
    """It may run beside this one: nothing in the database keeps it away."""
    await store.accept(order("a"))
    await edit(store, "moderation_case", "request", "number", saying("teleport"))
    assert await store.claim(vendor=Vendor.STREAM, owner="this", limit=9, lease=MINUTE) == []
    await edit(store, "moderation_case", "request", "number", saying("mute"))
    fresh = store._unreadable._rows.pop("moderation_case")
    assert list(fresh) == [1]
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="next", limit=9, lease=MINUTE)
    assert claim.case.attempt == 1


async def test_many_that_cannot_be_read_do_not_stand_before_the_others(store: SqlStore) -> None:
    await asyncio.gather(*(store.accept(order(f"k{n}", person=f"p{n}")) for n in range(40)))
    await edit(store, "moderation_case", "request", "number", saying("teleport"))
    await store.accept(order("last", person="bob"))
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=3, lease=MINUTE)
    assert claim.case.number == 41


async def test_a_later_order_waits_only_while_another_release_works_on_the_earlier(
    store: SqlStore,
) -> None:
    await store.accept(order("a", verb=Silence()))
    await edit(store, "moderation_case", "request", "number", saying("teleport"))
    await store.accept(order("b", verb=Unsilence()))
    assert await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE) == []
    held = "UPDATE moderation_case SET owner = 'next', lease_until = :until WHERE number = 1"
    await write(store, held, until="2099-01-01 00:00:00+00:00")
    assert await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE) == []
    await write(store, "UPDATE moderation_case SET lease_until = NULL WHERE number = 1")
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE)
    assert claim.case.number == 2


async def test_cases_of_a_vendor_that_only_another_release_knows_stay_where_they_are(
    store: SqlStore,
) -> None:
    await store.accept(order("a"))
    await write(store, "UPDATE moderation_case SET vendor = 'zoom'")
    assert await store.claim(owner="w", limit=9, lease=MINUTE, vendor=Vendor.STREAM) == []
    assert (await store.backlog()).cases == {}


async def test_a_result_that_cannot_be_read_makes_the_case_unreadable_and_nothing_else(
    store: SqlStore, clock: ManualClock
) -> None:
    for key, person in (("a", "ann"), ("b", "bob")):
        await store.accept(order(key, person=person))
    for claim in await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE):
        doubt = DONE.model_copy(update={"state": State.NOT_CONFIRMED})
        await store.finish(claim, [doubt])
    odd = '[{"state": "pending", "evidence": "?"}]'
    await write(store, "UPDATE moderation_case SET results = :odd WHERE number = 1", odd=odd)
    clock.advance(120)
    call = order().act.call
    assert [case.number for case in await store.recent_of_all([call], 9)] == [2]
    told = [(waiting.case, waiting.words) for waiting in await store.waiting(9)]
    assert told == [(1, "Made by another release of Callwarden"), (2, "Mute Bob: Lobby")]


async def test_messages_that_cannot_be_read_are_left_to_others(store: SqlStore) -> None:
    await store.accept(order("a", reply_url="https://hooks.example/1"))
    await store.accept(order("b", person="bob"))
    await write(store, "UPDATE outbox SET kind = 'hologram' WHERE key = 'line:1'")
    await write(store, "UPDATE outbox SET reader = '{}' WHERE kind = 'answer'")
    for _ in range(2):
        notices = await due_notices(store, owner="w", limit=9, lease=MINUTE)
        await store.release("w")
        assert [notice.key for notice in notices] == ["line:2"]
    await store.leave_to_other_release(
        (await due_notices(store, owner="w", limit=9, lease=MINUTE))[0]
    )
    assert await due_notices(store, owner="w", limit=9, lease=MINUTE) == []
    async with store._reading() as connection:
        found = await connection.execute(text("SELECT attempt, owner FROM outbox ORDER BY key"))
    assert set(found.all()) == {(0, None), (2, None)}


async def test_orders_asked_for_that_cannot_be_read_are_left_to_others(
    store: SqlStore, clock: ManualClock
) -> None:
    first, second = ask(clock), ask(clock, "k2", "bob")
    for refused_order, key in ((first, "k1"), (second, "k2")):
        await refused(store, refused_order, key)
        await store.refer(refused_order.id, MARY)
    await edit(store, "refused_order", "request", "id", adding("request.act"))
    odd = "UPDATE refused_order SET request = '{}' WHERE id = :id"
    await write(store, odd, id=first.id)
    for _ in range(2):
        assert [ask.id for ask in await due(store)] == [second.id]
        await store.release("w")
    with pytest.raises(OtherRelease, match="That order"):
        await store.refused_order(first.id)
    with pytest.raises(OtherRelease, match="That order"):
        await store.refer(first.id, MARY)


async def test_digests_that_cannot_be_read_are_left_out_and_the_others_go_on(
    store: SqlStore,
) -> None:
    mine = Wish(channel="C-OPS", zone="Europe/London")
    await wanted(store, mine, MARY, START)
    change = lambda told: told["wish"].update(rhythm="hourly")  # noqa: E731 - for one row
    await edit(store, "digest_subscription", "said", "id", change)
    other = await wanted(store, mine.model_copy(update={"channel": "C-TEAM"}), JOHN, START)
    assert await store.subscriptions() == [other]
    with pytest.raises(OtherRelease, match="Digest 1"):
        await wanted(store, mine, MARY, START)
    due = await store.due_announcements(owner="w", limit=9, lease=MINUTE)
    assert [announcement.subscription.id for announcement in due] == [other.id]


async def test_a_reason_that_is_not_written_since_there_is_none_is_no_damage(
    store: SqlStore,
) -> None:
    await store.accept(order("a", reason=""))
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE)
    await store.finish(claim, [DONE])
    assert await store.verify() == 2


async def test_what_was_set_aside_is_counted(database_url: str, clock: ManualClock) -> None:
    metrics = Metrics(clock)
    store = SqlStore(database_url, clock, meter=metrics, timeout_s=60)
    await store.start()
    try:
        await store.accept(order("a"))
        await edit(store, "moderation_case", "request", "number", saying("teleport"))
        await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE)
        page = (await metrics.page()).decode()
    finally:
        await store.stop()
    assert 'callwarden_rows_set_aside_total{table="moderation_case"} 1.0' in page


async def test_what_is_not_said_is_not_written(store: SqlStore) -> None:
    """So that an earlier release, which knows no later field, can read what does not need it."""
    await store.accept(order("a", reply_url="https://hooks.example/1"))
    async with store._reading() as connection:
        request = json.loads(await connection.scalar(text("SELECT request FROM moderation_case")))
    assert request.keys() == {"key", "act", "actor", "reason", "channel"}
    assert request["act"].keys() == {"verb", "call", "title", "people"}
    assert Act.model_validate(request["act"]) == order().act
    notices = await due_notices(store, owner="w", limit=9, lease=MINUTE)
    assert {notice.kind for notice in notices} == {NoticeKind.LINE}
