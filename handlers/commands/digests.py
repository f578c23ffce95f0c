"""`/calls digest` and the buttons on its answers."""

from collections.abc import Awaitable, Callable
from functools import partial

from bot.digests.announcements import ChangeKind, ChangeResult
from bot.digests.subscription import Subscription, Wish
from bot.errors import BadInput
from handlers.blocks import action_values
from handlers.blocks.digests.digest_values import DigestPage, DigestValue
from handlers.blocks.digests.messages import channel_drafts, thread_drafts
from handlers.blocks.digests.subscriptions import (
    done_message,
    list_message,
    overview_message,
    preview_notes,
    sent_words,
    stop_message,
)
from handlers.blocks.elements import section
from handlers.blocks.message import Message
from handlers.context import SlackContext
from handlers.modals import digest_forms as forms
from handlers.parsing.digests import DigestCommand, DigestRequest

NOT_YET = 0
"""The number of a digest that nobody set up, for a preview of one."""


async def ask(ctx: SlackContext, request: DigestRequest) -> Message | None:
    """Do what is typed after `/calls digest`; what is answered at once, None where it follows."""
    return await HANDLERS[request.what](ctx, request)


async def _overview(ctx: SlackContext, _: DigestRequest) -> Message:
    service = ctx.services.digests
    found, may = await service.all(ctx.asker), await service.may(ctx.asker)
    return overview_message(found, ctx.asker.channel, ctx.now, ctx.services.command, may=may)


async def _list(ctx: SlackContext, request: DigestRequest) -> Message:
    service = ctx.services.digests
    found = await service.all(ctx.asker)
    return list_message(found, request.page, ctx.now, may=await service.may(ctx.asker))


async def _subscribe(ctx: SlackContext, _: DigestRequest) -> None:
    ctx.later(partial(forms.open_subscribe, ctx), "form")


async def _edit(ctx: SlackContext, request: DigestRequest) -> None:
    ctx.later(partial(forms.open_edit, ctx, _number(request)), "form")


async def _pause(ctx: SlackContext, request: DigestRequest) -> Message:
    change = await ctx.services.digests.pause(
        ctx.asker, _number(request), request.until, _typed(ctx)
    )
    return _change_message(ctx, change, "is paused", "was paused already")


async def _resume(ctx: SlackContext, request: DigestRequest) -> Message:
    change = await ctx.services.digests.resume(ctx.asker, _number(request), _typed(ctx))
    return _change_message(ctx, change, "goes on", "was not paused")


async def _stop(ctx: SlackContext, request: DigestRequest) -> Message:
    """Typed, it is asked once more: the button does it."""
    service = ctx.services.digests
    await service.require_subscriber(ctx.asker, _typed(ctx), f"digest stop {request.number}")
    return stop_message(await service.get(ctx.asker, _number(request)), ctx.now)


async def _preview(ctx: SlackContext, request: DigestRequest) -> None:
    ctx.later(partial(_show_preview, ctx, request.number), "preview")


async def _now(ctx: SlackContext, request: DigestRequest) -> None:
    ctx.later(partial(_send, ctx, _number(request), _typed(ctx)), "digest")


HANDLERS: dict[
    DigestCommand, Callable[[SlackContext, DigestRequest], Awaitable[Message | None]]
] = {
    DigestCommand.OVERVIEW: _overview,
    DigestCommand.SUBSCRIBE: _subscribe,
    DigestCommand.LIST: _list,
    DigestCommand.EDIT: _edit,
    DigestCommand.PAUSE: _pause,
    DigestCommand.RESUME: _resume,
    DigestCommand.STOP: _stop,
    DigestCommand.PREVIEW: _preview,
    DigestCommand.NOW: _now,
}
"""What is done for each word."""


async def press_subscribe(ctx: SlackContext) -> None:
    """Open the form to set up a digest, for “Set up a digest”."""
    await forms.open_subscribe(ctx)


async def press_list(ctx: SlackContext) -> None:
    """Draw a page of the list of digests in the place of what was pressed."""
    page = action_values.load(DigestPage, ctx.payload.get("value")).page
    await ctx.answer(
        await _list(ctx, DigestRequest(what=DigestCommand.LIST, page=page)), in_place=True
    )


