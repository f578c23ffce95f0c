"""Stop and pause touch what was named; what others began is listed, and left alone until chosen."""

import json
from typing import Any

import pytest

from bot.calls.models import Call, RecordingState
from bot.calls.outcomes import Seen
from bot.calls.reports import FileKind
from bot.calls.verb_json import dump_verb, load_verb
from bot.calls.verbs import RecordPause, RecordResume, RecordStart, RecordStop, RtmpStart, Verb
from bot.demo.vendors import RealtimeKitServer
from bot.demo.vendors.realtimekit.state import RoomRecording, made_id
from bot.errors import Impossible, NotAtVendor, WhichRecording
from bot.moderation.recording_choice import require_one
from bot.providers.realtimekit.provider import RealtimeKitProvider
from bot.providers.realtimekit.queries_recordings import RecordingDetails
from tests.fakes.clock import ManualClock
from tests.providers.realtimekit_setup import order

RTMP = "rtmps://tv.example/live"


def begun_by_app(
    server: RealtimeKitServer,
    call: Call,
    name: str,
    *,
    by: str = "",
    rtmp: str | None = None,
) -> RoomRecording:
    """A recording that was begun elsewhere: by the app's backend, or by somebody in the call."""
    room = server.rooms[call.ref.id]
    starter = room.tokens[by] if by else None
    made = RoomRecording(
        made_id(name), call.ref.session or "", name, server.clock.now(), rtmp, starter=starter
    )
    room.recordings.append(made)
    return made


def puts(server: RealtimeKitServer) -> list[tuple[str, Any]]:
    """Which recordings were told what."""
    return [
        (request.path.rsplit("/")[-1], json.loads(request.body)["action"])
        for request in server.requests
        if request.method == "PUT"
    ]


