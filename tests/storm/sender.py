"""Orders sent as Slack sends them: signed, some of them more than once, to any web process."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.live.http_client import Line
from tests.storm.fleet import Fleet
from tests.storm.orders import Pair, StormOrder

TWICE = 0.3
"""How many orders are delivered a second time."""

CROWD, IN_CROWDS = 10, 0.02
"""Copies of an order at once, and how many orders come like that."""

APART = 0.3
"""Seconds between the two orders of a pair."""

OK = 200

TIMEOUT_S = 30.0
"""Seconds for one delivery; Slack itself waits 3, and no machine is measured here."""


@dataclass
class SentOrders:
    """The orders sent so far, and those that were acknowledged without a word, so promised.

    `pairs` are those sent whose orders undo each other.
    """

    sent: int = 0
    deliveries: int = 0
    promised: set[StormOrder] = field(default_factory=set)
    pairs: list[Pair] = field(default_factory=list)

    @property
    def acked(self) -> int:
        """How many orders were acknowledged, so promised."""
        return len(self.promised)


@dataclass(frozen=True)
class Sender:
    """Moderators at their keyboards, `hands` of them, together about `rate` orders a second."""

    fleet: Fleet
    dice: random.Random
    sent_orders: SentOrders
    hands: int = 6
    rate: float = 25.0

    async def pour(self, orders: Iterator[StormOrder]) -> None:
        """Send every order; returns after the last one."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self.hands):
                group.create_task(self._type(orders))

    async def oppose(self, pairs: Iterator[Pair]) -> None:
        """Send every pair, one after the other; both orders are delivered in any case."""
        for pair in pairs:
            self.sent_orders.pairs.append(pair)
            self.sent_orders.sent += 2
            async with asyncio.TaskGroup() as group:
                group.create_task(self._order(pair.first))
                await asyncio.sleep(APART)
                group.create_task(self._order(pair.second))
            await asyncio.sleep(self.dice.uniform(0, APART))

    async def _type(self, orders: Iterator[StormOrder]) -> None:
        for errand in orders:
            self.sent_orders.sent += 1
            await self._order(errand)
            await asyncio.sleep(self.dice.uniform(0, 2 * self.hands / self.rate))

    async def _order(self, errand: StormOrder) -> None:
        """Deliver it once, twice, or many times at the same moment."""
        copies = CROWD if self.dice.random() < IN_CROWDS else 1
        await asyncio.gather(*(self._deliver(errand) for _ in range(copies)))
        if self.dice.random() < TWICE:
            await self._deliver(errand)

    async def _deliver(self, errand: StormOrder) -> None:
        line = Line(await self.fleet.web(self.dice))
        self.sent_orders.deliveries += 1
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await line.ask(errand.slash.request())
        except OSError:  # TimeoutError is one, too: nothing was promised
            return
        finally:
            line.close()
        if answer.status == OK and not answer.body:
            self.sent_orders.promised.add(errand)
