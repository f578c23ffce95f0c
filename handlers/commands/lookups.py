"""Orders in words carried on with after their acknowledgement: taken, or told why not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial

from bot.calls.lookups import Lookup
from bot.errors import (
    BadInput,
    CallwardenError,
    ClaimLost,
    MayBeDone,
    NeedsForm,
    NotAccepted,
    NotLookedUp,
    NotPermitted,
    StoreError,
    VendorError,
)
from bot.moderation.executor import MOST_ATTEMPTS, STALE
from bot.moderation.resolver import UnclearPeople
from bot.moderation.write_retry import retry_write
from bot.priority import Priority, working_at
from handlers.blocks.message import Message
from handlers.blocks.refusals import asked_back, looking, unsent
from handlers.blocks.text import clean, cut
from handlers.commands.orders import repeatable_words, take_understood
from handlers.context import SlackContext, read_lookup
from handlers.error_boundary import error_as_message
from handlers.modals.unclear_people import open_unclear
from handlers.parsing.orders import ActRequest
from handlers.parsing.requests import parse
from handlers.services import Services

SAID_AFTER = timedelta(seconds=2)
"""How long an asker waits for an answer before they read that it is still looked for."""

SAID_LATE_AFTER = timedelta(seconds=1)
"""How long an order that is taken up late may take unsaid: its asker has waited since."""


async def look_up(services: Services, lookup: Lookup) -> None:
    """Find out what an order in words means and take it under its key, or tell its asker why not.

    Raises NotAccepted and StoreError: then it has to be taken up again.
    """
    ctx = read_lookup(services, lookup)
    async with _waiting_notice(ctx, lookup):
        with working_at(Priority.ORDER, lookup.actor.user):
            answer = await error_as_message(_settled(ctx, lookup), services.meter)
    if isinstance(answer, Message):
        await ctx.answer(answer)
    elif answer is not None:
        raise answer


async def _settled(ctx: SlackContext, lookup: Lookup) -> Message | CallwardenError | None:
    """None once it is on disk, or a form asks; else what the asker reads, or why not now."""
    try:
        _require_not_restored(lookup)
        _require_fresh(lookup)
        await _take(ctx, lookup)
    except (NotAccepted, StoreError) as error:
        return error
    except (VendorError, NotLookedUp) as error:
        return unsent(error, await _repeatable_words(ctx), await ctx.diagnosis(error))
    except (UnclearPeople, NeedsForm) as error:
        return asked_back(error, await _repeatable_words(ctx))
    return None


async def _repeatable_words(ctx: SlackContext) -> str | None:
    try:
        return await repeatable_words(ctx)
    except (BadInput, NotPermitted):
        return None


async def _take(ctx: SlackContext, lookup: Lookup) -> None:
    request = parse(lookup.words, lookup.command)
    if not isinstance(request, ActRequest):
        raise NotLookedUp("Callwarden was updated meanwhile and reads these words differently.")
    try:
        read, act = await take_understood(ctx, request, lookup.key)
    except UnclearPeople as unclear:
        await open_unclear(ctx, request, unclear)
        return
    if act.heavy:
        raise NeedsForm(f"“{act.verb.label}” has to be confirmed.")
    order = ctx.order(lookup.key, act, read.reason)
    take = partial(ctx.moderation.request, order)
    await retry_write(take, ctx.moderation.clock, "order found out")


def _require_not_restored(lookup: Lookup) -> None:
    """MayBeDone where a backup was restored that had it: it has led to something since."""
    if lookup.restored:
        words = cut(clean(lookup.words), 100)
        raise MayBeDone(
            f"The database was restored from a backup that had “{words}” as not done yet. It may "
            "have been done since."
        )


def _require_fresh(lookup: Lookup) -> None:
    """NotLookedUp where it is too late for it, or where it was taken up in vain again and again."""
    if lookup.waited > STALE:
        minutes = int(lookup.waited / timedelta(minutes=1))
        raise NotLookedUp(f"It could not be found out for {minutes} minutes who you meant.")
    if lookup.attempt > MOST_ATTEMPTS:
        raise NotLookedUp(f"Tried {MOST_ATTEMPTS} times to find out who you meant.")


@asynccontextmanager
async def _waiting_notice(ctx: SlackContext, lookup: Lookup) -> AsyncIterator[None]:
    """Tell the asker that it is still looked for, once each time that it is taken up.

    Whether a process that died had said so is not known; hearing it twice is better than nothing.
    """

    async def said() -> None:
        left = max(SAID_AFTER - lookup.waited, SAID_LATE_AFTER)
        await ctx.moderation.clock.sleep(left.total_seconds())
        with suppress(BadInput, ClaimLost):  # what settles the order tells it
            request = parse(lookup.words, lookup.command)
            await ctx.answer(looking(request.call if isinstance(request, ActRequest) else ""))

    saying = asyncio.create_task(said())
    try:
        yield
    finally:
        saying.cancel()
        await asyncio.wait({saying})
