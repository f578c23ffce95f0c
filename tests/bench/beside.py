"""Acknowledging one person while another lists a thousand calls, over and over."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from tests.bench.figure import ROUNDS, Figure
from tests.bench.load import pour, recorded
from tests.bench.orders import PEOPLE, look_at, mutes, slash
from tests.bench.processes import Processes
from tests.live.http_client import Letterbox, Line, letterbox

ORDERS = 150
"""Commands in each half of a round, one after the other."""

WARM = 50


async def beside(ground: Processes) -> list[Figure]:
    """The figures of the same orders with and without somebody listing."""
    ratios = []
    crowd = {"stream": [1, PEOPLE], "realtimekit": [500, 3], "cometchat": [500, 3]}
    async with ground.world(crowd=crowd) as world, letterbox() as box, letterbox() as lists:
        for _ in range(ROUNDS):
            async with ground.bot(world) as port:
                await look_at(world.crowd["stream"], port, box)
                orders = [order.request() for order in mutes(world.crowd["stream"], box.url)]
                ratios.append(await _round(port, orders, lists))
    return [Figure.of("ack p50 while another lists 1,000 calls / idle", ratios, 1.2)]


async def _round(port: int, orders: Sequence[bytes], lists: Letterbox) -> float:
    """Warm up, then idle, then beside the lister."""
    await pour(port, orders[:WARM], recorded, lines=1)
    idle = await pour(port, orders[WARM : WARM + ORDERS], recorded, lines=1)
    async with _listing(port, lists):
        busy = await pour(port, orders[WARM + ORDERS : WARM + 2 * ORDERS], recorded, lines=1)
    return busy.p50 / idle.p50


@contextlib.asynccontextmanager
async def _listing(port: int, lists: Letterbox) -> AsyncIterator[None]:
    """Somebody who asks for the list again as soon as it is there."""

    async def forever() -> None:
        line = Line(port)
        while True:
            await line.ask(slash("", lists.url).request())
            await lists.next()

    lister = asyncio.create_task(forever())
    try:
        yield
    finally:
        lister.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await lister
