"""Putting a form in front of somebody: the trigger is spent first, what it shows may follow."""

import asyncio
from collections.abc import Awaitable
from typing import Any, NamedTuple

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.errors import CallwardenError
from handlers.blocks.forms.order_form import loading_view
from handlers.blocks.forms.reason_form import trouble_view
from handlers.blocks.message import Message
from handlers.blocks.refusals import broken
from handlers.context import SlackContext
from handlers.slack_api.errors import cause, complaints, error_code

log = structlog.get_logger(__name__)

OPEN_SECONDS = 3.0
"""How long a trigger_id is good for a form (Slack's rule)."""

UPDATE_SECONDS = 5.0
"""The longest wait for a form to be drawn anew."""

NOT_OPENED = {
    "expired_trigger_id",
    "exchanged_trigger_id",
    "invalid_trigger_id",
    "trigger_expired",
    "trigger_exchanged",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "ratelimited",
    "garbled",
}
"""Errors of views.open that pressing again may mend."""

CONFLICT, CLOSED, SILENT = "hash_conflict", "not_found", "no answer"
"""Why a view was not drawn: somebody else's drawing came first, it was closed, Slack is away."""


class FormTooLate(CallwardenError):
    """Slack allows 3 seconds between a press and its form."""

    default_next_step = "Nothing was done. Press it or type it again."


class OpenView(NamedTuple):
    """A view in front of somebody, as it was drawn last."""

    id: str
    hash: str


async def open_view(ctx: SlackContext, view: dict[str, Any]) -> OpenView:
    """Show a view with the trigger of this request, which is spent. Raises FormTooLate.

    Pressed in a modal, it comes on top of that one.
    """
    try:
        async with asyncio.timeout(OPEN_SECONDS):
            slack = ctx.services.slack
            put = slack.views_push if ctx.in_modal else slack.views_open
            answer = await put(trigger_id=ctx.trigger_id, view=view)
    except SlackApiError as error:
        if error_code(error) not in NOT_OPENED:
            raise
        raise FormTooLate("Slack did not open the form in time.") from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise FormTooLate("Slack did not open the form in time.") from error
    shown = answer.get("view") or {}
    return OpenView(str(shown.get("id", "")), str(shown.get("hash", "")))


async def open_loading(ctx: SlackContext, label: str) -> OpenView:
    """Spend the trigger on a view that says to wait. Raises FormTooLate."""
    return await open_view(ctx, loading_view(label))


async def draw_or_explain(
    ctx: SlackContext, where: OpenView, work: Awaitable[dict[str, Any]]
) -> None:
    """Draw what `work` returns, or what stood in its way, in words."""
    view = await ctx.error_as_message(work)
    await draw(ctx, where, trouble_view(view) if isinstance(view, Message) else view)


async def draw(ctx: SlackContext, where: OpenView, view: dict[str, Any]) -> bool:
    """Write over a view; False where somebody else drew it in between.

    A view that was closed needs no drawing. One that Slack does not take is logged, and words take
    its place, so that nobody waits for it.
    """
    refused = await _update(ctx, where, view)
    if refused and refused not in {CONFLICT, CLOSED}:
        await _update(ctx, where, trouble_view(broken()))
    return refused != CONFLICT


async def _update(ctx: SlackContext, where: OpenView, view: dict[str, Any]) -> str:
    """What Slack says against it; empty when it is drawn."""
    try:
        async with asyncio.timeout(UPDATE_SECONDS):
            await ctx.services.slack.views_update(
                view_id=where.id, hash=where.hash or None, view=view
            )
    except SlackApiError as error:
        said = error_code(error)
        if said not in {CONFLICT, CLOSED}:
            log.warning("form not drawn", error=said, why=complaints(error))
        return said
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        log.warning("form not drawn", error=type(error).__name__, cause=cause(error))
        return SILENT
    return ""
