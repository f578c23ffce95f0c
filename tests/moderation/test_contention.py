"""Opposing orders, given while a slow vendor has not answered the first: done in their order."""

import pytest

from bot.calls.capabilities import Capability, Enforcement
from bot.calls.outcomes import State
from bot.calls.verbs import VERBS, Aim, Mute
from tests.fakes.verbs import sample
from tests.moderation.harness import Harness

OPPOSED = [name for name in VERBS if sample(name).inverse() is not None]


@pytest.mark.parametrize("name", OPPOSED)
async def test_the_second_is_sent_once_the_outcome_of_the_first_is_on_disk(
    harness: Harness, name: str
) -> None:
    verb = sample(name)
    inverse = verb.inverse()
    assert inverse is not None
    enforced = Capability(level=Enforcement.ENFORCED)
    harness.vendor.capabilities = dict.fromkeys(VERBS, enforced)
    harness.vendor.hangs = True
    whom = () if verb.aim is Aim.CALL else ("ann",)
    await harness.service.request(harness.order(verb, *whom, key="first"))
    await harness.vendor.reached.wait()
    harness.clock.advance(0.3)
    await harness.service.request(harness.order(inverse, *whom, key="second"))
    harness.worker("another process").wake()
    await harness.service.request(harness.order(Mute(), "bob", key="third"))
    while harness.vendor.waiting < 2:  # the first one, and somebody else's at its side
        await harness.clock.sleep(0.01)
    assert harness.vendor.done == []
    harness.vendor.let_go.set()
    await harness.done()
    told = [name for name, person in harness.vendor.done if person != "bob"]
    assert told == [verb.name, inverse.name]
    states = [(await harness.store.case(number)).state for number in (1, 2, 3)]
    assert states == [State.CONFIRMED] * 3
