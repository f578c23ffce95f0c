"""Words that only look: calls, people, reports, cases, the audit log, what vendors can do."""

from zoneinfo import ZoneInfo

from bot.calls.audit_filter import AuditQuery
from bot.calls.reports import ROOMS
from bot.digest_delivery.service import UTC_NAME
from handlers.blocks.capabilities import capabilities_message
from handlers.blocks.help import help_message
from handlers.blocks.message import Message
from handlers.blocks.reports.found_people import found_message
from handlers.blocks.reports.report_values import ReportValue, RoomsValue
from handlers.context import SlackContext
from handlers.modals import audit_search
from handlers.parsing.audit_search import ME
from handlers.parsing.requests import (
    FindPerson,
    Help,
    ListCalls,
    ShowAudit,
    ShowCall,
    ShowCapabilities,
    ShowCase,
    ShowReport,
    ShowRooms,
)
from handlers.screens.audit import audit_page, case_page, show_audit_page
from handlers.screens.calls import show_list, show_one
from handlers.screens.reports import show_report, show_rooms


async def list_calls(ctx: SlackContext, request: ListCalls) -> None:
    """Answer `/calls` with the live calls."""
    ctx.later(lambda: show_list(ctx, request.view), "list")


async def show_call(ctx: SlackContext, request: ShowCall) -> None:
    """Answer `/calls show K7QX` with one call and who is in it."""

    async def show() -> None:
        call = await ctx.moderation.call(ctx.asker, request.call)
        await show_one(ctx, call.ref, request.page)

    ctx.later(show, "show")


async def find_person(ctx: SlackContext, request: FindPerson) -> None:
    """Answer `/calls find alice` with where somebody is live now."""

    async def show() -> None:
        found = await ctx.moderation.find(ctx.asker, request.words)
        await ctx.answer(found_message(request.words, found))

    ctx.later(show, "find")


async def show_report_of_call(ctx: SlackContext, request: ShowReport) -> None:
    """Answer `/calls quality K7QX` and the like with a report of a call, live or just ended."""

    async def show() -> None:
        call = await ctx.moderation.call(ctx.asker, request.call)
        asked = ReportValue(look=request.report, call=call.ref, page=request.page)
        await show_report(ctx, asked)

    ctx.later(show, request.report)


async def show_named_rooms(ctx: SlackContext, request: ShowRooms) -> None:
    """Answer `/calls rooms realtimekit` with the rooms that a vendor, or each, knows by name."""
    asked = RoomsValue(vendor=request.vendor, page=request.page)
    ctx.later(lambda: show_rooms(ctx, asked), ROOMS.name)


async def show_case(ctx: SlackContext, request: ShowCase) -> Message:
    """Answer `/calls case 128` with one case, from request to outcome."""
    return await case_page(ctx, request.number)


async def show_audit(ctx: SlackContext, request: ShowAudit) -> Message | None:
    """Answer `/calls audit` with the audit log, newest first, or open the form to search it.

    A search may take longer than an acknowledgement: its answer follows, and None is returned.
    """
    which = request.which
    if request.form or request.by_name or request.since or request.until or which.is_narrow:
        ctx.later(lambda: _search(ctx, request), "audit")
        return None
    return await audit_page(ctx, which)


async def _search(ctx: SlackContext, request: ShowAudit) -> None:
    which, name = await _resolve_search(ctx, request)
    if request.form or name is not None:
        await audit_search.open_form(ctx, which, name or "")
    else:
        await show_audit_page(ctx, which)


async def _resolve_search(ctx: SlackContext, request: ShowAudit) -> tuple[AuditQuery, str | None]:
    """What is looked for, as of now, and the moderator's name where only that is known."""
    zone = await ctx.services.digests.zone(ctx.asker) if request.zoned else UTC_NAME
    between = request.between(ctx.now, ZoneInfo(zone))
    which = request.which.model_copy(update=between)
    if request.by_name is not None and request.by_name.casefold() == ME:
        return which.model_copy(update={"by": ctx.asker.actor.user}), None
    return which, request.by_name


async def capabilities(ctx: SlackContext, request: ShowCapabilities) -> Message:
    """Answer `/calls capabilities` with what each vendor lets a moderator do."""
    tables = await ctx.moderation.capabilities(ctx.asker)
    return capabilities_message(tables, request.vendor)


async def explain(ctx: SlackContext, request: Help) -> Message:
    """Answer `/calls help` with what can be typed."""
    return help_message(request.topic, ctx.services.command)
