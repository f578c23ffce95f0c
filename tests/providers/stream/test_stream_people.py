"""What one person in a Stream call may do, who belongs to it, and who is in front."""

import pytest

from bot.calls.acts import Person
from bot.calls.capabilities import Enforcement
from bot.calls.outcomes import Seen
from bot.calls.verbs import (
    Grant,
    MemberAdd,
    MemberRemove,
    Permission,
    Pin,
    Revoke,
    Silence,
    Track,
    Unpin,
    Unsilence,
)
from bot.demo.vendors import KeptOut, StreamServer, Visitor
from bot.demo.vendors.stream_bodies import PERMISSIONS
from bot.errors import NotAtVendor, VendorRefused
from bot.providers.stream import StreamProvider
from tests.providers.streams import BEN, CID, asked, client, order, person

RIGHTS = {
    Track.AUDIO: ["send-audio"],
    Track.VIDEO: ["send-video"],
    Track.SCREEN: ["screenshare"],
    Track.EVERYTHING: ["send-audio", "send-video", "screenshare"],
}


@pytest.mark.parametrize("track", list(Track))
async def test_a_silence_mutes_and_takes_the_right_to_send_those_tracks(
    server: StreamServer, provider: StreamProvider, track: Track
) -> None:
    await provider.perform(order(Silence(tracks=track), Person(id="ben")))
    [permissions] = asked(server, "/user_permissions")
    assert permissions == {"user_id": "ben", "revoke_permissions": RIGHTS[track]}
    await provider.perform(order(Unsilence(tracks=track), Person(id="ben")))
    back = asked(server, "/user_permissions")[-1]
    assert back == {"user_id": "ben", "grant_permissions": RIGHTS[track]}


async def test_the_silenced_cannot_speak_until_unsilenced_not_even_after_coming_back(
    server: StreamServer, provider: StreamProvider
) -> None:
    ben = Person(id="ben")
    await provider.perform(order(Silence(), ben))
    server.talk(CID, "ben")
    server.leave(CID, "ben")
    server.join(CID, BEN)
    seen = await provider.observe(order(Silence(), ben))
    assert seen.seen is Seen.UNKNOWABLE
    assert "They no longer send audio." in seen.evidence
    assert "does not show what somebody may do" in seen.evidence
    await provider.perform(order(Unsilence(), ben))
    server.talk(CID, "ben")
    assert (await provider.observe(order(Silence(), ben))).seen is Seen.NOT_DONE


async def test_every_permission_that_can_be_given_is_one_of_streams_words(
    server: StreamServer, provider: StreamProvider
) -> None:
    assert {str(one) for one in Permission} <= PERMISSIONS
    for permission in Permission:
        await provider.perform(order(Revoke(permission=permission), Person(id="ben")))
        await provider.perform(order(Grant(permission=permission), Person(id="ben")))
    assert set(server.rooms[CID].permissions["ben"].values()) == {True}
    assert (await provider.observe(order(Grant(), Person(id="ben")))).seen is Seen.UNKNOWABLE


async def test_who_is_granted_backstage_may_join_there(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.rooms[CID].backstage = True
    server.leave(CID, "ben")
    with pytest.raises(KeptOut):
        server.join(CID, BEN)
    grant = Grant(permission=Permission.JOIN_BACKSTAGE)
    await provider.perform(order(grant, Person(id="ben")))
    server.join(CID, BEN)


async def test_somebody_is_pinned_by_the_connection_that_was_seen(
    server: StreamServer, provider: StreamProvider
) -> None:
    ben = await person(provider)
    server.join(CID, BEN)
    await provider.perform(order(Pin(), ben))
    assert asked(server, "/pin") == [{"session_id": "ben-2", "user_id": "ben"}]
    assert server.rooms[CID].pinned == {("ben", "ben-2")}
    await provider.perform(order(Unpin(), ben))
    assert server.rooms[CID].pinned == set()
    assert (await provider.observe(order(Pin(), ben))).seen is Seen.UNKNOWABLE
    assert provider.capabilities["pin"].level is Enforcement.BEST_EFFORT


async def test_who_came_back_is_pinned_by_the_new_connection_and_the_absent_not_at_all(
    server: StreamServer, provider: StreamProvider
) -> None:
    ben = await person(provider)
    server.leave(CID, "ben")
    with pytest.raises(NotAtVendor, match="not in the call"):
        await provider.perform(order(Pin(), ben))
    server.join(CID, BEN)
    await provider.perform(order(Pin(), ben))
    assert server.rooms[CID].pinned == {("ben", "ben-3")}


async def test_a_member_is_added_listed_and_removed(
    server: StreamServer, provider: StreamProvider
) -> None:
    add, remove = (order(verb, Person(id="ben")) for verb in (MemberAdd(), MemberRemove()))
    for act, other in ((add, remove), (remove, add)):
        assert (await provider.observe(act)).seen is Seen.NOT_DONE
        await provider.perform(act)
        assert (await provider.observe(act)).seen is Seen.DONE
        assert (await provider.observe(other)).seen is Seen.NOT_DONE
    assert asked(server, "/standup/members") == [
        {"update_members": [{"user_id": "ben"}]},
        {"remove_members": ["ben"]},
    ]


async def test_a_member_keeps_the_role_when_added_again(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.rooms[CID].members["ben"] = "host"
    receipt = await provider.perform(order(MemberAdd(), Person(id="ben")))
    assert "already" in receipt.evidence
    assert server.rooms[CID].members["ben"] == "host"


async def test_somebody_who_does_not_exist_is_refused_as_member(provider: StreamProvider) -> None:
    with pytest.raises(VendorRefused, match="doesn't exist"):
        await provider.perform(order(MemberAdd(), Person(id="nobody")))


async def test_a_list_of_members_without_an_end_proves_nothing_about_the_absent(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.rooms[CID].members = {f"m{number:04}": "user" for number in range(1_100)}
    absent = order(MemberRemove(), Person(id="m1099"))
    assert (await provider.observe(absent)).seen is Seen.UNKNOWABLE
    listed = order(MemberRemove(), Person(id="m0001"))
    assert (await provider.observe(listed)).seen is Seen.NOT_DONE


async def test_a_silence_is_signed_where_there_is_a_moderator(server: StreamServer) -> None:
    server.users.add("mod")
    provider = client(server, moderator_id="mod")
    await provider.perform(order(Silence(), Person(id="ben")))
    assert asked(server, "/mute_users")[0]["muted_by_id"] == "mod"
    server.join(CID, Visitor("carla", "Carla"))
    await provider.perform(order(Silence(), everyone=True))
    assert asked(server, "/mute_users")[1]["muted_by_id"] == "mod"
