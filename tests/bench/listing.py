"""`/calls` over three vendors: all slow, one hung, and one that is known to be hung."""

import time
from urllib.parse import urlsplit

from tests.bench.figure import ROUNDS, Figure
from tests.bench.orders import slash
from tests.bench.processes import Outside, Processes
from tests.live.bot import CONFIG
from tests.live.http_client import Letterbox, Line, letterbox, post

SLOW = 0.2
"""Seconds each vendor takes."""

DEADLINE = 1.0
"""Seconds a listing waits for a vendor, as set for this figure."""

OPENS_AFTER = 3
"""Failures after which a vendor is left alone for a while."""

SETTINGS = f"{CONFIG}list_seconds = {DEADLINE}\n"


async def listing(ground: Processes) -> list[Figure]:
    """The figures from the command to the list at the response_url."""
    slow = [await _all_slow(ground) for _ in range(ROUNDS)]
    hung = [await _one_hung(ground) for _ in range(ROUNDS)]
    return [
        Figure.of("/calls, three vendors at 200 ms / the slowest", slow, 1.1),
        Figure.of("/calls, one vendor hung / its deadline", [at for at, _ in hung], 1.1),
        Figure.of("/calls, its breaker open / the others", [after for _, after in hung], 1.1),
    ]


async def _all_slow(ground: Processes) -> float:
    async with (
        letterbox() as box,
        ground.world(slow=SLOW) as world,
        ground.bot(world) as port,
    ):
        await _listed(port, box)
        return await _listed(port, box) / await _slowest(world)


async def _one_hung(ground: Processes) -> tuple[float, float]:
    """The worst list while it counts as well, and one after."""
    async with (
        letterbox() as box,
        ground.world(slow=SLOW, hung="cometchat") as world,
        ground.bot(world, SETTINGS) as port,
    ):
        waited = [await _listed(port, box) for _ in range(OPENS_AFTER)]
        spared = await _listed(port, box) / await _slowest(world)
    return max(waited) / DEADLINE, spared


async def _listed(port: int, box: Letterbox) -> float:
    """Seconds from sending `/calls` until the list has come."""
    line, begun = Line(port), time.perf_counter()
    await line.ask(slash("", box.url).request())
    await box.next()
    line.close()
    return time.perf_counter() - begun


async def _slowest(world: Outside) -> float:
    """Seconds the slower of the two vendors that answer takes for anything at all."""
    taken = []
    for name in ("STREAM_BASE_URL", "REALTIMEKIT_BASE_URL"):
        line, begun = Line(urlsplit(world.environ[name]).port or 0), time.perf_counter()
        await line.ask(post("/", b"", {}))
        taken.append(time.perf_counter() - begun)
        line.close()
    return max(taken)
