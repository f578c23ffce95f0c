"""The form for any order: opened with what is known, drawn anew as it is filled in, submitted."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from bot.calls.acts import Act, Person
from bot.calls.cases import Acceptance, Order
from bot.calls.handles import handle
from bot.calls.models import Call, CallRef
from bot.calls.verbs import VERBS
from bot.errors import (
    FieldError,
    FieldsMissing,
    NotAccepted,
    NotPermitted,
    ProtectedPerson,
    RoleTooLow,
)
from handlers.blocks.action_values import FORM_CALL, FORM_PEOPLE, MoreValue
from handlers.blocks.cases import asked_message
from handlers.blocks.choices import ChosenOption, call_value, chosen_option
from handlers.blocks.forms.order_form import TITLE, Draft, heavy, order_form
from handlers.blocks.forms.order_state import ANY, OF_PERSON, FilledForm, OrderState, read_filled
from handlers.blocks.forms.reason_fields import REASON
from handlers.blocks.forms.reason_form import done_view, trouble_view
from handlers.blocks.message import Message
from handlers.blocks.refusals import refusal
from handlers.blocks.text import clean, cut
from handlers.context import SlackContext
from handlers.modals.order_draft import (
    call_as_seen,
    chosen_call,
    draft,
    error_sentences,
    read_live_calls,
)
from handlers.modals.order_form_values import Errors, act_of, reason_of
from handlers.modals.typed_order import look_up_typed, typed_without_field, with_typed
from handlers.parsing.orders import Incomplete
from handlers.redelivery import earlier_acceptance
from handlers.screens.follow_up import follow
from handlers.screens.views import draw, draw_or_explain, open_loading
from handlers.slack_api.views import OpenView

FieldErrors = dict[str, str]
"""What Slack shows beside a form's fields, by block_id; empty when the form may close."""


class UpdateView(NamedTuple):
    """A submitted form's next view, which it turns into instead of closing."""

    view: dict[str, Any]


class PushView(NamedTuple):
    """A view on top of a submitted form, which stays as it is below."""

    view: dict[str, Any]


async def open_typed(ctx: SlackContext, request: Incomplete) -> None:
    """Open the form for an order in words that lacks something; what was said stands in it.

    Raises FormTooLate.
    """
    verb = request.verb_type
    state = OrderState(
        verb=verb.name if verb else None,
        among="" if verb else request.family,
        typed=typed_without_field(request),
        channel=ctx.asker.channel,
        reply_url=ctx.reply_url,
    )
    words = str(ctx.body.get("text", ""))
    await _open(ctx, verb.label if verb else "", words, _from_words(ctx, request, state))


async def open_more(ctx: SlackContext, value: MoreValue) -> None:
    """Open the form of “All actions…” on a card: call and person are known, the verb seldom.

    Raises FormTooLate.
    """
    verb = VERBS.get(value.verb or "")
    among = OF_PERSON if value.person else ANY
    state = OrderState(
        verb=verb.name if verb else None,
        among="" if verb else among,
        channel=ctx.asker.channel,
        reply_url=ctx.reply_url,
        card=True,
    )
    label = verb.label if verb else TITLE
    await _open(ctx, label, f"More about {handle(value.call)}", _pressed(ctx, value, state))


async def open_shortcut(ctx: SlackContext) -> None:
    """Open the form of the shortcut, in which nothing is filled in. Raises FormTooLate."""
    state = OrderState(among=ANY)

    async def first() -> Draft:
        return await draft(ctx, FilledForm(state=state), None, await read_live_calls(ctx))

    await _open(ctx, TITLE, TITLE, first)


async def redraw(ctx: SlackContext) -> None:
    """Draw the form anew after a choice in it, unless something newer was chosen since."""
    view = ctx.body["view"]
    if _changes_nothing(ctx):
        return
    drawing = ctx.services.redraws.begin(str(view["id"]))
    drawn = await ctx.error_as_message(_redrawn(ctx))
    form = trouble_view(drawn) if isinstance(drawn, Message) else drawn
    where = OpenView(str(view["id"]), str(view.get("hash", "")))
    if not await draw(ctx, where, form) and drawing.is_newest:
        await draw(ctx, where._replace(hash=""), form)


def _changes_nothing(ctx: SlackContext) -> bool:
    """Whether it was one more person, and the act is as light as it was: their menu stays open."""
    if ctx.payload.get("action_id") != FORM_PEOPLE:
        return False
    filled = read_filled(ctx.body["view"])
    return not filled.state.heavy and not heavy(filled)


async def _redrawn(ctx: SlackContext) -> dict[str, Any]:
    """The form as it is to be now."""
    filled = read_filled(ctx.body["view"])
    call = chosen_call(ctx, filled)
    if not filled.people_fit:
        alone = filled.state.model_copy(update={"person": None})
        filled = filled.model_copy(update={"people": (), "state": alone})
    notes: list[str] = []
    if filled.call is not None and call is None:
        notes = await read_live_calls(ctx)
        call = chosen_call(ctx, filled)
    if filled.call is not None and call is None:
        notes.append("That call is not live any more. Choose another one.")
    if call is not None:
        ctx.services.tasks.spawn(ctx.moderation.forms.preload(filled.kind, call), "people")
    return order_form(await _filled(ctx, filled, call, notes))


