"""A make-believe CometChat, and a client for it."""

from collections.abc import AsyncIterator

import pytest

from bot.demo.vendors import CometChatServer
from bot.providers.cometchat.provider import CometChatProvider
from tests.providers import cometchat_setup


@pytest.fixture
def server() -> CometChatServer:
    return cometchat_setup.support()


@pytest.fixture
async def provider(server: CometChatServer) -> AsyncIterator[CometChatProvider]:
    made = cometchat_setup.client(server)
    yield made
    await made.aclose()
