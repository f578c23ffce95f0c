"""What one person in a Stream call may do, who belongs to it, and who is in front."""

import pytest

from bot.calls.acts import Act, Person
from bot.calls.capabilities import Enforcement
from bot.calls.cases import Case
from bot.calls.models import CallRef, Vendor
from bot.calls.outcomes import Seen
from bot.calls.verb_json import load_verb
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
    Verb,
)
from bot.demo.vendors import StreamServer, Visitor
from bot.errors import NotAtVendor, VendorRefused
from bot.providers.stream.provider import StreamProvider
from tests.providers.stream_setup import BEN, CID, asked, begun, client, order, person


async def case(provider: StreamProvider, verb: Verb, *people: Person) -> Case:
    """The case of an act in the call of these tests."""
    return await begun(provider, order(verb, *people))


async def undo(provider: StreamProvider, verb: Verb, back: Verb, *people: Person) -> None:
    """Take a case of ours back."""
    earlier = await case(provider, verb, *people)
    await provider.acts.perform(await provider.acts.prepare(order(back, *people), [earlier]))


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
    await provider.acts.perform(order(Silence(tracks=track), Person(id="ben")))
    [permissions] = asked(server, "/user_permissions")
    assert permissions == {"user_id": "ben", "revoke_permissions": RIGHTS[track]}
    await undo(provider, Silence(tracks=track), Unsilence(tracks=track), Person(id="ben"))
    back = asked(server, "/user_permissions")[-1]
    assert back == {"user_id": "ben", "grant_permissions": RIGHTS[track]}


async def test_the_silenced_cannot_speak_until_unsilenced_not_even_after_coming_back(
    server: StreamServer, provider: StreamProvider
) -> None:
    ben = Person(id="ben")
    silence = await case(provider, Silence(), ben)
    await provider.acts.perform(silence.act)
    server.talk(CID, "ben")
    server.leave(CID, "ben")
    server.join(CID, BEN)
    seen = await provider.acts.observe(order(Silence(), ben))
    assert seen.seen is Seen.UNKNOWABLE
    assert "They do not send audio." in seen.evidence
    assert "does not show what somebody may do" in seen.evidence
    await provider.acts.perform(await provider.acts.prepare(order(Unsilence(), ben), [silence]))
    server.talk(CID, "ben")
    assert (await provider.acts.observe(order(Silence(), ben))).seen is Seen.NOT_DONE


async def test_only_what_the_contract_has_can_be_granted_or_revoked(
    server: StreamServer, provider: StreamProvider
) -> None:
    offered = set(provider.capabilities["grant"].only["permission"])
    assert offered == {"send-audio", "send-video", "screenshare"}
    assert set(provider.capabilities["revoke"].only["permission"]) == offered
    for permission in Permission:
        grant = order(Grant(permission=permission), Person(id="ben"))
        if provider.capabilities["grant"].refuses(grant.verb):
            with pytest.raises(VendorRefused, match="not as documented"):
                await provider.acts.perform(grant)
        else:
            await provider.acts.perform(order(Revoke(permission=permission), Person(id="ben")))
            await provider.acts.perform(grant)
    assert set(server.rooms[CID].permissions["ben"]) == offered
    assert (await provider.acts.observe(order(Grant(), Person(id="ben")))).seen is Seen.UNKNOWABLE


def test_a_case_of_before_with_another_permission_can_still_be_read() -> None:
    for value in (Permission.JOIN_BACKSTAGE, Permission.MUTE_USERS, Permission.PIN_CALL_TRACK):
        written = {"name": "grant", "permission": value.value}
        assert load_verb(written) == Grant(permission=value)


async def test_a_listener_who_was_silenced_never_becomes_a_speaker(
    server: StreamServer, provider: StreamProvider
) -> None:
    stage = CallRef(vendor=Vendor.STREAM, id="audio_room:open-mic")
    server.open(stage.id, "Open mic")
    for visitor in (Visitor("hana", "Hana", "host"), Visitor("lars", "Lars")):
        server.join(stage.id, visitor)
    lars = Act(verb=Silence(), call=stage, title="", people=(Person(id="lars"),))
    silence = await begun(provider, lars)
    await provider.acts.perform(silence.act)
    back = lars.model_copy(update={"verb": Unsilence()})
    receipt = await provider.acts.perform(await provider.acts.prepare(back, [silence]))
    assert (receipt.already, "grant send-audio" in receipt.evidence) == (True, True)
    everyone = Act(verb=Silence(), call=stage, title="", everyone=True)
    silence = await begun(provider, everyone)
    await provider.acts.perform(silence.act)
    back = everyone.model_copy(update={"verb": Unsilence()})
    await provider.acts.perform(await provider.acts.prepare(back, [silence]))
    granted = [body for body in asked(server, "/user_permissions") if "grant_permissions" in body]
    assert granted == [{"user_id": "hana", "grant_permissions": ["send-audio"]}]
    server.talk(stage.id, "lars")
    assert [person.tracks for person in server.rooms[stage.id].here()] == [{"video"}, set()]


