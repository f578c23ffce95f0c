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
from handlers.admission import LETTER, LOOK, ORDER, SETTING, Demand, admitted
from handlers.blocks import action_values
from handlers.blocks.digests import digest_values
from handlers.blocks.forms.audit_search_form import SEARCH_FORM
from handlers.blocks.forms.order_state import ORDER_FORM
from handlers.blocks.forms.reason_form import REASON_FORM, trouble_view
from handlers.blocks.message import Block, Message
from handlers.blocks.refusals import refusal, said_again
from handlers.commands import digests, orders, queries
from handlers.context import (
    Visit,
    read_command,
    read_form,
    read_press,
    read_question,
    read_shortcut,
)
from handlers.events import Events, attend
from handlers.modals import audit_search, digest_forms, order_form, reason_form
from handlers.modals.order_form import FieldErrors, Pushed, Redrawn
from handlers.options import OPTIONS
from handlers.parsing import requests as said
from handlers.parsing.requests import parse
from handlers.screens import reports
from handlers.services import Counter

COMMANDS: Mapping[type, Callable[[Visit, Any], Awaitable[Message | None]]] = {
    said.ListCalls: queries.list_calls,
    said.ShowCall: queries.show_call,
    said.FindPerson: reports.find_person,
    said.LookAtCall: reports.look_at_call,
    said.LookAtRooms: reports.look_at_rooms,
    said.ShowCase: queries.show_case,
    said.ShowAudit: queries.show_audit,
    said.AskDigest: digests.ask,
    said.ShowCapabilities: queries.capabilities,
    said.Help: queries.explain,
    said.ActRequest: orders.act,
    said.Incomplete: orders.incomplete,
}
"""What can be typed after `/calls`."""

VIEWS: Mapping[str, Callable[[Visit], Awaitable[FieldErrors | Redrawn | Pushed]]] = {
    REASON_FORM: reason_form.submit,
    ORDER_FORM: order_form.submit,
    SEARCH_FORM: audit_search.submit,
    digest_values.DIGEST_FORM: digest_forms.submit,
    digest_values.PAUSE_FORM: digest_forms.submit_pause,
}
"""The forms that can be submitted, by callback id."""

SHORTCUTS: Mapping[str, Callable[[Visit], Awaitable[None]]] = {
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

NEEDS_NOTHING = {
    said.ListCalls,
    said.ShowCall,
    said.FindPerson,
    said.LookAtCall,
    said.LookAtRooms,
    said.Help,
}
"""Words acknowledged before anything behind the counter is open; their answer follows."""


def register(app: AsyncApp, counter: Counter, clock: Clock) -> None:
    """Put the surface on a Bolt app: Bolt tries one after the other, so what waits comes first."""
    reception = Reception(counter, Events(clock))
    app.command(counter.command)(reception.on_command)
    app.block_action(ANYTHING)(reception.on_press)
    app.view_submission(ANYTHING)(reception.on_form)
    app.block_suggestion(ANYTHING)(reception.on_question)
    app.shortcut(re.compile("|".join(map(re.escape, SHORTCUTS))))(reception.on_shortcut)
    app.event(ANYTHING)(reception.on_event)


class Reception:
    """The listeners Bolt has, one a kind. Each answers Slack at once, whatever comes after."""

    def __init__(self, counter: Counter, events: Events) -> None:
        self._counter = counter
        self._events = events

    async def on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Words typed after the command; the answer is part of the acknowledgement."""
        visit = read_command(self._counter, body)
        answer = await visit.in_words(_obey(visit))
        await (ack() if answer is None else ack(text=answer.text, blocks=answer.blocks))

    async def on_press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A button, menu or field of a card; the answer comes by response_url."""
        visit = read_press(self._counter, body)
        if action_values.route(visit.payload.get("action_id", "")) in ORDERS:
            trouble = await visit.in_words(_order(visit))
            if trouble is not None:
                visit.later(partial(visit.answer, trouble), "answer")
        else:
            visit.later(partial(_press, visit), "press")
        await ack()

    async def on_event(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Something happened: acknowledged whatever comes of it, done once, unknown ones not."""
        await ack()
        if self._events.is_new(body):
            attend(self._counter, body)

    async def on_form(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A form submitted: it closes when the order is on disk, and says why when it is not."""
        visit = read_form(self._counter, body)
        outcome = await visit.in_words(_submit(visit))
        if isinstance(outcome, Message):
            await ack(response_action="update", view=trouble_view(outcome))
        elif isinstance(outcome, Redrawn):
            await ack(response_action="update", view=outcome.view)
        elif isinstance(outcome, Pushed):
            await ack(response_action="push", view=outcome.view)
        elif outcome:
            await ack(response_action="errors", errors=outcome)
        else:
            await ack()

    async def on_question(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Letters typed into a menu: what fits, or nothing for those who may not look."""
        visit = read_question(self._counter, body)
        outcome = await visit.in_words(_suggest(visit))
        await ack(options=[] if isinstance(outcome, Message) else outcome)

    async def on_shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A shortcut: its form follows."""
        visit = read_shortcut(self._counter, body)
        visit.later(partial(_use, visit), "shortcut")
        await ack()


async def _obey(visit: Visit) -> Message | None:
    request = parse(visit.body.get("text", ""), visit.counter.command)
    if type(request) not in NEEDS_NOTHING:
        await visit.counter.soon()
    try:
        async with admitted(visit, _demand_of_command(request)):
            return await COMMANDS[type(request)](visit, request)
    except TooManyRequests as no:
        if isinstance(request, said.ActRequest):
            return said_again(no, str(visit.body["text"]))
        raise


def _demand_of_command(request: object) -> Demand:
    """How a command is held against the budget of whoever typed it."""
    if isinstance(request, said.ActRequest | said.Incomplete):
        return ORDER
    return SETTING if isinstance(request, said.AskDigest) and request.what.changes else LOOK


async def _press(visit: Visit) -> None:
    pressed = action_values.route(visit.payload.get("action_id", ""))
    handler = ACTIONS.get(pressed)
    if handler is None:
        raise action_values.stale()
    async with admitted(visit, _demand_of_press(pressed)):
        await handler(visit)


def _demand_of_press(pressed: str) -> Demand:
    """How a press is held against the budget of whoever pressed."""
    if pressed in ORDERS | FORMS:
        return ORDER
    return SETTING if pressed in SETTINGS else LOOK


async def _use(visit: Visit) -> None:
    async with admitted(visit, ORDER):
        await SHORTCUTS[visit.payload["callback_id"]](visit)


async def _order(visit: Visit) -> None:
    await visit.counter.soon()
    await _press(visit)


async def _suggest(visit: Visit) -> list[Block]:
    handler = OPTIONS.get(visit.payload.get("action_id", ""))
    if handler is None:
        raise action_values.stale()
    await visit.counter.soon()
    async with admitted(visit, LETTER):
        return await handler(visit)


async def _submit(visit: Visit) -> FieldErrors | Redrawn | Pushed:
    called = visit.payload.get("callback_id", "")
    handler = VIEWS.get(called)
    if handler is None:
        raise action_values.stale()
    await visit.counter.soon()
    try:
        async with admitted(visit, LOOK if called == SEARCH_FORM else ORDER):
            return await handler(visit)
    except TooManyRequests as no:
        return Pushed(trouble_view(refusal(no)))  # what was filled in stays below
