"""The real bot before the make-believe world, a new one for each test."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.demo.stage import Show, open_show
from tests.fakes.lead import Lead


@pytest.fixture
def show_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The bot's database; `sqlite_url` stays free for another."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'show.db')}"


@pytest_asyncio.fixture(loop_scope="module")
async def show(show_url: str, tmp_path: Path) -> AsyncIterator[Show]:
    """Everything running, on SQLite: a world of its own for each test."""
    async with open_show(tmp_path, database_url=show_url) as opened:
        yield opened


@pytest.fixture
def leo(show: Show) -> Lead:
    leo = Lead(show)
    leo.user.zone = "Europe/London"
    return leo
