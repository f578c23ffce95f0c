"""A backup was restored: what it has as open is looked at first, and never said to be undone."""

from collections.abc import Sequence

import pytest

from bot.calls.outcomes import Observation, Result, Seen, State
from bot.calls.verbs import Kick, Mute, Say, Silence, Verb
from bot.errors import VendorTimeout
from bot.moderation.executor import STALE
from bot.policy.rules import People
from tests.moderation.harness import RULES, Harness
from tests.store.ageing import time_passing

SO, NOT_SO, UNKNOWN = Seen.DONE, Seen.NOT_DONE, Seen.UNKNOWABLE


async def carried_out(harness: Harness, verb: Verb, *people: str) -> Sequence[Result]:
    """What becomes of an order that was open in a backup which was restored."""
    await harness.store.accept(harness.order(verb, *people))
    await harness.store.restored()
    harness.executor.wake()
    await harness.done()
    return (await harness.store.case(1)).results


async def test_what_was_done_before_is_not_sent_again(harness: Harness) -> None:
    harness.vendor.seen = [SO]
    (result,) = await carried_out(harness, Mute(), "ann")
    assert harness.vendor.done == []
    assert (result.state, result.attempts) == (State.CONFIRMED, 0)
    assert "restored from a backup, and this was done before" in result.evidence


async def test_what_was_not_done_is_done_in_time(harness: Harness) -> None:
    (result,) = await carried_out(harness, Kick(), "ann")
    assert harness.vendor.done == [("kick", "ann")]
    assert result.state is State.CONFIRMED


async def test_of_several_only_those_are_sent_for_whom_it_is_not_so(harness: Harness) -> None:
    harness.vendor.seen = [SO, NOT_SO, SO, NOT_SO]
    results = await carried_out(harness, Silence(), "ann", "bob")
    assert harness.vendor.done == [("silence", "bob")]
    assert [result.state for result in results] == [State.CONFIRMED] * 2


async def test_what_can_be_neither_read_nor_repeated_is_not_sent_again(harness: Harness) -> None:
    harness.vendor.seen = [UNKNOWN, UNKNOWN]
    (result,) = await carried_out(harness, Say(text="We end."))
    assert harness.vendor.done == []
    assert result.state is State.NOT_CONFIRMED


@pytest.mark.parametrize(
    ("seen", "state", "said"),
    [
        (SO, State.CONFIRMED, "this was done before"),
        (NOT_SO, State.NOT_CONFIRMED, "it may have been done. When last read: It shows"),
        (VendorTimeout("No answer.", vendor="stream"), State.NOT_CONFIRMED, "No answer."),
        (TimeoutError(), State.NOT_CONFIRMED, "No clear answer within 25 s."),
    ],
)
async def test_a_late_order_that_may_have_been_done_says_so(
    harness: Harness,
    database_url: str,
    seen: Seen | Observation | Exception,
    state: State,
    said: str,
) -> None:
    await harness.store.accept(harness.order(Mute(), "ann"))
    with time_passing(harness.clock, database_url):
        harness.clock.advance(STALE.total_seconds() + 60)
    await harness.store.restored()
    harness.vendor.seen = [seen]
    harness.executor.wake()
    await harness.done()
    (result,) = (await harness.store.case(1)).results
    assert harness.vendor.done == []
    assert result.state is state
    assert said in result.evidence
    assert "Nothing was done" not in result.evidence
    assert ("Ordered 16 minutes ago" in result.evidence) is (state is State.NOT_CONFIRMED)


async def test_whose_asker_may_no_more_is_not_said_to_be_undone_without_a_look(
    harness: Harness,
) -> None:
    harness.furnish(RULES.model_copy(update={"people": People()}))
    harness.vendor.seen = [UNKNOWN, UNKNOWN]
    (result,) = await carried_out(harness, Mute(), "ann")
    assert harness.vendor.done == []
    assert result.state is State.NOT_CONFIRMED
