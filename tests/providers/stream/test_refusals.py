"""What Stream Video's client makes of refusals, lost answers, gaps, and any JSON at all."""

import contextlib
from datetime import date

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calls.acts import Person
from bot.calls.models import CallRef, Page, RecordingState, Vendor
from bot.calls.outcomes import Seen
from bot.calls.verbs import (
    Block,
    DeleteRecording,
    End,
    GoBack,
    Kick,
    LiveStop,
    MemberAdd,
    Mute,
    RecordStop,
    RtmpStart,
    RtmpStop,
    Silence,
    TranscribeStop,
    Unblock,
    Verb,
)
from bot.demo.vendors import StreamServer
from bot.errors import (
    AnswerLost,
    NotAtVendor,
    VendorBusy,
    VendorDenied,
    VendorFault,
    VendorGarbled,
    VendorRefused,
)
from bot.providers.http.answers import VendorProblem
from bot.providers.stream.models import problem
from bot.providers.stream.provider import StreamProvider
from tests.fakes.clock import ManualClock
from tests.providers.stream_setup import CID, KEY, REF, answering, body, client, order, person


async def test_no_stream_key_is_told_anywhere(
    server: StreamServer, provider: StreamProvider
) -> None:
    act = order(RtmpStart(to="tv"))
    receipt = await provider.acts.perform(act)
    told = [receipt, await provider.get(CID), await provider.list_live(limit=5)]
    told.append(await provider.acts.observe(act))
    assert body(server, 0)["broadcasts"][0]["stream_key"] == KEY
    assert KEY not in repr(told)
    assert "tv.example" not in repr(told)


async def test_a_key_that_stream_repeats_in_an_error_is_hidden(server: StreamServer) -> None:
    refusal = httpx.Response(400, json={"code": 4, "message": f"bad {KEY}", "StatusCode": 400})
    provider = client(server, transport=httpx.MockTransport(lambda _: refusal))
    with pytest.raises(VendorRefused) as caught:
        await provider.acts.perform(order(RtmpStart(to="tv")))
    assert (KEY in str(caught.value), caught.value.code) == (False, "4")


async def test_a_wrong_secret_is_denied_and_not_told(server: StreamServer) -> None:
    secret = "the-wrong-secret-but-long-enough-to-sign"
    with pytest.raises(VendorDenied) as caught:
        await client(server, secret=secret).list_live(limit=5)
    assert (caught.value.status, caught.value.code) == (401, "43")
    assert secret not in str(caught.value)


async def test_an_unknown_call_carries_streams_own_number(provider: StreamProvider) -> None:
    with pytest.raises(NotAtVendor) as caught:
        await provider.get("default:nowhere")
    assert caught.value.code == "16"


async def test_a_429_says_how_long_to_wait(server: StreamServer, provider: StreamProvider) -> None:
    server.faults.limit(60, times=None)
    with pytest.raises(VendorBusy) as caught:
        await provider.list_live(limit=5)
    assert (caught.value.retry_after, len(server.requests)) == (60, 1)


async def test_a_kick_is_never_sent_again_after_a_lost_answer_or_an_error(
    server: StreamServer, provider: StreamProvider
) -> None:
    act = order(Kick(), await person(provider))
    server.faults.error(500, on="/kick")
    with pytest.raises(VendorFault):
        await provider.acts.perform(act)
    server.faults.drop(after=True, on="/kick")
    with pytest.raises(AnswerLost):
        await provider.acts.perform(act)
    assert (await provider.acts.observe(act)).seen is Seen.DONE
    assert [seen.path.endswith("/kick") for seen in server.requests].count(True) == 2


async def test_a_mute_is_sent_again_after_a_lost_answer(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.faults.drop(on="/mute_users")
    await provider.acts.perform(order(Mute(), Person(id="ben")))
    assert len(server.requests) == 2
    assert server.effects == [("mute", CID, "ben")]


@pytest.mark.parametrize("spoil", ["malformed", "html"])
async def test_an_answer_that_cannot_be_read_is_garbled(
    server: StreamServer, provider: StreamProvider, spoil: str
) -> None:
    getattr(server.faults, spoil)(times=None)
    with pytest.raises(VendorGarbled):
        await provider.list_live(limit=5)
    with pytest.raises(VendorGarbled):
        await provider.acts.perform(order(Kick(), Person(id="ben")))


async def test_only_what_is_needed_has_to_be_there(
    server: StreamServer, provider: StreamProvider
) -> None:
    fields = ("session", "egress", "recording", "custom", "current_session_id", "next")
    server.faults.nulls(*fields)
    [call] = (await provider.list_live(limit=5)).items
    assert (call.title, call.people, call.started_at) == (CID, 0, None)
    assert (call.recording, call.broadcasting, call.rtmp) == (RecordingState.UNKNOWN, None, None)
    server.faults.nulls("cid")
    listed = await provider.list_live(limit=5)
    assert (listed.items, listed.unknown) == ((), 1)
    server.faults.nulls("cid")
    with pytest.raises(VendorGarbled):
        await provider.get(CID)


ODD: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([]) | st.just({})
)
"""What may stand in a field instead of what the documents say."""


