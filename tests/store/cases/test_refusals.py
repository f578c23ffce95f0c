"""A thousand refused commands are two entries: the first one, and how many more there were."""

import asyncio
from datetime import timedelta

from bot.calls.actors import Actor
from bot.calls.asks import Ask, ask_id
from bot.calls.audit_filter import AuditQuery
from bot.calls.cases import AuditEntry, Refusal
from bot.calls.refusals import OF_INSIDERS
from bot.scheduler.refusal_counts import RefusalCounts
from bot.store import SqlStore, open_store
from bot.usage.days import Stretch
from tests.fakes.clock import ManualClock
from tests.store.orders import MARY, order

GUS = Actor(user="U-GUS", team="T9")
MANY = 1_135


def refusal(key: object, actor: Actor = GUS, *, outsider: bool = True) -> Refusal:
    words = f"kick K7QX somebody {key}"
    return Refusal(
        key=f"r{key}", actor=actor, words=words, why="You are a guest.", outsider=outsider
    )


async def refuse(store: SqlStore, *keys: object, actor: Actor = GUS) -> None:
    await asyncio.gather(*(store.refuse(refusal(key, actor)) for key in keys))


async def entries(store: SqlStore) -> list[AuditEntry]:
    """The record, oldest first."""
    return [entry async for entry in store.export()]


async def times(store: SqlStore) -> list[int | None]:
    return [entry.times for entry in await entries(store)]


async def test_the_first_is_recorded_and_the_others_are_counted_by_the_hour(
    store: SqlStore, clock: ManualClock
) -> None:
    await refuse(store, "first")
    clock.advance(60)
    await refuse(store, *range(MANY - 1))
    clock.advance(3539)
    await store.record_refusals()
    (first,) = await entries(store)
    assert first.detail == "You are a guest.\nkick K7QX somebody first"
    clock.advance(1)
    await store.record_refusals()
    await store.record_refusals()
    _, count = await entries(store)
    assert (count.actor, count.times, count.at) == (GUS, MANY - 1, clock.now())
    assert count.detail == (
        "1,134 more requests were refused at 2026-11-21 12:01 UTC. Last refusal: You are a guest."
    )
    found = await store.audit(AuditQuery(by=GUS.user, limit=9))
    assert [entry.id for entry in found] == [2, 1]
    assert await store.verify() == 2


async def test_hour_after_hour_there_is_one_entry_and_after_a_quiet_one_it_begins_anew(
    store: SqlStore, clock: ManualClock
) -> None:
    await refuse(store, 1, 2, 3)
    for hour in range(3):
        clock.advance(3600)
        await refuse(store, *range(100 * hour + 10, 100 * hour + 15))
    assert await times(store) == [None, 2, 5, 5]
    clock.advance(3600)
    await store.record_refusals()
    clock.advance(3600)
    await store.record_refusals()
    await refuse(store, "anew")
    assert await times(store) == [None, 2, 5, 5, 5, None]


async def test_each_person_is_counted_alone(store: SqlStore, clock: ManualClock) -> None:
    other = GUS.model_copy(update={"team": "T8"})
    await refuse(store, 1, 2)
    await refuse(store, 3, 4, 5, actor=other)
    clock.advance(3600)
    await store.record_refusals()
    told = [(entry.actor, entry.times) for entry in await entries(store)]
    assert sorted(told, key=str) == sorted(
        [(GUS, None), (other, None), (GUS, 1), (other, 2)], key=str
    )


async def test_somebody_who_may_look_is_recorded_each_time_for_long(
    store: SqlStore, clock: ManualClock
) -> None:
    """What was refused can be asked for all the same."""
    act = order().act
    ask = Ask(
        id=ask_id("late", act, ""),
        act=act,
        actor=MARY,
        role="lead",
        holders=("U0LEAD",),
        why="Only leads can.",
        refused_at=clock.now(),
    )
    for number in range(OF_INSIDERS):
        await store.refuse(refusal(number, MARY, outsider=False))
    late = refusal("late", MARY, outsider=False).model_copy(update={"ask": ask})
    await store.refuse(late)
    await store.refuse(refusal("later", MARY, outsider=False))
    assert await times(store) == [None] * OF_INSIDERS
    assert await store.refused_order(ask.id) is not None
    await store.record_refusals(everything=True)
    assert (await times(store))[OF_INSIDERS:] == [2]


async def test_a_delivery_that_is_on_record_counts_nothing(store: SqlStore) -> None:
    await refuse(store, 1, 1)
    await refuse(store, 1)
    await store.record_refusals(everything=True)
    assert await times(store) == [None]


async def test_counts_outlive_the_process_and_are_recorded_when_it_is_told_to_stop(
    database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock) as store:
        await refuse(store, 1, 2, 3)
    async with open_store(database_url, clock) as store:
        await refuse(store, 4)
        assert await times(store) == [None]
        await RefusalCounts(store).at_stop()
        assert await times(store) == [None, 3]
    clock.advance(600)
    async with open_store(database_url, clock) as store:
        await refuse(store, 5)
        clock.advance(3000)
        await store.record_refusals()
        assert await times(store) == [None, 3, 1]


async def test_a_clock_that_was_ahead_and_is_set_back_ends_the_hour(
    store: SqlStore, clock: ManualClock
) -> None:
    """Otherwise nothing more would be recorded of that person for as long as it was ahead."""
    clock.advance(timedelta(days=9).total_seconds())
    await refuse(store, 1, 2, 3)
    await refuse(store, 4, 5, actor=MARY)
    clock.advance(-timedelta(days=9).total_seconds())
    await refuse(store, 6)
    assert await times(store) == [None, None, 2]
    await store.record_refusals()
    assert await times(store) == [None, None, 2, 1]
    clock.advance(3600)
    await store.record_refusals()
    assert await times(store) == [None, None, 2, 1, 1]


async def test_processes_side_by_side_count_together(postgres_url: str, clock: ManualClock) -> None:
    async with open_store(postgres_url, clock) as one, open_store(postgres_url, clock) as two:
        await asyncio.gather(refuse(one, *range(20)), refuse(two, *range(20, 40)))
        clock.advance(3600)
        await asyncio.gather(*(each.record_refusals() for each in (one, two, one, two)))
        assert await times(one) == [None, 39]
        assert await one.verify() == 2


async def test_a_digest_tells_how_many_there_were(store: SqlStore, clock: ManualClock) -> None:
    day = Stretch(clock.now(), clock.now() + timedelta(days=1))
    await refuse(store, *range(12))
    await store.refuse(refusal("m", MARY, outsider=False).model_copy(update={"act": order().act}))
    clock.advance(3600)
    await store.record_refusals()
    assert (await store.acts(day)).refused == 13
