"""RealtimeKit's client against the make-believe server: calls, people, ending and muting."""

import asyncio
import json

import pytest

from bot.calls.acts import Person
from bot.calls.models import Call, RecordingState
from bot.calls.outcomes import Seen
from bot.calls.verbs import (
    End,
    Kick,
    LiveStart,
    Mute,
    RecordingKind,
    RecordPause,
    RecordStart,
    RtmpStart,
    Track,
    Unblock,
    Verb,
)
from bot.demo.vendors import RealtimeKitServer, Visitor
from bot.errors import (
    Impossible,
    NotAtVendor,
    VendorGarbled,
)
from bot.providers.realtimekit.provider import RealtimeKitProvider
from tests.fakes.clock import START, ManualClock
from tests.providers.realtimekit_setup import ADA, BEN, order, person


async def test_a_listing_names_the_meeting_and_its_run(
    provider: RealtimeKitProvider, server: RealtimeKitServer
) -> None:
    page = await provider.list_live(limit=10)
    (room,) = server.rooms.values()
    (one,) = page.items
    assert room.session is not None
    assert (one.ref.id, one.ref.session) == (room.id, room.session.id)
    assert (one.title, one.people, one.started_at, one.kind) == ("Clinic", 2, START, "meeting")
    assert (one.recording, one.broadcasting, one.rtmp) == (RecordingState.OFF, None, ())
    assert (page.next, page.total, len(server.requests)) == (None, 1, 2)


async def test_recordings_are_asked_for_beside_sessions_where_there_were_any(
    provider: RealtimeKitProvider, server: RealtimeKitServer
) -> None:
    await provider.list_live(limit=10)
    before = len(server.requests)
    server.faults.hang(on="/sessions")
    listing = asyncio.create_task(provider.list_live(limit=10))
    async with asyncio.timeout(30):
        while len(server.requests) < before + 2:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)
    listing.cancel()
    await asyncio.wait({listing})
    asked = {request.path.rpartition("/")[2] for request in server.requests[before:]}
    assert asked == {"sessions", "recordings"}


async def test_pages_of_calls_follow_one_another_and_end(
    provider: RealtimeKitProvider, server: RealtimeKitServer
) -> None:
    for number in range(3):
        server.join(server.open(f"room-{number}", f"Room {number}").id, ADA)
    first = await provider.list_live(limit=2)
    second = await provider.list_live(limit=2, cursor=first.next)
    assert len({item.ref.id for item in (*first.items, *second.items)}) == 4
    assert (first.next, second.next, first.total) == ("2", None, 4)


async def test_one_call_tells_what_runs_in_it(provider: RealtimeKitProvider, call: Call) -> None:
    quiet = await provider.get(call.ref.id)
    assert (quiet.recording, quiet.broadcasting, quiet.rtmp) == (RecordingState.OFF, False, ())
    for verb in (RecordStart(), RtmpStart(to="tube"), LiveStart(), RecordPause()):
        await provider.acts.perform(order(verb, call))
    loud = await provider.get(call.ref.id)
    assert (loud.recording, loud.broadcasting, loud.rtmp) == (
        RecordingState.PAUSED,
        True,
        ("tube",),
    )


