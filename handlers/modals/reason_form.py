"""The form that asks why an act is done: how it opens, and what submitting it does."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.calls.acts import Act, ActRef
from bot.calls.cases import Order
from bot.errors import CallwardenError, UnknownPerson, VendorError
from bot.moderation.resolver import UnclearPeople
from handlers.blocks.forms.option_fields import RECORDING
from handlers.blocks.forms.reason_fields import REASON
from handlers.blocks.forms.reason_form import FormState, form_errors, read_form, reason_form
from handlers.blocks.offers import outputs
from handlers.blocks.text import cut
from handlers.context import FORM_KEY, SlackContext
from handlers.modals.order_form import FieldErrors, UpdateView, close_or_follow
from handlers.modals.vendor_questions import recording_error, with_leaving
from handlers.parsing.orders import ActRequest
from handlers.redelivery import earlier_acceptance
from handlers.screens.views import draw_or_explain, open_loading, open_view

LOOK_UP_SECONDS = 0.8
"""How long a submitted form waits to hear whom it means: Slack gives 3 s for everything."""

MAX_ERROR = 300
"""Characters of an error beside a field."""


async def open_form(ctx: SlackContext, act: Act, why: str = "", *, card: bool = False) -> None:
    """Show the form that asks why `act` is done, with its options; `why` is the reason so far.

    `card`: the answer redraws the card that was pressed. Raises NotPermitted, Impossible and
    FormTooLate.
    """
    if not act.verb.counted:
        await open_view(ctx, await _form(ctx, act, why, card=card))
        return
    opened = await open_loading(ctx, act.verb.label)
    await draw_or_explain(ctx, opened, _form(ctx, act, why, card=card))


async def open_meant(ctx: SlackContext, meant: ActRef, *, card: bool, why: str = "") -> None:
    """Show the form for a button's act: at once, where all of the act was shown lately."""
    service, key = ctx.moderation, ctx.key("press", ctx.trigger_id)
    known = service.forms.remembered(meant)
    if known is not None:
        await open_form(ctx, await service.permit(ctx.asker, known, key, why), why, card=card)
        return
    opened = await open_loading(ctx, meant.verb.label)

    async def drawn() -> dict[str, Any]:
        act = await service.forms.resolve(meant)
        return await _form(ctx, await service.permit(ctx.asker, act, key, why), why, card=card)

    await draw_or_explain(ctx, opened, drawn())


async def open_once_known(
    ctx: SlackContext,
    label: str,
    meant: Callable[[], Awaitable[tuple[ActRequest, Act]]],
    ask: Callable[[UnclearPeople], Awaitable[dict[str, Any]]],
    key: str,
) -> None:
    """Show the form for an act that is still being found out: a view that says so comes first.

    `meant` finds out the act. What stands in the way is said in the form's place; `ask` makes the
    form that asks, where it is not clear who is meant. A refusal is audited under `key`. Raises
    FormTooLate.
    """
    opened = await open_loading(ctx, label)

    async def drawn() -> dict[str, Any]:
        try:
            request, act = await meant()
        except UnclearPeople as unclear:
            return await ask(unclear)
        permitted = await ctx.moderation.permit(ctx.asker, act, key, request.reason)
        return await _form(ctx, permitted, request.reason, card=False)

    await draw_or_explain(ctx, opened, drawn())


async def _form(ctx: SlackContext, act: Act, why: str, *, card: bool) -> dict[str, Any]:
    forms, vendor = ctx.moderation.forms, act.call.vendor
    known = forms.recent_call(act.call)
    targets = outputs(type(act.verb), known, forms.rtmp_targets)
    capability = forms.vendor_capability(vendor, act.verb)
    state = FormState(act=act.ref, channel=ctx.asker.channel, reply_url=ctx.reply_url, card=card)
    present = act.present or (known.people if known else None)
    return reason_form(
        state,
        act.model_copy(update={"present": present}),
        await with_leaving(ctx, act.call, act.verb, capability),
        targets,
        why,
        ctx.services.reasons,
        includable=act.everyone and await forms.may_include_protected(ctx.asker, vendor),
    )


def _not_found(error: Exception, meant: ActRef) -> str:
    """Why nobody knows whom the form means, for its one field."""
    if isinstance(error, CallwardenError):
        return cut(f"{error} {error.next_step}".strip(), MAX_ERROR)
    vendor = meant.call.vendor.label
    return f"{vendor} did not say in time who is in the call. Submit it again in a moment."


async def submit(ctx: SlackContext) -> FieldErrors | UpdateView:
    """Take the order as filled in; the form closes once it is on disk, or says what it lacks."""
    view = ctx.payload
    if errors := form_errors(view):
        return errors
    filled, key = read_form(view), ctx.key(FORM_KEY, view["id"], view["hash"])
    if (earlier := await earlier_acceptance(ctx, key)) is not None:
        return close_or_follow(ctx, filled.state.reply_url, earlier)
    if (words := await recording_error(ctx, filled.act.verb, filled.act.call)) is not None:
        return {RECORDING: words}
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            act = await ctx.moderation.forms.resolve(filled.act)
    except (UnknownPerson, VendorError, TimeoutError) as error:
        return {REASON: _not_found(error, filled.act)}
    acceptance = await ctx.moderation.request(
        Order(
            key=key,
            act=act,
            actor=ctx.asker.actor,
            reason=filled.reason,
            channel=filled.state.channel,
            reply_url=filled.state.reply_url,
            card=filled.state.card,
        )
    )
    return close_or_follow(ctx, filled.state.reply_url, acceptance)
