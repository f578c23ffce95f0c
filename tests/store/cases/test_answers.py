"""When an asker is told: the outcome at once, that it is in progress only while there is none."""

from datetime import timedelta
from typing import Any

import pytest

from bot.calls.cases import Manner, Notice, NoticeKind
from bot.calls.models import Vendor
from bot.store import SqlStore
from tests.fakes.clock import ManualClock
from tests.store.orders import DONE, JOHN, MARY, MINUTE, order

HOOK = "https://hooks.slack.test/1"


async def due(store: SqlStore, lease: timedelta = MINUTE) -> list[Notice]:
    found = await store.due_notices(owner="n", limit=9, lease=lease, kind=NoticeKind.ANSWER)
    return list(found)


async def ended(store: SqlStore) -> None:
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
    assert await store.finish(claim, [DONE])


async def test_an_outcome_within_two_seconds_is_all_that_is_told(
    store: SqlStore, clock: ManualClock
) -> None:
    await store.accept(order(reply_url=HOOK))
    clock.advance(1)
    assert await due(store) == []
    await ended(store)
    (told,) = await due(store)
    assert (told.version, told.manner) == (2, Manner.NEW)
    await store.mark_shown(told.of(await store.case(1)), posted=None)
    clock.advance(60)
    assert await due(store) == []


async def test_after_two_seconds_it_is_said_once_that_it_is_in_progress_then_the_outcome(
    store: SqlStore, clock: ManualClock
) -> None:
    await store.accept(order(reply_url=HOOK))
    clock.advance(2)
    (working,) = await due(store)
    assert working.version == 1
    await store.mark_shown(working.of(await store.case(1)), posted=None)
    clock.advance(60)
    assert await due(store) == []
    await ended(store)
    (told,) = await due(store)
    assert told.version == 2


async def test_what_ended_while_it_was_to_be_called_in_progress_is_told_once(
    store: SqlStore, clock: ManualClock
) -> None:
    await store.accept(order(reply_url=HOOK))
    clock.advance(2)
    (working,) = await due(store)
    await ended(store)
    shown = working.of(await store.case(1))
    await store.mark_shown(shown, posted=None)
    assert await due(store) == []


async def test_a_process_that_dies_over_it_leaves_the_outcome_to_another_one(
    store: SqlStore, clock: ManualClock
) -> None:
    await store.accept(order(reply_url=HOOK))
    clock.advance(2)
    await store.due_notices(owner="dead", limit=9, lease=MINUTE, kind=NoticeKind.ANSWER)
    await ended(store)
    assert await due(store) == []
    await store.release("dead")
    assert [(notice.version, notice.attempt) for notice in await due(store)] == [(2, 2)]


async def test_an_outcome_does_not_hurry_what_slack_asked_to_send_later(
    store: SqlStore, clock: ManualClock
) -> None:
    await store.accept(order(reply_url=HOOK))
    clock.advance(2)
    (working,) = await due(store)
    await store.postpone(working, until=clock.now() + timedelta(seconds=30))
    await ended(store)
    assert await due(store) == []
    clock.advance(30)
    assert [notice.version for notice in await due(store)] == [2]


@pytest.mark.parametrize(
    ("more", "manner"), [({"card": True}, Manner.CARD), ({"in_place": True}, Manner.IN_PLACE)]
)
async def test_what_is_pressed_shows_at_once_that_it_is_in_progress(
    store: SqlStore, more: dict[str, Any], manner: Manner
) -> None:
    await store.accept(order(reply_url=HOOK, **more))
    (working,) = await due(store)
    assert (working.version, working.manner) == (1, manner)


async def test_each_answer_is_shown_as_it_was_asked_for(store: SqlStore) -> None:
    await store.accept(order("mary", reply_url=HOOK, card=True))
    await store.accept(order("john", actor=JOHN, reply_url=f"{HOOK}/john"))
    await ended(store)
    answers = await due(store)
    told = {answer.place: (answer.manner, answer.joined) for answer in answers}
    assert told == {HOOK: (Manner.CARD, False), f"{HOOK}/john": (Manner.NEW, True)}
    readers = {answer.place: answer.reader.actor for answer in answers if answer.reader is not None}
    assert readers == {HOOK: MARY, f"{HOOK}/john": JOHN}
