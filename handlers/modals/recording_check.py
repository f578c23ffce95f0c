"""Whether a form leaves no doubt about which recording it means."""

import asyncio

from bot.calls.models import CallRef
from bot.calls.verbs import Verb
from bot.errors import VendorError, WhichRecording
from handlers.context import SlackContext

CHECK_SECONDS = 0.8
"""How long a submitted form waits to hear what runs: Slack gives 3 s for everything."""


async def recording_error(ctx: SlackContext, verb: Verb, call: CallRef) -> str | None:
    """What to say at the field for the recording; None when all is well.

    Where the vendor does not answer in time, it is judged when the order is carried out.
    """
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await ctx.service.resolver.require_recording(verb, call)
    except WhichRecording as which:
        return f"{which} Choose one here."
    except (VendorError, TimeoutError):
        return None
    return None
