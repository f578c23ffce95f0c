"""Each vendor's past as its client tells it: every run once, seconds and UTC, nothing made up."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from bot.calls.models import Page, Vendor
from bot.demo.vendors import AppTransport
from bot.demo.vendors.past import PastCall
from bot.demo.world import World
from bot.errors import VendorGarbled, VendorRefused
from bot.ports import VendorClient
from bot.usage.days import DAY, Stretch
from bot.usage.records import CallRecord, Ending, Recorded
from tests.fakes.clock import START, ManualClock
from tests.fakes.usage import clients, utc_day
from tests.providers import cometchat_setup, realtimekit_setup
from tests.providers.answering import answering

TODAY = START.date()
DAY_BEFORE = TODAY - 3 * DAY
STREAM, KIT, CHAT = Vendor.STREAM, Vendor.REALTIMEKIT, Vendor.COMETCHAT


async def pages(provider: VendorClient, stretch: Stretch) -> list[Page[CallRecord]]:
    """All of them."""
    found = [await provider.usage.history(stretch)]
    while found[-1].next is not None:
        found.append(await provider.usage.history(stretch, cursor=found[-1].next))
        assert len(found) < 200
    return found


async def told(provider: VendorClient, stretch: Stretch) -> list[CallRecord]:
    """Every run."""
    return [item for page in await pages(provider, stretch) for item in page.items]


def truth(world: World, vendor: Vendor, stretch: Stretch) -> list[PastCall]:
    """The calls of the past that touch a stretch."""
    return [
        call
        for call in world.servers[vendor].past.calls
        if stretch.start <= call.started_at < stretch.end
        or call.started_at < stretch.end < call.ended_at
        or call.started_at < stretch.start < call.ended_at
    ]


def over_midnight(call: PastCall) -> bool:
    """Whether it ended on the day after it began."""
    return call.started_at.date() < call.ended_at.date()


@pytest.fixture(scope="module")
def world() -> World:
    """With sixty days behind it; nobody changes it."""
    return World(ManualClock())


@pytest.fixture
def own() -> World:
    """Another one, to be changed or counted in."""
    return World(ManualClock())


@pytest.fixture(params=list(Vendor))
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return Vendor(request.param)


@pytest.fixture
def client(world: World, vendor: Vendor) -> VendorClient:
    return clients(world)[vendor]


async def test_a_day_has_every_run_that_touches_it_once(
    world: World, vendor: Vendor, client: VendorClient
) -> None:
    late = next(call for call in world.servers[vendor].past.calls if over_midnight(call))
    stretch = utc_day(late.ended_at.date())
    runs = [record.run for record in await told(client, stretch)]
    wanted = {call.run for call in truth(world, vendor, stretch)}
    assert late.run in wanted
    assert (set(runs), len(runs)) == (wanted, len(wanted))


async def test_times_lengths_and_people_are_those_of_the_vendor(
    world: World, vendor: Vendor, client: VendorClient
) -> None:
    stretch = utc_day(DAY_BEFORE)
    calls = {call.run: call for call in truth(world, vendor, stretch)}
    for record in await told(client, stretch):
        call = calls[record.run]
        assert (record.vendor, record.id) == (vendor, call.id)
        assert record.started_at == call.started_at
        assert record.started_at.tzinfo is UTC
        assert record.end(START) == call.ended_at
        assert record.people == (None if vendor is KIT else call.people)
        assert record.peak == call.peak
        assert record.person_seconds == call.person_seconds
        assert record.ending == (call.ending if vendor is CHAT else None)
        assert record.recordings is not None
        kept = [
            (recording.started_at, recording.seconds)
            for recording in record.recordings
            if not recording.failed
        ]
        wanted = [
            (recording.started_at, recording.seconds)
            for recording in call.recordings
            if not recording.failed
        ]
        assert kept == wanted


async def test_a_long_stretch_comes_on_pages_and_is_whole(
    world: World, vendor: Vendor, client: VendorClient
) -> None:
    stretch = Stretch(START - 20 * DAY, START - DAY)
    found = await pages(client, stretch)
    assert len(found) > 2
    runs = [item.run for page in found for item in page.items]
    wanted = {call.run for call in truth(world, vendor, stretch)}
    assert (set(runs), len(runs)) == (wanted, len(wanted))


async def test_what_still_runs_is_told_without_an_end(own: World, vendor: Vendor) -> None:
    client = clients(own)[vendor]
    running = [record for record in await told(client, utc_day(TODAY)) if record.ended_at is None]
    assert len(running) == len(own.servers[vendor].rooms)
    clock = own.servers[vendor].clock
    assert isinstance(clock, ManualClock)
    clock.advance(600)
    again = [record for record in await told(client, utc_day(TODAY)) if record.ended_at is None]
    assert {record.run for record in again} == {record.run for record in running}
    assert all(
        (record.end(clock.now()) - record.started_at).total_seconds() == 600 for record in again
    )
    assert all((record.person_seconds or 0) >= 1_200 for record in again)


async def test_the_past_of_nobody_is_empty(vendor: Vendor, client: VendorClient) -> None:
    assert await told(client, Stretch(START - 900 * DAY, START - 899 * DAY)) == []
    assert client.vendor is vendor


@pytest.mark.parametrize("window_by", ["started_at", "ended_at", "created_at"])
async def test_realtimekits_window_may_mean_any_time_of_a_session(
    own: World, window_by: str
) -> None:
    own.realtimekit.window_by = window_by
    stretch = utc_day(DAY_BEFORE)
    runs = {record.run for record in await told(clients(own)[KIT], stretch)}
    assert runs == {call.run for call in truth(own, KIT, stretch)}


async def test_streams_recordings_are_asked_for_once_in_a_while_and_only_on_a_small_day(
    own: World,
) -> None:
    client = clients(own)[STREAM]
    await told(client, utc_day(DAY_BEFORE))
    asked = len(own.stream.requests)
    await told(client, utc_day(DAY_BEFORE))
    assert len(own.stream.requests) == asked + 2
    many = await told(client, Stretch(START - 20 * DAY, START - DAY))
    assert {record.recordings for record in many} == {None}


async def test_cometchat_stops_at_the_first_page_that_is_too_old(world: World) -> None:
    found = await pages(clients(world)[CHAT], utc_day(DAY_BEFORE))
    assert len(found) < 5


async def test_cometchat_is_read_to_its_end_where_it_comes_in_no_order(own: World) -> None:
    own.cometchat.past_calls.reverse()
    stretch = utc_day(DAY_BEFORE)
    found = await pages(clients(own)[CHAT], stretch)
    assert len(found) > 10
    runs = {item.run for page in found for item in page.items}
    assert runs == {call.run for call in truth(own, CHAT, stretch)}


async def test_reports_are_of_the_days_asked_for(client: VendorClient, vendor: Vendor) -> None:
    days = [day.day for day in await client.usage.reported(TODAY - 4 * DAY, TODAY - 2 * DAY)]
    wanted = [] if vendor is CHAT else [TODAY - back * DAY for back in (4, 3, 2)]
    assert days == wanted


async def test_a_report_that_is_refused_is_raised(own: World) -> None:
    for vendor in (STREAM, KIT):
        own.servers[vendor].faults.error(400, on="/stats" if vendor is STREAM else "/analytics")
        with pytest.raises(VendorRefused):
            await clients(own)[vendor].usage.reported(TODAY, TODAY)


async def test_the_documented_call_of_cometchat_is_read_in_its_units() -> None:
    server = cometchat_setup.support()
    stretch = utc_day(date(2023, 8, 18))
    (record,) = await told(cometchat_setup.client(server), stretch)
    assert record.started_at == datetime(2023, 8, 18, 14, 15, 27, tzinfo=UTC)
    assert record.ended_at == datetime(2023, 8, 18, 14, 15, 46, tzinfo=UTC)
    assert (record.people, record.peak, record.person_seconds) == (2, 2, 30)
    assert (record.audio_seconds, record.video_seconds) == (30, 0)
    assert (record.recordings, record.ending) == ((), Ending.ANSWERED)


def comet_call(**fields: Any) -> dict[str, Any]:
    """A call of CometChat's, an hour ago."""
    began = int(START.timestamp()) - 3_600
    return {"sessionId": "v1", "initiatedAt": began, "hasRecording": False, **fields}


