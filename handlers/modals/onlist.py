"""Who is on a call's list, for a form and its menu: waited for a while, and never asked in vain."""

import asyncio

from bot.calls.models import Call
from bot.calls.picture import Roster
from bot.calls.verbs import Listed
from bot.errors import VendorError
from bot.moderation.absent import Absentees, listed_words
from handlers.blocks.orderstate import Said
from handlers.blocks.values import FORM_PEOPLE
from handlers.visit import Visit

LIST_SECONDS = 2.0
"""How long a menu or form waits for a list: it is nothing without it, and Slack gives 3 s."""


async def on_list(visit: Visit, call: Call, which: Listed, *, anew: bool = False) -> Roster | None:
    """The list, read `anew` or a few seconds ago; None where it was not said in time.

    A slow answer is not given up: it is there for the next letter that is typed.
    """
    absentees = visit.desk.planner.absentees
    reading = visit.counter.tasks.spawn(_read(absentees, call, which, anew=anew), "roster")
    done, _ = await asyncio.wait({reading}, timeout=LIST_SECONDS)
    return reading.result() if done else None


async def _read(absentees: Absentees, call: Call, which: Listed, *, anew: bool) -> Roster | None:
    try:
        if anew:
            return await absentees.roster(call.ref, which)
        return await absentees.lately(call.ref, which)
    except VendorError:
        return None


async def who_is_on_it(visit: Visit, said: Said, call: Call, which: Listed) -> str:
    """Who can be chosen in a form from that list, read anew where it has no field for them yet."""
    roster = await on_list(visit, call, which, anew=FORM_PEOPLE not in said.blocks)
    if roster is None:
        vendor = call.ref.vendor.label
        return f"{vendor} has not said yet who that may be. Type in the menu to ask again."
    return listed_words(roster)
