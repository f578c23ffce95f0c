"""The form for any order: opened with what is known, drawn anew as it is filled in, submitted."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from bot.calls.acts import Act, Person
from bot.calls.cases import Acceptance, Order
from bot.calls.handles import handle
from bot.calls.models import Call, CallRef
from bot.calls.verbs import VERBS
from bot.errors import (
    NotAccepted,
    NotPermitted,
    ProtectedPerson,
    RoleTooLow,
    VendorError,
)
from bot.moderation.live_calls import Board
from handlers.blocks.action_values import FORM_CALL, FORM_PEOPLE, MoreValue
from handlers.blocks.cases import asked_message
from handlers.blocks.choices import Picked, call_value, picked
from handlers.blocks.forms.order_form import TITLE, Draft, heavy, order_form
from handlers.blocks.forms.order_state import ANY, OF_PERSON, OrderState, Said, read_said
from handlers.blocks.forms.reason_fields import REASON
from handlers.blocks.forms.reason_form import done_view, trouble_view
from handlers.blocks.message import Message
from handlers.blocks.refusals import refusal
from handlers.blocks.text import clean, cut
from handlers.context import Visit
from handlers.modals.order_draft import chosen_call, draft, in_sentences, menu_of, rolled, seen_call
from handlers.modals.submitted_order import Errors, Unfinished, Wrong, act_of, reason_of
from handlers.modals.typed_order import carried, looked_up, with_typed
from handlers.parsing.orders import Incomplete
from handlers.redelivery import led_to
from handlers.screens.follow_up import follow
from handlers.screens.views import Opened, draw, draw_or_say, open_loading

FieldErrors = dict[str, str]
"""What Slack shows beside a form's fields, by block_id; empty when the form may close."""


class Redrawn(NamedTuple):
    """What a submitted form turns into instead of closing."""

    view: dict[str, Any]


class Pushed(NamedTuple):
    """What comes on top of a submitted form, which stays as it is below."""

    view: dict[str, Any]


async def open_typed(visit: Visit, request: Incomplete) -> None:
    """The form for an order in words that lacks something; what was said stands in it."""
    verb = request.verb_type
    state = OrderState(
        verb=verb.name if verb else None,
        among="" if verb else request.family,
        typed=carried(request),
        channel=visit.asker.channel,
        reply_url=visit.reply_url,
    )
    words = str(visit.body.get("text", ""))
    await _open(visit, verb.label if verb else "", words, _from_words(visit, request, state))


async def open_more(visit: Visit, value: MoreValue) -> None:
    """The form behind “All actions…” on a card: call and person are known, the verb mostly not."""
    verb = VERBS.get(value.verb or "")
    among = OF_PERSON if value.person else ANY
    state = OrderState(
        verb=verb.name if verb else None,
        among="" if verb else among,
        channel=visit.asker.channel,
        reply_url=visit.reply_url,
        card=True,
    )
    label = verb.label if verb else TITLE
    await _open(visit, label, f"More about {handle(value.call)}", _pressed(visit, value, state))


async def open_shortcut(visit: Visit) -> None:
    """The form behind the shortcut: nothing is known yet."""
    state = OrderState(among=ANY)

    async def first() -> Draft:
        return await draft(visit, Said(state=state), None, await rolled(visit))

    await _open(visit, TITLE, TITLE, first)


async def redraw(visit: Visit) -> None:
    """Something was chosen: draw what follows from it, unless something newer was chosen since."""
    view = visit.body["view"]
    if _changes_nothing(visit):
        return
    turn = visit.counter.turns.take(str(view["id"]))
    drawn = await visit.in_words(_redrawn(visit))
    form = trouble_view(drawn) if isinstance(drawn, Message) else drawn
    where = Opened(str(view["id"]), str(view.get("hash", "")))
    if not await draw(visit, where, form) and turn.newest:
        await draw(visit, where._replace(hash=""), form)


def _changes_nothing(visit: Visit) -> bool:
    """Whether it was one more person, and the act is as light as it was: their menu stays open."""
    if visit.payload.get("action_id") != FORM_PEOPLE:
        return False
    said = read_said(visit.body["view"])
    return not said.state.heavy and not heavy(said)


async def _redrawn(visit: Visit) -> dict[str, Any]:
    """The form as it is to be now."""
    said = read_said(visit.body["view"])
    call = chosen_call(visit.desk.board, said)
    if not said.people_fit:
        alone = said.state.model_copy(update={"person": None})
        said = said.model_copy(update={"people": (), "state": alone})
    notes: list[str] = []
    if said.call is not None and call is None:
        notes = await rolled(visit)
        call = chosen_call(visit.desk.board, said)
    if said.call is not None and call is None:
        notes.append("That call is not live any more. Choose another one.")
    if call is not None:
        visit.counter.tasks.spawn(_meet(visit, said, call), "people")
    return order_form(await _filled(visit, said, call, notes))


