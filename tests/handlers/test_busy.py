"""What people read while a table is locked, and those who watch while nothing can be written."""

import asyncio
from pathlib import Path

import httpx

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.demo.stage import open_show
from tests.fakes.locked_tables import locked
from tests.fakes.logs import written_log
from tests.fakes.moderator import Moderator

SUPPORT = handle(CallRef(vendor=Vendor.STREAM, id="default:support-room"))

IN_TIME = 30
"""Seconds: it takes two for each look, and a busy machine its time."""


async def test_looks_at_a_locked_table_are_told_soon_that_the_database_is_busy(
    postgres_url: str, tmp_path: Path
) -> None:
    """The live calls are shown all the same, without what our cases know of them."""
    async with open_show(tmp_path, database_url=postgres_url) as show:
        mira = Moderator(show)
        await mira.types(f"kick {SUPPORT} amina loud")
        await mira.sees("kicked Amina", "confirmed")
        await show.services.tasks.drain(5)
        async with locked(postgres_url, "moderation_case"), asyncio.timeout(IN_TIME):
            told = await mira.types("case 1")
            assert "The database is busy." in told
            assert "Try again in a moment." in told
            assert "Support" in await mira.types("list")


async def test_a_process_that_cannot_write_any_more_is_not_ready(tmp_path: Path) -> None:
    with written_log():
        answer = await ready_without_a_writer(tmp_path)
    assert answer.status_code == 503


async def ready_without_a_writer(folder: Path) -> httpx.Response:
    async with open_show(folder) as show:
        show.store.writing.cancel()
        await asyncio.wait({show.store.writing})
        return await show.http.get("/readyz")
