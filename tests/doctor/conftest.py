"""A Slack for the tests of a file, and what the doctor looks at."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.calls.models import Vendor
from bot.demo.stage import Stage
from tests.doctor.surroundings import Surroundings, fresh_ward, open_app


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with open_app() as opened:
        yield opened


@pytest.fixture
def surroundings(stage: Stage, tmp_path: Path) -> Iterator[Surroundings]:
    """Slack alone: no vendor is on, and there is no database yet."""
    with fresh_ward(stage, tmp_path, f"sqlite:///{tmp_path / 'new.db'}") as opened:
        opened.without(*Vendor)
        yield opened
