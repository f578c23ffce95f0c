"""What Stream Video can be asked about a call beyond the live picture, and where somebody is."""

import contextlib
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calls.models import CallRef, Vendor
from bot.calls.reports import REPORTS, FileKind, RoomKind
from bot.calls.verbs import RecordStart, RecordStop, TranscribeStart, TranscribeStop
from bot.demo.vendors import StreamServer, Visitor
from bot.errors import NotAtVendor, VendorBusy, VendorFault, VendorGarbled
from bot.providers.stream.provider import StreamProvider
from tests.fakes.clock import START, ManualClock
from tests.providers.stream_setup import BEN, CID, REF, answering, asked, client, fill, order

ALL = frozenset(FileKind)


async def record(provider: StreamProvider, clock: ManualClock, seconds: float = 60) -> None:
    for start, stop in ((RecordStart(), RecordStop()), (TranscribeStart(), TranscribeStop())):
        await provider.acts.perform(order(start))
        clock.advance(seconds)
        await provider.acts.perform(order(stop))


async def test_there_is_every_report(provider: StreamProvider) -> None:
    assert set(provider.reports.capabilities) == set(REPORTS)
    assert all(report.possible for report in provider.reports.capabilities.values())


async def test_files_come_newest_first_with_their_times_and_a_hidden_link(
    clock: ManualClock, provider: StreamProvider
) -> None:
    await record(provider, clock)
    transcript, recording = (await provider.reports.files(REF, ALL)).files
    assert [recording.kind, transcript.kind] == [FileKind.RECORDING, FileKind.TRANSCRIPT]
    assert (recording.started_at, recording.ended_at) == (START, START + timedelta(seconds=60))
    assert (recording.session, recording.deletable) == ("default-standup-s1", True)
    assert (recording.expires_at, recording.state) == (None, None)
    assert recording.url is not None
    assert "Signature=" in recording.url.get_secret_value()
    assert "Signature=" not in repr((transcript, recording))


async def test_only_the_kinds_asked_for_are_read(
    clock: ManualClock, server: StreamServer, provider: StreamProvider
) -> None:
    await record(provider, clock)
    before = len(server.requests)
    [one] = (
        await provider.reports.files(REF, frozenset({FileKind.TRANSCRIPT, FileKind.SUMMARY}))
    ).files
    assert (one.kind, len(server.requests) - before) == (FileKind.TRANSCRIPT, 1)
    assert (await provider.reports.files(REF, frozenset({FileKind.CHAT}))).files == ()


async def test_files_of_all_runs_are_there(
    clock: ManualClock, server: StreamServer, provider: StreamProvider
) -> None:
    await record(provider, clock)
    for who in ("ada", "ben"):
        server.leave(CID, who)
    server.join(CID, BEN)
    await record(provider, clock)
    files = (await provider.reports.files(REF, ALL)).files
    assert {file.session for file in files} == {"default-standup-s1", "default-standup-s2"}
    assert len(files) == 4


async def test_a_list_that_cannot_be_read_is_missing_beside_the_other(
    clock: ManualClock, server: StreamServer, provider: StreamProvider
) -> None:
    await record(provider, clock)
    server.faults.error(500, on="/transcriptions", times=None)
    files = await provider.reports.files(REF, ALL)
    assert [file.kind for file in files.files] == [FileKind.RECORDING]
    assert files.missing[0].startswith("The transcripts could not be read: Stream Video had")
    server.faults.error(500, times=None)
    with pytest.raises(VendorFault):
        await provider.reports.files(REF, ALL)


