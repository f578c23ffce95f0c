"""Sixty days behind the make-believe world, and what its vendors tell of them and refuse."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from bot.calls.models import Vendor
from bot.demo.history import DAYS, UNUSUAL_DAYS_AGO, calls_of, past_of
from bot.demo.vendors import CometChatServer, RealtimeKitServer, StreamServer
from bot.demo.vendors.past import PastCall
from bot.demo.world import World
from bot.usage.days import DAY
from bot.usage.records import Ending
from tests.demo.vendors.clients import kit_client, stream_client
from tests.fakes.clock import START, ManualClock
from tests.fakes.usage import clients, utc_day

TODAY = START.date()
YESTERDAY = TODAY - DAY


@pytest.fixture(scope="module")
def past() -> dict[Vendor, list[PastCall]]:
    """What everybody has behind them on the tests' day."""
    return {vendor: list(calls_of(vendor, TODAY, 2026, DAYS)) for vendor in Vendor}


def by_day(past: dict[Vendor, list[PastCall]]) -> Counter[date]:
    """Calls that began, by UTC day."""
    return Counter(call.started_at.date() for calls in past.values() for call in calls)


@pytest.mark.parametrize("vendor", list(Vendor))
def test_the_same_seed_and_day_have_the_same_past(
    past: dict[Vendor, list[PastCall]], vendor: Vendor
) -> None:
    assert list(calls_of(vendor, TODAY, 2026, DAYS)) == past[vendor]
    assert list(calls_of(vendor, TODAY, 2027, DAYS)) != past[vendor]


def test_a_world_that_is_not_asked_for_its_past_does_not_make_it() -> None:
    world = World(ManualClock())
    assert all("calls" not in vars(server.past) for server in world.servers.values())


async def test_live_calls_are_listed_without_making_the_past() -> None:
    world = World(ManualClock())
    for client in clients(world).values():
        page = await client.list_live(limit=25)
        assert page.items
        await client.get(page.items[0].ref.id)
    assert all("calls" not in vars(server.past) for server in world.servers.values())


def test_there_are_sixty_days_of_some_dozens_of_calls_that_grow_and_rest_at_weekends(
    past: dict[Vendor, list[PastCall]],
) -> None:
    days = by_day(past)
    assert set(days) == {TODAY - back * DAY for back in range(1, DAYS + 1)}
    usual = {day: count for day, count in days.items() if day != TODAY - UNUSUAL_DAYS_AGO * DAY}
    assert all(25 <= count <= 120 for count in usual.values())
    weekend = [count for day, count in usual.items() if day.weekday() >= 5]
    working = [count for day, count in usual.items() if day.weekday() < 5]
    assert sum(weekend) / len(weekend) < 0.7 * sum(working) / len(working)
    first, second = (
        sum(days[TODAY - back * DAY] for back in some) for some in (range(32, 60), range(1, 29))
    )
    assert second > 1.15 * first


def test_one_day_is_odd(past: dict[Vendor, list[PastCall]]) -> None:
    counts = Counter(call.started_at.date() for call in past[Vendor.STREAM])
    odd = TODAY - UNUSUAL_DAYS_AGO * DAY
    assert counts.most_common(1)[0][0] == odd
    assert counts[odd] > 1.4 * counts[odd - 7 * DAY]


def test_there_is_one_of_everything_and_nothing_reaches_into_today(
    past: dict[Vendor, list[PastCall]],
) -> None:
    every = [call for calls in past.values() for call in calls]
    endings = Counter(call.ending for call in past[Vendor.COMETCHAT])
    assert set(endings) == set(Ending)
    assert all(
        sum(call.started_at.date() != call.ended_at.date() for call in calls) > 10
        for calls in past.values()
    )
    assert any(
        recording.failed for call in past[Vendor.REALTIMEKIT] for recording in call.recordings
    )
    assert all(any(call.recordings for call in calls) for calls in past.values())
    assert any(call.broadcast for call in every)
    assert max(call.ended_at for call in every) < utc_day(TODAY).start
    assert len({(call.vendor, call.run) for call in every}) == len(every)


def test_no_place_has_two_runs_at_once(past: dict[Vendor, list[PastCall]]) -> None:
    for vendor in (Vendor.STREAM, Vendor.REALTIMEKIT):
        ends: dict[str, datetime] = defaultdict(lambda: datetime.min.replace(tzinfo=UTC))
        for call in past[vendor]:
            assert call.started_at >= ends[call.id]
            ends[call.id] = call.ended_at


def test_everybody_in_a_call_is_there_while_it_lasts(past: dict[Vendor, list[PastCall]]) -> None:
    for call in (call for calls in past.values() for call in calls):
        assert (call.ending is Ending.ANSWERED) is bool(call.stays)
        for stay in call.stays:
            assert call.started_at <= stay.joined_at < stay.left_at <= call.ended_at
        for recording in call.recordings:
            assert call.started_at <= recording.started_at
            assert recording.started_at + recording.seconds * DAY / 86_400 <= call.ended_at


