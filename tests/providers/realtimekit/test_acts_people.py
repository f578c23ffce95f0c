"""What RealtimeKit can do to people: all but some, keep out, rights, the list of a meeting."""

import json
from typing import Any

import pytest

from bot.calls.acts import Act, Person
from bot.calls.capabilities import Enforcement, Reach
from bot.calls.models import Call
from bot.calls.outcomes import Seen
from bot.calls.verbs import (
    VERBS,
    Block,
    Kick,
    MemberRemove,
    Mute,
    Preset,
    Silence,
    Unsilence,
    Verb,
)
from bot.demo.vendors import KeptOut, RealtimeKitServer, Visitor
from bot.errors import Impossible, NotAtVendor, VendorDenied, VendorGarbled, VendorRefused
from bot.providers.realtimekit.provider import RealtimeKitProvider
from tests.fakes.clock import ManualClock
from tests.providers.realtimekit_setup import ADA, BEN, Refuses, StuckPages, client, order, person


def crowd(server: RealtimeKitServer, call: Call, size: int) -> None:
    for number in range(size):
        server.join(call.ref.id, Visitor(f"guest-{number}", f"Guest {number}"))


def bodies(server: RealtimeKitServer, path: str) -> list[dict[str, Any]]:
    """What was sent to an endpoint of the active session."""
    ends = f"/active-session/{path}"
    return [json.loads(seen.body) for seen in server.requests if seen.path.endswith(ends)]


async def seen(provider: RealtimeKitProvider, act: Act) -> Seen:
    return (await provider.acts.observe(act)).seen


