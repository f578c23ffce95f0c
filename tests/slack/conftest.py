"""The real bot before the make-believe world, one for each file of tests."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.calls.cases import DigestNote, Event
from bot.clock import SystemClock
from bot.demo.stage import Show, open_show
from tests.fakes.lead import Lead


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def show(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Show]:
    """Everything running, on SQLite."""
    async with open_show(tmp_path_factory.mktemp("show")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def leo(show: Show) -> AsyncIterator[Lead]:
    leo = Lead(show)
    leo.user.zone = "Europe/London"
    yield leo
    show.stage.slack.faults.clear()
    for one in await show.store.subscriptions():
        note = DigestNote(key=f"end {one.id}", event=Event.STOPPED, actor=one.owner, detail="")
        stopped = one.model_copy(update={"stopped": True})
        await show.store.amend(one, stopped, note, SystemClock().now())
