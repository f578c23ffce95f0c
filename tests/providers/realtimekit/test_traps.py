"""Two traps of RealtimeKit: a peer id is no user id, and whoever is kicked is not kept out."""

import pytest

from bot.calls.capabilities import Enforcement
from bot.calls.models import Call
from bot.calls.outcomes import Seen
from bot.calls.verbs import End, Kick, RecordStart
from bot.demo.vendors import RealtimeKitServer
from bot.errors import NotAtVendor
from bot.providers.realtimekit.provider import RealtimeKitProvider
from tests.fakes.clock import ManualClock
from tests.providers.realtimekit_setup import BEN, order, person


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def server(clock: ManualClock) -> RealtimeKitServer:
    made = RealtimeKitServer(clock)
    made.join(made.open("clinic", "Clinic").id, BEN)
    return made


async def test_a_person_is_known_by_user_id_and_a_connection_by_peer_id(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    ben = await person(provider, call)
    enrolled = server.rooms[call.ref.id].tokens["ben"]
    assert ben.id == enrolled.id
    assert ben.presence not in {None, ben.id, "ben"}
    await provider.acts.perform(order(Kick(), call, ben))
    assert [effect.person for effect in server.effects] == ["ben"]


async def test_a_peer_id_kicks_nobody(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    ben = await person(provider, call)
    wrong = ben.model_copy(update={"id": ben.presence})
    with pytest.raises(NotAtVendor):
        await provider.acts.perform(order(Kick(), call, wrong))
    assert server.effects == []


async def test_the_kicked_can_come_back_and_that_is_told_from_never_kicked(
    provider: RealtimeKitProvider, server: RealtimeKitServer, clock: ManualClock, call: Call
) -> None:
    act = order(Kick(), call, await person(provider, call))
    assert (await provider.acts.observe(act)).evidence == "Ben is still in the room."
    await provider.acts.perform(act)
    assert (await provider.acts.observe(act)).evidence == "Ben is no longer in the room."
    clock.advance(5)
    server.join(call.ref.id, BEN)
    back = await provider.acts.observe(act)
    assert back.seen is Seen.DONE
    assert back.evidence == "Ben left the room and came back since."


async def test_a_second_device_left_behind_is_not_a_return(
    provider: RealtimeKitProvider, server: RealtimeKitServer, clock: ManualClock, call: Call
) -> None:
    act = order(Kick(), call, await person(provider, call))
    clock.advance(5)
    server.join(call.ref.id, BEN)
    assert (await provider.acts.observe(act)).seen is Seen.NOT_DONE


async def test_somebody_in_the_next_session_is_back_and_was_not_overlooked(
    provider: RealtimeKitProvider, server: RealtimeKitServer, clock: ManualClock, call: Call
) -> None:
    act = order(Kick(), call, await person(provider, call))
    server.leave(call.ref.id, "ben")
    clock.advance(61)
    assert "no running session" in (await provider.acts.observe(act)).evidence
    server.join(call.ref.id, BEN)
    assert "came back since" in (await provider.acts.observe(act)).evidence


async def test_without_times_another_peer_id_tells_a_return(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    server.faults.nulls("joined_at", on="/participants", times=None)
    act = order(Kick(), call, await person(provider, call))
    assert (await provider.acts.observe(act)).seen is Seen.NOT_DONE
    server.leave(call.ref.id, "ben")
    server.join(call.ref.id, BEN)
    assert "came back since" in (await provider.acts.observe(act)).evidence


async def test_blocking_says_what_lets_somebody_in_again(provider: RealtimeKitProvider) -> None:
    block = provider.capabilities["block"]
    assert block.level is Enforcement.ENFORCED
    assert "cannot join again unless your backend gives them a new token" in block.why
    assert not provider.capabilities["unblock"].possible
    assert "new token" in provider.capabilities["unblock"].why


async def test_an_ended_call_is_over_with_all_that_was_recorded_of_it(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    await provider.acts.perform(order(RecordStart(), call))
    act = order(End(), call)
    await provider.acts.perform(act)
    assert (await provider.list_live(limit=10)).items == ()
    assert (await provider.acts.observe(act)).seen is Seen.DONE
    assert server.rooms[call.ref.id].running() == []
    with pytest.raises(NotAtVendor):
        await provider.get(call.ref.id)


async def test_an_emptied_call_lingers_live_with_nobody_in_it_and_counts_as_ended(
    provider: RealtimeKitProvider, server: RealtimeKitServer, clock: ManualClock, call: Call
) -> None:
    act = order(End(), call)
    server.leave(call.ref.id, "ben")
    (lingering,) = (await provider.list_live(limit=10)).items
    assert (lingering.ref, lingering.people) == (call.ref, 0)
    assert (await provider.acts.observe(act)).seen is Seen.DONE
    clock.advance(61)
    assert (await provider.list_live(limit=10)).items == ()
    assert (await provider.acts.observe(act)).seen is Seen.DONE
    with pytest.raises(NotAtVendor):
        await provider.get(call.ref.id)
