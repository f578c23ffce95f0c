"""What is recorded, streamed and sent out at RealtimeKit: started, stopped, read back."""

import json

import pytest

from bot.calls.models import Call, RecordingState
from bot.calls.outcomes import Seen
from bot.calls.verbs import (
    LiveStart,
    LiveStop,
    RecordPause,
    RecordResume,
    RecordStart,
    RecordStop,
    RtmpStart,
    RtmpStop,
    Verb,
)
from bot.demo.vendors import RealtimeKitServer
from bot.errors import (
    NotAtVendor,
    VendorRefused,
)
from bot.providers.realtimekit.provider import RealtimeKitProvider
from tests.providers.realtimekit_setup import KEY, order

PAIRS: list[tuple[Verb, Verb]] = [
    (RecordStart(), RecordStop()),
    (LiveStart(), LiveStop()),
    (RtmpStart(to="tube"), RtmpStop(to="tube")),
]


@pytest.mark.parametrize(("start", "stop"), PAIRS, ids=lambda verb: verb.name)
async def test_what_is_started_shows_and_what_is_stopped_shows(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call, start: Verb, stop: Verb
) -> None:
    for verb, other in ((start, stop), (stop, start)):
        assert (await provider.acts.observe(order(verb, call))).seen is Seen.NOT_DONE
        await provider.acts.perform(order(verb, call))
        assert (await provider.acts.observe(order(verb, call))).seen is Seen.DONE
        assert (await provider.acts.observe(order(other, call))).seen is Seen.NOT_DONE
    assert [effect.verb for effect in server.effects] == [start.name, stop.name]


@pytest.mark.parametrize("verb", [RecordStop(), RecordPause(), RtmpStop(to="tube"), LiveStop()])
async def test_nothing_to_stop_is_not_at_the_vendor(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call, verb: Verb
) -> None:
    with pytest.raises(NotAtVendor):
        await provider.acts.perform(order(verb, call))
    assert server.effects == []


async def test_outputs_and_a_recording_run_side_by_side_and_stop_apart(
    provider: RealtimeKitProvider, call: Call
) -> None:
    for verb in (RtmpStart(to="tube"), RecordStart(), RtmpStart(to="tube_two")):
        await provider.acts.perform(order(verb, call))
    await provider.acts.perform(order(RtmpStop(to="tube"), call))
    left = await provider.get(call.ref.id)
    assert (left.recording, left.rtmp) == (RecordingState.ON, ("tube_two",))
    await provider.acts.perform(order(RecordStop(), call))
    assert (await provider.get(call.ref.id)).rtmp == ("tube_two",)


@pytest.mark.parametrize("verb", [RecordStart(), RtmpStart(to="tube")], ids=lambda verb: verb.name)
async def test_a_second_start_of_the_same_is_refused_by_the_vendor(
    provider: RealtimeKitProvider, call: Call, verb: Verb
) -> None:
    await provider.acts.perform(order(verb, call))
    with pytest.raises(VendorRefused) as caught:
        await provider.acts.perform(order(verb, call))
    assert caught.value.status == 409


async def test_a_recording_of_another_session_is_not_taken_for_this_ones(
    provider: RealtimeKitProvider, call: Call
) -> None:
    await provider.acts.perform(order(RecordStart(), call))
    another = call.model_copy(update={"ref": call.ref.model_copy(update={"session": "another"})})
    assert (await provider.acts.observe(order(RecordStart(), another))).seen is Seen.NOT_DONE


async def test_the_stream_key_goes_to_the_vendor_and_nowhere_else(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    receipts = [
        await provider.acts.perform(order(verb, call))
        for verb in (RtmpStart(to="tube"), LiveStart())
    ]
    body = json.loads(next(seen.body for seen in server.requests if b"rtmp_url" in seen.body))
    assert body["rtmp_out_config"] == {"rtmp_url": f"rtmps://live.example/app/{KEY}"}
    shown = f"{receipts} {await provider.get(call.ref.id)!r}"
    for secret in (KEY, "rtmps:", "made-up-stream-key", "https:"):
        assert secret not in shown


async def test_an_idle_livestream_shows_nothing_to_anybody(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    await provider.acts.perform(order(LiveStart(), call))
    livestream = server.rooms[call.ref.id].livestream
    assert livestream is not None
    livestream["status"] = "IDLE"
    assert (await provider.get(call.ref.id)).broadcasting is False


async def test_a_recording_pauses_and_goes_on(provider: RealtimeKitProvider, call: Call) -> None:
    assert (await provider.acts.observe(order(RecordPause(), call))).seen is Seen.NOT_DONE
    await provider.acts.perform(order(RecordStart(), call))
    for verb, other in ((RecordPause(), RecordResume()), (RecordResume(), RecordPause())):
        await provider.acts.perform(order(verb, call))
        assert (await provider.acts.observe(order(verb, call))).seen is Seen.DONE
        assert (await provider.acts.observe(order(other, call))).seen is Seen.NOT_DONE
