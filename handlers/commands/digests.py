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
from handlers.context import Visit
from handlers.modals import digest_forms as forms
from handlers.parsing.digests import AskDigest, What

NOT_YET = 0
"""The number of a digest that nobody set up, for a preview of one."""


async def ask(visit: Visit, request: AskDigest) -> Message | None:
    """Whatever is typed after `/calls digest`."""
    return await WAYS[request.what](visit, request)


async def _overview(visit: Visit, _: AskDigest) -> Message:
    desk = visit.counter.digests.desk
    found, may = await desk.all(visit.asker), await desk.may(visit.asker)
    return overview_message(found, visit.asker.channel, visit.now, visit.counter.command, may=may)


async def _list(visit: Visit, request: AskDigest) -> Message:
    desk = visit.counter.digests.desk
    found = await desk.all(visit.asker)
    return list_message(found, request.page, visit.now, may=await desk.may(visit.asker))


async def _subscribe(visit: Visit, _: AskDigest) -> None:
    visit.later(partial(forms.open_subscribe, visit), "form")


async def _edit(visit: Visit, request: AskDigest) -> None:
    visit.later(partial(forms.open_edit, visit, _number(request)), "form")


async def _pause(visit: Visit, request: AskDigest) -> Message:
    taken = await visit.counter.digests.desk.pause(
        visit.asker, _number(request), request.until, _typed(visit)
    )
    return _told(visit, taken, "is paused", "was paused already")


async def _resume(visit: Visit, request: AskDigest) -> Message:
    taken = await visit.counter.digests.desk.resume(visit.asker, _number(request), _typed(visit))
    return _told(visit, taken, "goes on", "was not paused")


async def _stop(visit: Visit, request: AskDigest) -> Message:
    """Typed, it is asked once more: the button does it."""
    desk = visit.counter.digests.desk
    await desk.admit(visit.asker, _typed(visit), f"digest stop {request.number}")
    return stop_message(await desk.get(visit.asker, _number(request)), visit.now)


async def _preview(visit: Visit, request: AskDigest) -> None:
    visit.later(partial(_show_preview, visit, request.number), "preview")


async def _now(visit: Visit, request: AskDigest) -> None:
    visit.later(partial(_send, visit, _number(request), _typed(visit)), "digest")


WAYS: dict[What, Callable[[Visit, AskDigest], Awaitable[Message | None]]] = {
    What.OVERVIEW: _overview,
    What.SUBSCRIBE: _subscribe,
    What.LIST: _list,
    What.EDIT: _edit,
    What.PAUSE: _pause,
    What.RESUME: _resume,
    What.STOP: _stop,
    What.PREVIEW: _preview,
    What.NOW: _now,
}
"""What is done for each word."""


async def press_subscribe(visit: Visit) -> None:
    """“Set up a digest”."""
    await forms.open_subscribe(visit)


async def press_list(visit: Visit) -> None:
    """A page of the list, in the place of what was pressed."""
    page = action_values.load(DigestPage, visit.payload.get("value")).page
    await visit.answer(await _list(visit, AskDigest(what=What.LIST, page=page)), in_place=True)


async def press_edit(visit: Visit) -> None:
    """“Edit”."""
    await forms.open_edit(visit, _pressed(visit).number)


async def press_pause(visit: Visit) -> None:
    """“Pause”: the form that asks until when."""
    await forms.open_pause(visit, _pressed(visit).number)


async def press_resume(visit: Visit) -> None:
    """“Resume”."""
    value = _pressed(visit)
    desk = visit.counter.digests.desk
    taken = await desk.resume(visit.asker, value.number, _key(visit, "resume", value))
    told = _told(visit, taken, "goes on", "was not paused")
    visit.later(partial(visit.answer, told), "answer")


async def press_stop(visit: Visit) -> None:
    """“Stop”, once it was confirmed."""
    value = _pressed(visit)
    desk = visit.counter.digests.desk
    taken = await desk.stop(visit.asker, value.number, _key(visit, "stop", value))
    visit.later(partial(visit.answer, _told(visit, taken, "is stopped", "is stopped")), "answer")


async def press_preview(visit: Visit) -> None:
    """“Preview”."""
    await _show_preview(visit, _pressed(visit).number)


async def press_now(visit: Visit) -> None:
    """“Send now”, once it was confirmed."""
    value = _pressed(visit)
    await _send(visit, value.number, _key(visit, "now", value))


async def _show_preview(visit: Visit, number: int | None) -> None:
    """The message and the details of its thread as they would be posted now, to the asker alone.

    Where Slack refuses charts and tables, the plainest draft tells it all.
    """
    digests = visit.counter.digests
    one = await _meant(visit, number)
    day = one.day_of(visit.now)
    gaps, differences = await digests.dispatcher.fresh(one, day)
    made = await digests.dispatcher.builder.make(one, day, gaps=gaps, differences=differences)
    for drafts in (channel_drafts(made), thread_drafts(made, visit.counter.command)):
        await visit.answer_best(drafts)
    await visit.answer(preview_notes(one, made, visit.asker.actor.user, visit.now))


async def _meant(visit: Visit, number: int | None) -> Subscription:
    """The digest of that number, else the one of this channel, else one as it would begin."""
    desk = visit.counter.digests.desk
    if number is not None:
        return await desk.timed(visit.asker, number)
    here = visit.asker.channel
    mine = [one for one in await desk.all(visit.asker) if one.wish.channel == here]
    if len(mine) > 1:
        numbers = " or ".join(f"`{visit.counter.command} digest preview {one.id}`" for one in mine)
        raise BadInput(f"{len(mine)} digests come to this channel.", next_step=f"Type {numbers}.")
    wish = Wish(channel=here or "", zone=await desk.zone(visit.asker))
    new = Subscription(id=NOT_YET, wish=wish, owner=visit.asker.actor, made_at=visit.now)
    return await desk.timed(visit.asker, mine[0].id) if mine else new


async def _send(visit: Visit, number: int, key: str) -> None:
    """Post it in its channel now, and say what became of that."""
    digests = visit.counter.digests
    one, day = await digests.desk.send(visit.asker, number, key)
    result = await digests.dispatcher.send(one, day)
    words = sent_words(one, result.value)
    await visit.answer(Message(words, [section(words)]))


def _told(visit: Visit, taken: ChangeResult, done: str, already: str) -> Message:
    words = already if taken.how is ChangeKind.SAME else done
    number = taken.subscription.id
    return done_message(taken.subscription, f"Digest {number} {words}.", visit.now)


def _number(request: AskDigest) -> int:
    return request.number or NOT_YET


def _pressed(visit: Visit) -> DigestValue:
    return action_values.load(DigestValue, visit.payload.get("value"))


def _typed(visit: Visit) -> str:
    return visit.key("digest.typed", visit.trigger_id)


def _key(visit: Visit, what: str, value: DigestValue) -> str:
    """The same for every press of one drawing."""
    return visit.key("digest", what, visit.asker.actor.user, value.number, value.stamp)
