"""Looking around at RealtimeKit: members, rooms, and where somebody is."""

import pytest

from bot.calls.models import Call, CallRef, Vendor
from bot.calls.reports import REPORTS, RoomKind
from bot.calls.verbs import Lock, MemberRemove
from bot.demo.vendors import RealtimeKitServer, Visitor
from bot.errors import Impossible, VendorGarbled
from bot.providers.realtimekit.provider import RealtimeKitProvider
from bot.providers.unsupported import NOBODY_YET
from tests.fakes.clock import ManualClock
from tests.providers.realtimekit_setup import (
    ADA,
    BEN,
    EndlessPages,
    StuckPages,
    client,
    order,
    person,
)


def crowd(server: RealtimeKitServer, call: Call, size: int) -> None:
    for number in range(size):
        server.join(call.ref.id, Visitor(f"guest-{number}", f"Guest {number}"))


async def test_every_report_is_there_but_what_people_said(provider: RealtimeKitProvider) -> None:
    assert set(provider.reports.capabilities) == set(REPORTS)
    lacking = {
        name: capability.why
        for name, capability in provider.reports.capabilities.items()
        if not capability.possible
    }
    assert lacking == {"feedback": "RealtimeKit asks nobody how a call was."}


async def test_who_was_there_is_told_of_a_session_that_is_over_too(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    assert isinstance(server.clock, ManualClock)
    began = server.clock.now()
    server.clock.advance(60)
    server.leave(call.ref.id, "ada")
    server.clock.advance(60)
    server.leave(call.ref.id, "ben")
    server.clock.advance(3_600)
    for ref in (call.ref, call.ref.model_copy(update={"session": None})):
        told = await provider.reports.attendance(ref)
        assert [(stay.name, stay.custom_id, stay.here) for stay in told.stays] == [
            ("Ada Lovelace", "ada", False),
            ("Ben", "ben", False),
        ]
        assert [stay.left_at and (stay.left_at - began).seconds for stay in told.stays] == [60, 120]
        assert not told.more


async def test_a_meeting_that_nobody_was_in_has_no_attendance(
    provider: RealtimeKitProvider, server: RealtimeKitServer
) -> None:
    room = server.open("empty", "Empty")
    told = await provider.reports.attendance(CallRef(vendor=Vendor.REALTIMEKIT, id=room.id))
    assert (told.stays, told.note) == ((), NOBODY_YET)


async def test_nobody_is_asked_for_feedback(provider: RealtimeKitProvider, call: Call) -> None:
    with pytest.raises(Impossible, match="asks nobody"):
        await provider.reports.feedback(call.ref)


async def test_members_are_who_is_enrolled_and_whether_they_are_here(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    room = server.rooms[call.ref.id]
    room.enrol(Visitor("carla", "Carla"), "guest", server.clock.now())
    server.leave(room.id, "ben")
    members = await provider.reports.members(call.ref)
    assert [(item.name, item.role, item.here) for item in members.items] == [
        ("Ada Lovelace", "group_call_participant", True),
        ("Ben", "group_call_participant", False),
        ("Carla", "guest", False),
    ]
    assert (members.items[0].id, members.next) == (room.tokens["ada"].id, None)


async def test_somebody_off_the_list_is_no_member_though_still_in_the_room(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    await provider.acts.perform(order(MemberRemove(), call, await person(provider, call)))
    assert [item.name for item in (await provider.reports.members(call.ref)).items] == [
        "Ada Lovelace"
    ]
    assert len(server.rooms[call.ref.id].here()) == 2


async def test_without_user_ids_members_are_told_by_the_apps_own(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    server.faults.nulls("user_id", on="/sessions/", times=None)
    server.leave(call.ref.id, "ben")
    assert [item.here for item in (await provider.reports.members(call.ref)).items] == [True, False]


async def test_three_hundred_members_are_all_there_and_nobody_is_here_after_the_end(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    crowd(server, call, 298)
    members = (await provider.reports.members(call.ref)).items
    assert (len(members), all(member.here for member in members)) == (300, True)
    for stay in server.rooms[call.ref.id].here():
        server.leave(call.ref.id, stay.visitor.id)
    assert isinstance(server.clock, ManualClock)
    server.clock.advance(61)
    members = (await provider.reports.members(call.ref)).items
    assert (len(members), any(member.here for member in members)) == (300, False)


async def test_rooms_are_presets_and_meetings_and_a_locked_one_says_so(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    await provider.acts.perform(order(Lock(), call))
    server.open("empty", "Empty")
    rooms = await provider.reports.rooms()
    presets = [room.name for room in rooms if room.kind is RoomKind.PRESET]
    assert {"group_call_host", "viewer"} <= set(presets)
    meetings = [(room.name, room.detail) for room in rooms if room.kind is RoomKind.ROOM]
    assert meetings == [("Clinic", "locked"), ("Empty", "")]
    assert rooms[-1].id in server.rooms


@pytest.mark.parametrize("broken", [StuckPages, EndlessPages])
async def test_lists_that_repeat_or_never_end_are_read_a_few_pages_far(
    server: RealtimeKitServer, broken: type[StuckPages | EndlessPages]
) -> None:
    for number in range(70):
        server.open(f"room-{number}", f"Room {number}")
    odd = client(server, transport=broken(server.app))
    before = len(server.requests)
    rooms = [room for room in await odd.reports.rooms() if room.kind is RoomKind.ROOM]
    assert len({room.id for room in rooms}) == len(rooms) >= 50
    assert len(server.requests) - before <= 6
    await odd.aclose()


async def test_members_of_a_list_that_repeats_are_some_and_their_presence_is_not_guessed(
    server: RealtimeKitServer, call: Call
) -> None:
    crowd(server, call, 60)
    odd = client(server, transport=StuckPages(server.app))
    with pytest.raises(VendorGarbled):
        await odd.reports.members(call.ref)
    for stay in server.rooms[call.ref.id].here():
        server.leave(call.ref.id, stay.visitor.id)
    assert isinstance(server.clock, ManualClock)
    server.clock.advance(61)
    some = await odd.reports.members(call.ref)
    assert (len(some.items), some.next) == (50, "more")
    await odd.aclose()


@pytest.mark.parametrize("words", ["ben", "BEN", " Ben ", "be"])
async def test_somebody_is_found_by_id_or_by_a_part_of_the_name(
    provider: RealtimeKitProvider, call: Call, words: str
) -> None:
    found = await provider.find(words)
    (one,) = found.found
    assert (one.call.ref, one.person.custom_id, found.unread) == (call.ref, "ben", 0)


async def test_a_user_id_finds_one_and_a_part_of_an_id_nobody(
    provider: RealtimeKitProvider, call: Call
) -> None:
    ada = await person(provider, call, "ada")
    assert [sighting.person.id for sighting in (await provider.find(ada.id)).found] == [ada.id]
    for words in (ada.id[:8], "", "  "):
        assert (await provider.find(words)).found == ()


async def test_who_left_is_not_found_and_two_devices_are_one_find(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    server.leave(call.ref.id, "ben")
    server.join(call.ref.id, ADA)
    assert (await provider.find("ben")).found == ()
    assert len((await provider.find("ada")).found) == 1


async def test_somebody_in_two_calls_is_found_in_both(
    provider: RealtimeKitProvider, server: RealtimeKitServer
) -> None:
    server.join(server.open("second", "Second").id, BEN)
    found = (await provider.find("ben")).found
    assert {sighting.call.title for sighting in found} == {"Clinic", "Second"}


async def test_the_last_of_three_hundred_people_is_found(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    crowd(server, call, 298)
    found = await provider.find("guest 297")
    assert [sighting.person.custom_id for sighting in found.found] == ["guest-297"]
    assert found.unread == 0


async def test_the_fullest_calls_are_searched_and_the_rest_is_counted(
    provider: RealtimeKitProvider, server: RealtimeKitServer
) -> None:
    """Of 1 call with two people and 45 with one, and an empty one, 40 are searched."""
    for number in range(45):
        server.join(server.open(f"room-{number}", f"Room {number}").id, BEN)
    server.join(server.open("empty", "Empty").id, ADA)
    server.leave(server.open("empty", "Empty").id, "ada")
    found = await provider.find("ben")
    assert (len(found.found), found.unread) == (40, 6)
    assert "Clinic" in {sighting.call.title for sighting in found.found}


async def test_a_call_that_cannot_be_read_counts_as_unread_and_one_just_ended_does_not(
    provider: RealtimeKitProvider, server: RealtimeKitServer
) -> None:
    server.faults.malformed(on="/participants")
    assert (await provider.find("ben")).unread == 1
    server.faults.error(404, on="/participants")
    assert (await provider.find("ben")).unread == 0


@pytest.mark.parametrize("broken", [StuckPages, EndlessPages])
async def test_a_search_ends_where_pages_do_not(
    server: RealtimeKitServer, call: Call, broken: type[StuckPages | EndlessPages]
) -> None:
    crowd(server, call, 60)
    odd = client(server, transport=broken(server.app))
    before = len(server.requests)
    found = await odd.find("ada")
    assert [sighting.person.custom_id for sighting in found.found] == ["ada"]
    assert len(server.requests) - before < 10
    await odd.aclose()
