"""SIGTERM with acknowledged orders in work: finished first, or left for the next process."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path

from bot.calls.models import Vendor
from bot.clock import SystemClock
from bot.demo.stage import open_stage
from tests.live.bot import TIMEOUT_S, Deployment
from tests.live.warm import warm
from tests.storm.count import Tally, auditor, count
from tests.storm.fleet import Fleet
from tests.storm.orders import StormOrder, storm_orders
from tests.storm.sender import Sender, SentOrders
from tests.storm.storm import SETTINGS

ORDERS = 20
SLOW = 0.7
"""Seconds the vendor takes for each, so that all are still in work when the signal comes."""


async def leave(
    database_url: str, folder: Path, commands: Sequence[Sequence[str]], seed: int = 7
) -> Tally:
    """Order, stop every process as a host does, start again, and count."""
    dice, sent_orders = random.Random(seed), SentOrders()
    async with open_stage(SystemClock()) as stage:
        fleet = Fleet(Deployment(folder, database_url, stage.environ, SETTINGS, warm), commands)
        orders = in_one_call(storm_orders(stage, 1, dice))
        stage.world.stream.faults.slow(SLOW, on="/kick", times=None)
        async with fleet.running():
            sender = Sender(fleet, dice, sent_orders, hands=1, rate=1000)
            async with asyncio.timeout(TIMEOUT_S):
                while missing := [each for each in orders if each not in sent_orders.promised]:
                    await sender.pour(iter(missing))  # a busy machine may not accept all at once
        stage.world.stream.faults.clear()
        async with fleet.running(), auditor(database_url) as audit:
            await audit.settled()
            return await count(stage, sent_orders, audit)


def in_one_call(made: Sequence[StormOrder]) -> Sequence[StormOrder]:
    """Kicks of twenty people from one call: the first makes it known, so that all are quick."""
    kicks = [
        each for each in made if each.target.verb == "kick" and each.target.vendor is Vendor.STREAM
    ]
    call = kicks[0].target.call
    return [each for each in kicks if each.target.call == call][:ORDERS]
