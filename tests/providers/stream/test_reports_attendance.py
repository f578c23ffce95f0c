"""Who was in a run of a Stream Video call, while it is on and after it."""

from datetime import timedelta

import httpx

from bot.calls.models import CallRef, Vendor
from bot.demo.vendors import AppTransport, StreamServer, Visitor
from bot.providers.stream.provider import StreamProvider
from bot.providers.stream.reports_attendance import LIVE
from bot.providers.unsupported import NOBODY_YET
from tests.fakes.clock import START, ManualClock
from tests.providers.stream_setup import CID, REF, client


async def test_while_a_call_is_on_who_left_and_who_is_here_are_both_told(
    clock: ManualClock, server: StreamServer, provider: StreamProvider
) -> None:
    clock.advance(600)
    server.leave(CID, "ben")
    told = await provider.reports.attendance(REF)
    assert [(stay.id, stay.name, stay.here) for stay in told.stays] == [
        ("ada", "Ada Lovelace", True),
        ("ben", None, False),
    ]
    ben = told.stays[1]
    assert (ben.joined_at, ben.left_at) == (START, START + timedelta(minutes=10))
    assert (told.note, told.more) == (LIVE, False)


async def test_after_a_call_everybody_is_told_with_times(
    clock: ManualClock, server: StreamServer, provider: StreamProvider
) -> None:
    run = (await provider.get(CID)).ref
    clock.advance(60)
    server.leave(CID, "ada")
    clock.advance(60)
    server.leave(CID, "ben")
    told = await provider.reports.attendance(run)
    lasted = [stay.left_at - START for stay in told.stays if stay.left_at]
    assert lasted == [timedelta(minutes=1), timedelta(minutes=2)]
    assert told.note == ""


async def test_coming_back_is_another_stay(
    clock: ManualClock, server: StreamServer, provider: StreamProvider
) -> None:
    clock.advance(60)
    server.leave(CID, "ben")
    clock.advance(60)
    server.join(CID, Visitor("ben", "Ben"))
    told = await provider.reports.attendance(REF)
    assert [stay.here for stay in told.stays if stay.id == "ben"] == [False, True]


async def test_a_call_that_nobody_was_in_has_no_attendance(
    server: StreamServer, provider: StreamProvider
) -> None:
    server.open("default:empty", "Empty")
    told = await provider.reports.attendance(CallRef(vendor=Vendor.STREAM, id="default:empty"))
    assert (told.stays, told.note) == ((), NOBODY_YET)


async def test_all_pages_are_read(clock: ManualClock, server: StreamServer) -> None:
    for number in range(150):
        server.join(CID, Visitor(f"guest-{number}", f"Guest {number}"))
    clock.advance(60)
    for number in range(150):
        server.leave(CID, f"guest-{number}")
    told = await client(server).reports.attendance(REF)
    assert (len(told.stays), told.more) == (152, False)


class Repeats(AppTransport):
    """A vendor that names every page as the next one."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_remove_param("next")
        answer = await super().handle_async_request(request)
        if not request.url.path.endswith("participant_sessions"):
            return answer
        text = (await answer.aread()).decode()
        return httpx.Response(200, text=text[:-1] + ',"next":"again"}')


async def test_a_list_without_end_is_left_and_said_to_go_on(server: StreamServer) -> None:
    provider = client(server, transport=Repeats(server.app))
    before = len(server.requests)
    assert (await provider.reports.attendance(REF)).more
    assert len(server.requests) - before <= 4
