"""One storm over one bot, and what became of every order."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.clock import SystemClock
from bot.demo.stage import Stage, open_stage
from tests.live.bot import CONFIG, Deployment
from tests.live.warm import warm
from tests.storm.count import Tally, auditor, count
from tests.storm.errands import errands
from tests.storm.fleet import Fleet
from tests.storm.sender import Ledger, Sender
from tests.storm.weather import weather

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


async def storm(
    database_url: str, folder: Path, crew: Sequence[Sequence[str]], seconds: float, seed: int = 7
) -> Tally:
    """Pour orders while processes die and answers are lost; then count.

    For so many seconds, and on a busy machine until there is something to count.
    """
    dice = random.Random(seed)
    async with open_stage(SystemClock()) as stage:
        fleet = Fleet(Deployment(folder, database_url, stage.environ, SETTINGS, warm), crew)
        async with fleet.at_sea(), auditor(database_url) as audit:
            ledger = await _rage(stage, fleet, seconds, dice)
            await fleet.everyone_ready()
            await audit.settled()
            tally = await count(stage, ledger, audit)
    return Tally({**tally.counts, "processes killed": fleet.killed}, tally.faults)


async def _rage(stage: Stage, fleet: Fleet, seconds: float, dice: random.Random) -> Ledger:
    ledger = Ledger()
    orders = iter(errands(stage, int(seconds * PER_SECOND // 100) + 1, dice))
    sender = Sender(fleet, dice, ledger, rate=PER_SECOND)
    async with weather(stage, dice):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds) as patience:
                watching = _prolong(patience, lambda: ledger.acked > 0 and fleet.killed > 0)
                await asyncio.gather(sender.pour(orders), fleet.under_fire(dice), watching)
    return ledger


async def _prolong(patience: asyncio.Timeout, enough: Callable[[], bool]) -> None:
    """Put the end off for as long as it is not enough, half a minute at most."""
    for _ in range(30):
        if enough():
            return
        ends = asyncio.get_running_loop().time() + 1.5
        patience.reschedule(max(patience.when() or ends, ends))
        await asyncio.sleep(1.0)
