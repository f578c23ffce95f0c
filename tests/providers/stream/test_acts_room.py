"""A Stream call as a room: its lock, backstage, ringing, messages, transcripts, files."""

import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.calls.models import Call
from bot.calls.outcomes import Seen, State
from bot.calls.prior_state import CallLimits
from bot.calls.verbs import (
    CaptionsStart,
    CaptionsStop,
    DeleteRecording,
    DeleteTranscript,
    GoBack,
    GoLive,
    LiveStart,
    Lock,
    RecordStart,
    Ring,
    RtmpStart,
    Say,
    TranscribeStart,
    TranscribeStop,
    Unlock,
    Verb,
)
from bot.demo.vendors import KeptOut, StreamServer, Visitor
from bot.errors import AnswerLost, Impossible, NotAtVendor, VendorRefused
from bot.providers.stream.acts_prepare import LockRule
from bot.providers.stream.provider import StreamProvider
from tests.fakes.clock import ManualClock
from tests.providers.stream_setup import BEN, CID, asked, begun, client, here, order

RUNNING: tuple[Verb, ...] = (
    RecordStart(),
    LiveStart(),
    RtmpStart(to="tv"),
    TranscribeStart(),
    CaptionsStart(),
)


async def run_all(provider: StreamProvider) -> None:
    for verb in RUNNING:
        await provider.acts.perform(order(verb))


@pytest.mark.parametrize(
    ("start", "stop"),
    [(TranscribeStart(), TranscribeStop()), (CaptionsStart(), CaptionsStop())],
)
async def test_transcription_and_captions_run_until_stopped_and_both_are_seen(
    server: StreamServer, provider: StreamProvider, start: Verb, stop: Verb
) -> None:
    for now, then in ((start, stop), (stop, start)):
        assert (await provider.acts.observe(order(now))).seen is Seen.NOT_DONE
        await provider.acts.perform(order(now))
        assert (await provider.acts.observe(order(now))).seen is Seen.DONE
        assert (await provider.acts.observe(order(then))).seen is Seen.NOT_DONE
    assert [effect.verb for effect in server.effects] == [start.name, stop.name]


async def test_a_call_tells_whether_it_is_backstage_limited_transcribed_and_captioned(
    server: StreamServer, provider: StreamProvider
) -> None:
    def told(call: Call) -> tuple[object, ...]:
        return call.backstage, call.limit, call.transcribing, call.captioning

    assert told(await provider.get(CID)) == (False, None, False, False)
    await run_all(provider)
    server.rooms[CID].backstage = True
    server.rooms[CID].limits = {"max_participants": 50}
    [call] = (await provider.list_live(limit=5)).items
    assert told(call) == (True, 50, True, True)
    server.faults.nulls("backstage", "transcribing", "captioning", "settings")
    assert told(await provider.get(CID)) == (None, None, None, None)


@pytest.mark.parametrize("verb", [Lock(), GoBack(), TranscribeStop(), CaptionsStop()])
async def test_what_the_answer_leaves_out_cannot_be_known(
    server: StreamServer, provider: StreamProvider, verb: Verb
) -> None:
    act = await provider.acts.prepare(order(verb), ())
    server.faults.nulls("backstage", "transcribing", "captioning", "settings")
    assert (await provider.acts.observe(act)).seen is Seen.UNKNOWABLE


async def test_a_lock_throws_nobody_out_stops_nothing_and_keeps_others_out(
    server: StreamServer, provider: StreamProvider
) -> None:
    await run_all(provider)
    lock = await begun(provider, order(Lock()))
    assert (await provider.acts.observe(lock.act)).seen is Seen.NOT_DONE
    assert "at most 2 people" in (await provider.acts.perform(lock.act)).evidence
    assert [effect.verb for effect in server.effects] == [
        *(verb.name for verb in RUNNING),
        "limits",
    ]
    assert here(server) == {"ada", "ben"}
    assert not [request for request in server.requests if request.path.endswith(("_live", "/kick"))]
    with pytest.raises(KeptOut):
        server.join(CID, Visitor("carla", "Carla"))
    seen = await provider.acts.observe(lock.act)
    assert (seen.seen, seen.evidence) == (Seen.DONE, "At most 2 people may be in the call.")
    unlock = await provider.acts.prepare(order(Unlock()), [lock])
    assert "no limit again" in (await provider.acts.perform(unlock)).evidence
    server.join(CID, Visitor("carla", "Carla"))
    assert (await provider.acts.observe(unlock)).evidence == "The call has no limit."


@pytest.mark.parametrize("state", [State.CONFIRMED, State.NOT_CONFIRMED])
async def test_unlock_puts_back_all_limits_that_the_lock_found(
    server: StreamServer, provider: StreamProvider, state: State
) -> None:
    found = {
        "max_participants": 50,
        "max_participants_exclude_owner": True,
        "max_participants_exclude_roles": ["host"],
        "max_duration_seconds": 3600,
    }
    server.rooms[CID].limits = dict(found)
    lock = await begun(provider, order(Lock()), state)
    await provider.acts.perform(lock.act)
    assert server.rooms[CID].limits == {**found, "max_participants": 1}
    again = await provider.acts.prepare(order(Lock()), [lock])
    assert again.before
    assert again.before.limits == CallLimits(
        people=50, but_owner=True, but_roles=("host",), seconds=3600
    )
    unlock = await provider.acts.prepare(order(Unlock()), [lock])
    await provider.acts.perform(unlock)
    assert server.rooms[CID].limits == found
    assert (await provider.acts.observe(unlock)).seen is Seen.DONE


