"""A make-believe Stream Video, and a client for it."""

from collections.abc import AsyncIterator

import pytest

from bot.demo.vendors import StreamServer
from bot.providers.stream.provider import StreamProvider
from tests.fakes.clock import ManualClock
from tests.providers.stream_setup import client, standup


@pytest.fixture
def server(clock: ManualClock) -> StreamServer:
    return standup(clock)


@pytest.fixture
async def provider(server: StreamServer) -> AsyncIterator[StreamProvider]:
    made = client(server)
    yield made
    await made.aclose()
