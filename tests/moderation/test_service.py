"""An order is permitted, written down, carried out once and told."""

import pytest

from bot.calls.cases import AcceptResult, Event, NoticeKind
from bot.calls.outcomes import State
from bot.calls.prior_state import CallLimits, PriorState
from bot.calls.verbs import Block, End, Kick, Mute, RecordPause, Unblock, Verb
from bot.errors import (
    BadInput,
    Impossible,
    Outsider,
    RoleTooLow,
)
from tests.moderation.harness import STRANGER, VIEWER, Harness


async def test_a_permitted_order_is_on_disk_then_carried_out_then_told(harness: Harness) -> None:
    acceptance = await harness.service.request(harness.order(Kick(), "ann"))
    assert (acceptance.how, acceptance.case.number, acceptance.case.state) == (
        AcceptResult.NEW,
        1,
        State.ASKED,
    )
    await harness.done()
    case = await harness.store.case(1)
    assert (case.state, case.attempt, harness.vendor.done) == (
        State.CONFIRMED,
        1,
        [("kick", "ann")],
    )
    assert await harness.events() == [Event.REQUESTED, Event.OUTCOME]
    assert harness.wall.shown[-1] == (NoticeKind.LINE, 1, State.CONFIRMED)


async def test_what_an_earlier_case_found_is_not_taken_for_what_a_later_one_finds(
    harness: Harness,
) -> None:
    order = harness.order(Unblock(), "ann")
    found = PriorState(limits=CallLimits(people=50), most=1)
    begun = order.model_copy(update={"act": order.act.model_copy(update={"before": found})})
    acceptance = await harness.service.request(begun)
    assert acceptance.case.act.before is None
    await harness.done()
    assert (await harness.store.case(1)).act.before is None


async def test_the_same_order_twice_is_carried_out_once(harness: Harness) -> None:
    first = await harness.service.request(harness.order(Kick(), "ann"))
    again = await harness.service.request(harness.order(Kick(), "ann"))
    await harness.done()
    assert (again.how, again.case.number) == (AcceptResult.REPEATED, first.case.number)
    assert harness.vendor.done == [("kick", "ann")]


async def test_two_moderators_with_the_same_order_share_a_case(harness: Harness) -> None:
    harness.vendor.hangs = True
    first = await harness.service.request(harness.order(Kick(), "ann"))
    second = await harness.service.request(harness.order(Kick(), "ann", key="k2"))
    assert (second.how, second.case.number) == (AcceptResult.JOINED, first.case.number)
    await harness.tasks.drain(0.01)


async def test_who_may_not_is_refused_and_the_attempt_is_in_the_record(harness: Harness) -> None:
    with pytest.raises(RoleTooLow):
        await harness.service.request(harness.order(Kick(), "ann", actor=VIEWER))
    await harness.done()
    assert await harness.events() == [Event.REFUSED]
    assert harness.vendor.done == []


async def test_a_refusal_delivered_twice_is_in_the_record_once(harness: Harness) -> None:
    for _ in range(2):
        with pytest.raises(Outsider):
            await harness.service.request(harness.order(Kick(), "ann", actor=STRANGER))
    assert await harness.events() == [Event.REFUSED]


async def test_what_is_impossible_is_refused_before_anybody_is_asked(harness: Harness) -> None:
    with pytest.raises(Impossible):
        await harness.service.request(harness.order(RecordPause()))
    assert await harness.events() == []


@pytest.mark.parametrize(
    ("verb", "people", "everyone"),
    [
        (Kick(), (), False),
        (Block(), (), True),
        (Mute(), ("ann",), True),
        (Unblock(), (), False),
        (Unblock(), (), True),
        (End(), ("ann",), False),
        (End(), (), True),
    ],
)
async def test_an_act_aimed_at_nobody_or_at_the_wrong_ones_is_bad_input(
    harness: Harness,
    verb: Verb,
    people: tuple[str, ...],
    everyone: bool,
) -> None:
    with pytest.raises(BadInput):
        await harness.service.request(harness.order(verb, *people, everyone=everyone))


async def test_everyone_may_be_muted_and_one_person_unblocked(harness: Harness) -> None:
    await harness.service.request(harness.order(Mute(), everyone=True))
    await harness.service.request(harness.order(Unblock(), "gone", key="k2"))
    await harness.done()
    assert sorted(harness.vendor.done, key=str) == [("mute", None), ("unblock", "gone")]
