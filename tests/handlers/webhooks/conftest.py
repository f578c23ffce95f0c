"""The bot's real front door before vendors in memory."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.calls.handles import handle
from bot.calls.models import CallRef, Vendor
from bot.calls.verbs import Kick
from bot.demo.stage import Show, open_show
from bot.moderation.live_calls import LiveCalls
from bot.moderation.recent_calls import RecentCalls
from bot.moderation.resolver import TargetResolver
from bot.providers.http.client import HttpClient
from bot.providers.realtimekit.signatures import realtimekit_signatures
from bot.service import entrance
from bot.settings import Settings
from handlers.services import OpenServices, Services
from tests.fakes.clock import ManualClock
from tests.fakes.provider import FakeProvider
from tests.fakes.service import service_over
from tests.handlers.webhooks.signing import LOGIN, Cloudflare, new_key

WAIT = 0.5
"""Seconds an event waits for the key."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def show(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Show]:
    """Everything running, on SQLite."""
    async with open_show(tmp_path_factory.mktemp("show")) as opened:
        yield opened


@pytest.fixture(scope="session")
def private_key() -> rsa.RSAPrivateKey:
    return new_key()


@dataclass
class House:
    """A bot whose vendors are in memory, and its door."""

    door: httpx.AsyncClient
    resolver: TargetResolver
    vendors: dict[Vendor, FakeProvider]
    cloudflare: Cloudflare
    clock: ManualClock
    secret: str

    async def seen(self, vendor: Vendor, call_id: str) -> CallRef:
        """A call with Alice in it, whose people somebody has just been shown."""
        ref = self.vendors[vendor].open_call(call_id, "u1=Alice")
        await self.resolver.call(f"{vendor}:{call_id}")
        await self.kick(ref)
        return ref

    async def kick(self, ref: CallRef, who: str = "Alice") -> str:
        """The id of the person that a kick of `who` would hit."""
        act = await self.resolver.resolve(Kick(), handle(ref), [who], everyone=False)
        return act.people[0].id

    async def asks_the_vendor(self, ref: CallRef) -> bool:
        """Whether the next name typed is looked up at the vendor."""
        before = self.vendors[ref.vendor].requests
        await self.kick(ref)
        return self.vendors[ref.vendor].requests > before


@pytest_asyncio.fixture(loop_scope="module")
async def house(show: Show, private_key: rsa.RSAPrivateKey) -> AsyncIterator[House]:
    clock, cloudflare = ManualClock(), Cloudflare(private_key)
    vendors = {vendor: FakeProvider(vendor) for vendor in Vendor}
    live_calls = LiveCalls(vendors, clock, RecentCalls(clock))
    resolver = TargetResolver(live_calls, show.store)
    service = service_over(show, live_calls)
    signatures = realtimekit_signatures(
        "https://keys.test/webhooks.json",
        clock,
        connect=partial(HttpClient, clock=clock, transport=httpx.MockTransport(cloudflare)),
        rate=10_000,
        wait=WAIT,
    )
    services = Services("/calls")
    services.provide(
        OpenServices(service, show.services.slack, show.services.response_urls, signatures)
    )
    settings = Settings.load({**show.stage.environ, "COMETCHAT_WEBHOOK_AUTH": LOGIN}, None)
    transport = httpx.ASGITransport(entrance(settings, services).web)
    secret = show.stage.environ["STREAM_API_SECRET"]
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as door:
        yield House(door, resolver, vendors, cloudflare, clock, secret)
    await signatures.aclose()
