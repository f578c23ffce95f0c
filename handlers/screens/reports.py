"""Words that look further: where somebody is, and what a vendor keeps about a call.

What can be looked at comes from `bot.calls.reports`; here is only which report shows it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from bot.calls.models import Call, CallRef, Vendor
from bot.calls.reports import (
    ATTENDANCE,
    FEEDBACK,
    MEMBERS,
    QUALITY,
    RECORDINGS,
    ROOMS,
    TRANSCRIPTS,
    FileKind,
    Report,
    Room,
)
from bot.errors import Impossible, VendorError
from bot.moderation.id_resolver import title_of
from bot.ports import CallProvider
from handlers.blocks.message import Message
from handlers.blocks.reports.attendance import attendance_report
from handlers.blocks.reports.files import files_report
from handlers.blocks.reports.found_people import found_message
from handlers.blocks.reports.report import feedback_report, members_report, quality_report
from handlers.blocks.reports.report_values import LookValue, NamedLook, RoomsValue
from handlers.blocks.reports.rooms import Shelf, rooms_report
from handlers.context import Visit
from handlers.parsing.requests import FindPerson, LookAtCall, LookAtRooms

T = TypeVar("T")

ReportHandler = Callable[[Visit, NamedLook], Awaitable[Message]]

KINDS: Mapping[str, frozenset[FileKind]] = {
    RECORDINGS.name: frozenset({FileKind.RECORDING}),
    TRANSCRIPTS.name: frozenset({FileKind.TRANSCRIPT, FileKind.SUMMARY, FileKind.CHAT}),
}
"""The files that a look hands out."""


async def find_person(visit: Visit, request: FindPerson) -> None:
    """`/calls find alice`: where somebody is live now."""

    async def look() -> None:
        found = await visit.desk.find(visit.asker, request.words)
        await visit.answer(found_message(request.words, found))

    visit.later(look, "find")


async def look_at_call(visit: Visit, request: LookAtCall) -> None:
    """`/calls quality K7QX` and the like: one look at a call that is live or just ended."""

    async def look() -> None:
        call = await visit.desk.call(visit.asker, request.call)
        asked = LookValue(look=request.look, call=call.ref, page=request.page)
        await show_report(visit, asked)

    visit.later(look, request.look)


async def look_at_rooms(visit: Visit, request: LookAtRooms) -> None:
    """`/calls rooms realtimekit`: what a vendor, or each, knows by name."""
    asked = RoomsValue(vendor=request.vendor, page=request.page)
    visit.later(lambda: show_rooms(visit, asked), ROOMS.name)


async def show_report(visit: Visit, asked: LookValue, *, in_place: bool = False) -> None:
    """Show one look at a call."""
    await visit.hold(in_place=in_place)
    await visit.desk.policy.require_viewer(visit.asker.actor, visit.asker.channel)
    title = await title_of(visit.desk.board, asked.call)
    named = NamedLook(**asked.model_dump(), title=title)
    await visit.answer(await REPORT_HANDLERS[asked.look](visit, named), in_place=in_place)


async def show_rooms(visit: Visit, asked: RoomsValue, *, in_place: bool = False) -> None:
    """Show what one vendor knows by name, or each: what one of several lacks is one line."""
    await visit.hold(in_place=in_place)
    if asked.vendor is not None:
        provider = await visit.desk.reports(visit.asker, ROOMS, asked.vendor)
        shelves = [Shelf(asked.vendor, await _rooms(visit, provider))]
    else:
        vendors = visit.desk.board.providers
        shelves = await asyncio.gather(*(_shelf(visit, vendor) for vendor in vendors))
    await visit.answer(rooms_report(asked, shelves, _now(visit)), in_place=in_place)


async def _shelf(visit: Visit, vendor: Vendor) -> Shelf:
    try:
        provider = await visit.desk.reports(visit.asker, ROOMS, vendor)
        return Shelf(vendor, await _rooms(visit, provider))
    except (Impossible, VendorError) as error:
        return Shelf(vendor, trouble=str(error))


async def _rooms(visit: Visit, provider: CallProvider) -> Sequence[Room]:
    return await visit.desk.board.shared((ROOMS.name, provider.vendor), provider.rooms)


async def _quality(visit: Visit, asked: NamedLook) -> Message:
    provider = await _vendor(visit, QUALITY, asked)
    quality = await _shared(visit, QUALITY, asked, provider.quality)
    return quality_report(asked, quality, _now(visit))


async def _attendance(visit: Visit, asked: NamedLook) -> Message:
    attendance = await visit.desk.attendance(visit.asker, asked.call)
    return attendance_report(asked, attendance, _now(visit))


async def _members(visit: Visit, asked: NamedLook) -> Message:
    provider = await _vendor(visit, MEMBERS, asked)
    members = await _shared(visit, MEMBERS, asked, provider.members)
    return members_report(asked, members, _now(visit))


async def _feedback(visit: Visit, asked: NamedLook) -> Message:
    provider = await _vendor(visit, FEEDBACK, asked)
    feedback = await _shared(visit, FEEDBACK, asked, provider.feedback)
    return feedback_report(asked, feedback, _now(visit))


def _files(look: Report) -> ReportHandler:
    """The report of the files that `look` hands out, once that is on record."""

    async def report(visit: Visit, asked: NamedLook) -> Message:
        call = Call(ref=asked.call, title=asked.title, people=0)
        key = visit.key("look", visit.trigger_id)
        files = await visit.desk.files(visit.asker, look, call, KINDS[look.name], key)
        capabilities = visit.desk.board.provider(asked.call.vendor).capabilities
        return files_report(asked, files, capabilities, _now(visit))

    return report


async def _shared(
    visit: Visit, look: Report, asked: LookValue, read: Callable[[CallRef], Awaitable[T]]
) -> T:
    """What a vendor tells of a call, asked once for all who look at it now."""
    return await visit.desk.board.shared((look.name, asked.call), lambda: read(asked.call))


async def _vendor(visit: Visit, look: Report, asked: LookValue) -> CallProvider:
    return await visit.desk.reports(visit.asker, look, asked.call.vendor)


def _now(visit: Visit) -> datetime:
    return visit.desk.board.clock.now()


REPORT_HANDLERS: Mapping[str, ReportHandler] = {
    ATTENDANCE.name: _attendance,
    QUALITY.name: _quality,
    MEMBERS.name: _members,
    RECORDINGS.name: _files(RECORDINGS),
    TRANSCRIPTS.name: _files(TRANSCRIPTS),
    FEEDBACK.name: _feedback,
}
"""The report of each look at a call."""