async def test_who_speaks_by_a_grant_of_the_app_gets_that_back_and_no_more(
    server: StreamServer, provider: StreamProvider
) -> None:
    """Their role gives nothing; that they were sending shows what they may."""
    stage = CallRef(vendor=Vendor.STREAM, id="audio_room:open-mic")
    room = server.open(stage.id, "Open mic")
    server.join(stage.id, Visitor("lars", "Lars"))
    room.permissions["lars"] = {"send-audio": True}
    server.talk(stage.id, "lars")
    everything = Silence(tracks=Track.EVERYTHING)
    act = Act(verb=everything, call=stage, title="", people=(Person(id="lars"),))
    silence = await begun(provider, act)
    await provider.acts.perform(silence.act)
    back = act.model_copy(update={"verb": Unsilence(tracks=Track.EVERYTHING)})
    await provider.acts.perform(await provider.acts.prepare(back, [silence]))
    given = asked(server, "/user_permissions")[-1]
    assert given == {"user_id": "lars", "grant_permissions": ["send-audio"]}


async def test_unsilencing_somebody_nobody_silenced_sends_nothing(
    server: StreamServer, provider: StreamProvider
) -> None:
    for act in (order(Unsilence(), Person(id="ben")), order(Unsilence(), everyone=True)):
        receipt = await provider.acts.perform(act)
        assert (receipt.already, "silence" in receipt.evidence) == (True, True)
    assert asked(server, "/user_permissions") == []


async def test_unsilencing_everyone_reaches_only_those_our_cases_silenced(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.join(CID, Visitor("carla", "Carla"))
    silence = await case(provider, Silence(), Person(id="ben"))
    await provider.acts.perform(silence.act)
    await provider.acts.perform(
        await provider.acts.prepare(order(Unsilence(), everyone=True), [silence])
    )
    granted = [body for body in asked(server, "/user_permissions") if "grant_permissions" in body]
    assert granted == [{"user_id": "ben", "grant_permissions": ["send-audio"]}]


async def test_somebody_is_pinned_by_the_connection_that_was_seen(
    server: StreamServer, provider: StreamProvider
) -> None:
    ben = await person(provider)
    server.join(CID, BEN)
    await provider.acts.perform(order(Pin(), ben))
    assert asked(server, "/pin") == [{"session_id": "ben-2", "user_id": "ben"}]
    assert server.rooms[CID].pinned == {("ben", "ben-2")}
    await provider.acts.perform(order(Unpin(), ben))
    assert server.rooms[CID].pinned == set()
    assert (await provider.acts.observe(order(Pin(), ben))).seen is Seen.UNKNOWABLE
    assert provider.capabilities["pin"].level is Enforcement.BEST_EFFORT


async def test_who_came_back_is_pinned_by_the_new_connection_and_the_absent_not_at_all(
    server: StreamServer, provider: StreamProvider
) -> None:
    ben = await person(provider)
    server.leave(CID, "ben")
    with pytest.raises(NotAtVendor, match="not in the call"):
        await provider.acts.perform(order(Pin(), ben))
    server.join(CID, BEN)
    await provider.acts.perform(order(Pin(), ben))
    assert server.rooms[CID].pinned == {("ben", "ben-3")}


async def test_a_member_is_added_listed_and_removed(
    server: StreamServer, provider: StreamProvider
) -> None:
    add, remove = (order(verb, Person(id="ben")) for verb in (MemberAdd(), MemberRemove()))
    for act, other in ((add, remove), (remove, add)):
        assert (await provider.acts.observe(act)).seen is Seen.NOT_DONE
        await provider.acts.perform(act)
        assert (await provider.acts.observe(act)).seen is Seen.DONE
        assert (await provider.acts.observe(other)).seen is Seen.NOT_DONE
    assert asked(server, "/standup/members") == [
        {"update_members": [{"user_id": "ben"}]},
        {"remove_members": ["ben"]},
    ]


async def test_a_member_keeps_the_role_when_added_again(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.rooms[CID].members["ben"] = "host"
    receipt = await provider.acts.perform(order(MemberAdd(), Person(id="ben")))
    assert "already" in receipt.evidence
    assert server.rooms[CID].members["ben"] == "host"


async def test_somebody_who_does_not_exist_is_refused_as_member(provider: StreamProvider) -> None:
    with pytest.raises(VendorRefused, match="doesn't exist"):
        await provider.acts.perform(order(MemberAdd(), Person(id="nobody")))


async def test_a_list_of_members_without_an_end_proves_nothing_about_the_absent(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.rooms[CID].members = {f"m{number:04}": "user" for number in range(1_100)}
    absent = order(MemberRemove(), Person(id="m1099"))
    assert (await provider.acts.observe(absent)).seen is Seen.UNKNOWABLE
    listed = order(MemberRemove(), Person(id="m0001"))
    assert (await provider.acts.observe(listed)).seen is Seen.NOT_DONE


async def test_a_silence_is_signed_where_there_is_a_moderator(server: StreamServer) -> None:
    server.users.add("mod")
    provider = client(server, moderator_id="mod")
    await provider.acts.perform(order(Silence(), Person(id="ben")))
    assert asked(server, "/mute_users")[0]["muted_by_id"] == "mod"
    server.join(CID, Visitor("carla", "Carla"))
    await provider.acts.perform(order(Silence(), everyone=True))
    assert asked(server, "/mute_users")[1]["muted_by_id"] == "mod"