async def test_stop_and_pause_touch_only_what_was_begun_from_here(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    outside = begun_by_app(server, call, "tv", rtmp=RTMP)
    for start in (RecordStart(), RtmpStart(to="tube")):
        await provider.acts.perform(order(start, call))
    (mine,) = [
        recording
        for recording in server.rooms[call.ref.id].recordings
        if recording.prefix == "callwarden."
    ]
    for verb in (RecordPause(), RecordResume(), RecordStop()):
        assert (await provider.acts.observe(order(verb, call))).seen is Seen.NOT_DONE
        await provider.acts.perform(order(verb, call))
        seen = await provider.acts.observe(order(verb, call))
        assert seen.seen is Seen.DONE
    assert puts(server) == [(mine.id, "pause"), (mine.id, "resume"), (mine.id, "stop")]
    assert "1 other recording still runs" in seen.note
    left = await provider.get(call.ref.id)
    assert (left.recording, left.rtmp, outside.active) == (RecordingState.ON, ("tube",), True)


async def test_what_others_began_is_listed_with_kind_start_and_who(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    assert isinstance(server.clock, ManualClock)
    begun_by_app(server, call, "tv", rtmp=RTMP)
    server.clock.advance(60)
    begun_by_app(server, call, "host", by="ada").paused = True
    server.clock.advance(60)
    await provider.acts.perform(order(RecordStart(), call))
    listed = await provider.reports.recordings_running(call.ref)
    assert [(recording.described, recording.ours) for recording in listed] == [
        ("recording or RTMP output, started by your app's backend, since 12:00 UTC", False),
        ("recording or RTMP output, started by Ada Lovelace, since 12:01 UTC, paused", False),
        ("recording, started by Callwarden, since 12:02 UTC", True),
    ]
    assert RTMP not in repr(listed)


@pytest.mark.parametrize("verb", [RecordStop(), RecordPause(), RecordResume()])
async def test_what_others_began_is_never_hit_unless_it_is_named(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call, verb: Any
) -> None:
    for number in (1, 2):
        begun_by_app(server, call, f"tv-{number}", rtmp=RTMP)
        with pytest.raises(Impossible, match="named"):
            await provider.acts.perform(order(verb, call))
        running = await provider.reports.recordings_running(call.ref)
        with pytest.raises(WhichRecording) as asked:
            require_one(verb, call.ref, running)
        assert all(recording.short in asked.value.next_step for recording in running)
    assert puts(server) == []


async def test_the_one_that_is_named_is_stopped_and_no_other(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    first, second = (begun_by_app(server, call, name, rtmp=RTMP) for name in ("tv", "radio"))
    await provider.acts.perform(order(RecordStart(), call))
    for chosen in await provider.reports.recordings_running(call.ref):
        if chosen.id == second.id:
            verb = RecordStop(recording=chosen.short)
    require_one(verb, call.ref, await provider.reports.recordings_running(call.ref))
    act = order(verb, call)
    assert (await provider.acts.observe(act)).seen is Seen.NOT_DONE
    await provider.acts.perform(act)
    assert (await provider.acts.observe(act)).seen is Seen.DONE
    assert puts(server) == [(second.id, "stop")]
    assert first.active
    with pytest.raises(NotAtVendor):
        await provider.acts.perform(act)
    with pytest.raises(WhichRecording, match="No recording"):
        require_one(verb, call.ref, await provider.reports.recordings_running(call.ref))


async def test_a_recording_begun_elsewhere_is_not_taken_for_the_one_asked_for(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    begun_by_app(server, call, "tv", rtmp=RTMP)
    assert (await provider.acts.observe(order(RecordStart(), call))).seen is Seen.NOT_DONE
    await provider.acts.perform(order(RecordStart(), call))
    body = json.loads(next(request.body for request in server.requests if request.method == "POST"))
    assert body["allow_multiple_recordings"] is True
    assert (await provider.acts.observe(order(RecordStart(), call))).seen is Seen.DONE


async def test_the_files_say_who_began_each_and_why_it_stopped(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    assert isinstance(server.clock, ManualClock)
    for name, why in (("a", "API_CALL"), ("b", "INTERNAL_ERROR"), ("c", "ALL_PEERS_LEFT")):
        begun_by_app(server, call, name, by="ben").stop(server.clock.now(), why)
        server.clock.advance(1)
    await provider.acts.perform(order(RecordStart(), call))
    files = (await provider.reports.files(call.ref, frozenset({FileKind.RECORDING}))).files
    assert [file.how for file in files] == [
        "started by Callwarden",
        "started by Ben; stopped when everyone had left",
        "started by Ben; stopped by an error at RealtimeKit",
        "started by Ben; stopped by Callwarden or your app's backend",
    ]


async def test_details_that_cannot_be_read_hide_no_file_and_no_recording(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    one = begun_by_app(server, call, "tv")
    server.faults.error(500, on=f"/recordings/{one.id}", times=None)
    (running,) = await provider.reports.recordings_running(call.ref)
    assert (running.id, running.by) == (one.id, "")
    (file,) = (await provider.reports.files(call.ref, frozenset({FileKind.RECORDING}))).files
    assert file.how == ""


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ({"reason": "RECORD_ON_START"}, "started by itself when the meeting began"),
        ({"reason": "API_CALL", "caller": {"type": "USER"}}, "started by somebody in the call"),
        ({"reason": "API_CALL", "caller": {"type": "ORGANIZATION", "name": "x"}}, "your app's"),
        (None, ""),
        ({}, ""),
    ],
)
def test_who_began_it_is_told_as_documented(reason: object, words: str) -> None:
    told = RecordingDetails.model_validate({"start_reason": reason})
    assert words in told.began
    assert bool(told.began) is bool(words)


def test_an_old_order_to_stop_a_recording_is_still_read() -> None:
    assert load_verb({"name": "record_stop", "kind": "composite"}) == RecordStop()
    verb: Verb = RecordPause(recording="0a1b2c3d")
    assert load_verb(dump_verb(verb)) == verb
    assert verb.inverse() == RecordResume(recording="0a1b2c3d")