async def test_participants_are_those_in_the_room_once_each(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    server.join(call.ref.id, ADA)
    server.leave(call.ref.id, "ben")
    (ada,) = (await provider.participants(call.ref, limit=10)).items
    assert (ada.custom_id, ada.name, ada.role) == ("ada", "Ada Lovelace", "group_call_participant")
    assert (ada.joined_at, ada.muted, ada.speaking) == (START, None, None)


async def test_participants_are_found_without_knowing_the_session(
    provider: RealtimeKitProvider, call: Call
) -> None:
    ref = call.ref.model_copy(update={"session": None})
    page = await provider.participants(ref, limit=1)
    rest = await provider.participants(ref, limit=1, cursor=page.next)
    assert [item.custom_id for item in (*page.items, *rest.items)] == ["ada", "ben"]


@pytest.mark.parametrize("call_id", ["nowhere", "", ".", "..", "a/b?c"])
async def test_an_unknown_meeting_is_not_at_the_vendor(
    provider: RealtimeKitProvider, call_id: str
) -> None:
    with pytest.raises(NotAtVendor):
        await provider.get(call_id)


async def test_people_on_a_later_page_are_found(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    for number in range(60):
        server.join(call.ref.id, Visitor(f"guest-{number}", f"Guest {number}"))
    people = (await provider.participants(call.ref, limit=100)).items
    last = order(Kick(), call, Person.of(people[-1]))
    assert (await provider.acts.observe(last)).seen is Seen.NOT_DONE
    await provider.acts.perform(last)
    assert (await provider.acts.observe(last)).seen is Seen.DONE


async def test_ending_empties_the_room(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    act = order(End(), call)
    assert (await provider.acts.observe(act)).seen is Seen.NOT_DONE
    await provider.acts.perform(act)
    assert server.rooms[call.ref.id].here() == []
    assert (await provider.acts.observe(act)).seen is Seen.DONE


async def test_the_next_session_of_a_room_is_not_ended_for_the_last_one(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    for name in ("ada", "ben"):
        server.leave(call.ref.id, name)
    assert isinstance(server.clock, ManualClock)
    server.clock.advance(61)
    server.join(call.ref.id, BEN)
    with pytest.raises(NotAtVendor, match="another one"):
        await provider.acts.perform(order(End(), call))
    assert (await provider.acts.observe(order(End(), call))).seen is Seen.DONE
    assert len(server.rooms[call.ref.id].here()) == 1


@pytest.mark.parametrize("everyone", [False, True])
async def test_mute_silences_and_cannot_be_read_back(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call, *, everyone: bool
) -> None:
    people = () if everyone else (await person(provider, call, "ada"),)
    act = order(Mute(), call, *people, everyone=everyone)
    await provider.acts.perform(act)
    muted = [effect.person for effect in server.effects if effect.verb == "mute"]
    assert muted == (["ada", "ben"] if everyone else ["ada"])
    seen = await provider.acts.observe(act)
    assert seen.seen is Seen.UNKNOWABLE
    assert "does not tell who is muted" in seen.evidence


async def test_muting_everyone_lets_them_unmute_themselves(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    await provider.acts.perform(order(Mute(), call, everyone=True))
    assert json.loads(server.requests[-1].body) == {"allow_unmute": True}


@pytest.mark.parametrize(
    "verb",
    [
        Unblock(),
        Mute(tracks=Track.VIDEO),
        RecordStart(kind=RecordingKind.RAW),
        RtmpStart(to="unknown"),
    ],
)
async def test_what_the_vendor_does_not_take_is_never_sent(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call, verb: Verb
) -> None:
    asked = len(server.requests)
    with pytest.raises(Impossible):
        await provider.acts.perform(order(verb, call, everyone=True))
    assert len(server.requests) == asked


async def test_missing_extras_are_unknown_and_missing_ids_are_garbled(
    provider: RealtimeKitProvider, server: RealtimeKitServer
) -> None:
    server.faults.nulls("meeting_display_name", "started_at", "live_participants", "type", "paging")
    (bare,) = (await provider.list_live(limit=1)).items
    assert (bare.title, bare.started_at, bare.kind) == (bare.ref.id, None, None)
    server.faults.nulls("associated_id")
    with pytest.raises(VendorGarbled):
        await provider.list_live(limit=1)


async def test_somebody_without_a_user_id_is_kicked_by_the_apps_own(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    server.faults.nulls("user_id", on="/participants")
    act = order(Kick(), call, await person(provider, call, "ben"))
    await provider.acts.perform(act)
    assert json.loads(server.requests[-1].body) == {
        "participant_ids": [],
        "custom_participant_ids": ["ben"],
    }
    assert [effect.person for effect in server.effects] == ["ben"]
