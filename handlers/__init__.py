"""The Slack surface on one page: every word, button and form, and the function that answers it.

Bolt gets one listener of each kind; which function answers is looked up in the tables below.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from handlers.actions import ACTIONS
from handlers.blocks import values
from handlers.blocks.forms import REASON_FORM, trouble_view
from handlers.blocks.message import Message
from handlers.commands import acting, looking
from handlers.commands import parse as said
from handlers.commands.parse import parse
from handlers.counter import Counter
from handlers.middleware import in_words
from handlers.modals import reason
from handlers.visit import Visit, read_command, read_form, read_press

COMMANDS: Mapping[type, Callable[[Visit, Any], Awaitable[Message | None]]] = {
    said.ListCalls: looking.list_calls,
    said.ShowCall: looking.show_call,
    said.ShowCase: looking.show_case,
    said.ShowAudit: looking.show_audit,
    said.ShowCapabilities: looking.capabilities,
    said.Help: looking.explain,
    said.ActRequest: acting.act,
    said.Incomplete: acting.incomplete,
}
"""What can be typed after `/calls`."""

VIEWS: Mapping[str, Callable[[Visit], Awaitable[reason.FieldErrors]]] = {
    REASON_FORM: reason.submit,
}
"""The forms that can be submitted, by callback id."""

ORDERS = {values.CASE_AGAIN}
"""Presses that give an order themselves: acknowledged once it is on disk, like words and forms."""

ANYTHING = re.compile(r".*", re.DOTALL)

NEEDS_NOTHING = {said.ListCalls, said.ShowCall, said.Help}
"""Words acknowledged before anything behind the counter is open; their answer follows."""


def register(app: AsyncApp, counter: Counter) -> None:
    """Put the surface on a Bolt app."""
    reception = Reception(counter)
    app.command(counter.command)(reception.on_command)
    app.action(ANYTHING)(reception.on_press)
    app.view(ANYTHING)(reception.on_form)


class Reception:
    """The three listeners Bolt has. Each answers Slack at once, whatever happens behind it."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Words typed after the command; the answer is part of the acknowledgement."""
        visit = read_command(self._counter, body)
        answer = await in_words(_obey(visit), self._counter.meter)
        await (ack() if answer is None else ack(text=answer.text, blocks=answer.blocks))

    async def on_press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A button, menu or field of a card; the answer comes by response_url."""
        visit = read_press(self._counter, body)
        if values.route(visit.payload.get("action_id", "")) in ORDERS:
            trouble = await in_words(_order(visit), self._counter.meter)
            if trouble is not None:
                visit.later(partial(visit.answer, trouble), "answer")
        else:
            visit.later(partial(_press, visit), "press")
        await ack()

    async def on_form(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A form submitted: it closes when the order is on disk, and says why when it is not."""
        visit = read_form(self._counter, body)
        outcome = await in_words(_submit(visit), self._counter.meter)
        if isinstance(outcome, Message):
            await ack(response_action="update", view=trouble_view(outcome))
        elif outcome:
            await ack(response_action="errors", errors=outcome)
        else:
            await ack()


async def _obey(visit: Visit) -> Message | None:
    request = parse(visit.body.get("text", ""), visit.counter.command)
    if type(request) not in NEEDS_NOTHING:
        await visit.counter.soon()
    return await COMMANDS[type(request)](visit, request)


async def _press(visit: Visit) -> None:
    handler = ACTIONS.get(values.route(visit.payload.get("action_id", "")))
    if handler is None:
        raise values.stale()
    await handler(visit)


async def _order(visit: Visit) -> None:
    await visit.counter.soon()
    await _press(visit)


async def _submit(visit: Visit) -> reason.FieldErrors:
    handler = VIEWS.get(visit.payload.get("callback_id", ""))
    if handler is None:
        raise values.stale()
    await visit.counter.soon()
    return await handler(visit)
