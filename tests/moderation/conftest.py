"""The desk, ready to be asked."""

import pytest

from bot.store import SqlStore
from tests.fakes.clock import ManualClock
from tests.moderation.harness import Harness


@pytest.fixture
async def harness(store: SqlStore, clock: ManualClock) -> Harness:
    return Harness(store, clock)
