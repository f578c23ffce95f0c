"""Opposing orders, given while a slow vendor has not answered the first: done in their order."""

import pytest

from bot.calls.capabilities import Capability, Enforcement
from bot.calls.outcomes import State
from bot.calls.verbs import VERBS, Aim, Mute
from tests.fakes.verbs import sample
from tests.moderation.harness import Office

OPPOSED = [name for name in VERBS if sample(name).inverse() is not None]


@pytest.mark.parametrize("name", OPPOSED)
async def test_the_second_is_sent_once_the_outcome_of_the_first_is_on_disk(
    office: Office, name: str
) -> None:
    verb = sample(name)
    inverse = verb.inverse()
    assert inverse is not None
    enforced = Capability(level=Enforcement.ENFORCED)
    office.vendor.capabilities = dict.fromkeys(VERBS, enforced)
    office.vendor.hangs = True
    whom = () if verb.aim is Aim.CALL else ("ann",)
    await office.desk.request(office.order(verb, *whom, key="first"))
    await office.vendor.reached.wait()
    office.clock.advance(0.3)
    await office.desk.request(office.order(inverse, *whom, key="second"))
    office.worker("another process").nudge()
    await office.desk.request(office.order(Mute(), "bob", key="third"))
    while office.vendor.waiting < 2:  # the first one, and somebody else's at its side
        await office.clock.sleep(0.01)
    assert office.vendor.done == []
    office.vendor.let_go.set()
    await office.done()
    told = [name for name, person in office.vendor.done if person != "bob"]
    assert told == [verb.name, inverse.name]
    states = [(await office.store.case(number)).state for number in (1, 2, 3)]
    assert states == [State.CONFIRMED] * 3
