"""Words that only look: live calls, one call, cases, the audit log, what vendors can do."""

from bot.calls.live import ListView
from bot.calls.models import CallRef
from handlers.blocks.call_card import call_message
from handlers.blocks.call_list import list_message
from handlers.blocks.capabilities import capabilities_message
from handlers.blocks.case_history import case_message
from handlers.blocks.help import help_message
from handlers.blocks.message import Message
from handlers.context import SlackContext
from handlers.modals import audit_search
from handlers.parsing.requests import (
    Help,
    ListCalls,
    ShowAudit,
    ShowCall,
    ShowCapabilities,
    ShowCase,
)


async def list_calls(ctx: SlackContext, request: ListCalls) -> None:
    """`/calls`: what is live now."""
    ctx.later(lambda: show_list(ctx, request.view), "list")


async def show_call(ctx: SlackContext, request: ShowCall) -> None:
    """`/calls show K7QX`: one call and who is in it."""

    async def look() -> None:
        call = await ctx.service.call(ctx.asker, request.call)
        await show_one(ctx, call.ref, request.page)

    ctx.later(look, "show")


async def show_case(ctx: SlackContext, request: ShowCase) -> Message:
    """`/calls case 128`: one case, from asking to outcome."""
    return await told_case(ctx, request.number)


async def told_case(ctx: SlackContext, number: int, page: int = 0) -> Message:
    """A case from asking to outcome, with what its reader may do about it."""
    life = await ctx.service.life(ctx.asker, number)
    return case_message(life, await ctx.service.rights_in(ctx.asker, life.case), page)


async def show_audit(ctx: SlackContext, request: ShowAudit) -> Message | None:
    """`/calls audit`: the audit log, newest first, or the form to search it.

    What has to be looked for may take longer than an acknowledgement; it follows.
    """
    which = request.which
    if request.form or request.by_name or request.since or request.until or which.narrow:
        ctx.later(lambda: _search(ctx, request), "audit")
        return None
    return await audit_search.page(ctx, which)


async def _search(ctx: SlackContext, request: ShowAudit) -> None:
    which, name = await audit_search.resolve_search(ctx, request)
    if request.form or name is not None:
        await audit_search.open_form(ctx, which, name or "")
    else:
        await audit_search.show(ctx, which)


async def capabilities(ctx: SlackContext, request: ShowCapabilities) -> Message:
    """`/calls capabilities`: what each vendor lets a moderator do."""
    tables = await ctx.service.capabilities(ctx.asker)
    return capabilities_message(tables, request.vendor)


async def explain(ctx: SlackContext, request: Help) -> Message:
    """`/calls help`: what can be said."""
    return help_message(request.topic, ctx.services.command)


async def show_list(ctx: SlackContext, view: ListView, *, in_place: bool = False) -> None:
    """Show the live calls that match `view`."""
    await ctx.show_waiting(in_place=in_place)
    picture = await ctx.service.look(ctx.asker, view)
    capabilities = {v: p.capabilities for v, p in ctx.service.live_calls.providers.items()}
    await ctx.answer(list_message(picture, view, capabilities), in_place=in_place)


async def show_one(ctx: SlackContext, ref: CallRef, page: int, *, in_place: bool = False) -> None:
    """Show one call with a page of its people."""
    await ctx.show_waiting(in_place=in_place)
    view, cases = await ctx.service.open(ctx.asker, ref, page)
    await ctx.answer(call_message(view, cases), in_place=in_place)
