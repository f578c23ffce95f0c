"""SIGTERM with acknowledged orders in work: finished first, or left for the next process."""

import random
from collections.abc import Sequence
from pathlib import Path

from bot.clock import SystemClock
from bot.demo.stage import open_stage
from tests.live.bot import Deployment
from tests.storm.count import Tally, auditor, count
from tests.storm.errands import errands
from tests.storm.fleet import Fleet
from tests.storm.sender import Ledger, Sender
from tests.storm.storm import SETTINGS

ORDERS = 20
SLOW = 0.7
"""Seconds the vendor takes for each, so that all are still in work when the signal comes."""


async def leave(
    database_url: str, folder: Path, crew: Sequence[Sequence[str]], seed: int = 7
) -> Tally:
    """Order, stop every process as a host does, start again, and count."""
    dice, ledger = random.Random(seed), Ledger()
    async with open_stage(SystemClock(), hidden_mute=True) as stage:
        stage.world.stream.faults.slow(SLOW, on="/kick", times=None)
        orders = [each for each in errands(stage, 1, dice) if "kick stream:" in each.slash.text]
        fleet = Fleet(Deployment(folder, database_url, stage.environ, SETTINGS), crew)
        async with fleet.at_sea():
            await Sender(fleet, dice, ledger, hands=ORDERS, rate=1000).pour(iter(orders[:ORDERS]))
        stage.world.stream.faults.clear()
        async with fleet.at_sea(), auditor(database_url) as audit:
            await audit.settled()
            return await count(stage, ledger, audit)
