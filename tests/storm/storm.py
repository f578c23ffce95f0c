"""One storm over one bot, and what became of every order."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.clock import SystemClock
from bot.demo.stage import open_stage
from tests.live.bot import CONFIG, Deployment
from tests.storm.bot_process import exposed
from tests.storm.count import Tally, auditor, count
from tests.storm.faults import weather
from tests.storm.fleet import Fleet
from tests.storm.hazards import LONG, Hazards
from tests.storm.orders import opposing, storm_orders
from tests.storm.sender import Sender, SentOrders

ALONE = (("serve",),)
"""SQLite: one process is the whole product."""

TOGETHER = (("serve", "--no-worker"), ("serve", "--no-worker"), ("worker",), ("worker",))
"""PostgreSQL: two web processes and two workers."""

SETTINGS = f"""{CONFIG}\
act_seconds = 1.0
lease_seconds = 5.0
stream_per_second = 200
lines_per_second = 200
"""
"""A short lease: what a killed process held is soon taken up again. A Stream that keeps up."""

PER_SECOND = 25

PAIRS_PER_SECOND = 2


async def storm(
    database_url: str,
    folder: Path,
    commands: Sequence[Sequence[str]],
    seconds: float,
    seed: int = 7,
) -> Tally:
    """Pour orders while processes die and answers are lost; then count.

    For so many seconds, and on a busy machine until there is something to count.
    """
    dice = random.Random(seed)
    async with open_stage(SystemClock()) as stage:
        fleet = Fleet(Deployment(folder, database_url, stage.environ, SETTINGS, exposed), commands)
        hazards = Hazards(fleet, stage, database_url, dice, min(1.0, seconds / LONG))
        async with fleet.running(), auditor(database_url) as audit:
            sent_orders = await _rage(hazards, seconds)
            await fleet.all_ready()
            await audit.settled()
            tally = await count(stage, sent_orders, audit)
    return Tally({**tally.counts, **hazards.counts}, tally.faults)


async def _rage(hazards: Hazards, seconds: float) -> SentOrders:
    stage, dice, sent_orders = hazards.stage, hazards.dice, SentOrders()
    orders = iter(storm_orders(stage, int(seconds * PER_SECOND // 100) + 1, dice))
    pairs = iter(opposing(stage, int(seconds * PAIRS_PER_SECOND) + 1, dice))
    sender = Sender(hazards.fleet, dice, sent_orders, rate=PER_SECOND)
    async with weather(stage, dice):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds) as timeout_s:
                await asyncio.gather(
                    sender.pour(orders),
                    sender.oppose(pairs),
                    hazards.run(),
                    _prolong(
                        timeout_s, lambda: sent_orders.acked > 0 and hazards.counts.total() > 0
                    ),
                )
    return sent_orders


async def _prolong(timeout_s: asyncio.Timeout, enough: Callable[[], bool]) -> None:
    """Put the end off for as long as it is not enough, half a minute at most."""
    for _ in range(30):
        if enough():
            return
        ends = asyncio.get_running_loop().time() + 1.5
        timeout_s.reschedule(max(timeout_s.when() or ends, ends))
        await asyncio.sleep(1.0)
