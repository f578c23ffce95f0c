"""From starting the process to the first command it acknowledges."""

import time
from collections.abc import Awaitable, Callable

from tests.bench.figure import ROUNDS, Figure
from tests.bench.orders import slash
from tests.bench.processes import Processes
from tests.live.bot import first_answer
from tests.live.process import Program, free_port


async def start(ground: Processes) -> list[Figure]:
    """The figure of `callwarden serve` on a database that has its tables, against bare Bolt."""
    async with ground.world() as world:
        deployment = ground.deployment(world)
        ratios = []
        for _ in range(ROUNDS):
            bare = await _until_acked(ground.start_floor)
            ours = await _until_acked(lambda port: deployment.start("serve", port=port))
            ratios.append(ours / bare)
    return [Figure.of("process start to first ack / bare Bolt", ratios, 2.0)]


async def _until_acked(launch: Callable[[int], Awaitable[Program]]) -> float:
    """Seconds from starting the process until `/calls` is acknowledged."""
    port, request = free_port(), slash("").request()
    begun = time.perf_counter()
    program = await launch(port)
    try:
        answer = await first_answer(program, port, request)
        taken = time.perf_counter() - begun
    finally:
        program.kill()
        await program.ended()
    if answer.status != 200:
        raise RuntimeError(f"the first command was answered {answer.status}")
    return taken
