"""Orders given in words: understood, permitted and on disk before they are acknowledged.

The acknowledgement of an order is empty: nothing that answers a command can be replaced later, so
the one message about it is the outcome, which follows by response_url.
"""

from contextlib import suppress
from dataclasses import replace
from functools import partial

from bot.calls.acts import CROWD, Act
from bot.calls.cases import AcceptResult
from bot.calls.lookups import Lookup
from bot.calls.verbs import Weight
from bot.errors import BadInput, CallwardenError, VendorError
from bot.moderation.resolver import UnclearPeople
from handlers.blocks import action_values
from handlers.blocks.message import Message
from handlers.blocks.refusals import unsent
from handlers.blocks.text import clean, cut
from handlers.context import SlackContext
from handlers.modals import order_form, reason_form, unclear_people
from handlers.parsing.orders import MAX_REASON, ActRequest, Incomplete, with_rest
from handlers.parsing.requests import parse
from handlers.redelivery import earlier_acceptance, is_looked_up, repeat_message

AT_ONCE = 0.4
"""Seconds to find who and what is meant before the asker is told to wait: Slack gives 3 for all."""


async def act(ctx: SlackContext, request: ActRequest) -> Message | None:
    """Take an order in words: None once it is on disk, else what is answered.

    A heavy act opens a form that confirms it, and None is returned too.
    One that is understood is known by its key where it is written down. Where something stands in
    its way, an earlier delivery is looked for first: it may be what that one did.
    """
    try:
        meant = await _understood(ctx, request)
        return await _take(ctx, *meant)
    except (CallwardenError, TimeoutError) as trouble:
        if (earlier := await earlier_acceptance(ctx, ctx.command_key)) is not None:
            return repeat_message(earlier)
        if await is_looked_up(ctx, ctx.command_key):
            return None
        return await _not_taken(ctx, request, trouble)


async def _understood(ctx: SlackContext, request: ActRequest) -> tuple[ActRequest, Act]:
    """The order as it is to be read, and its act; TimeoutError where that is not known at once."""
    key = ctx.command_key
    await ctx.moderation.require_viewer_audited(
        ctx.asker, key, cut(clean(ctx.body["text"]), MAX_REASON)
    )
    return await ctx.services.pending_orders.begin(
        key, lambda: understand(ctx, request, key), AT_ONCE
    )


async def _not_taken(
    ctx: SlackContext, request: ActRequest, trouble: CallwardenError | TimeoutError
) -> Message | None:
    """Ask, wait or say why. Raises what has words of its own."""
    match trouble:
        case TimeoutError() if _surely_heavy(request):
            ctx.later(lambda: _confirm_slowly(ctx, request), "form")
        case TimeoutError():
            await ctx.services.lookups.hold(_lookup(ctx))
        case UnclearPeople():
            ctx.later(lambda: unclear_people.open_unclear(ctx, request, trouble), "form")
        case VendorError():
            return unsent(trouble, await repeatable_words(ctx), await ctx.diagnosis(trouble))
        case _:
            raise trouble
    return None


async def typed(ctx: SlackContext) -> None:
    """Do the words that a button carries, as if its presser had typed them now."""
    words = action_values.load(action_values.TypedValue, ctx.payload.get("value")).words
    command = ctx.services.command
    anew = replace(ctx, body={**ctx.body, "text": words, "command": command})
    request = parse(words, command)
    if isinstance(request, Incomplete):
        await incomplete(anew, request)
        return
    if not isinstance(request, ActRequest):
        raise action_values.stale()
    answer = await act(anew, request)
    if answer is not None:
        ctx.later(partial(ctx.answer, answer, in_place=ctx.on_private_message), "answer")


async def repeatable_words(ctx: SlackContext) -> str | None:
    """The typed words, for a button that repeats them; None where the asker may do it nowhere."""
    words = str(ctx.body["text"])
    request = parse(words, str(ctx.body.get("command") or ctx.services.command))
    if not isinstance(request, ActRequest):
        return words
    rights = (await ctx.moderation.rights(ctx.asker)).values()
    name, crowd = request.verb.name, request.everyone
    return (
        words if any(vendor_rights.may(name, everyone=crowd) for vendor_rights in rights) else None
    )


