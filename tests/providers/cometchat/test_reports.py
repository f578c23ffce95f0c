"""What can be looked at: recordings, transcripts, and where somebody is."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.calls.models import RecordingState
from bot.calls.reports import REPORTS, FileKind
from bot.demo.vendors import CometChatServer, Visitor
from bot.errors import Impossible
from bot.providers.cometchat.provider import CometChatProvider
from tests.fakes.clock import START, ManualClock
from tests.providers import cometchat_setup
from tests.providers.cometchat_setup import REF, ROOM, answering

RECORDINGS = frozenset({FileKind.RECORDING})
TRANSCRIPTS = frozenset({FileKind.TRANSCRIPT})


async def test_recordings_come_newest_first_with_links_that_do_not_print(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    cometchat_setup.recorded(server, times=2)
    found = await provider.reports.files(REF, RECORDINGS)
    assert [file.started_at for file in found.files] == [START + timedelta(hours=1), START]
    newest = found.files[0]
    assert newest.ended_at == START + timedelta(hours=1, minutes=5)
    assert newest.name == f"{ROOM}_2"
    assert newest.url is not None
    assert newest.url.get_secret_value().endswith("2.mp4?signature=demo")
    assert "signature" not in repr(found)
    assert not newest.deletable
    assert found.missing == ()


async def test_who_was_there_is_told_by_device_and_why_somebody_never_came(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    server.join(ROOM, Visitor(id="ada", name="Ada"))
    server.join(ROOM, Visitor(id="ben", name="Ben"))
    server.clock.advance(90)  # type: ignore[attr-defined]  # a ManualClock
    server.leave(ROOM, "ben")
    told = await provider.reports.attendance(REF)
    assert [(stay.id, stay.here, stay.how) for stay in told.stays] == [
        ("ada", True, ""),
        ("ada", True, ""),
        ("ben", False, ""),
        ("carla", False, "unanswered"),
    ]
    ben, carla = told.stays[2:]
    assert (ben.joined_at, ben.left_at) == (START, START + timedelta(seconds=90))
    assert (ben.audio_seconds, ben.video_seconds) == (0, 90)
    assert (carla.joined_at, carla.video_seconds) == (None, None)


async def test_transcripts_are_read_page_by_page_past_the_five_in_the_call(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    cometchat_setup.recorded(server, times=101)
    found = await provider.reports.files(REF, TRANSCRIPTS)
    assert len(found.files) == 101
    assert found.missing == ()
    assert [seen.query for seen in server.requests] == ["page=1&perPage=100", "page=2&perPage=100"]


async def test_more_transcripts_than_are_read_are_said_to_be_missing(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    cometchat_setup.recorded(server, times=501)
    found = await provider.reports.files(REF, TRANSCRIPTS)
    assert len(found.files) == 500
    assert found.missing == ("Only the first 500 transcripts were read.",)


async def test_what_cometchat_has_no_file_of_is_said(provider: CometChatProvider) -> None:
    found = await provider.reports.files(REF, frozenset({FileKind.SUMMARY, FileKind.CHAT}))
    assert found.files == ()
    assert found.missing == ("CometChat has no summary and no chat log of a call.",)


async def test_times_of_a_recording_may_be_texts_and_its_length_seconds_or_minutes() -> None:
    entry = {"rid": "r", "startTime": str(int(START.timestamp())), "duration": "21.433000"}
    provider = answering({"data": {"sessionId": ROOM, "recordings": [entry]}})
    (one,) = (await provider.reports.files(REF, RECORDINGS)).files
    assert (one.name, one.started_at, one.ended_at, one.url) == ("r", START, None, None)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"status": "ongoing"}, RecordingState.UNKNOWN),
        ({"status": "ongoing", "hasRecording": True}, RecordingState.UNKNOWN),
        ({"status": "ongoing", "recordings": [{"startTime": 1692368127}]}, RecordingState.ON),
        (
            {"status": "ongoing", "recordings": [{"startTime": 1, "endTime": 2}]},
            RecordingState.UNKNOWN,
        ),
        ({"status": "ended", "endedAt": 1692368127, "hasRecording": True}, RecordingState.OFF),
    ],
)
async def test_recording_is_on_only_where_one_began_and_did_not_end(
    fields: dict[str, Any], state: RecordingState
) -> None:
    call = await answering({"data": {"sessionId": ROOM, **fields}}).get(ROOM)
    assert call.recording is state


async def test_somebody_is_found_by_any_part_of_the_uid_in_every_call_they_are_in(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    server.open("v1.us.other", "Other", invited=["ada"])
    server.join("v1.us.other", Visitor("ada", "Ada"))
    found = await provider.find("AD")
    assert {(sighting.call.ref.id, sighting.person.id) for sighting in found.found} == {
        (ROOM, "ada"),
        ("v1.us.other", "ada"),
    }
    assert found.unread == 0
    assert (await provider.find("carla")).found == ()
    assert len(server.requests) == 2


async def test_beyond_five_hundred_calls_the_rest_is_counted_and_not_searched(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    for number in range(503):
        server.open(f"v1.us.{number}", "Crowd")
        server.join(f"v1.us.{number}", Visitor(f"p{number}", "P"))
    found = await provider.find("nobody")
    assert (found.found, found.unread) == ((), 4)
    assert len(server.requests) == 5


async def test_a_listing_that_pages_on_with_the_same_calls_is_left() -> None:
    pagination = {"total": 900, "current_page": 1, "total_pages": 9}
    call = {"sessionId": ROOM, "status": "ongoing", "participants": []}
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"data": [call], "meta": {"pagination": pagination}})

    provider = cometchat_setup.client(
        CometChatServer(ManualClock()), transport=httpx.MockTransport(answer)
    )
    assert (await provider.find("x")).found == ()
    assert len(asked) == 2


async def test_there_is_no_other_report_and_each_says_why(provider: CometChatProvider) -> None:
    assert set(provider.reports.capabilities) == set(REPORTS)
    for ask in (provider.reports.quality, provider.reports.feedback, provider.reports.members):
        with pytest.raises(Impossible, match="There is no"):
            await ask(REF)
    with pytest.raises(Impossible, match="calls only"):
        await provider.reports.rooms()


async def test_a_probe_lists_one_call(server: CometChatServer, provider: CometChatProvider) -> None:
    assert await provider.probe() == "Calls can be listed."
    assert [seen.query for seen in server.requests] == ["status=ongoing&page=1&perPage=1"]