async def test_unlock_never_goes_live_and_says_when_nobody_locked_the_call(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.rooms[CID].backstage = True
    none = await provider.acts.perform(order(Unlock()))
    assert (none.already, none.evidence.endswith("put back. It has no limit.")) == (True, True)
    server.rooms[CID].limits = {"max_participants": 50}
    limited = await provider.acts.perform(order(Unlock()))
    assert (limited.already, "a limit of 50 people" in limited.evidence) == (True, True)
    assert server.effects == []
    assert server.rooms[CID].backstage


async def test_a_limit_that_the_app_set_after_the_lock_is_left_alone(
    server: StreamServer, provider: StreamProvider
) -> None:
    lock = await begun(provider, order(Lock()))
    await provider.acts.perform(lock.act)
    server.rooms[CID].limits["max_participants"] = 9
    with pytest.raises(Impossible, match="changed since"):
        await provider.acts.prepare(order(Unlock()), [lock])


async def test_those_of_an_excluded_role_do_not_count_and_may_still_join(
    server: StreamServer,
) -> None:
    rule = LockRule(but_roles=("host",), but_owner=True)
    provider = client(server, lock=rule)
    await provider.acts.perform(order(Lock()))
    [patched] = [
        json.loads(request.body) for request in server.requests if request.method == "PATCH"
    ]
    assert patched["settings_override"]["limits"] == {
        "max_participants": 1,
        "max_participants_exclude_owner": True,
        "max_participants_exclude_roles": ["host"],
    }
    server.join(CID, Visitor("hana", "Hana", "host"))
    with pytest.raises(KeptOut):
        server.join(CID, Visitor("carla", "Carla"))


async def test_an_empty_call_and_one_whose_limits_are_not_told_cannot_be_locked(
    server: StreamServer, provider: StreamProvider
) -> None:
    """A limit of 0 is none, and what is not known cannot be put back."""
    server.faults.nulls("limits", times=1)
    with pytest.raises(Impossible, match="could not be undone"):
        await provider.acts.perform(order(Lock()))
    for who in ("ada", "ben"):
        server.leave(CID, who)
    with pytest.raises(Impossible, match="Nobody is in the call"):
        await provider.acts.perform(order(Lock()))
    assert server.effects == []


async def test_going_backstage_says_how_many_left(
    server: StreamServer, provider: StreamProvider
) -> None:
    back = await provider.acts.prepare(order(GoBack()), ())
    await provider.acts.perform(back)
    assert here(server) == {"ada"}
    seen = await provider.acts.observe(back)
    assert seen.evidence == "The call is backstage. 1 of 2 people left."


async def test_going_backstage_stops_everything_and_going_live_starts_nothing(
    server: StreamServer, provider: StreamProvider
) -> None:
    await run_all(provider)
    await provider.acts.perform(order(GoBack()))
    stopped = {effect.verb for effect in server.effects[len(RUNNING) :]}
    assert stopped == {
        "go_back",
        "record_stop",
        "live_stop",
        "rtmp_stop",
        "transcribe_stop",
        "captions_stop",
    }
    before = len(server.effects)
    await provider.acts.perform(order(GoLive()))
    assert [effect.verb for effect in server.effects[before:]] == ["go_live"]
    assert (await provider.acts.observe(order(GoLive()))).evidence == "The call is not backstage."


async def test_a_call_that_still_streams_has_not_gone_backstage_altogether(
    server: StreamServer, provider: StreamProvider
) -> None:
    await provider.acts.perform(order(LiveStart()))
    server.rooms[CID].backstage = True
    seen = await provider.acts.observe(order(GoBack()))
    assert (seen.seen, "still sends something out" in seen.evidence) == (Seen.NOT_DONE, True)
    await provider.acts.perform(order(GoBack()))
    assert (await provider.acts.observe(order(GoBack()))).seen is Seen.DONE


async def test_an_order_to_go_backstage_leaves_the_next_run_alone(
    server: StreamServer, provider: StreamProvider
) -> None:
    seen = (await provider.get(CID)).ref
    for who in ("ada", "ben"):
        server.leave(CID, who)
    server.join(CID, BEN)
    with pytest.raises(NotAtVendor, match="another one has begun"):
        await provider.acts.perform(order(GoBack()).model_copy(update={"call": seen}))


async def test_every_missing_member_is_rung_and_counted(
    server: StreamServer, provider: StreamProvider
) -> None:
    assert "nobody was missing" in (await provider.acts.perform(order(Ring()))).evidence
    server.rooms[CID].members = {"ben": "user", "carla": "user", "dora": "user"}
    assert "2 rung" in (await provider.acts.perform(order(Ring()))).evidence
    assert [effect.person for effect in server.effects] == ["carla", "dora"]
    assert (await provider.acts.observe(order(Ring()))).seen is Seen.UNKNOWABLE


async def test_a_message_is_a_custom_event_in_the_moderators_name(server: StreamServer) -> None:
    server.users.add("mod")
    text = "We end in <five> minutes & close.\nBye"
    await client(server, moderator_id="mod").acts.perform(order(Say(text=text)))
    custom = {"type": "moderator_message", "text": text}
    assert asked(server, "/event") == [{"custom": custom, "user_id": "mod"}]
    await client(server).acts.perform(order(Say(text=text)))
    assert asked(server, "/event")[1] == {"custom": custom}
    assert server.rooms[CID].events == [custom, custom]
    assert (await client(server).acts.observe(order(Say(text=text)))).seen is Seen.UNKNOWABLE


FILES = [(DeleteRecording(file="a.mp4"), True), (DeleteTranscript(file="a.mp4"), False)]


@pytest.mark.parametrize(("verb", "recording"), FILES)
async def test_a_file_is_deleted_in_the_run_it_is_listed_under(
    server: StreamServer, provider: StreamProvider, verb: Verb, recording: bool
) -> None:
    for name, run in (("a.mp4", "run-1"), ("b.mp4", "run-2")):
        server.keep(CID, name, session=run, recording=recording)
    act = order(verb)
    assert (await provider.acts.observe(act)).seen is Seen.NOT_DONE
    await provider.acts.perform(act)
    assert server.requests[-1].path.split("/")[-3::2] == ["run-1", "a.mp4"]
    assert server.effects == [(verb.name, CID, "a.mp4")]
    assert (await provider.acts.observe(act)).evidence == "a.mp4 is no longer listed."


@pytest.mark.parametrize(("verb", "recording"), FILES)
async def test_a_name_that_is_not_listed_or_twice_deletes_nothing(
    server: StreamServer, provider: StreamProvider, verb: Verb, recording: bool
) -> None:
    """A mistyped name must not pass for a file that is gone already."""
    with pytest.raises(Impossible, match=r"has no .* a\.mp4") as none:
        await provider.acts.perform(order(verb))
    assert "for the names" in none.value.next_step
    for run in ("run-1", "run-2"):
        server.keep(CID, "a.mp4", session=run, recording=recording)
    with pytest.raises(Impossible, match=r"2 .* are named a\.mp4"):
        await provider.acts.perform(order(verb))
    assert server.effects == []


async def test_a_file_whose_deletion_was_not_answered_is_not_taken_for_a_refusal(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.keep(CID, "a.mp4")
    server.faults.drop(after=True, on="/s/recordings")
    act = order(DeleteRecording(file="a.mp4"))
    with pytest.raises(AnswerLost):
        await provider.acts.perform(act)
    assert (await provider.acts.observe(act)).seen is Seen.DONE


@pytest.mark.parametrize("name", ["..", ".", "../rec", "a/b", "a\\b", "", "a b", "a\n"])
def test_a_name_that_leads_elsewhere_cannot_be_ordered(name: str) -> None:
    with pytest.raises(ValidationError):
        DeleteRecording(file=name)


@settings(deadline=None)
@given(
    name=st.sampled_from(["..%2Fx", "%2e%2e", "%2F..%2F", "a?b#c", "…"])
    | st.from_regex(r"[^\s/\\\x00-\x1f\x7f]{1,60}", fullmatch=True).filter(
        lambda name: name not in {".", ".."}
    ),
    run=st.text(st.characters(codec="utf-8"), min_size=1, max_size=30),
)
async def test_any_file_and_any_run_stay_within_their_part_of_the_path(name: str, run: str) -> None:
    deleted: list[bytes] = []

    def note(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"recordings": [{"filename": name, "session_id": run}]})
        deleted.append(request.url.raw_path.split(b"?")[0])
        return httpx.Response(200, json={})

    provider = client(StreamServer(ManualClock()), transport=httpx.MockTransport(note))
    try:
        await provider.acts.perform(order(DeleteRecording(file=name)))
    except NotAtVendor:
        assert run in {".", ".."}
    await provider.aclose()
    for path in deleted:
        assert path.startswith(b"/api/v2/video/call/default/standup/")
        assert path.count(b"/") == 9
        assert path.split(b"/")[-2] == b"recordings"
        assert path.split(b"/")[-1] not in {b".", b".."}


async def test_a_file_without_a_run_cannot_be_deleted() -> None:
    body = {"recordings": [{"filename": "a.mp4"}]}
    always = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    provider = client(StreamServer(ManualClock()), transport=always)
    with pytest.raises(Impossible, match="has no run"):
        await provider.acts.perform(order(DeleteRecording(file="a.mp4")))


async def test_a_call_nobody_is_in_rings_nobody(
    server: StreamServer, provider: StreamProvider
) -> None:
    for who in ("ada", "ben"):
        server.leave(CID, who)
    with pytest.raises(VendorRefused, match="no active session"):
        await provider.acts.perform(order(Ring()))