@settings(deadline=None)
@given(
    field=st.sampled_from(["user", "role", "joined_at", "user_session_id", "id", "name"]), odd=ODD
)
async def test_one_odd_person_or_call_never_hides_the_others(field: str, odd: object) -> None:
    whole = {
        "user": {"id": "ben", "name": "Ben"},
        "user_session_id": "b-1",
        "role": "user",
        "joined_at": 1_778_198_400_000_000_000,
    }
    inner = field in {"id", "name"}
    other = {**whole, "user": {"id": "kai", "name": "Kai"}}
    spoilt = {**whole, "user": {"id": "kai", field: odd}} if inner else {**other, field: odd}
    provider = answering({"participants": [whole, spoilt, odd], "total_participants": 3})
    page = await provider.participants(REF, limit=10)
    assert page.items[0].shown == "Ben"
    assert len(page.items) == 3
    assert (page.items[-1].known, page.items[-1].shown) == (False, "unnamed")
    calls = [{"call": {"cid": CID, field: odd}}, {"call": {"cid": odd}}, odd]
    provider = answering({"calls": calls})
    listed = await provider.list_live(limit=10)
    assert listed.items[0].ref.id == CID
    assert listed.unknown == (1 if isinstance(odd, str) and len(odd) > 2 else 2)


@pytest.mark.parametrize("status", ["starting", "stopped", "failed", "stopping", None, 3])
async def test_only_what_is_running_counts_as_recorded_or_live(status: object) -> None:
    output = {"status": status, "playlist_url": "https://hls.example/x"}
    egress = {"broadcasting": True, "rtmps": [], "hls": output, "composite_recording": output}
    call = {"cid": CID, "recording": True, "egress": egress}
    told = await answering({"call": call}).get(CID)
    assert (told.recording, told.broadcasting) == (RecordingState.OFF, False)
    output["status"] = "running"
    told = await answering({"call": call}).get(CID)
    assert (told.recording, told.broadcasting) == (RecordingState.ON, True)


async def test_a_report_without_data_is_null_and_hides_nothing() -> None:
    day = {"date": "2026-11-20", "report": {"count": 3}}
    body = {"calls_per_day_report": {"daily": [day, {}]}, "call_duration_report": None}
    [told] = await answering(body).usage.reported(date(2026, 11, 20), date(2026, 11, 20))
    assert (told.calls, told.minutes) == (3, None)


@pytest.mark.parametrize("verb", [LiveStop(), RecordStop(), RtmpStop(to="tv"), Unblock(), Block()])
async def test_what_the_answer_leaves_out_cannot_be_known(
    server: StreamServer, provider: StreamProvider, verb: Verb
) -> None:
    act = order(verb, Person(id="gone"))
    server.faults.nulls("egress", "blocked_user_ids")
    assert (await provider.acts.observe(act)).seen is Seen.UNKNOWABLE


async def test_rtmp_outputs_that_are_left_out_cannot_be_known(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.faults.nulls("rtmps")
    assert (await provider.acts.observe(order(RtmpStop(to="tv")))).seen is Seen.UNKNOWABLE


@pytest.mark.parametrize("text", [b"", b"<html>", b"null", b'{"code": "x"}'])
def test_an_unreadable_error_body_says_nothing(text: bytes) -> None:
    assert problem(text) == VendorProblem(None, "")


FIELDS = ["calls", "call", "cid", "custom", "title", "session", "started_at", "egress", "rtmps"]
FIELDS += ["name", "hls", "next", "participants_count_by_role", "recording", "participants"]
FIELDS += ["user", "id", "joined_at", "total_participants", "blocked_user_ids", "ended_at"]
FIELDS += ["backstage", "transcribing", "members", "user_id", "recordings", "filename"]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5)
    ),
    max_leaves=10,
)
objects = st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=6)
listings = objects.map(lambda call: {"calls": [{"call": {"cid": "default:x", **call}}]})
states = st.builds(
    lambda call, stay: {
        "call": {"cid": CID, **call},
        "participants": [{"user": {"id": "ben"}, **stay}],
    },
    objects,
    objects,
)
judged = st.sampled_from(
    [
        Mute(),
        Silence(),
        Kick(),
        Block(),
        Unblock(),
        End(),
        GoBack(),
        RecordStop(),
        LiveStop(),
        TranscribeStop(),
        MemberAdd(),
        DeleteRecording(file="a"),
    ]
)


@settings(deadline=None)
@given(json_values | listings)
async def test_any_json_is_a_page_or_garbled(answer: object) -> None:
    provider = answering(answer)
    with contextlib.suppress(VendorGarbled):
        assert isinstance(await provider.list_live(limit=5), Page)
    await provider.aclose()


@settings(deadline=None)
@given(json_values | states, judged)
async def test_any_json_is_people_and_an_observation_or_garbled(answer: object, verb: Verb) -> None:
    provider = answering(answer)
    with contextlib.suppress(VendorGarbled):
        assert isinstance(await provider.participants(REF, limit=5), Page)
    with contextlib.suppress(VendorGarbled):
        assert (await provider.acts.observe(order(verb, Person(id="ben")))).evidence
    if verb.everyone:
        with contextlib.suppress(VendorGarbled):
            assert (await provider.acts.observe(order(verb, everyone=True))).evidence
    await provider.aclose()


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=64))
async def test_any_id_stays_within_its_part_of_the_path(name: str) -> None:
    paths: list[bytes] = []

    def note(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path.split(b"?")[0])
        return httpx.Response(404, json={})

    provider = client(StreamServer(ManualClock()), transport=httpx.MockTransport(note))
    ref = CallRef(vendor=Vendor.STREAM, id=f"default:{name}")
    with pytest.raises(NotAtVendor):
        await provider.participants(ref, limit=5)
    await provider.aclose()
    for path in paths:
        assert path.startswith(b"/api/v2/video/call/default/")
        assert path.endswith(b"/participants")
        assert path.count(b"/") == 7
