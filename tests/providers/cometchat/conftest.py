"""A make-believe CometChat, and a client for it."""

from collections.abc import AsyncIterator

import pytest

from bot.demo.vendors import CometChatServer
from bot.providers.cometchat import CometChatProvider
from tests.providers import comets


@pytest.fixture
def server() -> CometChatServer:
    return comets.support()


@pytest.fixture
async def provider(server: CometChatServer) -> AsyncIterator[CometChatProvider]:
    made = comets.client(server)
    yield made
    await made.aclose()