async def submit(ctx: SlackContext) -> FieldErrors | UpdateView | PushView:
    """Take the order as filled in; the form closes once it is on disk.

    Else it says at which field something is wrong, or, where the order is refused and others can
    be asked for it, shows that on top.
    """
    view = ctx.payload
    filled = read_filled(view)
    if (earlier := await earlier_acceptance(ctx, ctx.form_key())) is not None:
        return close_or_follow(ctx, filled.state.reply_url, earlier)
    try:
        act = await act_of(ctx, filled)
        reason = reason_of(filled, needed=act.heavy)
        acceptance = await ctx.moderation.request(_order(ctx, filled, act, reason))
    except FieldError as wrong:
        return _at_blocks(filled, wrong.errors)
    except (ProtectedPerson, RoleTooLow) as no:
        return _refused(filled, no)
    except NotAccepted as no:
        return _at_blocks(filled, {REASON: error_sentences(no)})
    except FieldsMissing:
        call = chosen_call(ctx, filled)
        return UpdateView(order_form(await _filled(ctx, filled, call, ["Fill in the new fields."])))
    return close_or_follow(ctx, filled.state.reply_url, acceptance)


def close_or_follow(
    ctx: SlackContext, reply_url: str | None, acceptance: Acceptance
) -> FieldErrors | UpdateView:
    """Close the submitted form; without a `reply_url` it shows the case and its outcome instead."""
    if reply_url is None:
        follow(ctx, acceptance)
        return UpdateView(done_view(asked_message(acceptance)))
    return {}


def _refused(filled: FilledForm, no: NotPermitted) -> FieldErrors | PushView:
    """Beside the people; where somebody can be asked, with that button on top of the form."""
    if no.ask:
        return PushView(trouble_view(refusal(no)))
    return _at_blocks(filled, {FORM_PEOPLE: error_sentences(no)})


def _order(ctx: SlackContext, filled: FilledForm, act: Act, reason: str) -> Order:
    return Order(
        key=ctx.form_key(),
        act=act,
        actor=ctx.asker.actor,
        reason=reason,
        channel=filled.state.channel,
        reply_url=filled.state.reply_url,
        card=filled.state.card,
    )


def _at_blocks(filled: FilledForm, errors: Errors) -> FieldErrors:
    """The errors by block_id; what has no field of its own is told at the call."""
    otherwise = filled.blocks.get(FORM_CALL, REASON)
    return {
        filled.blocks.get(name, otherwise): cut(clean(words), 300) for name, words in errors.items()
    }


async def _open(
    ctx: SlackContext, label: str, words: str, first: Callable[[], Awaitable[Draft]]
) -> None:
    """Spend the trigger, then fill in the form, or say why not."""
    opened = await open_loading(ctx, label)

    async def drawn() -> dict[str, Any]:
        key = ctx.key("open", ctx.trigger_id)
        await ctx.moderation.require_viewer_audited(ctx.asker, key, cut(clean(words), 2000))
        return order_form(await first())

    await draw_or_explain(ctx, opened, drawn())


def _from_words(
    ctx: SlackContext, request: Incomplete, state: OrderState
) -> Callable[[], Awaitable[Draft]]:
    """What a command said so far, looked up."""

    async def first() -> Draft:
        filled, call, notes = await look_up_typed(ctx, request, state)
        return await draft(ctx, filled, call, notes)

    return first


def _pressed(
    ctx: SlackContext, value: MoreValue, state: OrderState
) -> Callable[[], Awaitable[Draft]]:
    """What a card knows, as it is now."""

    async def first() -> Draft:
        call, notes = await call_as_seen(ctx, value.call)
        person = None if value.person is None else _as_seen(ctx, value.call, value.person)
        state_now = state.model_copy(update={"person": person})
        filled = FilledForm(state=state_now, verb=state.verb, call=call_value(call.ref))
        await read_live_calls(ctx, 0)
        return await draft(ctx, filled, call, notes)

    return first


def _as_seen(ctx: SlackContext, ref: CallRef, person: str) -> ChosenOption:
    """Somebody a card means, by the name they were last seen with."""
    seen = ctx.moderation.forms.met(ref, person)
    return chosen_option(Person(id=person) if seen is None else Person.of(seen))


async def _filled(
    ctx: SlackContext, filled: FilledForm, call: Call | None, notes: list[str]
) -> Draft:
    """The draft with what was typed, as far as it is known by now where it belongs."""
    filled, missing = await with_typed(ctx, filled, call)
    return await _allowed(ctx, filled, call, [*notes, *missing])


async def _allowed(
    ctx: SlackContext, filled: FilledForm, call: Call | None, notes: list[str]
) -> Draft:
    """The draft; where its verb may not be asked for, without what follows from the verb.

    Where nothing may be done in that call, without the call too.
    """
    try:
        return await draft(ctx, filled, call, notes)
    except NotPermitted as no:
        notes = [*notes, error_sentences(no)]
    plain = filled.model_copy(update={"verb": None, "state": _undecided(filled.state)})
    try:
        return await draft(ctx, plain, call, notes)
    except NotPermitted:
        return await draft(ctx, plain.model_copy(update={"call": None}), None, notes)


def _undecided(state: OrderState) -> OrderState:
    return state.model_copy(update={"verb": None, "among": state.among or ANY})