async def press_edit(ctx: SlackContext) -> None:
    """Open the form to change a digest, for “Edit”."""
    await forms.open_edit(ctx, _pressed(ctx).number)


async def press_pause(ctx: SlackContext) -> None:
    """Open the form that asks until when a digest is paused, for “Pause”."""
    await forms.open_pause(ctx, _pressed(ctx).number)


async def press_resume(ctx: SlackContext) -> None:
    """Have a paused digest sent again, for “Resume”."""
    value = _pressed(ctx)
    service = ctx.services.digests
    change = await service.resume(ctx.asker, value.number, _key(ctx, "resume", value))
    message = _change_message(ctx, change, "goes on", "was not paused")
    ctx.later(partial(ctx.answer, message), "answer")


async def press_stop(ctx: SlackContext) -> None:
    """End a digest for good, for “Stop”, once it was confirmed."""
    value = _pressed(ctx)
    service = ctx.services.digests
    change = await service.stop(ctx.asker, value.number, _key(ctx, "stop", value))
    ctx.later(
        partial(ctx.answer, _change_message(ctx, change, "is stopped", "is stopped")), "answer"
    )


async def press_preview(ctx: SlackContext) -> None:
    """Show the asker a digest as it would be posted now, for “Preview”."""
    await _show_preview(ctx, _pressed(ctx).number)


async def press_now(ctx: SlackContext) -> None:
    """Post a digest in its channel now, for “Send now”, once it was confirmed."""
    value = _pressed(ctx)
    await _send(ctx, value.number, _key(ctx, "now", value))


async def _show_preview(ctx: SlackContext, number: int | None) -> None:
    """The message and the details of its thread as they would be posted now, to the asker alone.

    Where Slack refuses charts and tables, the plainest draft tells it all.
    """
    subscription = await _meant(ctx, number)
    made = await ctx.services.digests.preview(subscription)
    for drafts in (channel_drafts(made), thread_drafts(made, ctx.services.command)):
        await ctx.answer_best(drafts)
    await ctx.answer(preview_notes(subscription, made, ctx.asker.actor.user, ctx.now))


async def _meant(ctx: SlackContext, number: int | None) -> Subscription:
    """The digest of that number, else the one of this channel, else one as it would begin."""
    service = ctx.services.digests
    if number is not None:
        return await service.timed(ctx.asker, number)
    here = ctx.asker.channel
    mine = [
        subscription
        for subscription in await service.all(ctx.asker)
        if subscription.wish.channel == here
    ]
    if len(mine) > 1:
        numbers = " or ".join(
            f"`{ctx.services.command} digest preview {subscription.id}`" for subscription in mine
        )
        raise BadInput(f"{len(mine)} digests come to this channel.", next_step=f"Type {numbers}.")
    wish = Wish(channel=here or "", zone=await service.zone(ctx.asker))
    new = Subscription(id=NOT_YET, wish=wish, owner=ctx.asker.actor, made_at=ctx.now)
    return await service.timed(ctx.asker, mine[0].id) if mine else new


async def _send(ctx: SlackContext, number: int, key: str) -> None:
    """Post it in its channel now, and say what became of that."""
    subscription, result = await ctx.services.digests.send(ctx.asker, number, key)
    words = sent_words(subscription, result.value)
    await ctx.answer(Message(words, [section(words)]))


def _change_message(ctx: SlackContext, change: ChangeResult, done: str, already: str) -> Message:
    words = already if change.how is ChangeKind.SAME else done
    number = change.subscription.id
    return done_message(change.subscription, f"Digest {number} {words}.", ctx.now)


def _number(request: DigestRequest) -> int:
    return request.number or NOT_YET


def _pressed(ctx: SlackContext) -> DigestValue:
    return action_values.load(DigestValue, ctx.payload.get("value"))


def _typed(ctx: SlackContext) -> str:
    return ctx.key("digest.typed", ctx.trigger_id)


def _key(ctx: SlackContext, what: str, value: DigestValue) -> str:
    """The same for every press of one drawing."""
    return ctx.key("digest", what, ctx.asker.actor.user, value.number, value.stamp)
