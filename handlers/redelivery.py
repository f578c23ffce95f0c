"""Requests that Slack delivers again: answered with what they led to, before anything is looked up.

Who and what was meant may not be there any more: the first delivery has done it.
"""

import asyncio

from bot.calls.cases import Acceptance, AcceptResult
from bot.errors import OtherRelease, StoreError
from handlers.blocks.cases import asked_message
from handlers.blocks.message import Message
from handlers.context import DIGEST_FORM_KEY, FORM_KEY, SlackContext

LOOK_SECONDS = 0.3
"""How long an earlier delivery is looked for: the order itself needs most of Slack's 3 s."""


async def earlier_acceptance(ctx: SlackContext, key: str) -> Acceptance | None:
    """The case that an earlier delivery of this request led to; None where there was none.

    Also None where the database does not say in time: the key is unique, so that is settled where
    the order is written down. Raises OtherRelease where it made a case of another release.
    """
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            case = await ctx.moderation.cases.case_for_key(key)
    except OtherRelease:
        raise
    except (StoreError, TimeoutError):
        return None
    return None if case is None else Acceptance(case=case, how=AcceptResult.REPEATED)


async def is_looked_up(ctx: SlackContext, key: str) -> bool:
    """Whether an earlier delivery's order of this key is being looked up; its answer follows.

    False where the database does not say in time.
    """
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return await ctx.services.lookups.under_way(key)
    except (StoreError, TimeoutError):
        return False


async def seen_before(ctx: SlackContext) -> bool | None:
    """Whether this request was taken already: it is on record, or is being looked up.

    None where the database does not say in time.
    """
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            keys = _keys(ctx)
            recorded = await ctx.moderation.cases.has_request(*keys)
            return recorded or await ctx.services.lookups.under_way(*keys)
    except (StoreError, TimeoutError):
        return None


def _keys(ctx: SlackContext) -> tuple[str, ...]:
    """Every key under which this request may have been written down."""
    if ctx.body.get("type") == "view_submission":
        view = ctx.payload
        plain = ctx.key(FORM_KEY, view["id"], view["hash"])
        return plain, ctx.form_key(), ctx.form_key(DIGEST_FORM_KEY)
    kinds = ("command", "press", "digest.typed")
    return tuple(ctx.key(kind, ctx.trigger_id) for kind in kinds)


def repeat_message(earlier: Acceptance) -> Message | None:
    """How the earlier request's case ended; None while it is open: its outcome follows."""
    return None if earlier.case.state.open else asked_message(earlier)
