"""The list of live calls, and one call with its people."""

from bot.calls.live import ListView
from bot.calls.models import CallRef
from handlers.blocks.call_card import call_message
from handlers.blocks.call_list import list_message
from handlers.context import SlackContext


async def show_list(ctx: SlackContext, view: ListView, *, in_place: bool = False) -> None:
    """Show the live calls that match `view`."""
    await ctx.show_waiting(in_place=in_place)
    listing = await ctx.moderation.list_calls(ctx.asker, view)
    capabilities = ctx.moderation.vendor_capabilities()
    await ctx.answer(list_message(listing, view, capabilities), in_place=in_place)


async def show_one(ctx: SlackContext, ref: CallRef, page: int, *, in_place: bool = False) -> None:
    """Show one call with a page (from 0) of its people."""
    await ctx.show_waiting(in_place=in_place)
    view, cases = await ctx.moderation.open(ctx.asker, ref, page)
    await ctx.answer(call_message(view, cases), in_place=in_place)
