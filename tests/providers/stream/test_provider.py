"""Stream Video's client against the make-believe server: what it reads and what it does."""

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.calls.acts import Act, Person
from bot.calls.capabilities import Enforcement
from bot.calls.models import RecordingState, RtmpTarget
from bot.calls.outcomes import Seen
from bot.calls.verbs import (
    VERBS,
    Block,
    End,
    Kick,
    LiveStart,
    LiveStop,
    Mute,
    RecordingKind,
    RecordPause,
    RecordResume,
    RecordStart,
    RecordStop,
    RtmpStart,
    RtmpStop,
    Track,
    Unblock,
    Verb,
)
from bot.demo.vendors import StreamServer, Visitor
from bot.errors import (
    Impossible,
    NotAtVendor,
    VendorDenied,
    VendorRefused,
)
from bot.providers.stream.provider import StreamProvider
from tests.fakes.clock import START, ManualClock
from tests.providers.stream_setup import BEN, CID, REF, answering, body, client, order, person


async def test_a_listing_tells_who_is_there_since_when_and_under_what_name(
    provider: StreamProvider,
) -> None:
    [call] = (await provider.list_live(limit=10)).items
    assert (call.ref.id, call.title, call.people, call.kind) == (CID, "Stand-up", 2, "default")
    assert (call.started_at, call.ended_at, call.ref.session) == (START, None, "default-standup-s1")
    assert (call.recording, call.broadcasting, call.rtmp) == (RecordingState.OFF, False, ())


