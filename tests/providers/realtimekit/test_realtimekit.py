"""RealtimeKit's client against the make-believe server: what acts do, and what reading shows."""

import json

import httpx
import pytest

from bot.calls.acts import Person
from bot.calls.capabilities import Enforcement
from bot.calls.models import Call, RecordingState
from bot.calls.outcomes import Seen
from bot.calls.verbs import (
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
    Verb,
)
from bot.demo.vendors import AppTransport, RealtimeKitServer, Visitor
from bot.errors import (
    AnswerLost,
    Impossible,
    NotAtVendor,
    VendorBusy,
    VendorDenied,
    VendorFault,
    VendorGarbled,
    VendorRefused,
)
from bot.providers.realtimekit import RealtimeKitProvider
from tests.fakes.clock import START, ManualClock
from tests.providers.kits import ADA, BEN, KEY, client, order, person


async def test_a_listing_names_the_meeting_and_its_run(
    provider: RealtimeKitProvider, server: RealtimeKitServer
) -> None:
    page = await provider.list_live(limit=10)
    (room,) = server.rooms.values()
    (one,) = page.items
    assert room.session is not None
    assert (one.ref.id, one.ref.session) == (room.id, room.session.id)
    assert (one.title, one.people, one.started_at, one.kind) == ("Clinic", 2, START, "meeting")
    assert (one.recording, one.broadcasting, one.rtmp) == (RecordingState.UNKNOWN, None, None)
    assert (page.next, page.total, len(server.requests)) == (None, 1, 1)


async def test_pages_of_calls_follow_one_another_and_end(
    provider: RealtimeKitProvider, server: RealtimeKitServer
) -> None:
    for number in range(3):
        server.join(server.open(f"room-{number}", f"Room {number}").id, ADA)
    first = await provider.list_live(limit=2)
    second = await provider.list_live(limit=2, cursor=first.next)
    assert len({one.ref.id for one in (*first.items, *second.items)}) == 4
    assert (first.next, second.next, first.total) == ("2", None, 4)


async def test_one_call_tells_what_runs_in_it(provider: RealtimeKitProvider, call: Call) -> None:
    quiet = await provider.get(call.ref.id)
    assert (quiet.recording, quiet.broadcasting, quiet.rtmp) == (RecordingState.OFF, False, ())
    for verb in (RecordStart(), RtmpStart(to="tube"), LiveStart(), RecordPause()):
        await provider.perform(order(verb, call))
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
    assert [one.custom_id for one in (*page.items, *rest.items)] == ["ada", "ben"]


@pytest.mark.parametrize("call_id", ["nowhere", "", ".", "..", "a/b?c"])
async def test_an_unknown_meeting_is_not_at_the_vendor(
    provider: RealtimeKitProvider, call_id: str
) -> None:
    with pytest.raises(NotAtVendor):
        await provider.get(call_id)


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
        assert (await provider.observe(order(verb, call))).seen is Seen.NOT_DONE
        await provider.perform(order(verb, call))
        assert (await provider.observe(order(verb, call))).seen is Seen.DONE
        assert (await provider.observe(order(other, call))).seen is Seen.NOT_DONE
    assert [effect.verb for effect in server.effects] == [start.name, stop.name]


async def test_a_recording_pauses_and_goes_on(provider: RealtimeKitProvider, call: Call) -> None:
    assert (await provider.observe(order(RecordPause(), call))).seen is Seen.NOT_DONE
    await provider.perform(order(RecordStart(), call))
    for verb, other in ((RecordPause(), RecordResume()), (RecordResume(), RecordPause())):
        await provider.perform(order(verb, call))
        assert (await provider.observe(order(verb, call))).seen is Seen.DONE
        assert (await provider.observe(order(other, call))).seen is Seen.NOT_DONE


@pytest.mark.parametrize("verb", [RecordStop(), RecordPause(), RtmpStop(to="tube"), LiveStop()])
async def test_nothing_to_stop_is_not_at_the_vendor(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call, verb: Verb
) -> None:
    with pytest.raises(NotAtVendor):
        await provider.perform(order(verb, call))
    assert server.effects == []