def remembering(server: Any, vendor: Vendor) -> Any:
    """The server with sixty days behind it."""
    server.past = past_of(vendor, server.clock)
    return server


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/call_stats", {}, 201),
        ("/call_stats", {"limit": 101}, 400),
        ("/call_stats", {"filter_conditions": {"is_active": False}}, 201),
        ("/call_stats", {"filter_conditions": {"is_active": {"$gt": True}}}, 400),
        ("/call_stats", {"filter_conditions": {"call_started_at": {"$gt": "2026"}}}, 400),
        ("/call_stats", {"filter_conditions": {"session_ended_at": {"$gt": "soon"}}}, 400),
        ("/call_stats", {"filter_conditions": {"session_ended_at": {"$in": []}}}, 400),
        ("/call_stats", {"next": "nonsense"}, 400),
        ("/stats", {}, 201),
        ("/stats", {"from": "2026-11-01", "to": "2026-11-20"}, 201),
        ("/stats", {"from": "2026-11-20", "to": "2026-11-01"}, 400),
        ("/stats", {"from": "2026-11-20T00:00:00Z"}, 400),
        ("/stats", {"report_types": ["calls_per_day"]}, 201),
        ("/stats", {"report_types": ["calls"]}, 400),
        ("/stats", {"from": 20261120}, 400),
    ],
)
async def test_stream_looks_back_as_documented(
    stream: StreamServer, path: str, body: dict[str, Any], status: int
) -> None:
    remembering(stream, Vendor.STREAM)
    async with stream_client(stream) as client:
        assert (await client.post(path, json=body)).status_code == status


async def test_stream_tells_of_running_and_past_runs_in_nanoseconds(stream: StreamServer) -> None:
    remembering(stream, Vendor.STREAM)
    async with stream_client(stream) as client:
        told = (await client.post("/call_stats", json={"limit": 2})).json()
    running, over = told["call_stats"]
    assert (running["call_type"], running["call_id"]) == ("default", "standup")
    assert running["call_started_at"] == 1795262400000000000
    assert running["counts"]["live_sessions"] == 2
    assert "call_ended_at" not in running
    assert over["call_ended_at"] > over["call_started_at"] > 10**18
    assert told["next"]


async def test_stream_keeps_the_recordings_of_a_call_that_is_over(stream: StreamServer) -> None:
    remembering(stream, Vendor.STREAM)
    call = next(past for past in stream.past.calls if past.recordings)
    kind, _, name = call.id.partition(":")
    async with stream_client(stream) as client:
        answer = await client.get(f"/call/{kind}/{name}/recordings")
        assert (await client.get("/call/default/nowhere/recordings")).status_code == 404
    mine = [
        recording
        for recording in answer.json()["recordings"]
        if recording["session_id"] == call.run
    ]
    lengths = [recording["end_time"] - recording["start_time"] for recording in mine]
    assert lengths == [recording.seconds * 10**9 for recording in call.recordings]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/sessions", {"start_time": "2026-11-01T00:00:00Z"}, 200),
        ("/sessions", {"start_time": "2026-11-01T00:00:00"}, 400),
        ("/sessions", {"end_time": "yesterday"}, 400),
        ("/recordings", {"start_time": "1700000000s"}, 400),
        ("/analytics/daywise", {}, 200),
        ("/analytics/daywise", {"start_date": "2026-11-01T00:00:00Z"}, 400),
    ],
)
async def test_realtimekit_looks_back_as_documented(
    kit: RealtimeKitServer, path: str, query: dict[str, str], status: int
) -> None:
    remembering(kit, Vendor.REALTIMEKIT)
    async with kit_client(kit) as client:
        assert (await client.get(path, params=query)).status_code == status


async def test_realtimekit_writes_minutes_of_all_people_and_seconds_of_recordings(
    kit: RealtimeKitServer,
) -> None:
    remembering(kit, Vendor.REALTIMEKIT)
    call = next(
        past for past in kit.past.calls if past.recordings and not past.recordings[0].failed
    )
    async with kit_client(kit) as client:
        sessions = (await client.get("/sessions", params={"associated_id": call.id})).json()
        files = (await client.get("/recordings", params={"meeting_id": call.id})).json()
        days = (await client.get("/analytics/daywise")).json()["data"]["session_stats"]
    (session,) = [session for session in sessions["data"]["sessions"] if session["id"] == call.run]
    (recording,) = [file for file in files["data"] if file["session_id"] == call.run]
    assert session["minutes_consumed"] == call.person_seconds / 60
    assert recording["recording_duration"] == call.recordings[0].seconds
    assert len(days["day_stats"]) == 31
    assert sum(day["total_sessions"] for day in days["day_stats"]) == days["sessions_count"]


async def test_cometchat_lists_its_past_behind_what_runs(
    comet: CometChatServer, to_comet: httpx.AsyncClient
) -> None:
    remembering(comet, Vendor.COMETCHAT)
    every = (await to_comet.get("/calls", params={"perPage": 1000})).json()
    assert every["data"][0]["status"] == "ongoing"
    statuses = {session["status"] for session in every["data"]}
    assert statuses == {"ongoing", "ended", "unanswered", "rejected", "canceled"}
    live = (await to_comet.get("/calls", params={"status": "ongoing"})).json()
    assert len(live["data"]) == 1
    one = every["data"][-1]
    assert (await to_comet.get(f"/calls/{one['sessionId']}")).json()["data"] == one
