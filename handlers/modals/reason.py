"""The form behind every act: why, with which options, and what cannot be undone."""

import asyncio

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.calls.acts import Act
from bot.calls.cases import Order
from bot.errors import CallwardenError
from handlers.blocks.forms import FormState, form_errors, read_form, reason_form
from handlers.slack_errors import error_code
from handlers.visit import Visit

OPEN_SECONDS = 3.0
"""How long a trigger_id is good for a form (Slack's rule)."""

NOT_OPENED = {
    "expired_trigger_id",
    "exchanged_trigger_id",
    "trigger_expired",
    "trigger_exchanged",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "ratelimited",
    "garbled",
}
"""Errors of views.open that pressing again may mend."""


FieldErrors = dict[str, str]
"""What Slack shows beside a form's fields, by block_id; empty when the form may close."""


class FormTooLate(CallwardenError):
    """Slack allows 3 seconds between a press and its form."""

    default_next_step = "Nothing was done. Press it or type it again."


async def open_form(visit: Visit, act: Act, why: str = "", *, card: bool = False) -> None:
    """Show the form for `act`. `card`: the answer redraws the card that was pressed."""
    provider = visit.desk.board.provider(act.call.vendor)
    state = FormState(act=act, channel=visit.asker.channel, reply_url=visit.reply_url, card=card)
    form = reason_form(
        state, provider.capabilities[act.verb.name], visit.desk.board.rtmp_targets, why
    )
    try:
        async with asyncio.timeout(OPEN_SECONDS):
            await visit.counter.slack.views_open(trigger_id=visit.trigger_id, view=form)
    except SlackApiError as error:
        if error_code(error) not in NOT_OPENED:
            raise
        raise FormTooLate("Slack did not open the form in time.") from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise FormTooLate("Slack did not open the form in time.") from error


async def submit(visit: Visit) -> FieldErrors:
    """Take the order as filled in; the form closes once it is on disk, or says what it lacks."""
    view = visit.payload
    if errors := form_errors(view):
        return errors
    filled = read_form(view)
    await visit.desk.request(
        Order(
            key=visit.key("form", view["id"], view["hash"]),
            act=filled.act,
            actor=visit.asker.actor,
            reason=filled.reason,
            channel=filled.state.channel,
            reply_url=filled.state.reply_url,
            card=filled.state.card,
        )
    )
    return {}
