"""Reading sixty days of three vendors, against fetching the same answers with httpx alone."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import httpx
from pydantic import SecretStr

from bot.bootstrap.vendors import usage_sources
from bot.calls.models import Vendor
from bot.clock import SystemClock
from bot.ports import UsageStore, VendorClient
from bot.providers.cometchat.provider import cometchat
from bot.providers.http.client import HttpClient
from bot.providers.realtimekit.provider import realtimekit
from bot.providers.stream.provider import stream
from bot.store import open_store
from bot.usage.days import Stretch
from bot.usage.records import CallRecord
from bot.usage.tally import Tally
from bot.usage_import.backfill import Backfill
from tests.bench.figure import ROUNDS, Figure
from tests.bench.processes import Outside, Processes

DAYS = timedelta(days=60)
UNLIMITED = 100_000.0
"""Requests a second: the vendors' limits are not what is measured."""

AWAY = 0.05
"""Seconds that an answer of a vendor takes at least, from one data centre to another."""


class Noting(httpx.AsyncHTTPTransport):
    """A connection pool that writes down what is sent through it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Note the request and send it."""
        self.sent.append(request)
        return await super().handle_async_request(request)


class Round(NamedTuple):
    """One round: reading, and reading and keeping, as multiples of the fetching alone."""

    read: float
    kept: float


class Forgetting:
    """A `UsageStore` for readers alone: everything is unread, and nothing is kept."""

    async def keep_calls(
        self, vendor: Vendor, stretch: Stretch, records: Sequence[CallRecord], *, now: datetime
    ) -> None:
        """Keep nothing."""

    async def sums(
        self, stretches: Sequence[Stretch], vendors: Sequence[Vendor]
    ) -> Sequence[Mapping[Vendor, Tally]]:
        """No sums for any stretch."""
        del vendors
        return [{} for _ in stretches]

    async def unread(self, vendor: Vendor, stretch: Stretch) -> Sequence[Stretch]:
        """The whole stretch: nothing of it was read."""
        del vendor
        return [stretch]


async def backfill(ground: Processes) -> list[Figure]:
    """The figures for vendors that answer at once, where our own work shows, and as they do."""
    at_once = await _rounds(ground)
    over_there = await _rounds(ground, slow=AWAY)
    return [
        Figure.of("reading 60 days of three vendors / httpx alone", [o.read for o in at_once], 1.5),
        Figure.of("the same, kept in SQLite", [item.kept for item in at_once], 1.5),
        Figure.of(
            f"the same from vendors {AWAY * 1000:.0f} ms away", [o.kept for o in over_there], 1.5
        ),
    ]


async def _rounds(ground: Processes, **how: float) -> list[Round]:
    """Every round has a database of its own; the vendors have made their past before the first."""
    async with ground.world(**how) as world:
        pools = {vendor: Noting() for vendor in Vendor}
        await _read(Forgetting(), world, pools)
        sent = [pool.sent for pool in pools.values()]
        return [await _round(ground, world, sent) for _ in range(ROUNDS)]


async def _round(
    ground: Processes, world: Outside, sent: Sequence[Sequence[httpx.Request]]
) -> Round:
    begun = time.perf_counter()
    await asyncio.gather(*(_fetch(item) for item in sent))
    fetched = time.perf_counter()
    await _read(Forgetting(), world, _pools())
    read = time.perf_counter()
    async with open_store(f"sqlite:///{ground.database()}", SystemClock()) as store:
        opened = time.perf_counter()
        await _read(store, world, _pools())
        kept = time.perf_counter() - opened
    floor = fetched - begun
    return Round((read - fetched) / floor, kept / floor)


def _pools() -> Mapping[Vendor, httpx.AsyncBaseTransport]:
    return {vendor: httpx.AsyncHTTPTransport() for vendor in Vendor}


async def _fetch(requests: Sequence[httpx.Request]) -> None:
    """One vendor's answers, one after the other, each read as JSON."""
    async with httpx.AsyncClient() as client:
        for request in requests:
            answer = await client.request(
                request.method, request.url, headers=request.headers, content=request.content
            )
            answer.raise_for_status().json()


async def _read(
    store: UsageStore, world: Outside, pools: Mapping[Vendor, httpx.AsyncBaseTransport]
) -> None:
    clock = SystemClock()
    async with _clients(world, pools) as sources:
        now = clock.now()
        gaps = await Backfill(usage_sources(sources), store, clock).read(Stretch(now - DAYS, now))
    if gaps:
        raise SystemExit(f"not everything was read: {gaps}")


@asynccontextmanager
async def _clients(
    world: Outside, pools: Mapping[Vendor, httpx.AsyncBaseTransport]
) -> AsyncIterator[dict[Vendor, VendorClient]]:
    told, clock = world.environ, SystemClock()
    sources: dict[Vendor, VendorClient] = {
        Vendor.STREAM: stream(
            api_key=told["STREAM_API_KEY"],
            api_secret=SecretStr(told["STREAM_API_SECRET"]),
            base_url=told["STREAM_BASE_URL"],
            clock=clock,
            rate=UNLIMITED,
            connect=partial(HttpClient, clock=clock, transport=pools[Vendor.STREAM]),
        ),
        Vendor.REALTIMEKIT: realtimekit(
            account_id=told["REALTIMEKIT_ACCOUNT_ID"],
            app_id=told["REALTIMEKIT_APP_ID"],
            api_token=SecretStr(told["REALTIMEKIT_API_TOKEN"]),
            base_url=told["REALTIMEKIT_BASE_URL"],
            clock=clock,
            rate=UNLIMITED,
            connect=partial(HttpClient, clock=clock, transport=pools[Vendor.REALTIMEKIT]),
        ),
        Vendor.COMETCHAT: cometchat(
            api_key=SecretStr(told["COMETCHAT_API_KEY"]),
            base_url=told["COMETCHAT_BASE_URL"],
            chat_base_url=told["COMETCHAT_CHAT_BASE_URL"],
            clock=clock,
            rate=UNLIMITED,
            connect=partial(HttpClient, clock=clock, transport=pools[Vendor.COMETCHAT]),
        ),
    }
    async with AsyncExitStack() as stack:
        for source in sources.values():
            stack.push_async_callback(source.aclose)
        yield sources
