"""One playground for a file's tests: the bot in its own process takes a second to start."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.demo.playground.playground import Playground, open_playground
from bot.demo.stage import SLOWNESS


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def playground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Playground]:
    """A world that stands still unless somebody does something, and a Slack that waits."""
    folder = tmp_path_factory.mktemp("playground")
    async with open_playground(folder, pace=0, slowness=SLOWNESS) as playground:
        yield playground
