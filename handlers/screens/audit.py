"""The audit log, a page at a time, and one case with its history."""

from bot.calls.audit_filter import AuditQuery
from handlers.blocks.audit import audit_message
from handlers.blocks.case_history import case_message
from handlers.blocks.message import Message
from handlers.context import SlackContext


async def audit_page(ctx: SlackContext, which: AuditQuery) -> Message:
    """The message with the audit entries that match `which`; raises as `CaseService`."""
    return audit_message(await ctx.moderation.cases.audit_entries(ctx.asker, which), which)


async def show_audit_page(ctx: SlackContext, which: AuditQuery, *, in_place: bool = False) -> None:
    """Answer with the audit entries that match `which`."""
    await ctx.answer(await audit_page(ctx, which), in_place=in_place)


async def case_page(ctx: SlackContext, number: int, page: int = 0) -> Message:
    """The message with one case from request to outcome, and what its reader may do about it."""
    life = await ctx.moderation.cases.history(ctx.asker, number)
    return case_message(life, await ctx.moderation.rights_in(ctx.asker, life.case), page)
