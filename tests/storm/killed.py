"""A process that is killed with an order in work, and how soon the next one knows the truth."""

import asyncio
import random
from pathlib import Path

from bot.clock import SystemClock
from bot.demo.stage import Stage, open_stage
from bot.demo.vendors import StreamServer
from tests.live.bot import CONFIG, TIMEOUT_S, Deployment, first_answer
from tests.live.http_client import Line, get
from tests.live.process import Program, free_port
from tests.live.warm import warm
from tests.storm.count import auditor
from tests.storm.leave import in_one_call
from tests.storm.orders import storm_orders


async def seconds_to_the_truth(database_url: str, folder: Path) -> float:
    """Kill the bot while the vendor hangs over its kick; seconds from the next start to the end.

    The end is when no case is open and every place in Slack shows it. Leases are as they come.
    """
    async with open_stage(SystemClock()) as stage:
        bot = Deployment(folder, database_url, stage.environ, CONFIG, warm)
        await _killed_at_work(bot, stage)
        stage.world.stream.faults.clear()
        begun = asyncio.get_running_loop().time()
        program = await bot.start("serve", port=free_port())
        try:
            async with auditor(database_url) as audit:
                await audit.settled()
                return asyncio.get_running_loop().time() - begun
        finally:
            await _end(program, gently=True)


async def _killed_at_work(bot: Deployment, stage: Stage) -> None:
    """One kick is acknowledged and on its way to the vendor when the process dies."""
    vendor, port = stage.world.stream, free_port()
    vendor.faults.hang(on="/kick", times=None)
    program = await bot.start("serve", port=port)
    try:
        await first_answer(program, port, get("/readyz"))
        (errand, *_) = in_one_call(storm_orders(stage, 1, random.Random(7)))
        line = Line(port)
        async with asyncio.timeout(TIMEOUT_S):
            await line.ask(errand.slash.request())
            while not _is_asked(vendor):  # noqa: ASYNC110 - another process asks it
                await asyncio.sleep(0.01)
        line.close()
    finally:
        await _end(program, gently=False)


def _is_asked(vendor: StreamServer) -> bool:
    return any(request.path.endswith("/kick") for request in vendor.requests)


async def _end(program: Program, *, gently: bool) -> None:
    (program.stop if gently else program.kill)()
    await program.ended()
