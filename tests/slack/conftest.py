"""The real bot before the make-believe world, one for each file of tests."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.demo.stage import Show, open_show


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def show(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Show]:
    """Everything running, on SQLite."""
    async with open_show(tmp_path_factory.mktemp("show")) as opened:
        yield opened
