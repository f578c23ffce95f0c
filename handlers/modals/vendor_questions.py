"""What a form asks of a vendor: how many leave by an act, and which recording is meant."""

import asyncio

from bot.calls.capabilities import Capability
from bot.calls.models import CallRef, Vendor
from bot.calls.prior_state import Departures
from bot.calls.verbs import Verb
from bot.errors import VendorError, WhichRecording
from handlers.blocks.text import count
from handlers.context import SlackContext

LOOK_SECONDS = 1.5
"""How long a form waits for the number."""


async def with_leaving(
    ctx: SlackContext, call: CallRef, verb: Verb | type[Verb], capability: Capability
) -> Capability:
    """The capability, with words about how many people `verb` makes leave where some stay.

    A vendor that does not answer in 1.5 s is said not to.
    """
    if not verb.counted:
        return capability
    chosen = verb() if isinstance(verb, type) else verb
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            leaving = await ctx.moderation.forms.departures(call, chosen)
    except (VendorError, TimeoutError):
        leaving_words = f"{call.vendor.label} did not say in time how many people leave."
    else:
        leaving_words = _leaving_words(leaving, call.vendor) if leaving else ""
    return capability.model_copy(update={"also": f"{capability.also} {leaving_words}".strip()})


def _leaving_words(leaving: Departures, vendor: Vendor) -> str:
    people = count(leaving.people, "person leaves", "people leave")
    if leaving.at_most:
        return f"Up to {people}: {vendor.label} does not say who may stay."
    if leaving.people == leaving.present:
        return f"{people}: all who are in the call."
    return f"{people}, {leaving.present - leaving.people} may stay."


CHECK_SECONDS = 0.8
"""How long a submitted form waits to hear what runs: Slack gives 3 s for everything."""


async def recording_error(ctx: SlackContext, verb: Verb, call: CallRef) -> str | None:
    """What is wrong with the chosen recording, in words for its field; None when all is well.

    Where the vendor does not answer in time, it is judged when the order is carried out.
    """
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await ctx.moderation.forms.require_recording(verb, call)
    except WhichRecording as which:
        return f"{which} Choose one here."
    except (VendorError, TimeoutError):
        return None
    return None