async def test_outputs_and_a_recording_run_side_by_side_and_stop_apart(
    provider: RealtimeKitProvider, call: Call
) -> None:
    for verb in (RtmpStart(to="tube"), RecordStart(), RtmpStart(to="tube_two")):
        await provider.perform(order(verb, call))
    await provider.perform(order(RtmpStop(to="tube"), call))
    left = await provider.get(call.ref.id)
    assert (left.recording, left.rtmp) == (RecordingState.ON, ("tube_two",))
    await provider.perform(order(RecordStop(), call))
    assert (await provider.get(call.ref.id)).rtmp == ("tube_two",)


@pytest.mark.parametrize("verb", [RecordStart(), RtmpStart(to="tube")], ids=lambda verb: verb.name)
async def test_a_second_start_of_the_same_is_refused_by_the_vendor(
    provider: RealtimeKitProvider, call: Call, verb: Verb
) -> None:
    await provider.perform(order(verb, call))
    with pytest.raises(VendorRefused) as caught:
        await provider.perform(order(verb, call))
    assert caught.value.status == 409


async def test_a_recording_of_another_session_is_not_taken_for_this_ones(
    provider: RealtimeKitProvider, call: Call
) -> None:
    await provider.perform(order(RecordStart(), call))
    another = call.model_copy(update={"ref": call.ref.model_copy(update={"session": "another"})})
    assert (await provider.observe(order(RecordStart(), another))).seen is Seen.NOT_DONE


