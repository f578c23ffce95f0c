"""Orders of somebody who may not even look: answered each time, and counted in the audit log."""

from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.demo.stage import Show, open_show
from bot.store import open_store
from tests.fakes.lead import Lead
from tests.fakes.moderator import Moderator

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPPORT = "default:support-room"


async def refused(show: Show, times: int) -> None:
    """A guest orders that often, and reads why not each time."""
    gus = Moderator(show, "guest")
    for number in range(times):
        assert "guest" in await gus.types(f"kick {SUPPORT} kofi because {number}")


async def test_an_auditor_reads_the_first_one_and_how_many_more_there_were(
    show: Show, leo: Lead
) -> None:
    await refused(show, 5)
    await show.store.record_refusals(everything=True)
    told = await leo.types("audit")
    assert told.count("because") == 1
    assert "because 0" in told
    assert "4 more requests were refused" in told
    assert "Last refusal:" in told
    assert "2 entries" in leo.latest.text


async def test_what_was_counted_is_recorded_as_the_process_stops(
    show_url: str, tmp_path: Path
) -> None:
    async with open_show(tmp_path, database_url=show_url) as show:
        await refused(show, 3)
    async with open_store(show_url, SystemClock()) as store:
        assert [entry.times async for entry in store.export()] == [None, 2]