async def test_kicking_everyone_empties_the_room_in_one_request(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    crowd(server, call, 298)
    act = order(Kick(), call, everyone=True)
    there = {stay.visitor.name for stay in server.rooms[call.ref.id].here()}
    assert len((await provider.acts.observe(act)).left or ()) == 300
    receipt = await provider.acts.perform(act)
    assert ({person.name for person in receipt.people}, receipt.unlisted) == (there, 0)
    assert server.rooms[call.ref.id].here() == []
    assert [
        request.path.rsplit("/")[-1] for request in server.requests if request.method == "POST"
    ] == ["kick-all"]
    assert await seen(provider, act) is Seen.DONE


async def test_kicking_all_but_some_names_the_others_by_user_id_with_both_lists(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    crowd(server, call, 298)
    server.join(call.ref.id, BEN)
    act = order(Kick(), call, everyone=True, spared=(await person(provider, call, "ben"),))
    assert await seen(provider, act) is Seen.NOT_DONE
    receipt = await provider.acts.perform(act)
    (body,) = bodies(server, "kick")
    assert [person.id for person in receipt.people] == body["participant_ids"]
    tokens = server.rooms[call.ref.id].tokens
    assert body["participant_ids"] == [who.id for name, who in tokens.items() if name != "ben"]
    assert body["custom_participant_ids"] == []
    assert {stay.visitor for stay in server.rooms[call.ref.id].here()} == {BEN}
    back = await provider.acts.observe(act)
    assert (back.seen, back.evidence) == (
        Seen.DONE,
        "Nobody is left in the room except Ben.",
    )


async def test_the_spared_are_spared_by_the_apps_own_id_too(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    server.faults.nulls("user_id", on="/participants", times=None)
    ben = Person(id="an-older-enrolment", custom_id="ben")
    await provider.acts.perform(order(Kick(), call, everyone=True, spared=(ben,)))
    (body,) = bodies(server, "kick")
    assert body == {"participant_ids": [], "custom_participant_ids": ["ada"]}


async def test_nobody_but_the_spared_is_nobody_to_kick(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    spared = tuple([await person(provider, call, who) for who in ("ada", "ben")])
    act = order(Kick(), call, everyone=True, spared=spared)
    receipt = await provider.acts.perform(act)
    assert (receipt.already, receipt.people) == (True, ())
    assert (await seen(provider, act), server.effects) == (Seen.DONE, [])


@pytest.mark.parametrize("verb", [Kick(), Mute(), Silence()], ids=lambda verb: verb.name)
@pytest.mark.parametrize("sparing", [False, True])
async def test_everyone_in_the_next_session_is_not_hit_for_the_last_one(
    provider: RealtimeKitProvider,
    server: RealtimeKitServer,
    call: Call,
    verb: Verb,
    *,
    sparing: bool,
) -> None:
    spared = (await person(provider, call, "ada"),) if sparing and verb != Silence() else ()
    for name in ("ada", "ben"):
        server.leave(call.ref.id, name)
    assert isinstance(server.clock, ManualClock)
    server.clock.advance(61)
    for visitor in (ADA, BEN):
        server.join(call.ref.id, visitor)
    with pytest.raises(NotAtVendor, match="another one"):
        await provider.acts.perform(order(verb, call, everyone=True, spared=spared))
    assert server.effects == []


async def test_muting_all_but_some_names_the_others(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    act = order(Mute(), call, everyone=True, spared=(await person(provider, call, "ada"),))
    await provider.acts.perform(act)
    assert [effect.person for effect in server.effects] == ["ben"]
    assert bodies(server, "mute-all") == []
    assert await seen(provider, act) is Seen.UNKNOWABLE


async def test_silence_is_for_everyone_or_nobody_and_forbids_unmuting(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    silence = provider.capabilities["silence"]
    assert (silence.level, silence.aims) == (Enforcement.BEST_EFFORT, Reach.EVERYONE)
    ada = await person(provider, call, "ada")
    for act in (order(Silence(), call, ada), order(Silence(), call, everyone=True, spared=(ada,))):
        with pytest.raises(Impossible, match="everyone"):
            await provider.acts.perform(act)
    assert server.effects == []
    receipt = await provider.acts.perform(order(Silence(), call, everyone=True))
    assert [person.name for person in receipt.people] == ["Ada Lovelace", "Ben"]
    assert bodies(server, "mute-all") == [{"allow_unmute": False}]
    assert await seen(provider, order(Silence(), call, everyone=True)) is Seen.UNKNOWABLE


async def test_nothing_ever_lifts_a_silence(provider: RealtimeKitProvider, call: Call) -> None:
    assert "not documented" in provider.capabilities["unsilence"].why
    with pytest.raises(Impossible):
        await provider.acts.perform(order(Unsilence(), call, everyone=True))


async def test_blocking_removes_from_the_room_and_from_the_list(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    act = order(Block(), call, await person(provider, call))
    assert await seen(provider, act) is Seen.NOT_DONE
    await provider.acts.perform(act)
    assert [effect.verb for effect in server.effects] == ["kick", "expel"]
    assert await seen(provider, act) is Seen.DONE
    with pytest.raises(NotAtVendor):
        await provider.acts.perform(act)


async def test_a_kick_is_no_block_and_a_return_after_a_block_shows(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    ben = await person(provider, call)
    block = order(Block(), call, ben)
    await provider.acts.perform(order(Kick(), call, ben))
    listed = await provider.acts.observe(block)
    assert (listed.seen, "still on the meeting's list" in listed.evidence) == (Seen.NOT_DONE, True)
    await provider.acts.perform(block)
    assert [effect.verb for effect in server.effects] == ["kick", "expel"]
    with pytest.raises(KeptOut):
        server.join(call.ref.id, BEN)
    server.rooms[call.ref.id].enrol(BEN, "guest", server.clock.now())
    server.join(call.ref.id, BEN)
    back = await provider.acts.observe(block)
    assert (back.seen, back.evidence) == (Seen.NOT_DONE, "Ben is in the room.")
    again = order(Block(), call, await person(provider, call))
    await provider.acts.perform(again)
    assert await seen(provider, again) is Seen.DONE


async def test_a_block_whose_second_half_failed_is_finished_by_the_next_try(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    act = order(Block(), call, await person(provider, call))
    half = client(server, transport=Refuses(server, "DELETE"))
    with pytest.raises(VendorRefused):
        await half.acts.perform(act)
    assert await seen(half, act) is Seen.NOT_DONE
    await half.aclose()
    await provider.acts.perform(act)
    assert [effect.verb for effect in server.effects] == ["kick", "expel"]
    assert await seen(provider, act) is Seen.DONE


async def test_a_blocked_person_is_known_by_user_id_and_by_no_peer_id(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    ben = await person(provider, call)
    wrong = ben.model_copy(update={"id": ben.presence})
    for verb in (Block(), Preset(preset="viewer"), MemberRemove()):
        with pytest.raises(NotAtVendor):
            await provider.acts.perform(order(verb, call, wrong))
    assert server.effects == []


async def test_a_preset_is_changed_and_shows_and_its_token_goes_nowhere(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    act = order(Preset(preset="viewer"), call, await person(provider, call))
    assert await seen(provider, act) is Seen.NOT_DONE
    receipt = await provider.acts.perform(act)
    back = await provider.acts.observe(act)
    assert (back.seen, back.evidence) == (
        Seen.DONE,
        "RealtimeKit shows Ben with the preset viewer.",
    )
    assert "token" not in f"{receipt} {back}"
    assert server.rooms[call.ref.id].tokens["ben"].preset == "viewer"
    with pytest.raises(VendorRefused, match="Preset not found"):
        await provider.acts.perform(order(Preset(preset="emperor"), call, act.people[0]))


async def test_somebody_off_the_list_has_no_preset_to_change(
    provider: RealtimeKitProvider, call: Call
) -> None:
    ben = await person(provider, call)
    await provider.acts.perform(order(MemberRemove(), call, ben))
    act = order(Preset(preset="viewer"), call, ben)
    with pytest.raises(NotAtVendor, match="not on this meeting's list"):
        await provider.acts.perform(act)
    assert await seen(provider, act) is Seen.NOT_DONE


async def test_a_member_is_removed_by_the_apps_own_id_too_and_stays_in_the_room(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    crowd(server, call, 298)
    act = order(MemberRemove(), call, Person(id="guest-290"))
    assert await seen(provider, act) is Seen.NOT_DONE
    await provider.acts.perform(act)
    assert [(effect.verb, effect.person) for effect in server.effects] == [("expel", "guest-290")]
    assert await seen(provider, act) is Seen.DONE
    assert len(server.rooms[call.ref.id].here()) == 300


async def test_who_may_be_beyond_what_is_read_of_a_list_is_not_called_missing(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    room = server.rooms[call.ref.id]
    for number in range(1000):
        room.enrol(Visitor(f"member-{number}", "Member"), "guest", server.clock.now())
    act = order(MemberRemove(), call, Person(id="nobody-of-that-name"))
    with pytest.raises(NotAtVendor, match="first 1000"):
        await provider.acts.observe(act)


async def test_a_wrong_key_is_not_taken_for_somebody_missing(
    server: RealtimeKitServer, call: Call
) -> None:
    stranger = client(server, token="wrong-token")
    with pytest.raises(VendorDenied):
        await stranger.acts.observe(order(MemberRemove(), call, Person(id="ben")))
    await stranger.aclose()


async def test_a_list_of_people_without_an_end_is_not_believed(
    server: RealtimeKitServer, call: Call
) -> None:
    """Every page is full of the same people: who is not on it may be on the next one."""
    crowd(server, call, 60)
    stuck = client(server, transport=StuckPages(server.app))
    with pytest.raises(VendorGarbled):
        await stuck.acts.perform(order(Kick(), call, everyone=True, spared=(Person(id="x"),)))
    assert server.effects == []
    await stuck.aclose()


async def test_whatever_cannot_be_done_says_why_and_names_something_near_where_there_is(
    server: RealtimeKitServer,
) -> None:
    table = client(server).capabilities
    assert set(table) == set(VERBS)
    for capability in table.values():
        assert capability.possible or capability.why.endswith(".")
        assert capability.instead is None or table[capability.instead].possible
    nearest = {
        name: capability.instead for name, capability in table.items() if not capability.possible
    }
    assert (nearest["grant"], nearest["revoke"], nearest["say"]) == ("preset", "preset", "poll")