async def test_people_on_a_later_page_are_found(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    for number in range(60):
        server.join(call.ref.id, Visitor(f"guest-{number}", f"Guest {number}"))
    people = (await provider.participants(call.ref, limit=100)).items
    last = order(Kick(), call, Person.of(people[-1]))
    assert (await provider.observe(last)).seen is Seen.NOT_DONE
    await provider.perform(last)
    assert (await provider.observe(last)).seen is Seen.DONE


async def test_the_stream_key_goes_to_the_vendor_and_nowhere_else(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    receipts = [
        await provider.perform(order(verb, call)) for verb in (RtmpStart(to="tube"), LiveStart())
    ]
    body = json.loads(next(seen.body for seen in server.requests if b"rtmp_url" in seen.body))
    assert body["rtmp_out_config"] == {"rtmp_url": f"rtmps://live.example/app/{KEY}"}
    shown = f"{receipts} {await provider.get(call.ref.id)!r}"
    for secret in (KEY, "rtmps:", "made-up-stream-key", "https:"):
        assert secret not in shown


async def test_ending_empties_the_room(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    act = order(End(), call)
    assert (await provider.observe(act)).seen is Seen.NOT_DONE
    await provider.perform(act)
    assert server.rooms[call.ref.id].here() == []
    assert (await provider.observe(act)).seen is Seen.DONE


async def test_the_next_session_of_a_room_is_not_ended_for_the_last_one(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    for name in ("ada", "ben"):
        server.leave(call.ref.id, name)
    assert isinstance(server.clock, ManualClock)
    server.clock.advance(61)
    server.join(call.ref.id, BEN)
    with pytest.raises(NotAtVendor, match="another one"):
        await provider.perform(order(End(), call))
    assert (await provider.observe(order(End(), call))).seen is Seen.DONE
    assert len(server.rooms[call.ref.id].here()) == 1


@pytest.mark.parametrize("everyone", [False, True])
async def test_mute_silences_and_cannot_be_read_back(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call, *, everyone: bool
) -> None:
    people = () if everyone else (await person(provider, call, "ada"),)
    act = order(Mute(), call, *people, everyone=everyone)
    await provider.perform(act)
    muted = [effect.person for effect in server.effects if effect.verb == "mute"]
    assert muted == (["ada", "ben"] if everyone else ["ada"])
    seen = await provider.observe(act)
    assert seen.seen is Seen.UNKNOWABLE
    assert "does not tell who is muted" in seen.evidence


async def test_muting_everyone_lets_them_unmute_themselves(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    await provider.perform(order(Mute(), call, everyone=True))
    assert json.loads(server.requests[-1].body) == {"allow_unmute": True}


async def test_without_the_setting_there_is_no_mute_but_a_kick(
    server: RealtimeKitServer, call: Call
) -> None:
    documented = client(server, hidden_mute=False)
    capability = documented.capabilities["mute"]
    assert (capability.level, capability.instead) == (Enforcement.IMPOSSIBLE, "kick")
    asked = len(server.requests)
    with pytest.raises(Impossible):
        await documented.perform(order(Mute(), call, everyone=True))
    assert len(server.requests) == asked


@pytest.mark.parametrize(
    "verb",
    [
        Block(),
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
        await provider.perform(order(verb, call, everyone=True))
    assert len(server.requests) == asked


async def test_the_gateways_refusal_and_the_products_are_both_understood(
    server: RealtimeKitServer, provider: RealtimeKitProvider
) -> None:
    with pytest.raises(VendorDenied, match="Authentication error") as denied:
        await client(server, token="wrong-token").list_live(limit=1)
    assert denied.value.code == "10000"
    with pytest.raises(NotAtVendor, match="Meeting not found") as missing:
        await provider.get("nowhere")
    assert missing.value.code == "404"


@pytest.mark.parametrize("after", [False, True])
async def test_a_kick_whose_answer_was_lost_is_not_sent_again(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call, *, after: bool
) -> None:
    act = order(Kick(), call, await person(provider, call, "ben"))
    server.faults.drop(on="/kick", after=after)
    with pytest.raises(AnswerLost):
        await provider.perform(act)
    assert sum(seen.path.endswith("/kick") for seen in server.requests) == 1
    assert (await provider.observe(act)).seen is (Seen.DONE if after else Seen.NOT_DONE)


class LosesAnswers(AppTransport):
    """A line that breaks after every POST has been carried out."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if request.method == "POST":
            raise httpx.ReadError("the line broke", request=request)
        return answer


@pytest.mark.parametrize("verb", [End(), RecordStart(), RtmpStart(to="tube"), LiveStart()])
async def test_what_would_count_twice_is_sent_once_and_found_when_its_answer_was_lost(
    server: RealtimeKitServer, call: Call, verb: Verb
) -> None:
    broken = client(server, transport=LosesAnswers(server.app))
    with pytest.raises(AnswerLost):
        await broken.perform(order(verb, call))
    assert sum(seen.method == "POST" for seen in server.requests) == 1
    assert (await broken.observe(order(verb, call))).seen is Seen.DONE
    await broken.aclose()


async def test_an_idle_livestream_shows_nothing_to_anybody(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    await provider.perform(order(LiveStart(), call))
    livestream = server.rooms[call.ref.id].livestream
    assert livestream is not None
    livestream["status"] = "IDLE"
    assert (await provider.get(call.ref.id)).broadcasting is False


async def test_a_failed_kick_is_not_sent_again_and_a_busy_one_is(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    act = order(Kick(), call, await person(provider, call, "ben"))
    server.faults.error(500, on="/kick")
    with pytest.raises(VendorFault):
        await provider.perform(act)
    server.faults.limit(0, on="/kick")
    await provider.perform(act)
    assert sum(seen.path.endswith("/kick") for seen in server.requests) == 3


async def test_a_vendor_that_stays_busy_says_for_how_long(
    provider: RealtimeKitProvider, server: RealtimeKitServer
) -> None:
    server.faults.limit(60, times=None)
    with pytest.raises(VendorBusy) as caught:
        await provider.list_live(limit=1)
    assert caught.value.retry_after == 60


async def test_an_act_answered_by_a_web_page_is_in_doubt(
    provider: RealtimeKitProvider, server: RealtimeKitServer, call: Call
) -> None:
    server.faults.html(on="/kick-all")
    with pytest.raises(VendorGarbled):
        await provider.perform(order(End(), call))


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
    await provider.perform(act)
    assert json.loads(server.requests[-1].body) == {
        "participant_ids": [],
        "custom_participant_ids": ["ben"],
    }
    assert [effect.person for effect in server.effects] == ["ben"]
