"""The three servers on a clock that only moves when told, and clients with the right keys."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.demo.vendors import AppTransport, CometChatServer, RealtimeKitServer, StreamServer
from tests.demo.vendors.clients import ADA, BEN, kit_client, stream_client
from tests.fakes.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def stream(clock: ManualClock) -> StreamServer:
    server = StreamServer(clock)
    server.open("default:standup", "Stand-up")
    for visitor in (ADA, BEN):
        server.join("default:standup", visitor)
    return server


@pytest.fixture
def kit(clock: ManualClock) -> RealtimeKitServer:
    server = RealtimeKitServer(clock)
    room = server.open("clinic", "Clinic")
    for visitor in (ADA, BEN):
        server.join(room.id, visitor)
    return server


@pytest.fixture
def comet(clock: ManualClock) -> CometChatServer:
    server = CometChatServer(clock)
    server.open("v1.us.demo", "Support", invited=["ada", "carla"])
    clock.advance(5)
    server.join("v1.us.demo", ADA)
    clock.advance(90)
    return server


@pytest.fixture
async def to_stream(stream: StreamServer) -> AsyncIterator[httpx.AsyncClient]:
    async with stream_client(stream) as client:
        yield client


@pytest.fixture
async def to_kit(kit: RealtimeKitServer) -> AsyncIterator[httpx.AsyncClient]:
    async with kit_client(kit) as client:
        yield client


@pytest.fixture
async def to_comet(comet: CometChatServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=AppTransport(comet.app),
        base_url="http://comet/v3",
        headers={"apikey": comet.api_key},
    ) as client:
        yield client
