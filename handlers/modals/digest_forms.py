"""The forms for digests: opened with what is known, and what becomes of them once submitted."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.calls.cases import ANSWERABLE
from bot.calls.models import Vendor
from bot.digests.announcements import ChangeKind, ChangeResult
from bot.digests.subscription import Wish
from bot.errors import BadInput, NotAccepted, StoreError
from bot.moderation.asker import Asker
from handlers.blocks.digests.digest_values import DigestState
from handlers.blocks.digests.forms import (
    CHANNEL,
    UNTIL,
    digest_form,
    pause_form,
    read_state,
    read_until,
    read_wish,
)
from handlers.blocks.digests.subscriptions import done_message
from handlers.blocks.forms.reason_form import done_view
from handlers.blocks.message import Message
from handlers.blocks.text import place
from handlers.context import DIGEST_FORM_KEY, SlackContext
from handlers.modals.order_draft import error_sentences
from handlers.modals.order_form import FieldErrors, UpdateView
from handlers.screens.views import open_view
from handlers.slack_api.digest_announcements import untold_message

SURELY_ANSWERABLE = ANSWERABLE - timedelta(minutes=1)
"""How long an answer may still be sent on its way to a response_url."""


async def open_subscribe(ctx: SlackContext) -> None:
    """Open the form to set up a digest: this channel, nine o'clock, the asker's time zone.

    Raises NotPermitted for those who may not, and FormTooLate.
    """
    service = ctx.services.digests
    await service.require_subscriber(ctx.asker, _key(ctx, "subscribe"), "digest subscribe")
    wish = Wish(channel=ctx.asker.channel or "", zone=await service.zone(ctx.asker))
    await _open(ctx, None, wish)


async def open_edit(ctx: SlackContext, number: int) -> None:
    """Open the form to change a digest, filled in with what is wanted so far."""
    service = ctx.services.digests
    await service.require_subscriber(ctx.asker, _key(ctx, "edit"), f"digest edit {number}")
    await _open(ctx, number, (await service.get(ctx.asker, number)).wish)


async def open_pause(ctx: SlackContext, number: int) -> None:
    """Open the form that asks until when a digest is paused."""
    service = ctx.services.digests
    await service.require_subscriber(ctx.asker, _key(ctx, "pause"), f"digest pause {number}")
    subscription = await service.get(ctx.asker, number)
    await open_view(ctx, pause_form(_state(ctx, number), subscription))


async def submit(ctx: SlackContext) -> FieldErrors | UpdateView:
    """Set up or change a digest, as filled in; the form closes once that is on disk.

    Else it says at which field something is wrong.
    """
    state, wish = read_state(ctx.payload), read_wish(ctx.payload)
    if not isinstance(wish, Wish):
        return wish
    there = _where_opened(ctx, state)
    service, key = ctx.services.digests, ctx.form_key(DIGEST_FORM_KEY)
    try:
        if state.number is None:
            change = await service.subscribe(there.asker, wish, key)
        else:
            change = await service.edit(there.asker, state.number, wish, key)
    except (BadInput, NotAccepted, StoreError) as no:
        return {CHANNEL: error_sentences(no)}
    if _is_new_to_channel(change):
        there.later(partial(_introduce, there, change), "digest's first message")
    return _answer(there, state, done_message(change.subscription, _done(change), there.now))


async def submit_pause(ctx: SlackContext) -> FieldErrors | UpdateView:
    """Pause a digest, as filled in; what is wrong with the day is said at its field."""
    state, until = read_state(ctx.payload), read_until(ctx.payload)
    if isinstance(until, dict):
        return until
    there = _where_opened(ctx, state)
    try:
        change = await there.services.digests.pause(
            there.asker, state.number or 0, until, ctx.form_key(DIGEST_FORM_KEY)
        )
    except (BadInput, NotAccepted, StoreError) as no:
        return {UNTIL: error_sentences(no)}
    words = f"Digest {change.subscription.id} is paused."
    return _answer(there, state, done_message(change.subscription, words, there.now))


def _is_new_to_channel(change: ChangeResult) -> bool:
    """Whether its channel has not heard of it yet."""
    before, after = change.before, change.subscription
    if change.how is ChangeKind.SAME:
        return False
    return before is None or before.wish.channel != after.wish.channel


def _done(change: ChangeResult) -> str:
    number, where = change.subscription.id, place(change.subscription.wish.channel)
    if change.how is ChangeKind.SAME:
        return f"Nothing changed: digest {number} for {where} is already set up like that."
    if change.how is ChangeKind.CHANGED:
        return f"Digest {number} for {where} is changed."
    return f"Digest {number} is set up. {where} is told who set it up and how to change it."


async def _introduce(ctx: SlackContext, change: ChangeResult) -> None:
    """Have the channel told now; where that cannot be done, tell whoever set it up."""
    for untold in await ctx.services.digests.announce():
        if untold.announcement.subscription.id == change.subscription.id:
            await ctx.answer(untold_message(change.subscription, untold))


async def _open(ctx: SlackContext, number: int | None, wish: Wish) -> None:
    vendors = ctx.moderation.vendors or tuple(Vendor)
    await open_view(ctx, digest_form(_state(ctx, number), wish, vendors, ctx.now))


def _state(ctx: SlackContext, number: int | None) -> DigestState:
    return DigestState(
        number=number,
        channel=ctx.asker.channel,
        reply_url=ctx.reply_url,
        opened=ctx.now,
    )


def _where_opened(ctx: SlackContext, state: DigestState) -> SlackContext:
    """The request, answered where the form was opened."""
    asker = Asker(ctx.asker.actor, state.channel)
    return replace(ctx, asker=asker, reply_url=state.reply_url)


def _answer(ctx: SlackContext, state: DigestState, message: Message) -> FieldErrors | UpdateView:
    """Say it where the form was opened; where Slack takes no answer there any more, in the form."""
    if state.reply_url is None or ctx.now - state.opened >= SURELY_ANSWERABLE:
        return UpdateView(done_view(message))
    ctx.later(partial(ctx.answer, message), "answer")
    return {}


def _key(ctx: SlackContext, what: str) -> str:
    return ctx.key("digest", what, ctx.trigger_id)
