"""The Home tab: drawn when it is opened, by its Refresh button, and after an order given there."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from bot.calls.live import ListView
from bot.errors import CallwardenError, NotPermitted, Outsider
from bot.priority import Priority, working_at
from handlers.blocks.home import (
    CASES,
    HomeContent,
    VendorAccess,
    home_view,
    kept_view,
    outside_view,
    plain_view,
)
from handlers.blocks.message import Message
from handlers.context import SlackContext
from handlers.slack_api.admin_alerts import outage_words
from handlers.slack_api.errors import VIEW_CHANGED
from handlers.slack_api.views import write_view

PUBLISH_SECONDS = 5.0
"""The longest wait for Slack to take a Home."""

TAB = "home"

OUTSIDE = (
    "Calls are looked after by members of this workspace. If something is wrong in a call, write "
    "to one of them: they can act at once."
)


async def opened(ctx: SlackContext) -> None:
    """Draw the Home tab when it is opened (`app_home_opened`); not for the bot's other tabs."""
    if ctx.payload.get("tab") == TAB:
        await publish(ctx, ctx.payload.get("view"))


async def refused(ctx: SlackContext, why: CallwardenError) -> None:
    """Say in the Home tab why it is not drawn anew; there is nowhere else to answer its opening."""
    if ctx.payload.get("tab") == TAB:
        words, before = [str(why), why.next_step], ctx.payload.get("view")
        plain = outside_view(words, ctx.now)
        kept = before.get("blocks") if before else None
        await _show(ctx, kept_view(words, kept) if kept else plain, plain, before)


async def refresh(ctx: SlackContext) -> None:
    """Draw the Home tab anew, for its Refresh button."""
    await publish(ctx, ctx.body.get("view"))


async def try_channels(ctx: SlackContext) -> None:
    """Try channels that took no lines of cases, for “Try now”; then draw Home anew."""
    await ctx.moderation.try_channels(ctx.asker)
    await refresh(ctx)


async def publish(ctx: SlackContext, before: Mapping[str, Any] | None) -> None:
    """Draw somebody's Home as it is now, unless it was drawn anew after `before`.

    Each vendor has its deadline, so that a slow one is one line and holds up nothing.
    """
    with working_at(Priority.LOOK):  # also after an order
        view = await _drawn(ctx)
    await _show(ctx, view, plain_view(view, ctx.services.command), before)


async def _drawn(ctx: SlackContext) -> dict[str, Any]:
    service, command = ctx.moderation, ctx.services.command
    try:
        places = await service.standing(ctx.asker)
        await service.require_viewer(ctx.asker)
    except NotPermitted as no:
        kind = OUTSIDE if isinstance(no, Outsider) else no.next_step
        return outside_view([str(no), kind], service.clock.now())
    calls, cases, outages = await asyncio.gather(
        ctx.error_as_message(service.list_calls(ctx.asker, ListView())),
        ctx.error_as_message(service.cases.own(ctx.asker, CASES)),
        ctx.error_as_message(service.outages(ctx.asker)),
    )
    content = HomeContent(
        places=tuple(VendorAccess(**place._asdict()) for place in places),
        calls=calls,
        cases=cases if isinstance(cases, Message) else tuple(cases),
        outages=() if isinstance(outages, Message) else tuple(map(outage_words, outages)),
        capabilities=service.vendor_capabilities(),
    )
    return home_view(content, command, service.clock.now())


async def _show(
    ctx: SlackContext, view: dict[str, Any], plain: dict[str, Any], before: Mapping[str, Any] | None
) -> None:
    """Publish `view`, or `plain` where Slack refuses its blocks; not over one newer than `before`.

    A `before` of which Slack tells no hash is written over.
    """
    guard = str(before["hash"]) if before and before.get("hash") else None
    publish = partial(ctx.services.slack.views_publish, user_id=ctx.asker.actor.user, hash=guard)
    await write_view(
        publish, [view, plain], PUBLISH_SECONDS, event="home not shown", expected={VIEW_CHANGED}
    )
