"""Somebody searches and opens forms all at once: who kicks meanwhile does not wait behind them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.demo.stage import Show, open_show
from bot.providers.http import CONNECTIONS
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

EACH = 30
LISTS = "/api/v2/video/calls"

RULES = """\
[people]
moderators = ["UMIRA", "ULEO"]

[limits]
list_seconds = 60
looks_burst = 100
stream_per_second = 1000
"""
"""Stream takes what comes, on its connections; a look is waited for as long as the test lasts."""


@pytest_asyncio.fixture(loop_scope="module")
async def show(show_url: str, tmp_path: Path) -> AsyncIterator[Show]:
    """What is still read at the end is given up."""
    async with open_show(tmp_path, database_url=show_url, rules=RULES) as opened:
        yield opened
        await opened.counter.tasks.drain(0)


async def test_a_kick_is_at_the_vendor_before_what_was_asked_ahead_of_it(show: Show) -> None:
    """Stream answers none of the reads: what is queued behind them stays there."""
    mira, leo, ops = Moderator(show), show.stage.cast.lead, show.stage.cast.ops
    stream = show.stage.world.stream
    await mira.types("show default:support-room")
    stream.faults.hang(on=LISTS, times=None)
    searches = [show.sender.command(leo, ops, f"find zzz{n}") for n in range(EACH)]
    forms = [show.sender.command(leo, ops, "kick") for _ in range(EACH)]
    await asyncio.gather(*searches, *forms)
    await show.workspace.until(lambda: len(stream.requests) > CONNECTIONS / 2 or None)
    await show.sender.command(mira.user, ops, "kick default:support-room amina loud")
    await mira.sees("kicked Amina", "confirmed")
    paths = [one.path for one in stream.requests]
    assert sum(path.endswith("/kick") for path in paths) == 1
    assert CONNECTIONS / 2 < sum(path == LISTS for path in paths) < EACH
