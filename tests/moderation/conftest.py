"""The desk, ready to be asked."""

import pytest

from bot.store import SqlStore
from tests.fakes.clock import ManualClock
from tests.moderation.harness import Office


@pytest.fixture
async def office(store: SqlStore, clock: ManualClock) -> Office:
    return Office(store, clock)
