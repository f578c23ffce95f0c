"""A make-believe RealtimeKit, a client for it, and its one call."""

from collections.abc import AsyncIterator

import pytest

from bot.calls.models import Call
from bot.demo.vendors import RealtimeKitServer
from bot.providers.realtimekit.provider import RealtimeKitProvider
from tests.providers.realtimekit_setup import client, clinic


@pytest.fixture
def server() -> RealtimeKitServer:
    return clinic()


@pytest.fixture
async def provider(server: RealtimeKitServer) -> AsyncIterator[RealtimeKitProvider]:
    made = client(server)
    yield made
    await made.aclose()


@pytest.fixture
async def call(provider: RealtimeKitProvider) -> Call:
    return (await provider.list_live(limit=10)).items[0]
