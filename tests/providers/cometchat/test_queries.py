"""CometChat's call log: what it has of a call, and what it is searched for."""

import json
from datetime import timedelta

import httpx
import pytest

from bot.calls.call_log import LogFilter, LoggedStatus, Media
from bot.calls.models import CallLog
from bot.demo.vendors import AppTransport, CometChatServer, Visitor
from bot.providers.cometchat.provider import CometChatProvider
from tests.fakes.clock import START, ManualClock
from tests.providers.cometchat_setup import REF, ROOM, client, recorded

SAMPLE = "v1.us.31780434a95d45.16923681138d75114d60d1345a22e4cc612263fb26c0b5cf92"
"""The call that the vendor's documentation shows."""


async def test_the_documented_call_is_told_with_all_its_properties(
    provider: CometChatProvider,
) -> None:
    call = await provider.get(SAMPLE)
    assert call.log == CallLog(
        status="ended",
        mode="call",
        media="audio",
        initiator="superhero8",
        receiver="superhero2",
        between="user",
        seconds=19,
        audio_seconds=19,
        video_seconds=0,
        devices=2,
        recordings=0,
    )
    assert (call.grouped, call.ended_at is not None) == (False, True)


async def test_devices_and_recordings_are_counted(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    server.join(ROOM, Visitor(id="ada", name="Ada"))
    recorded(server, times=2)
    log = (await provider.get(ROOM)).log
    assert log is not None
    assert (log.devices, log.recordings, log.status) == (2, 2, "ongoing")


@pytest.mark.parametrize(
    ("wanted", "query", "finds"),
    [
        (LogFilter(status=LoggedStatus.ENDED), "status=ended", {SAMPLE}),
        (LogFilter(status=LoggedStatus.ONGOING), "status=ongoing", {ROOM}),
        (LogFilter(user="ada"), "uid=ada", {ROOM}),
        (LogFilter(user="superhero2"), "uid=superhero2", {SAMPLE}),
        (LogFilter(media=Media.AUDIO), "type=audio", {SAMPLE}),
        (LogFilter(recorded=True), "hasRecording=true", {ROOM}),
        (LogFilter(recorded=False), "hasRecording=false", {SAMPLE}),
    ],
)
async def test_the_log_is_searched_by_the_vendor(
    server: CometChatServer,
    provider: CometChatProvider,
    wanted: LogFilter,
    query: str,
    finds: set[str],
) -> None:
    recorded(server)
    found = await provider.log(wanted, limit=100)
    assert {call.ref.id for call in found.items} == finds
    assert query in server.requests[-1].query


class Deaf(AppTransport):
    """A vendor that ignores every filter."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(query=b"")
        return await super().handle_async_request(request)


async def test_what_the_vendor_lets_through_is_filtered_once_more(server: CometChatServer) -> None:
    deaf = client(server, transport=Deaf(server.app))
    found = await deaf.log(LogFilter(status=LoggedStatus.ENDED), limit=100)
    assert [call.ref.id for call in found.items] == [SAMPLE]


class Nameless(AppTransport):
    """A vendor that leaves out the uid of everybody called Ben."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        text = (await answer.aread()).decode()
        return httpx.Response(answer.status_code, text=text.replace('"uid":"ben",', ""))


async def test_somebody_without_a_uid_is_shown_as_unknown_and_hides_nobody(
    server: CometChatServer,
) -> None:
    for device in range(2):
        server.join(ROOM, Visitor(id="ben", name=f"Ben {device}"))
    provider = client(server, transport=Nameless(server.app))
    (call,) = (await provider.list_live(limit=10)).items
    assert call.people == 3
    people = (await provider.participants(REF, limit=10)).items
    assert [(person.id, person.known) for person in people] == [
        ("ada", True),
        ("unknown", False),
        ("unknown", False),
    ]
    assert len({person.presence for person in people if not person.known}) == 2
    assert (await provider.find("unknown")).found == ()
    assert len((await provider.reports.attendance(REF)).stays) == 4


@pytest.mark.parametrize("odd", [{"participants": 7}, {"sessionId": None}, "no call"])
async def test_one_odd_call_hides_none_of_the_others(server: CometChatServer, odd: object) -> None:
    good = {"sessionId": "v1.us.good", "status": "ongoing", "participants": []}
    bad = {**good, "sessionId": "v1.us.bad", **odd} if isinstance(odd, dict) else odd
    always = httpx.MockTransport(
        lambda _: httpx.Response(200, text=json.dumps({"data": [bad, good]}))
    )
    page = await client(server, transport=always).list_live(limit=10)
    assert [call.ref.id for call in page.items] == ["v1.us.good"]


async def test_an_ended_call_keeps_its_length(
    server: CometChatServer, provider: CometChatProvider
) -> None:
    assert isinstance(server.clock, ManualClock)
    server.clock.advance(3_725)
    server.leave(ROOM, "ada")
    call = await provider.get(ROOM)
    assert call.log is not None
    assert (call.log.seconds, call.log.status) == (3_725, "ended")
    assert call.ended_at == START + timedelta(seconds=3_725)
