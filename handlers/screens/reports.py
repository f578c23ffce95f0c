"""What a vendor keeps about a call or knows by name, each report of `bot.calls.reports`."""

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
from handlers.blocks.reports.report import feedback_report, members_report, quality_report
from handlers.blocks.reports.report_values import ReportValue, RoomsValue, TitledReport
from handlers.blocks.reports.rooms import RoomListing, rooms_report
from handlers.context import SlackContext

T = TypeVar("T")

ReportHandler = Callable[[SlackContext, TitledReport], Awaitable[Message]]

KINDS: Mapping[str, frozenset[FileKind]] = {
    RECORDINGS.name: frozenset({FileKind.RECORDING}),
    TRANSCRIPTS.name: frozenset({FileKind.TRANSCRIPT, FileKind.SUMMARY, FileKind.CHAT}),
}
"""The files that a report hands out."""


async def show_report(ctx: SlackContext, asked: ReportValue, *, in_place: bool = False) -> None:
    """Show one report of a call."""
    await ctx.show_waiting(in_place=in_place)
    await ctx.service.policy.require_viewer(ctx.asker.actor, ctx.asker.channel)
    title = await title_of(ctx.service.live_calls, asked.call)
    named = TitledReport(**asked.model_dump(), title=title)
    await ctx.answer(await REPORT_HANDLERS[asked.look](ctx, named), in_place=in_place)


async def show_rooms(ctx: SlackContext, asked: RoomsValue, *, in_place: bool = False) -> None:
    """Show what one vendor knows by name, or each: what one of several lacks is one line."""
    await ctx.show_waiting(in_place=in_place)
    if asked.vendor is not None:
        provider = await ctx.service.reports(ctx.asker, ROOMS, asked.vendor)
        listings = [RoomListing(asked.vendor, await _rooms(ctx, provider))]
    else:
        vendors = ctx.service.live_calls.providers
        listings = await asyncio.gather(*(_listing(ctx, vendor) for vendor in vendors))
    await ctx.answer(rooms_report(asked, listings, _now(ctx)), in_place=in_place)


async def _listing(ctx: SlackContext, vendor: Vendor) -> RoomListing:
    try:
        provider = await ctx.service.reports(ctx.asker, ROOMS, vendor)
        return RoomListing(vendor, await _rooms(ctx, provider))
    except (Impossible, VendorError) as error:
        return RoomListing(vendor, trouble=str(error))


async def _rooms(ctx: SlackContext, provider: CallProvider) -> Sequence[Room]:
    return await ctx.service.live_calls.shared(
        (ROOMS.name, provider.vendor), provider.reports.rooms
    )


async def _quality(ctx: SlackContext, asked: TitledReport) -> Message:
    provider = await _vendor(ctx, QUALITY, asked)
    quality = await _shared(ctx, QUALITY, asked, provider.reports.quality)
    return quality_report(asked, quality, _now(ctx))


async def _attendance(ctx: SlackContext, asked: TitledReport) -> Message:
    attendance = await ctx.service.attendance(ctx.asker, asked.call)
    return attendance_report(asked, attendance, _now(ctx))


async def _members(ctx: SlackContext, asked: TitledReport) -> Message:
    provider = await _vendor(ctx, MEMBERS, asked)
    members = await _shared(ctx, MEMBERS, asked, provider.reports.members)
    return members_report(asked, members, _now(ctx))


async def _feedback(ctx: SlackContext, asked: TitledReport) -> Message:
    provider = await _vendor(ctx, FEEDBACK, asked)
    feedback = await _shared(ctx, FEEDBACK, asked, provider.reports.feedback)
    return feedback_report(asked, feedback, _now(ctx))


def _files(kind: Report) -> ReportHandler:
    """The report of the files that `kind` hands out, once that is on record."""

    async def report(ctx: SlackContext, asked: TitledReport) -> Message:
        call = Call(ref=asked.call, title=asked.title, people=0)
        key = ctx.key("look", ctx.trigger_id)
        files = await ctx.service.files(ctx.asker, kind, call, KINDS[kind.name], key)
        capabilities = ctx.service.live_calls.provider(asked.call.vendor).capabilities
        return files_report(asked, files, capabilities, _now(ctx))

    return report


async def _shared(
    ctx: SlackContext, kind: Report, asked: ReportValue, read: Callable[[CallRef], Awaitable[T]]
) -> T:
    """What a vendor tells of a call, asked once for all who ask at the same moment."""
    return await ctx.service.live_calls.shared((kind.name, asked.call), lambda: read(asked.call))


async def _vendor(ctx: SlackContext, kind: Report, asked: ReportValue) -> CallProvider:
    return await ctx.service.reports(ctx.asker, kind, asked.call.vendor)


def _now(ctx: SlackContext) -> datetime:
    return ctx.service.live_calls.clock.now()


REPORT_HANDLERS: Mapping[str, ReportHandler] = {
    ATTENDANCE.name: _attendance,
    QUALITY.name: _quality,
    MEMBERS.name: _members,
    RECORDINGS.name: _files(RECORDINGS),
    TRANSCRIPTS.name: _files(TRANSCRIPTS),
    FEEDBACK.name: _feedback,
}
"""What makes each report of a call, by its name."""
