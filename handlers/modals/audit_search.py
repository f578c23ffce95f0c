"""The form to search the audit log: how it opens, and what submitting it does."""

from dataclasses import replace

from bot.calls.audit_filter import AuditQuery
from bot.calls.cases import ANSWERABLE
from bot.calls.models import Vendor
from bot.errors import BadInput
from bot.moderation.asker import Asker
from handlers.blocks.forms.audit_search_form import SearchState, read_search, search_form
from handlers.context import SlackContext
from handlers.modals.order_form import FieldErrors
from handlers.screens.audit import show_audit_page
from handlers.screens.views import open_view


async def _zone(ctx: SlackContext) -> str:
    """The asker's time zone, as their Slack profile has it."""
    return await ctx.services.digests.zone(ctx.asker)


async def open_form(
    ctx: SlackContext, which: AuditQuery, name: str = "", *, in_place: bool = False
) -> None:
    """Show the form to search the audit log, filled in with `which`.

    `name` is a moderator who was not named by id; `in_place` has the answer replace the message
    that was pressed. Raises RoleTooLow for those who may not read the log, and FormTooLate.
    """
    await ctx.moderation.cases.require_auditor(ctx.asker)
    state = SearchState(
        channel=ctx.asker.channel,
        reply_url=ctx.reply_url,
        in_place=in_place,
        opened=ctx.now,
        zone=await _zone(ctx),
    )
    await open_view(ctx, search_form(state, which, tuple(Vendor), name))


async def submit(ctx: SlackContext) -> FieldErrors:
    """Close the submitted form; the audit entries follow where it was opened."""
    state, which = read_search(ctx.payload)
    if ctx.now - state.opened >= ANSWERABLE:
        raise BadInput(
            "Slack takes no answer for a form that was open for half an hour.",
            next_step=f"Open it again: `{ctx.services.command} audit search`",
        )
    asker = Asker(ctx.asker.actor, state.channel)
    there = replace(ctx, asker=asker, reply_url=state.reply_url)
    there.later(lambda: show_audit_page(there, which, in_place=state.in_place), "audit")
    return {}
