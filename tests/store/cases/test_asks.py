"""A refused order is kept as it was, put to those who may once, and posted by one worker."""

import asyncio
from datetime import timedelta

from bot.calls.acts import Person
from bot.calls.asks import Ask, ask_id
from bot.calls.audit_filter import AuditQuery
from bot.calls.cases import Refusal
from bot.store import SqlStore, open_store
from bot.store.cases.asks import KEPT, SAME
from tests.fakes.clock import ManualClock
from tests.store.orders import JOHN, MARY, MINUTE, OVER, order


def ask(clock: ManualClock, key: str = "k1", person: str = "ann", reason: str = "spam") -> Ask:
    act = order(key).act.model_copy(update={"people": (Person(id=person, name="Ann"),)})
    return Ask(
        id=ask_id(key, act, reason),
        act=act,
        actor=MARY,
        reason=reason,
        role="lead",
        holders=("U0LEAD", "S0LEADS"),
        why="Only leads can.",
        refused_at=clock.now(),
    )


async def refused(store: SqlStore, one: Ask, key: str = "k1") -> None:
    await store.refuse(Refusal(key=key, actor=one.actor, act=one.act, why=one.why, ask=one))


async def due(store: SqlStore, owner: str = "w") -> list[Ask]:
    return list(await store.due_asks(owner=owner, limit=9, lease=MINUTE))


async def test_it_comes_back_as_it_was_refused_and_is_due_once_it_is_asked_for(
    store: SqlStore, clock: ManualClock
) -> None:
    one = ask(clock)
    await refused(store, one)
    assert await store.refused_order(one.id) == one
    assert await due(store) == []
    asked = await store.refer(one.id, MARY)
    assert asked is not None
    assert (asked.new, asked.ask.asked_at) == (True, clock.now())
    (taken,) = await due(store)
    assert taken.model_copy(update={"attempt": 0, "token": ""}) == asked.ask
    await store.finish_ask(taken)
    clock.advance(OVER.total_seconds())
    assert await due(store) == []


async def test_the_same_request_with_another_order_is_kept_too(
    store: SqlStore, clock: ManualClock
) -> None:
    """A form that was sent again with another reason has the key it had."""
    first, second = ask(clock), ask(clock, reason="raid")
    for refused_order in (first, first, second):
        await refused(store, refused_order)
    assert await store.refused_order(second.id) == second
    assert len(await store.audit(AuditQuery(limit=9))) == 1


async def test_of_a_thousand_presses_at_once_one_asks(store: SqlStore, clock: ManualClock) -> None:
    one, equal = ask(clock), ask(clock, "k2").model_copy(update={"actor": JOHN})
    await refused(store, one)
    await refused(store, equal, "k2")
    referrals = [store.refer(one.id, MARY) for _ in range(50)]
    referrals += [store.refer(equal.id, JOHN) for _ in range(50)]
    found = [asked for asked in await asyncio.gather(*referrals) if asked is not None]
    assert (len(found), sum(asked.new for asked in found)) == (100, 1)
    assert len(await due(store)) == 1


async def test_of_two_processes_one_asks_and_one_posts(
    postgres_url: str, clock: ManualClock
) -> None:
    async with open_store(postgres_url, clock) as here, open_store(postgres_url, clock) as there:
        one = ask(clock)
        await refused(here, one)
        asked = await asyncio.gather(here.refer(one.id, MARY), there.refer(one.id, MARY))
        assert sorted(found.new for found in asked if found) == [False, True]
        taken = await asyncio.gather(due(here, "here"), due(there, "there"))
        assert sorted(map(len, taken)) == [0, 1]


async def test_nobody_else_asks_for_it_and_nobody_for_what_was_never_refused(
    store: SqlStore, clock: ManualClock
) -> None:
    one = ask(clock)
    await refused(store, one)
    assert await store.refer(one.id, JOHN) is None
    assert await store.refer("0" * 32, MARY) is None
    assert await due(store) == []


async def test_an_equal_order_is_asked_for_again_after_a_while(
    store: SqlStore, clock: ManualClock
) -> None:
    for key, new in (("k1", True), ("k2", False), ("k3", True)):
        one = ask(clock, key)
        await refused(store, one, key)
        asked = await store.refer(one.id, MARY)
        assert asked is not None
        assert asked.new is new
        clock.advance(SAME.total_seconds() / 2 + 1)


async def test_the_dead_end_nothing_and_what_is_old_is_forgotten(
    store: SqlStore, clock: ManualClock
) -> None:
    one = ask(clock)
    await refused(store, one)
    await store.refer(one.id, MARY)
    (late,) = await store.due_asks(owner="dead", limit=1, lease=timedelta(0))
    (now,) = await due(store)
    await store.finish_ask(late)
    await store.postpone_ask(now, clock.now() + MINUTE)
    assert now.attempt == 2
    assert await due(store) == []
    clock.advance(60)
    (again,) = await due(store)
    assert again.attempt == 3
    clock.advance(KEPT.total_seconds())
    assert await due(store) == []
    assert await store.refused_order(one.id) is None