async def test_pages_follow_each_other_with_one_request_each(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.open("default:second", "Second")
    server.join("default:second", BEN)
    first = await provider.list_live(limit=1)
    second = await provider.list_live(limit=1, cursor=first.next)
    assert {call.ref.id for page in (first, second) for call in page.items} == {
        CID,
        "default:second",
    }
    assert (second.next, len(server.requests)) == (None, 2)


async def test_more_than_a_page_holds_is_never_asked_for(
    server: StreamServer, provider: StreamProvider
) -> None:
    await provider.list_live(limit=1_000)
    await provider.participants(REF, limit=1_000)
    assert (body(server, 0)["limit"], "limit=100" in server.requests[1].query) == (100, True)


async def test_an_ended_call_is_not_live_but_can_still_be_read(provider: StreamProvider) -> None:
    await provider.acts.perform(order(End()))
    assert (await provider.list_live(limit=10)).items == ()
    assert (await provider.get(CID)).ended_at == START


@pytest.mark.parametrize("cid", ["default:nowhere", "no-colon", ":x", "default:..", "default:"])
async def test_what_is_no_call_is_not_at_the_vendor(provider: StreamProvider, cid: str) -> None:
    with pytest.raises(NotAtVendor):
        await provider.get(cid)


async def test_an_id_is_one_part_of_the_path_whatever_it_holds(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.open("default:a:b?c#d e", "Odd")
    assert (await provider.get("default:a:b?c#d e")).title == "Odd"
    assert server.requests[-1].path == "/api/v2/video/call/default/a:b?c#d e"


async def test_two_devices_are_one_participant_since_the_later_one(
    clock: ManualClock, server: StreamServer, provider: StreamProvider
) -> None:
    clock.advance(5)
    server.join(CID, BEN)
    page = await provider.participants(REF, limit=100)
    assert ([item.id for item in page.items], page.total, page.next) == (["ada", "ben"], 2, None)
    assert [item.joined_at for item in page.items] == [START, START + timedelta(seconds=5)]
    assert {(item.muted, item.speaking) for item in page.items} == {(False, None)}


async def test_who_sends_no_audio_is_muted_as_soon_as_that_is_so(
    server: StreamServer, provider: StreamProvider
) -> None:
    """Two requests a read; where the second fails, nobody is said to be muted or not."""

    async def muted() -> list[bool | None]:
        return [item.muted for item in (await provider.participants(REF, limit=100)).items]

    assert await muted() == [False, False]
    await provider.acts.perform(order(Mute(), Person(id="ben")))
    before = len(server.requests)
    assert await muted() == [False, True]
    assert len(server.requests) == before + 2
    server.faults.error(400, on="/participants")
    with contextlib.suppress(VendorRefused):
        assert set(await muted()) == {None}


CALL_ACTS: list[tuple[Verb, Verb]] = [
    *((RecordStart(kind=kind), RecordStop(kind=kind)) for kind in RecordingKind),
    (LiveStart(), LiveStop()),
    (RtmpStart(to="tv"), RtmpStop(to="tv")),
]


@pytest.mark.parametrize(("start", "stop"), CALL_ACTS)
async def test_what_is_started_runs_until_it_is_stopped_and_both_are_seen(
    server: StreamServer, provider: StreamProvider, start: Verb, stop: Verb
) -> None:
    for now, then in ((start, stop), (stop, start)):
        assert (await provider.acts.observe(order(now))).seen is Seen.NOT_DONE
        assert "accepted" in (await provider.acts.perform(order(now))).evidence
        assert (await provider.acts.observe(order(now))).seen is Seen.DONE
        assert (await provider.acts.observe(order(then))).seen is Seen.NOT_DONE
    assert [effect.verb for effect in server.effects] == [start.name, stop.name]


async def test_a_stopped_recording_is_told_with_the_kinds_that_still_run(
    provider: StreamProvider,
) -> None:
    stop = order(RecordStop())
    for kind in RecordingKind:
        await provider.acts.perform(order(RecordStart(kind=kind)))
    await provider.acts.perform(stop)
    seen = await provider.acts.observe(stop)
    assert seen.seen is Seen.DONE
    assert seen.note == "2 other recordings still run: individual, raw."
    for kind in (RecordingKind.INDIVIDUAL, RecordingKind.RAW):
        await provider.acts.perform(order(RecordStop(kind=kind)))
    assert (await provider.acts.observe(stop)).note == ""


async def test_a_call_tells_what_leaves_it(provider: StreamProvider) -> None:
    for verb in (RecordStart(kind=RecordingKind.RAW), LiveStart(), RtmpStart(to="tv")):
        await provider.acts.perform(order(verb))
    call = await provider.get(CID)
    assert (call.recording, call.broadcasting, call.rtmp) == (RecordingState.ON, True, ("tv",))


async def test_starting_what_runs_is_refused_and_seen_as_done(provider: StreamProvider) -> None:
    await provider.acts.perform(order(LiveStart()))
    with pytest.raises(VendorRefused, match="already running"):
        await provider.acts.perform(order(LiveStart()))
    assert (
        await provider.acts.observe(order(LiveStart()))
    ).evidence == "The livestream is running."


@pytest.mark.parametrize(
    ("track", "left"),
    [
        (Track.AUDIO, {"video", "screenshare"}),
        (Track.VIDEO, {"audio", "screenshare"}),
        (Track.SCREEN, {"audio", "video"}),
        (Track.EVERYTHING, set()),
    ],
)
async def test_a_mute_takes_the_named_tracks_of_one_person(
    server: StreamServer, provider: StreamProvider, track: Track, left: set[str]
) -> None:
    act = order(Mute(tracks=track), await person(provider))
    stay = server.rooms[CID].stay("ben")
    assert stay is not None
    stay.tracks.add("screenshare")
    assert (await provider.acts.observe(act)).seen is Seen.NOT_DONE
    await provider.acts.perform(act)
    assert stay.tracks == left
    assert (await provider.acts.observe(act)).seen is Seen.DONE


async def test_everyone_is_muted_at_once(server: StreamServer, provider: StreamProvider) -> None:
    act = order(Mute(), everyone=True)
    assert "2 in the call still send audio" in (await provider.acts.observe(act)).evidence
    await provider.acts.perform(act)
    assert [effect.person for effect in server.effects] == ["ada", "ben"]
    assert (await provider.acts.observe(act)).evidence == "Everyone is muted."


async def test_silence_proves_nothing_while_nobody_is_listed_as_sending(
    provider: StreamProvider,
) -> None:
    """The vendor documents no values for `published_tracks`."""
    act = order(Mute(tracks=Track.EVERYTHING), everyone=True)
    await provider.acts.perform(act)
    assert (await provider.acts.observe(act)).seen is Seen.UNKNOWABLE


async def test_the_kicked_are_gone(server: StreamServer, provider: StreamProvider) -> None:
    act = order(Kick(), await person(provider))
    assert (await provider.acts.observe(act)).seen is Seen.NOT_DONE
    await provider.acts.perform(act)
    assert server.effects == [("kick", CID, "ben")]
    assert (await provider.acts.observe(act)).seen is Seen.DONE


async def test_who_came_back_was_kicked(
    clock: ManualClock, server: StreamServer, provider: StreamProvider
) -> None:
    act = order(Kick(), await person(provider))
    await provider.acts.perform(act)
    clock.advance(1)
    server.join(CID, BEN)
    seen = await provider.acts.observe(act)
    assert (seen.seen, "came back since" in seen.evidence) == (Seen.DONE, True)


@pytest.mark.parametrize(
    ("presence", "joined", "seen"),
    [
        (None, None, Seen.UNKNOWABLE),
        ("another", None, Seen.DONE),
        ("another", START, Seen.NOT_DONE),
        (None, START - timedelta(seconds=1), Seen.DONE),
    ],
)
async def test_one_stay_is_told_from_the_next_by_connection_and_time(
    provider: StreamProvider, presence: str | None, joined: Any, seen: Seen
) -> None:
    who = Person(id="ben", presence=presence, joined_at=joined)
    assert (await provider.acts.observe(order(Kick(), who))).seen is seen


async def test_the_blocked_are_out_and_stay_out_until_unblocked(
    server: StreamServer, provider: StreamProvider
) -> None:
    block = order(Block(), await person(provider))
    unblock = order(Unblock(), Person(id="ben"))
    for act, other in ((block, unblock), (unblock, block)):
        assert (await provider.acts.observe(act)).seen is Seen.NOT_DONE
        await provider.acts.perform(act)
        assert (await provider.acts.observe(act)).seen is Seen.DONE
        assert (await provider.acts.observe(other)).seen is Seen.NOT_DONE
    assert [effect.verb for effect in server.effects] == ["kick", "block", "unblock"]


async def test_somebody_whom_stream_refuses_to_kick_is_blocked_all_the_same(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.faults.error(400, on="/kick")
    act = order(Block(), await person(provider))
    await provider.acts.perform(act)
    assert [effect.verb for effect in server.effects] == ["block"]
    assert (await provider.acts.observe(act)).evidence == "They are blocked, but still in the call."


async def test_denied_credentials_are_not_tried_on_a_second_path(server: StreamServer) -> None:
    denied = client(server, secret="a-secret-of-another-app-altogether")
    with pytest.raises(VendorDenied):
        await denied.acts.perform(order(Block(), Person(id="ben")))
    assert len(server.requests) == 1


async def test_an_ended_call_is_seen_as_ended(
    server: StreamServer, provider: StreamProvider
) -> None:
    assert (await provider.acts.observe(order(End()))).seen is Seen.NOT_DONE
    await provider.acts.perform(order(End()))
    assert server.effects == [("end", CID, None)]
    assert (await provider.acts.observe(order(End()))).seen is Seen.DONE


async def test_a_call_that_emptied_and_filled_again_is_another_run(
    server: StreamServer, provider: StreamProvider
) -> None:
    seen = (await provider.get(CID)).ref
    for who in ("ada", "ben"):
        server.leave(CID, who)
    server.join(CID, BEN)
    act = order(End()).model_copy(update={"call": seen})
    assert "another one has begun" in (await provider.acts.observe(act)).evidence


@pytest.mark.parametrize("act", [order(End()), order(Mute(), everyone=True)], ids=["end", "mute"])
async def test_an_order_for_everyone_of_one_run_leaves_the_next_run_alone(
    server: StreamServer, provider: StreamProvider, act: Act
) -> None:
    seen = (await provider.get(CID)).ref
    for who in ("ada", "ben"):
        server.leave(CID, who)
    server.join(CID, BEN)
    with pytest.raises(NotAtVendor, match="another one has begun"):
        await provider.acts.perform(act.model_copy(update={"call": seen}))
    assert server.effects == []


async def test_an_order_for_everyone_of_the_run_that_is_on_is_carried_out(
    server: StreamServer, provider: StreamProvider
) -> None:
    seen = (await provider.get(CID)).ref
    await provider.acts.perform(order(End()).model_copy(update={"call": seen}))
    assert server.effects == [("end", CID, None)]


async def test_a_call_that_was_ended_and_begun_again_is_not_ended() -> None:
    ended = int(START.timestamp()) * 10**9
    call = {"cid": CID, "ended_at": ended, "session": {"started_at": ended + 10**9}}
    provider = answering({"call": call})
    assert (await provider.get(CID)).ended_at is None
    assert (await provider.acts.observe(order(End()))).seen is Seen.NOT_DONE


async def test_acts_are_signed_with_the_moderator_where_there_is_one(server: StreamServer) -> None:
    server.users.add("mod")
    provider = client(server, moderator_id="mod")
    await provider.acts.perform(order(Mute(), Person(id="ben")))
    assert body(server) == {"user_ids": ["ben"], "audio": True, "muted_by_id": "mod"}
    await provider.acts.perform(order(Kick(), Person(id="ben")))
    assert body(server) == {"user_id": "ben", "kicked_by_id": "mod"}


async def test_every_verb_has_its_line_and_the_impossible_names_the_nearest(
    server: StreamServer, provider: StreamProvider
) -> None:
    assert set(provider.capabilities) == set(VERBS)
    assert provider.capabilities["mute"].level is Enforcement.BEST_EFFORT
    for verb, nearest in ((RecordPause(), "record_stop"), (RecordResume(), "record_start")):
        assert provider.capabilities[verb.name].instead == nearest
        with pytest.raises(Impossible):
            await provider.acts.perform(order(verb))
        assert (await provider.acts.observe(order(verb))).seen is Seen.UNKNOWABLE
    assert server.requests == []


async def test_rtmp_goes_to_named_targets_only(
    server: StreamServer, provider: StreamProvider
) -> None:
    assert provider.capabilities["rtmp_start"].refuses(RtmpStart(to="radio")) == "to radio"
    with pytest.raises(Impossible) as caught:
        await provider.acts.perform(order(RtmpStart(to="radio")))
    assert "callwarden.toml" in caught.value.next_step
    assert server.requests == []


async def test_without_targets_rtmp_cannot_be_started(server: StreamServer) -> None:
    bare = client(server, rtmp_targets={})
    assert not bare.capabilities["rtmp_start"].possible
    assert "callwarden.toml" in bare.capabilities["rtmp_start"].why


async def test_a_target_may_have_its_key_in_the_address(server: StreamServer) -> None:
    targets = {"own": RtmpTarget(url="rtmps://own.example/live/key", key=SecretStr(""))}
    await client(server, rtmp_targets=targets).acts.perform(order(RtmpStart(to="own")))
    output = {"name": "own", "stream_url": "rtmps://own.example/live/key"}
    assert body(server) == {"broadcasts": [output]}


async def test_a_visitor_without_a_name_is_shown_by_id(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.join(CID, Visitor("carla", ""))
    people = (await provider.participants(REF, limit=100)).items
    assert people[-1].shown == "carla"