async def incomplete(ctx: SlackContext, request: Incomplete) -> Message | None:
    """Open a form that asks for what the order lacks; what was said stands in it."""
    ctx.later(lambda: order_form.open_typed(ctx, request), "form")
    return None


def _lookup(ctx: SlackContext) -> Lookup:
    """The order as it was typed, to be carried on with whatever becomes of this process."""
    return Lookup(
        key=ctx.command_key,
        words=str(ctx.body["text"]),
        command=str(ctx.body.get("command") or ctx.services.command),
        actor=ctx.asker.actor,
        channel=ctx.asker.channel,
        reply_url=ctx.reply_url,
    )


async def take_understood(
    ctx: SlackContext, request: ActRequest, key: str
) -> tuple[ActRequest, Act]:
    """What the order means, as `understand`, for one that was not understood in time.

    Where that is still being found out, nothing is read a second time.
    """
    return await ctx.services.pending_orders.take(key, lambda: understand(ctx, request, key))


async def understand(ctx: SlackContext, request: ActRequest, key: str) -> tuple[ActRequest, Act]:
    """What the order means: the request as it is to be read, and its act.

    Raises UnclearPeople where somebody has to be asked, BadInput, Impossible and VendorError.
    What is wrong with an order tells what is in the call and how to say it right: whoever may not
    give it at all is told that instead, as NotPermitted, audited under `key`.
    """
    try:
        return await _meant_by(ctx, request)
    except BadInput:
        with suppress(BadInput, VendorError):
            ref = ctx.moderation.explicit_call(request.call)  # read once is enough
            ref = ref or (await ctx.moderation.forms.call(request.call)).ref
            words = cut(clean(ctx.body["text"]), MAX_REASON)
            await ctx.moderation.require_role(ctx.asker, request.verb, ref.vendor, key, words)
        raise


async def _meant_by(ctx: SlackContext, request: ActRequest) -> tuple[ActRequest, Act]:
    service = ctx.moderation
    if await service.knows_names(request.verb, request.call):
        meant = await service.resolve_typed(request.verb, request.typed)
        read = with_rest(request, meant.rest, str(ctx.body.get("command", "/calls")))
        if isinstance(read, Incomplete):
            call = await service.forms.call(request.call)
            raise UnclearPeople(request.verb, call, meant.reading)
        read_as = {"verb": read.verb, "protected_too": request.protected_too}
        return read, meant.act.model_copy(update=read_as)
    act = await service.resolve(
        request.verb,
        request.call,
        request.people,
        everyone=request.everyone,
        spared=request.spared,
    )
    return request, act.model_copy(update={"protected_too": request.protected_too})


def _surely_heavy(request: ActRequest) -> bool:
    """Whether it will be confirmed in a form, whoever is meant."""
    heavy = request.verb.weight is Weight.HEAVY
    return heavy or request.everyone or len(request.people) > CROWD


async def _confirm_slowly(ctx: SlackContext, request: ActRequest) -> None:
    """The form that confirms, opened at once: its trigger would not outlive a slow vendor."""
    await reason_form.open_once_known(
        ctx,
        request.verb.label,
        lambda: take_understood(ctx, request, ctx.command_key),
        lambda asked: unclear_people.unclear_form(ctx, request, asked),
        ctx.command_key,
    )


async def _take(ctx: SlackContext, request: ActRequest, meant: Act) -> Message | None:
    if not meant.heavy:
        asked = ctx.order(ctx.command_key, meant, request.reason)
        taken = await ctx.moderation.request(asked)
        return repeat_message(taken) if taken.how is AcceptResult.REPEATED else None
    permitted = await ctx.moderation.permit(ctx.asker, meant, ctx.command_key, request.reason)
    ctx.later(lambda: reason_form.open_form(ctx, permitted, request.reason), "form")
    return None
