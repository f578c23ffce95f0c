"""The Slack surface on one page: every word, button and form, and the function that answers it.

Bolt gets one listener of each kind; which function answers is looked up in the tables below.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.clock import Clock
from bot.errors import TooManyRequests
from handlers.actions import ACTIONS
from handlers.admission import KEYSTROKE, LOOK, ORDER, SETTING, Demand, admitted
from handlers.blocks import action_values
from handlers.blocks.digests import digest_values
from handlers.blocks.forms.audit_search_form import SEARCH_FORM
from handlers.blocks.forms.order_state import ORDER_FORM
from handlers.blocks.forms.reason_form import REASON_FORM, trouble_view
from handlers.blocks.message import Block, Message
from handlers.blocks.refusals import refusal, said_again
from handlers.commands import digests, orders, queries
from handlers.context import (
    SlackContext,
    read_command,
    read_form,
    read_press,
    read_shortcut,
    read_suggestion,
)
from handlers.events import Events, handle_event
from handlers.modals import audit_search, digest_forms, order_form, reason_form
from handlers.modals.order_form import FieldErrors, PushView, UpdateView
from handlers.options import OPTIONS
from handlers.parsing import requests
from handlers.parsing.requests import parse
from handlers.services import Services

COMMANDS: Mapping[type, Callable[[SlackContext, Any], Awaitable[Message | None]]] = {
    requests.ListCalls: queries.list_calls,
    requests.ShowCall: queries.show_call,
    requests.FindPerson: queries.find_person,
    requests.ShowReport: queries.show_report_of_call,
    requests.ShowRooms: queries.show_named_rooms,
    requests.ShowCase: queries.show_case,
    requests.ShowAudit: queries.show_audit,
    requests.DigestRequest: digests.ask,
    requests.ShowCapabilities: queries.capabilities,
    requests.Help: queries.explain,
    requests.ActRequest: orders.act,
    requests.Incomplete: orders.incomplete,
}
"""What can be typed after `/calls`."""

VIEWS: Mapping[str, Callable[[SlackContext], Awaitable[FieldErrors | UpdateView | PushView]]] = {
    REASON_FORM: reason_form.submit,
    ORDER_FORM: order_form.submit,
    SEARCH_FORM: audit_search.submit,
    digest_values.DIGEST_FORM: digest_forms.submit,
    digest_values.PAUSE_FORM: digest_forms.submit_pause,
}
"""The forms that can be submitted, by callback id."""

SHORTCUTS: Mapping[str, Callable[[SlackContext], Awaitable[None]]] = {
    action_values.MODERATE: order_form.open_shortcut,
}
"""The shortcuts of the manifest, by callback id."""

ORDERS = {
    action_values.CASE_AGAIN,
    action_values.CASE_UNDO,
    action_values.TYPED,
    action_values.ASK,
    digest_values.DIGEST_RESUME,
    digest_values.DIGEST_STOP,
}
"""Presses that give an order or ask for one: acknowledged once on disk, like words and forms."""

FORMS = {
    action_values.ACT,
    action_values.MENU,
    action_values.MORE,
    action_values.FORM_VERB,
    action_values.FORM_CALL,
    action_values.FORM_WHOM,
    action_values.FORM_PEOPLE,
    action_values.ASK_OPEN,
}
"""Presses that open the form of an order, or draw it anew: what it shows goes before looks."""

SETTINGS = {
    digest_values.DIGEST_SUBSCRIBE,
    digest_values.DIGEST_EDIT,
    digest_values.DIGEST_PAUSE,
    digest_values.DIGEST_NOW,
}
"""Presses that change a digest, or open the form to do so, or have it sent."""

ANYTHING = re.compile(r".*", re.DOTALL)

ANSWERED_BEFORE_OPEN = {
    requests.ListCalls,
    requests.ShowCall,
    requests.FindPerson,
    requests.ShowReport,
    requests.ShowRooms,
    requests.Help,
}
"""Words acknowledged before the services are open; their answer follows."""


def register(app: AsyncApp, services: Services, clock: Clock) -> None:
    """Register every listener on a Bolt app.

    Bolt tries one after the other, so those that somebody waits for come first.
    """
    listeners = Listeners(services, Events(clock))
    app.command(services.command)(listeners.on_command)
    app.block_action(ANYTHING)(listeners.on_press)
    app.view_submission(ANYTHING)(listeners.on_form)
    app.block_suggestion(ANYTHING)(listeners.on_suggestion)
    app.shortcut(re.compile("|".join(map(re.escape, SHORTCUTS))))(listeners.on_shortcut)
    app.event(ANYTHING)(listeners.on_event)


class Listeners:
    """The listeners that Bolt calls, one for each kind of request; each acknowledges it in 3 s."""

    def __init__(self, services: Services, events: Events) -> None:
        self._services = services
        self._events = events

    async def on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Answer words typed after the command; the answer is part of the acknowledgement."""
        ctx = read_command(self._services, body)
        answer = await ctx.error_as_message(_run_command(ctx))
        await (ack() if answer is None else ack(text=answer.text, blocks=answer.blocks))

    async def on_press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Answer a press of a button, menu or field; what comes of it follows by response_url.

        Presses in ORDERS are acknowledged once the order is on disk, all others at once.
        """
        ctx = read_press(self._services, body)
        if action_values.route(ctx.payload.get("action_id", "")) in ORDERS:
            trouble = await ctx.error_as_message(_run_order_press(ctx))
            if trouble is not None:
                ctx.later(partial(ctx.answer, trouble), "answer")
        else:
            ctx.later(partial(_press, ctx), "press")
        await ack()

    async def on_event(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Acknowledge an event, then do what it wants, if it is known and comes the first time."""
        await ack()
        if self._events.is_new(body):
            handle_event(self._services, body)

    async def on_form(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Answer a submitted form: it closes when the order is on disk, else it says why not."""
        ctx = read_form(self._services, body)
        outcome = await ctx.error_as_message(_submit(ctx))
        if isinstance(outcome, Message):
            await ack(response_action="update", view=trouble_view(outcome))
        elif isinstance(outcome, UpdateView):
            await ack(response_action="update", view=outcome.view)
        elif isinstance(outcome, PushView):
            await ack(response_action="push", view=outcome.view)
        elif outcome:
            await ack(response_action="errors", errors=outcome)
        else:
            await ack()

    async def on_suggestion(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Answer letters typed into a menu with what fits; for those who may not look, nothing."""
        ctx = read_suggestion(self._services, body)
        outcome = await ctx.error_as_message(_suggest(ctx))
        await ack(options=[] if isinstance(outcome, Message) else outcome)

    async def on_shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Answer a shortcut: it is acknowledged at once, and its form follows."""
        ctx = read_shortcut(self._services, body)
        ctx.later(partial(_run_shortcut, ctx), "shortcut")
        await ack()


async def _run_command(ctx: SlackContext) -> Message | None:
    request = parse(ctx.body.get("text", ""), ctx.services.command)
    if type(request) not in ANSWERED_BEFORE_OPEN:
        await ctx.services.wait_ready()
    try:
        async with admitted(ctx, _demand_of_command(request)):
            return await COMMANDS[type(request)](ctx, request)
    except TooManyRequests as no:
        if isinstance(request, requests.ActRequest):
            return said_again(no, str(ctx.body["text"]))
        raise


def _demand_of_command(request: object) -> Demand:
    """How a command is held against the budget of whoever typed it."""
    if isinstance(request, requests.ActRequest | requests.Incomplete):
        return ORDER
    return SETTING if isinstance(request, requests.DigestRequest) and request.what.changes else LOOK


async def _press(ctx: SlackContext) -> None:
    pressed = action_values.route(ctx.payload.get("action_id", ""))
    handler = ACTIONS.get(pressed)
    if handler is None:
        raise action_values.stale()
    async with admitted(ctx, _demand_of_press(pressed)):
        await handler(ctx)


def _demand_of_press(pressed: str) -> Demand:
    """How a press is held against the budget of whoever pressed."""
    if pressed in ORDERS | FORMS:
        return ORDER
    return SETTING if pressed in SETTINGS else LOOK


async def _run_shortcut(ctx: SlackContext) -> None:
    async with admitted(ctx, ORDER):
        await SHORTCUTS[ctx.payload["callback_id"]](ctx)


async def _run_order_press(ctx: SlackContext) -> None:
    await ctx.services.wait_ready()
    await _press(ctx)


async def _suggest(ctx: SlackContext) -> list[Block]:
    handler = OPTIONS.get(ctx.payload.get("action_id", ""))
    if handler is None:
        raise action_values.stale()
    await ctx.services.wait_ready()
    async with admitted(ctx, KEYSTROKE):
        return await handler(ctx)


async def _submit(ctx: SlackContext) -> FieldErrors | UpdateView | PushView:
    called = ctx.payload.get("callback_id", "")
    handler = VIEWS.get(called)
    if handler is None:
        raise action_values.stale()
    await ctx.services.wait_ready()
    try:
        async with admitted(ctx, LOOK if called == SEARCH_FORM else ORDER):
            return await handler(ctx)
    except TooManyRequests as no:
        return PushView(trouble_view(refusal(no)))  # what was filled in stays below