async def submit(visit: Visit) -> FieldErrors | Redrawn | Pushed:
    """Take the order; the form closes once it is on disk, or says at which field it is wrong."""
    view = visit.payload
    said = read_said(view)
    if (earlier := await led_to(visit, visit.form_key())) is not None:
        return accepted(visit, said.state.reply_url, earlier)
    try:
        act = await act_of(visit, said)
        reason = reason_of(said, needed=act.heavy)
        acceptance = await visit.desk.request(_order(visit, said, act, reason))
    except Wrong as wrong:
        return _at_blocks(said, wrong.errors)
    except (ProtectedPerson, RoleTooLow) as no:
        return _refused(said, no)
    except NotAccepted as no:
        return _at_blocks(said, {REASON: in_sentences(no)})
    except Unfinished:
        call = chosen_call(visit.desk.board, said)
        return Redrawn(order_form(await _filled(visit, said, call, ["Fill in the new fields."])))
    return accepted(visit, said.state.reply_url, acceptance)


def accepted(visit: Visit, reply_url: str | None, acceptance: Acceptance) -> FieldErrors | Redrawn:
    """Close the form; one that was opened where no answer can be sent shows the case instead."""
    if reply_url is None:
        follow(visit, acceptance)
        return Redrawn(done_view(asked_message(acceptance)))
    return {}


def _refused(said: Said, no: NotPermitted) -> FieldErrors | Pushed:
    """Beside the people; where somebody can be asked, with that button on top of the form."""
    if no.ask:
        return Pushed(trouble_view(refusal(no)))
    return _at_blocks(said, {FORM_PEOPLE: in_sentences(no)})


def _order(visit: Visit, said: Said, act: Act, reason: str) -> Order:
    return Order(
        key=visit.form_key(),
        act=act,
        actor=visit.asker.actor,
        reason=reason,
        channel=said.state.channel,
        reply_url=said.state.reply_url,
        card=said.state.card,
    )


def _at_blocks(said: Said, errors: Errors) -> FieldErrors:
    """The errors by block_id; what has no field of its own is told at the call."""
    otherwise = said.blocks.get(FORM_CALL, REASON)
    return {
        said.blocks.get(name, otherwise): cut(clean(words), 300) for name, words in errors.items()
    }


async def _open(
    visit: Visit, label: str, words: str, first: Callable[[], Awaitable[Draft]]
) -> None:
    """Spend the trigger, then fill in the form, or say why not."""
    opened = await open_loading(visit, label)

    async def drawn() -> dict[str, Any]:
        key = visit.key("open", visit.trigger_id)
        await visit.desk.admit(visit.asker, key, cut(clean(words), 2000))
        return order_form(await first())

    await draw_or_say(visit, opened, drawn())


def _from_words(
    visit: Visit, request: Incomplete, state: OrderState
) -> Callable[[], Awaitable[Draft]]:
    """What a command said so far, looked up."""

    async def first() -> Draft:
        said, call, notes = await looked_up(visit, request, state)
        return await draft(visit, said, call, notes)

    return first


def _pressed(visit: Visit, value: MoreValue, state: OrderState) -> Callable[[], Awaitable[Draft]]:
    """What a card knows, as it is now."""

    async def first() -> Draft:
        board = visit.desk.board
        call, notes = await seen_call(board, value.call)
        person = None if value.person is None else _as_seen(board, value.call, value.person)
        state_now = state.model_copy(update={"person": person})
        said = Said(state=state_now, verb=state.verb, call=call_value(call.ref))
        await rolled(visit, 0)
        return await draft(visit, said, call, notes)

    return first


def _as_seen(board: Board, ref: CallRef, person: str) -> Picked:
    """Somebody a card means, by the name they were last seen with."""
    seen = board.memory.met(ref, person)
    return picked(Person(id=person) if seen is None else Person.of(seen))


async def _filled(visit: Visit, said: Said, call: Call | None, notes: list[str]) -> Draft:
    """The draft with what was typed, as far as it is known by now where it belongs."""
    said, missing = await with_typed(visit, said, call)
    return await _allowed(visit, said, call, [*notes, *missing])


async def _allowed(visit: Visit, said: Said, call: Call | None, notes: list[str]) -> Draft:
    """The draft; where its verb may not be asked for, without what follows from the verb.

    Where nothing may be done in that call, without the call too.
    """
    try:
        return await draft(visit, said, call, notes)
    except NotPermitted as no:
        notes = [*notes, in_sentences(no)]
    plain = said.model_copy(update={"verb": None, "state": _undecided(said.state)})
    try:
        return await draft(visit, plain, call, notes)
    except NotPermitted:
        return await draft(visit, plain.model_copy(update={"call": None}), None, notes)


def _undecided(state: OrderState) -> OrderState:
    return state.model_copy(update={"verb": None, "among": state.among or ANY})


async def _meet(visit: Visit, said: Said, call: Call) -> None:
    """Have the people who can be chosen at hand when somebody begins to type a name."""
    board = visit.desk.board
    which = menu_of(visit, said.kind, call) if said.kind else None
    with contextlib.suppress(VendorError):
        if which is not None:
            await visit.desk.planner.absentees.lately(call.ref, which)
        elif board.memory.people(call.ref) is None:
            await board.people(call.ref)
