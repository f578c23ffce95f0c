"""Putting a form in front of somebody: the trigger is spent first, what it shows may follow."""

from collections.abc import Awaitable
from functools import partial
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.errors import FormTooLate
from handlers.blocks.forms.order_form import loading_view
from handlers.blocks.forms.reason_form import trouble_view
from handlers.blocks.message import Message
from handlers.blocks.refusals import broken
from handlers.context import SlackContext
from handlers.slack_api.errors import (
    CALL_ERRORS,
    TRIGGER_SPENT,
    VIEW_CHANGED,
    VIEW_CLOSED,
    error_code,
)
from handlers.slack_api.views import TRIGGER_SECONDS, OpenView, put_view, write_view

UPDATE_SECONDS = 5.0
"""The longest wait for a form to be drawn anew."""


async def open_view(ctx: SlackContext, view: dict[str, Any]) -> OpenView:
    """Open a view with the trigger of this request, which is spent by that. Raises FormTooLate.

    Pressed in a modal, it comes on top of that one.
    """
    slack = ctx.services.slack
    method = slack.views_push if ctx.in_modal else slack.views_open
    try:
        return await put_view(partial(method, trigger_id=ctx.trigger_id), view, TRIGGER_SECONDS)
    except SlackApiError as error:
        if error_code(error) not in TRIGGER_SPENT:
            raise
        raise FormTooLate("Slack did not open the form in time.") from error
    except CALL_ERRORS as error:
        raise FormTooLate("Slack did not open the form in time.") from error


async def open_loading(ctx: SlackContext, label: str) -> OpenView:
    """Open a view that says to wait, before the trigger is too old. Raises FormTooLate."""
    return await open_view(ctx, loading_view(label))


async def draw_or_explain(
    ctx: SlackContext, where: OpenView, work: Awaitable[dict[str, Any]]
) -> None:
    """Draw the view that `work` returns, or a view with the error that it raised, in words."""
    view = await ctx.error_as_message(work)
    await draw(ctx, where, trouble_view(view) if isinstance(view, Message) else view)


async def draw(ctx: SlackContext, where: OpenView, view: dict[str, Any]) -> bool:
    """Draw a view over an open one; False where something else was drawn there in between.

    A view that was closed needs no drawing. One that Slack does not take is logged, and words take
    its place, so that nobody waits for it.
    """
    refused = await _update(ctx, where, view)
    if refused and refused not in {VIEW_CHANGED, VIEW_CLOSED}:
        await _update(ctx, where, trouble_view(broken()))
    return refused != VIEW_CHANGED


async def _update(ctx: SlackContext, where: OpenView, view: dict[str, Any]) -> str:
    """What Slack says against it; empty when it is drawn."""
    update = partial(ctx.services.slack.views_update, view_id=where.id, hash=where.hash or None)
    drawn = await write_view(
        update, [view], UPDATE_SECONDS, event="form not drawn", expected={VIEW_CHANGED, VIEW_CLOSED}
    )
    return drawn.error
