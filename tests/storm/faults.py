"""Bad weather at the vendors and in Slack, new every moment, from one pair of dice."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Any

from bot.demo.stage import Stage
from bot.demo.vendors import Faults, KeptOut, Visitor
from bot.demo.vendors.base import VendorServer

MOMENT = 0.1
"""Seconds for which the weather stays as it is."""

ACTS = ("kick", "mute", "record", "caption", "user_permissions")
"""Parts of the paths of requests that act."""

SLOWEST = 0.3
"""Seconds a slow answer takes at most: less than a lease, or nobody could tell it from a lost one.
"""

COMES_BACK = 0.5
"""How many of those kicked join again: a second kick would hit them."""


@contextlib.asynccontextmanager
async def weather(stage: Stage, dice: random.Random) -> AsyncIterator[None]:
    """Faults come and go until the context ends; then the sky is clear."""
    blowing = asyncio.create_task(_blow(stage, dice))
    try:
        yield
    finally:
        blowing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await blowing
        for faults in _skies(stage):
            faults.clear()


def _skies(stage: Stage) -> list[Faults]:
    return [stage.slack.faults, *(server.faults for server in stage.world.servers.values())]


async def _blow(stage: Stage, dice: random.Random) -> None:
    returns = [_Returns(server, dice) for server in stage.world.servers.values()]
    while True:
        for faults in _skies(stage):
            faults.clear()
        for server in stage.world.servers.values():
            _trouble(server.faults, dice.choice(ACTS), dice)
        _trouble(stage.slack.faults, "chat.", dice)
        for each in returns:
            each.some_come_back()
        await asyncio.sleep(MOMENT)


def _trouble(faults: Faults, on: str, dice: random.Random) -> None:
    """Perhaps one request that goes wrong, and perhaps a slow one."""
    if dice.random() < 0.4:
        faults.slow(dice.uniform(0.02, SLOWEST), on=on)
    match dice.randrange(8):
        case 0 | 1:
            faults.drop(after=True, on=on)
        case 2:
            faults.drop(on=on)
        case 3:
            faults.error(500, after=True, on=on)
        case 4:
            faults.error(500, on=on)
        case _:
            pass


class _Returns:
    """Lets some of those who were kicked join again, each once."""

    def __init__(self, server: VendorServer[Any], dice: random.Random) -> None:
        self._server = server
        self._dice = dice
        self._read = 0
        self._known: set[tuple[str, str | None]] = set()

    def some_come_back(self) -> None:
        """Those kicked since the last time."""
        new = self._server.effects[self._read :]
        self._read += len(new)
        for verb, call, person in new:
            first = (call, person) not in self._known
            self._known.add((call, person))
            if verb == "kick" and person and first and self._dice.random() < COMES_BACK:
                with contextlib.suppress(KeptOut):
                    self._server.join(call, Visitor(person, f"Again {person}"))
