"""The forms for digests: opened with what is known, and what becomes of them once submitted."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.calls.models import Vendor
from bot.digests.announcements import ChangeKind, ChangeResult
from bot.digests.subscription import Wish
from bot.errors import BadInput, NotAccepted, StoreError
from bot.moderation.service import Asker
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
from handlers.context import DIGEST_FORM_KEY, Visit
from handlers.modals.order_draft import in_sentences
from handlers.modals.order_form import FieldErrors, Redrawn
from handlers.screens.views import open_view
from handlers.slack_api.digest_announcements import untold_message

ANSWERABLE = timedelta(minutes=29)
"""How long the address of a command or a press is safely good for: Slack takes half an hour.

https://docs.slack.dev/interactivity/handling-user-interaction
"""


async def open_subscribe(visit: Visit) -> None:
    """The form to set one up, for those who may: this channel, nine o'clock, the asker's zone."""
    desk = visit.counter.digests.desk
    await desk.admit(visit.asker, _key(visit, "subscribe"), "digest subscribe")
    wish = Wish(channel=visit.asker.channel or "", zone=await desk.zone(visit.asker))
    await _open(visit, None, wish)


async def open_edit(visit: Visit, number: int) -> None:
    """The same form, filled in with what is wanted so far."""
    desk = visit.counter.digests.desk
    await desk.admit(visit.asker, _key(visit, "edit"), f"digest edit {number}")
    await _open(visit, number, (await desk.get(visit.asker, number)).wish)


async def open_pause(visit: Visit, number: int) -> None:
    """The form that asks until when."""
    desk = visit.counter.digests.desk
    await desk.admit(visit.asker, _key(visit, "pause"), f"digest pause {number}")
    subscription = await desk.get(visit.asker, number)
    await open_view(visit, pause_form(_state(visit, number), subscription))


async def submit(visit: Visit) -> FieldErrors | Redrawn:
    """Set it up or change it; the form closes once that is on disk, or says what is wrong where."""
    state, wish = read_state(visit.payload), read_wish(visit.payload)
    if not isinstance(wish, Wish):
        return wish
    there = _back(visit, state)
    desk, key = visit.counter.digests.desk, visit.form_key(DIGEST_FORM_KEY)
    try:
        if state.number is None:
            taken = await desk.subscribe(there.asker, wish, key)
        else:
            taken = await desk.edit(there.asker, state.number, wish, key)
    except (BadInput, NotAccepted, StoreError) as no:
        return {CHANNEL: in_sentences(no)}
    if _came_new(taken):
        there.later(partial(_introduce, there, taken), "digest's first message")
    return _answer(there, state, done_message(taken.subscription, _done(taken), there.now))


async def submit_pause(visit: Visit) -> FieldErrors | Redrawn:
    """Pause it; what is wrong with the day is said at its field."""
    state, until = read_state(visit.payload), read_until(visit.payload)
    if isinstance(until, dict):
        return until
    there = _back(visit, state)
    try:
        taken = await there.counter.digests.desk.pause(
            there.asker, state.number or 0, until, visit.form_key(DIGEST_FORM_KEY)
        )
    except (BadInput, NotAccepted, StoreError) as no:
        return {UNTIL: in_sentences(no)}
    words = f"Digest {taken.subscription.id} is paused."
    return _answer(there, state, done_message(taken.subscription, words, there.now))


def _came_new(taken: ChangeResult) -> bool:
    """Whether its channel has not heard of it yet."""
    before, after = taken.before, taken.subscription
    if taken.how is ChangeKind.SAME:
        return False
    return before is None or before.wish.channel != after.wish.channel


def _done(taken: ChangeResult) -> str:
    number, where = taken.subscription.id, place(taken.subscription.wish.channel)
    if taken.how is ChangeKind.SAME:
        return f"Nothing changed: digest {number} for {where} is already set up like that."
    if taken.how is ChangeKind.CHANGED:
        return f"Digest {number} for {where} is changed."
    return f"Digest {number} is set up. {where} is told who set it up and how to change it."


async def _introduce(visit: Visit, taken: ChangeResult) -> None:
    """Have the channel told now; where that cannot be done, tell whoever set it up."""
    for untold in await visit.counter.digests.dispatcher.announcer.go():
        if untold.announcement.subscription.id == taken.subscription.id:
            await visit.answer(untold_message(taken.subscription, untold))


async def _open(visit: Visit, number: int | None, wish: Wish) -> None:
    vendors = tuple(visit.desk.board.providers) or tuple(Vendor)
    await open_view(visit, digest_form(_state(visit, number), wish, vendors, visit.now))


def _state(visit: Visit, number: int | None) -> DigestState:
    return DigestState(
        number=number,
        channel=visit.asker.channel,
        reply_url=visit.reply_url,
        opened=visit.now,
    )


def _back(visit: Visit, state: DigestState) -> Visit:
    """The visit, answered where the form was opened."""
    asker = Asker(visit.asker.actor, state.channel)
    return replace(visit, asker=asker, reply_url=state.reply_url)


def _answer(visit: Visit, state: DigestState, message: Message) -> FieldErrors | Redrawn:
    """Say it where the form was opened; where Slack takes no answer there any more, in the form."""
    if state.reply_url is None or visit.now - state.opened >= ANSWERABLE:
        return Redrawn(done_view(message))
    visit.later(partial(visit.answer, message), "answer")
    return {}


def _key(visit: Visit, what: str) -> str:
    return visit.key("digest", what, visit.trigger_id)
