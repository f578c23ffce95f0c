"""What it costs to write an order down before it is acknowledged, at 16 commands at a time."""

from collections.abc import Sequence

from tests.bench.figure import ROUNDS, Figure
from tests.bench.load import Load, acked, pour, recorded
from tests.bench.orders import PEOPLE, look_at, mutes
from tests.bench.processes import Outside, Processes
from tests.live.http_client import letterbox

CALLS = 2
"""Calls the orders are about: 400 different orders each."""

WARM = 100
"""Orders before the clock runs."""


async def acks(ground: Processes) -> list[Figure]:
    """The figure of a recorded act against a listener that only acknowledges."""
    async with ground.world(crowd={"stream": [CALLS, PEOPLE]}) as world:
        rounds = [await _round(ground, world) for _ in range(ROUNDS)]
    return [
        Figure.of("ack of a recorded act / bare ack: p50", _ratios(rounds, "p50"), 2.0),
        Figure.of("ack of a recorded act / bare ack: p99", _ratios(rounds, "p99"), 3.0),
        Figure.of(
            "recorded acts a second / bare acks a second",
            _ratios(rounds, "per_second"),
            0.5,
            at_least=True,
        ),
    ]


def _ratios(rounds: Sequence[tuple[Load, Load]], what: str) -> list[float]:
    return [getattr(ours, what) / getattr(bare, what) for ours, bare in rounds]


async def _round(ground: Processes, world: Outside) -> tuple[Load, Load]:
    """Both get the same orders; the bot carries them out meanwhile."""
    async with letterbox() as box:
        orders = [order.request() for order in mutes(world.crowd["stream"], box.url)]
        async with ground.floor() as port:
            await pour(port, orders[:WARM], acked)
            bare = await pour(port, orders[WARM:], acked)
        async with ground.bot(world) as port:
            await look_at(world.crowd["stream"], port, box)
            await pour(port, orders[:WARM], recorded)
            ours = await pour(port, orders[WARM:], recorded)
    return ours, bare