async def test_quality_names_the_worst_first_and_why(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 2)
    server.measure(CID, "ada", cq_score=96, latency_ms=40, jitter_ms=3)
    server.measure(CID, "ben", cq_score=31, latency_ms=420, jitter_ms=80)
    server.measure(CID, "p000", cq_score=88, latency_ms=301)
    quality = await provider.reports.quality(REF)
    assert quality.score == 71
    told = [(person.person.id, person.bad, person.why) for person in quality.people]
    assert told == [
        ("ben", True, "420 ms latency, 80 ms jitter, score 31"),
        ("p000", True, "301 ms latency"),
        ("ada", False, ""),
        ("p001", False, ""),
    ]
    assert (quality.people[2].score, quality.people[2].latency_ms) == (96, 40)
    assert (quality.people[3].score, quality.people[3].lost_percent) == (None, None)
    assert quality.people[0].person.shown == "Ben"


async def test_of_a_live_run_only_those_who_are_in_it_are_judged_by_their_worst_device(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.measure(CID, "ben", latency_ms=900)
    server.leave(CID, "ben")
    server.measure(CID, "ada", latency_ms=10)
    server.join(CID, Visitor("ada", "Ada Lovelace", "host"))
    server.rooms[CID].measures["ada-3"] = {"latency_ms": 350}
    [ada] = (await provider.reports.quality(REF)).people
    assert (ada.person.id, ada.latency_ms, ada.person.presence) == ("ada", 350, "ada-3")
    for _ in range(2):
        server.leave(CID, "ada")
    gone = await provider.reports.quality(REF)
    assert {person.person.id for person in gone.people} == {"ada", "ben"}


async def test_the_run_the_moderator_saw_is_the_one_that_is_measured(
    server: StreamServer, provider: StreamProvider
) -> None:
    await provider.reports.quality((await provider.get(CID)).ref)
    assert server.requests[-1].path == (
        "/api/v2/video/call_stats/default/standup/default-standup-s1/participants"
    )
    other = CallRef(vendor=Vendor.STREAM, id=CID, session="another")
    with pytest.raises(NotAtVendor):
        await provider.reports.quality(other)


async def test_all_of_300_people_are_read_and_more_than_500_are_said(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 298)
    assert len((await provider.reports.quality(REF)).people) == 300
    fill(server, 500)
    quality = await provider.reports.quality(REF)
    assert (len(quality.people), quality.note) == (500, "Only the first 500 people are read.")


async def test_a_call_nobody_was_in_has_no_quality(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.open("default:new", "New")
    quality = await provider.reports.quality(CallRef(vendor=Vendor.STREAM, id="default:new"))
    assert (quality.people, quality.note) == ((), "Nobody has been in this call yet.")


@pytest.mark.parametrize("score", [101, -1, 5_000])
async def test_a_score_on_another_scale_is_left_out(score: int) -> None:
    one = {"user_id": "ben", "sessions": [{"is_live": True, "cq_score": score}]}
    body = {"counts": {"cq_score": score}, "participants": [one]}
    ref = CallRef(vendor=Vendor.STREAM, id=CID, session="s")
    quality = await answering(body).reports.quality(ref)
    assert (quality.score, quality.people[0].score) == (None, None)
    assert (await answering({"participants": []}).reports.quality(ref)).note.endswith(
        "session yet."
    )


async def test_feedback_is_of_this_call_alone_and_newest_first(
    clock: ManualClock, server: StreamServer, provider: StreamProvider
) -> None:
    server.open("default:other", "Other")
    server.give_feedback("default:other", "ada", 1, "wrong call")
    for rating, reason in ((2, "choppy"), (5, "")):
        clock.advance(1)
        server.give_feedback(CID, "ben", rating, reason)
    told = await provider.reports.feedback(REF)
    assert [(feedback.person, feedback.rating, feedback.reason) for feedback in told] == [
        ("ben", 5, ""),
        ("ben", 2, "choppy"),
    ]
    assert {feedback.at for feedback in told} == {None}


async def test_feedback_of_another_call_is_left_out_even_if_stream_sends_it() -> None:
    said = {"user_id": "ben", "rating": 4, "reason": None, "cid": "default:other"}
    assert await answering({"user_feedback": [said]}).reports.feedback(REF) == []


async def test_members_are_told_from_those_who_are_there(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.rooms[CID].members = {"ben": "host", "carla": "user"}
    members = await provider.reports.members(REF)
    assert [(item.id, item.name, item.role, item.here) for item in members.items] == [
        ("ben", "Ben", "host", True),
        ("carla", "Carla", "user", False),
    ]
    assert (members.total, members.next) == (2, None)


async def test_no_members_cost_one_request(server: StreamServer, provider: StreamProvider) -> None:
    assert (await provider.reports.members(REF)).items == ()
    assert [seen.path for seen in server.requests] == ["/api/v2/video/call/members"]


async def test_presence_is_right_where_more_people_are_there_than_one_page_lists(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 298)
    there = {f"p{number:03}" for number in range(298)}
    server.rooms[CID].members = dict.fromkeys([*sorted(there), "carla"], "user")
    members = (await provider.reports.members(REF)).items
    assert {member.id for member in members if member.here} == there
    assert {member.id for member in members if member.here is False} == {"carla"}


async def test_members_with_so_many_devices_that_some_are_unlisted_are_unknown(
    server: StreamServer, provider: StreamProvider
) -> None:
    for _ in range(100):
        server.join(CID, BEN)
    server.rooms[CID].members = {"ben": "user", "carla": "user"}
    ben, carla = (await provider.reports.members(REF)).items
    assert (ben.here, carla.here) == (True, None)


async def test_call_types_are_rooms_with_what_they_say(provider: StreamProvider) -> None:
    rooms = await provider.reports.rooms()
    assert [room.name for room in rooms] == ["audio_room", "default", "development", "livestream"]
    assert {room.kind for room in rooms} == {RoomKind.TYPE}
    assert rooms[1].detail == "recording available, transcription disabled"
    assert rooms[3].detail.endswith(", starts backstage")


@pytest.mark.parametrize(
    "kind", [None, "x", {}, {"settings": None}, {"settings": {"recording": "on", "backstage": 1}}]
)
async def test_a_call_type_may_say_anything(kind: Any) -> None:
    [room] = await answering({"call_types": {"own": kind}}).reports.rooms()
    assert (room.name, room.detail) == ("own", "")


async def test_somebody_is_found_by_id_or_any_part_of_the_name_once_for_each_call(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.open("default:second", "Second")
    server.join("default:second", BEN)
    server.join("default:second", BEN)
    for words in ("ben", "BEN", "Ben"):
        found = await provider.find(words)
        titles = sorted(sighting.call.title for sighting in found.found)
        assert (titles, found.unread) == (["Second", "Stand-up"], 0)
    [ada] = (await provider.find("lovel")).found
    assert (ada.person.id, ada.call.ref.id, ada.call.ref.session) == (
        "ada",
        CID,
        "default-standup-s1",
    )
    assert (await provider.find("be")).found != ()
    assert (await provider.find("nobody")).found == ()


async def test_people_in_ended_calls_are_not_found(provider: StreamProvider) -> None:
    server_empty = StreamServer(ManualClock())
    assert (await client(server_empty).find("ben")).found == ()
    assert len((await provider.find("ben")).found) == 1


async def test_500_calls_are_searched_in_five_requests_and_more_are_said(
    server: StreamServer, provider: StreamProvider
) -> None:
    for number in range(520):
        server.open(f"default:c{number}", f"Call {number}")
        server.join(f"default:c{number}", Visitor("eve", "Eve"))
    found = await provider.find("eve")
    assert (len(found.found), found.unread) == (499, 1)
    assert len(server.requests) == 5


async def test_in_a_call_of_300_somebody_beyond_the_listing_is_found_by_id_alone(
    server: StreamServer, provider: StreamProvider
) -> None:
    fill(server, 298)
    by_id = await provider.find("p297")
    assert [sighting.person.id for sighting in by_id.found] == ["p297"]
    assert (by_id.unread, asked(server, "/participants")) == (
        0,
        [{"filter_conditions": {"user_id": "p297"}}],
    )
    by_name = await provider.find("Person 297")
    assert (by_name.found, by_name.unread) == ((), 1)
    assert (await provider.find("Ben")).unread == 0


def snapshots(calls: int, people: int, shown: int = 0) -> list[dict[str, Any]]:
    """Calls of a listing that shows fewer people than it counts."""
    return [
        {
            "call": {
                "cid": f"default:c{number}",
                "session": {
                    "participants_count_by_role": {"user": people},
                    "participants": [{"user": {"id": f"s{who}"}} for who in range(shown)],
                },
            }
        }
        for number in range(calls)
    ]


def listing(calls: list[dict[str, Any]], answer: httpx.Response) -> StreamProvider:
    """A client of a vendor that lists these calls and answers every other question so."""

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/calls"):
            return httpx.Response(201, json={"calls": calls})
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)

    return client(StreamServer(ManualClock()), transport=httpx.MockTransport(reply))


async def test_twenty_calls_are_looked_at_closer_and_the_others_counted_as_unread() -> None:
    people = {"participants": [{"user": {"id": "x"}}], "total_participants": 1}
    found = await listing(snapshots(25, 2), httpx.Response(201, json=people)).find("nobody")
    assert (found.found, found.unread) == ((), 5)
    found = await listing(snapshots(25, 2), httpx.Response(201, json=people)).find("x")
    assert (len(found.found), found.unread) == (20, 5)


@pytest.mark.parametrize(("status", "unread"), [(404, 0), (429, 2), (400, 2)])
async def test_a_call_that_ended_meanwhile_is_read_and_one_that_stays_silent_is_not(
    status: int, unread: int
) -> None:
    silent = httpx.Response(status, json={}, headers={"retry-after": "60"})
    assert (await listing(snapshots(2, 2), silent).find("x")).unread == unread


async def test_a_vendor_that_lists_nothing_is_a_trouble_and_not_an_empty_answer(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.faults.limit(60, times=None)
    with pytest.raises(VendorBusy):
        await provider.find("ben")


async def test_a_probe_reads_one_call_and_changes_nothing(
    server: StreamServer, provider: StreamProvider
) -> None:
    assert await provider.probe() == "Calls can be listed."
    assert (len(server.requests), server.effects) == (1, [])


FIELDS = ["recordings", "transcriptions", "filename", "url", "start_time", "session_id", "members"]
FIELDS += ["user_id", "user", "id", "role", "next", "user_feedback", "rating", "reason", "counts"]
FIELDS += ["participants", "sessions", "cq_score", "latency_ms", "is_live", "call_types", "calls"]
FIELDS += ["call", "cid", "session", "participants_count_by_role", "name", "settings", "roles"]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6)
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from(FIELDS), values, max_size=6)
likely = st.one_of(
    objects.map(lambda junk: {"participants": [{"user_id": "a", "sessions": [junk]}]}),
    objects.map(lambda junk: {"user_feedback": [{"user_id": "a", **junk}]}),
    objects.map(lambda junk: {"members": [{"user_id": "a", **junk}], "participants": []}),
    objects.map(lambda junk: {"recordings": [{"filename": "a", **junk}], "transcriptions": []}),
    objects.map(lambda junk: {"calls": [{"call": {"cid": "default:x", **junk}}]}),
    objects.map(lambda junk: {"call_types": junk}),
)


@settings(deadline=None)
@given(values | likely)
async def test_any_json_is_an_answer_or_garbled(body: object) -> None:
    json.dumps(body)
    provider = answering(body)
    ref = CallRef(vendor=Vendor.STREAM, id=CID, session="s")
    for ask in (
        lambda: provider.reports.files(ref, ALL),
        lambda: provider.reports.quality(ref),
        lambda: provider.reports.feedback(ref),
        lambda: provider.reports.members(ref),
        provider.reports.rooms,
        lambda: provider.find("a"),
    ):
        with contextlib.suppress(VendorGarbled):
            await ask()
    await provider.aclose()
