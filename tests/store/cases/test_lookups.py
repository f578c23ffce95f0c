"""An order that is looked for is kept once, held by one worker, and forgotten once settled."""

from datetime import timedelta

import pytest

from bot.calls.lookups import Lookup
from bot.errors import NotAccepted
from bot.store import SqlStore
from tests.fakes.clock import ManualClock
from tests.store.orders import MARY, MINUTE, OVER, order


def lookup(key: str = "k1", **more: str) -> Lookup:
    told = {"key": key, "words": "kick K7QX ann", "command": "/calls", "trace": "abc", **more}
    return Lookup.model_validate({**told, "actor": MARY, "channel": "C1"})


async def due(store: SqlStore, owner: str = "w") -> list[Lookup]:
    return list(await store.due_lookups(owner=owner, limit=9, lease=MINUTE))


async def test_it_comes_back_as_it_was_kept(store: SqlStore) -> None:
    kept = lookup(reply_url="https://hooks.slack.test/1")
    assert await store.keep_lookup(kept)
    (taken,) = await due(store)
    assert taken.waited < MINUTE
    fresh = {"attempt": 0, "token": "", "waited": timedelta(0)}
    assert taken.model_copy(update=fresh) == kept
    assert (taken.attempt, bool(taken.token)) == (1, True)


@pytest.mark.parametrize("seconds", [-3600, 3600])
async def test_how_long_it_waited_is_not_what_a_clock_was_set_by(
    store: SqlStore, clock: ManualClock, seconds: int
) -> None:
    await store.keep_lookup(lookup())
    clock.set(seconds)
    (taken,) = await due(store)
    assert timedelta(0) <= taken.waited < MINUTE


async def test_it_is_kept_once_however_often_it_is_delivered(store: SqlStore) -> None:
    assert [await store.keep_lookup(lookup()) for _ in range(3)] == [True, False, False]
    assert len(await due(store)) == 1


async def test_what_has_led_to_a_case_is_not_kept_again(store: SqlStore) -> None:
    await store.accept(order("k1"))
    assert not await store.keep_lookup(lookup())
    assert await due(store) == []


async def test_the_oldest_comes_first_and_nobody_takes_what_another_holds(
    store: SqlStore, clock: ManualClock
) -> None:
    for key in ("a", "b"):
        await store.keep_lookup(lookup(key))
        clock.advance(1)
    (first,) = await store.due_lookups(owner="one", limit=1, lease=MINUTE)
    assert (first.key, [lookup.key for lookup in await due(store, "two")]) == ("a", ["b"])


async def test_what_a_dead_process_held_is_taken_up_again_and_the_dead_one_ends_nothing(
    store: SqlStore,
) -> None:
    await store.keep_lookup(lookup())
    (late,) = await store.due_lookups(owner="dead", limit=1, lease=OVER)
    (now,) = await due(store)
    assert now.attempt == 2
    await store.finish_lookup(late)
    await store.release("w")
    assert len(await due(store)) == 1


async def test_what_is_settled_is_forgotten(store: SqlStore) -> None:
    await store.keep_lookup(lookup())
    (taken,) = await due(store)
    assert await store.has_lookup(taken.key)
    await store.finish_lookup(taken)
    await store.release("w")
    assert await due(store) == []
    assert not await store.has_lookup(taken.key)


@pytest.mark.parametrize(("wait", "attempts"), [(OVER, [1]), (MINUTE, [])])
async def test_one_put_back_counts_as_never_taken_up_and_waits_for_its_time(
    store: SqlStore, wait: timedelta, attempts: list[int]
) -> None:
    await store.keep_lookup(lookup())
    (taken,) = await due(store)
    await store.give_back_lookup(taken, wait=wait)
    assert [lookup.attempt for lookup in await due(store)] == attempts


async def test_who_lost_one_does_not_put_it_back(store: SqlStore) -> None:
    await store.keep_lookup(lookup())
    (lost,) = await store.due_lookups(owner="dead", limit=1, lease=OVER)
    await due(store)
    await store.give_back_lookup(lost, wait=timedelta(0))
    assert await due(store) == []


async def test_words_that_cannot_be_written_are_not_accepted(store: SqlStore) -> None:
    with pytest.raises(NotAccepted):
        await store.keep_lookup(lookup(words="kick K7QX \ud800"))
    assert await store.keep_lookup(lookup("k2"))
