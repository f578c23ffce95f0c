"""A make-believe world that many look at: it says when Stream has a kick.

Run as `python -m tests.bench.flooded`. It prints a line of JSON, the environment that points a bot
at it and triggers that open a form each, another one with the moment of the kick, and lasts until
its standard input is closed. The moment is that of `time.perf_counter`, which on one machine is the
same in every process.
"""

import asyncio
import json
import sys
import time

from bot.calls.models import Vendor
from bot.clock import SystemClock
from bot.demo.stage import Stage, open_stage
from tests.live.names import LEAD

CALLS, PEOPLE = 40, 1
"""More live calls at Stream than one search reads: it costs as much as any can."""

FORMS = 30

SLOW = 0.05
"""Seconds that Stream takes for an answer."""

SLOWNESS = 100.0
"""How many times longer a trigger is good for: they are handed out before the bot is started."""

LOOK_EACH = 0.002
"""Seconds between two looks whether it has come."""


async def _live() -> None:
    async with open_stage(SystemClock(), slowness=SLOWNESS) as stage:
        stage.world.crowd(Vendor.STREAM, calls=CALLS, people=PEOPLE)
        stage.world.stream.faults.slow(SLOW, times=None)
        tickets = stage.slack.world.tickets
        triggers = [tickets.trigger(LEAD) for _ in range(FORMS)]
        _say({"environ": dict(stage.environ), "triggers": triggers})
        watch = asyncio.create_task(_watch(stage))
        await asyncio.to_thread(sys.stdin.read)
        watch.cancel()


async def _watch(stage: Stage) -> None:
    requests, clock = stage.world.stream.requests, SystemClock()
    while not any(request.path.endswith("/kick") for request in requests):
        await clock.sleep(LOOK_EACH)
    _say({"kicked": time.perf_counter()})


def _say(told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_live())
