"""What a vendor keeps about a call or knows by name, each report of `bot.calls.reports`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from bot.calls.models import Call, Vendor
from bot.calls.reports import (
    ATTENDANCE,
    FEEDBACK,
    MEMBERS,
    QUALITY,
    RECORDINGS,
    TRANSCRIPTS,
    FileKind,
    Report,
)
from bot.errors import Impossible, VendorError
from handlers.blocks.message import Message
from handlers.blocks.reports.attendance import attendance_report
from handlers.blocks.reports.files import files_report
from handlers.blocks.reports.report import feedback_report, members_report, quality_report
from handlers.blocks.reports.report_values import ReportValue, RoomsValue, TitledReport
from handlers.blocks.reports.rooms import RoomListing, rooms_report
from handlers.context import SlackContext

ReportHandler = Callable[[SlackContext, TitledReport], Awaitable[Message]]

KINDS: Mapping[str, frozenset[FileKind]] = {
    RECORDINGS.name: frozenset({FileKind.RECORDING}),
    TRANSCRIPTS.name: frozenset({FileKind.TRANSCRIPT, FileKind.SUMMARY, FileKind.CHAT}),
}
"""The files that a report hands out."""


async def show_report(ctx: SlackContext, asked: ReportValue, *, in_place: bool = False) -> None:
    """Show one report of a call, at the page that `asked` names. Raises as `ReportService`."""
    await ctx.show_waiting(in_place=in_place)
    await ctx.moderation.require_viewer(ctx.asker)
    title = await ctx.moderation.title_of(asked.call)
    named = TitledReport(**asked.model_dump(), title=title)
    await ctx.answer(await REPORT_HANDLERS[asked.look](ctx, named), in_place=in_place)


async def show_rooms(ctx: SlackContext, asked: RoomsValue, *, in_place: bool = False) -> None:
    """Show the rooms that one vendor, or each, knows by name; one that fails is one line."""
    await ctx.show_waiting(in_place=in_place)
    if asked.vendor is not None:
        rooms = await ctx.moderation.reports.rooms(ctx.asker, asked.vendor)
        listings = [RoomListing(asked.vendor, rooms)]
    else:
        vendors = ctx.moderation.vendors
        listings = await asyncio.gather(*(_listing(ctx, vendor) for vendor in vendors))
    await ctx.answer(rooms_report(asked, listings, ctx.now), in_place=in_place)


async def _listing(ctx: SlackContext, vendor: Vendor) -> RoomListing:
    try:
        return RoomListing(vendor, await ctx.moderation.reports.rooms(ctx.asker, vendor))
    except (Impossible, VendorError) as error:
        return RoomListing(vendor, trouble=str(error))


async def _quality(ctx: SlackContext, asked: TitledReport) -> Message:
    return quality_report(
        asked, await ctx.moderation.reports.quality(ctx.asker, asked.call), ctx.now
    )


async def _attendance(ctx: SlackContext, asked: TitledReport) -> Message:
    attendance = await ctx.moderation.reports.attendance(ctx.asker, asked.call)
    return attendance_report(asked, attendance, ctx.now)


async def _members(ctx: SlackContext, asked: TitledReport) -> Message:
    return members_report(
        asked, await ctx.moderation.reports.members(ctx.asker, asked.call), ctx.now
    )


async def _feedback(ctx: SlackContext, asked: TitledReport) -> Message:
    feedback = await ctx.moderation.reports.feedback(ctx.asker, asked.call)
    return feedback_report(asked, feedback, ctx.now)


def _files(kind: Report) -> ReportHandler:
    """The report of the files that `kind` hands out, once that is on record."""

    async def report(ctx: SlackContext, asked: TitledReport) -> Message:
        call = Call(ref=asked.call, title=asked.title, people=0)
        key = ctx.key("look", ctx.trigger_id)
        files = await ctx.moderation.reports.files(ctx.asker, kind, call, KINDS[kind.name], key)
        capabilities = ctx.moderation.vendor_capabilities()[asked.call.vendor]
        return files_report(asked, files, capabilities, ctx.now)

    return report


REPORT_HANDLERS: Mapping[str, ReportHandler] = {
    ATTENDANCE.name: _attendance,
    QUALITY.name: _quality,
    MEMBERS.name: _members,
    RECORDINGS.name: _files(RECORDINGS),
    TRANSCRIPTS.name: _files(TRANSCRIPTS),
    FEEDBACK.name: _feedback,
}
"""What makes each report of a call, by its name."""