@pytest.mark.parametrize(
    ("fields", "ending"),
    [
        ({"status": "unanswered"}, Ending.UNANSWERED),
        ({"status": "rejected"}, Ending.UNANSWERED),
        ({"status": "canceled"}, Ending.UNANSWERED),
        ({"status": "busy"}, Ending.UNANSWERED),
        ({"status": "initiated"}, Ending.UNANSWERED),
        ({"status": None}, Ending.UNANSWERED),
        ({"status": "ongoing"}, Ending.ANSWERED),
        ({"status": "ended"}, Ending.ANSWERED),
        ({"status": "ended", "participants": []}, Ending.FAILED),
        ({"status": "ongoing", "participants": []}, Ending.ANSWERED),
        ({"status": "ended", "participants": [{"uid": "a", "isJoined": False}]}, Ending.FAILED),
        (
            {
                "status": "finished",
                "endedAt": int(START.timestamp()),
                "participants": [{"uid": "a", "isJoined": True}],
            },
            Ending.ANSWERED,
        ),
    ],
)
async def test_how_a_call_of_cometchat_ended(fields: dict[str, Any], ending: Ending) -> None:
    (record,) = await told(answering(CHAT, {"data": [comet_call(**fields)]}), utc_day(TODAY))
    assert record.ending is ending


