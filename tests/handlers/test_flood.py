"""Somebody searches and opens forms all at once: who kicks meanwhile does not wait behind them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.calls.models import Vendor
from bot.demo.stage import Show, open_show
from bot.providers.http.client import CONNECTIONS
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

EACH = 30
LISTS, CROWD = "/api/v2/video/calls", "/api/v2/video/call/default/crowd"

RULES = """\
[people]
moderators = ["UMIRA", "ULEO"]

[limits]
list_seconds = 60
looks_burst = 100
orders_burst = 100
stream_per_second = 1000
"""
"""Stream takes what comes, on its connections; a look is waited for as long as the test lasts."""


@pytest_asyncio.fixture(loop_scope="module")
async def show(show_url: str, tmp_path: Path) -> AsyncIterator[Show]:
    """What is still read at the end is given up."""
    async with open_show(tmp_path, database_url=show_url, rules=RULES) as opened:
        yield opened
        await opened.services.tasks.drain(0)


async def test_a_kick_is_at_the_vendor_before_what_was_asked_ahead_of_it(show: Show) -> None:
    """Stream answers none of the reads: what is queued behind them stays there."""
    mira, leo, ops = Moderator(show), show.stage.cast.lead, show.stage.cast.ops
    stream = show.stage.world.stream
    crowd = show.stage.world.crowd(Vendor.STREAM, calls=EACH, people=1)
    await mira.types("show default:support-room")
    for held in (LISTS, CROWD):
        stream.faults.hang(on=held, times=None)
    searches = [f"find zzz{n}" for n in range(EACH)]
    cards = [f"show {call}" for call in crowd]
    forms = ["kick"] * EACH
    words = (*searches, *cards, *forms)
    await asyncio.gather(*(show.sender.command(leo, ops, word) for word in words))
    await show.workspace.until(lambda: len(stream.requests) > CONNECTIONS / 2 or None)
    await show.sender.command(mira.user, ops, "kick default:support-room amina loud")
    await mira.sees("kicked Amina", "confirmed")
    paths = [request.path for request in stream.requests]
    assert sum(path.endswith("/kick") for path in paths) == 1
    assert sum(path.startswith(CROWD) for path in paths) < EACH
    assert sum(path == LISTS for path in paths) < EACH / 2
