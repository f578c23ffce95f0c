"""The same life of an act when Slack comes by Socket Mode: every test of `test_life` again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.demo.stage import Show, open_show
from tests.handlers.test_life import *  # noqa: F403  every test in there, before another show

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def show(show_url: str, tmp_path: Path) -> AsyncIterator[Show]:
    """Everything running, on SQLite, with one connection to Slack and no door for it."""
    async with open_show(tmp_path, database_url=show_url, by_socket=True) as opened:
        assert (await opened.http.post("/slack/events")).status_code == 404
        yield opened
        assert opened.stage.slack.exchange.opened == 1