async def test_what_cometchat_leaves_out_is_not_known() -> None:
    body = {"data": [comet_call(status="ended", hasRecording=True)]}
    (record,) = await told(answering(CHAT, body), utc_day(TODAY))
    assert (record.people, record.peak, record.person_seconds) == (None, None, None)
    assert record.recordings is None


async def test_a_recording_of_realtimekit_that_came_to_nothing_has_failed() -> None:
    session = {
        "id": "s",
        "associated_id": "m",
        "started_at": START.isoformat(),
        "status": "ENDED",
        "updated_at": (START + DAY / 24).isoformat(),
    }
    files = [
        {"id": "1", "session_id": "s", "status": "ERRORED", "invoked_time": START.isoformat()},
        {"id": "2", "session_id": "s", "status": "UPLOADED", "output_file_name": "rtmp.tube.1"},
        {"id": "3", "session_id": "other", "status": "UPLOADED"},
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        listing = request.url.path.endswith("/sessions")
        return httpx.Response(200, json={"data": {"sessions": [session]} if listing else files})

    client = realtimekit_setup.client(
        realtimekit_setup.clinic(), transport=httpx.MockTransport(answer)
    )
    (record,) = await told(client, utc_day(TODAY))
    assert record.recordings == (Recorded(started_at=START, failed=True),)
    assert record.streams == 1
    assert record.ended_at == START + DAY / 24


async def test_a_length_that_cannot_be_seconds_is_not_believed() -> None:
    run = {
        "call_type": "default",
        "call_id": "a",
        "call_session_id": "s",
        "call_started_at": int((START - DAY / 24).timestamp()) * 10**9,
        "call_ended_at": int(START.timestamp()) * 10**9,
        "counts": {"sessions": 2, "participants": 2, "total_participant_duration": 7_200_000},
    }
    body = {"call_stats": [run], "recordings": []}
    record, _ = await told(answering(STREAM, body), utc_day(TODAY))
    assert (record.people, record.person_seconds) == (2, None)


async def test_a_call_that_was_deleted_has_unknown_recordings(own: World) -> None:
    own.stream.faults.error(404, on="/recordings", times=None)
    assert {
        record.recordings for record in await told(clients(own)[STREAM], utc_day(DAY_BEFORE))
    } == {None}


async def test_a_page_that_repeats_or_is_missing_is_not_taken_for_the_end(world: World) -> None:
    long = Stretch(START - 20 * DAY, START)
    for transport in (realtimekit_setup.StuckPages, realtimekit_setup.EndlessPages):
        stuck = realtimekit_setup.client(
            world.realtimekit, transport=transport(world.realtimekit.app)
        )
        with pytest.raises(VendorGarbled):
            await told(stuck, long)

    class Stuck(AppTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            request.url = request.url.copy_set_param("page", 1)
            return await super().handle_async_request(request)

    with pytest.raises(VendorGarbled, match="page 2"):
        await told(
            cometchat_setup.client(world.cometchat, transport=Stuck(world.cometchat.app)), long
        )
    with pytest.raises(VendorGarbled, match="after itself"):
        await told(answering(STREAM, {"call_stats": [], "next": "x"}), long)


@pytest.mark.parametrize(
    ("vendor", "first", "second"),
    [
        (
            KIT,
            {"data": {"sessions": []}, "paging": {"total_count": 9, "end_offset": 0}},
            {},
        ),
        (
            CHAT,
            {"data": [comet_call()], "meta": {"pagination": {"total_pages": 2}}},
            {"data": [], "meta": {"pagination": {"total_pages": 2}}},
        ),
    ],
)
async def test_half_of_what_was_promised_is_an_error(
    vendor: Vendor, first: dict[str, Any], second: dict[str, Any]
) -> None:
    answers = iter([first, second])
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=next(answers)))
    client: VendorClient = (
        realtimekit_setup.client(realtimekit_setup.clinic(), transport=transport)
        if vendor is KIT
        else cometchat_setup.client(cometchat_setup.support(), transport=transport)
    )
    with pytest.raises(VendorGarbled):
        await told(client, utc_day(TODAY))
