"""Holding each request against its sender's budget, before anything is done for it.

Every listener goes through `admitted`, once for each request of a person. Budgets are held in
memory, so that an acknowledgement waits for nothing.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from bot.moderation.request_budgets import RequestKind, too_many
from bot.priority import Priority, working_at
from handlers.context import SlackContext
from handlers.redelivery import seen_before


class Demand(NamedTuple):
    """How urgent a request is, which budget it is held against, and how much of it it takes."""

    priority: Priority
    kind: RequestKind
    cost: float = 1.0


LOOK = Demand(Priority.LOOK, RequestKind.LOOK)
ORDER = Demand(Priority.ORDER, RequestKind.ORDER)
SETTING = Demand(Priority.LOOK, RequestKind.ORDER)
"""A digest is set up, changed or sent: nobody in a call waits for it."""
KEYSTROKE = Demand(Priority.ORDER, RequestKind.LOOK, 0.1)
"""Letters typed into a menu: many of them come fast, and most are answered from what is known."""


@asynccontextmanager
async def admitted(ctx: SlackContext, demand: Demand) -> AsyncIterator[None]:
    """Count a request against its sender's budget; what is done inside is done at its priority.

    Raises TooManyRequests where the budget is used up. What was taken before, and is only delivered
    again, is admitted: it is answered with what it led to.
    """
    wait = ctx.services.budgets.wait(ctx.asker.actor, demand.kind, demand.cost)
    if wait:
        before = await seen_before(ctx) if demand.kind is RequestKind.ORDER else False
        if not before:
            raise too_many(demand.kind, wait, undone=before is not None)
    with working_at(demand.priority, ctx.asker.actor.user):
        yield
