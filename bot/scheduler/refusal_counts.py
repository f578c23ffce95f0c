"""Recording the refusals that were only counted, once their hour is over."""

import asyncio
from typing import Protocol

import structlog

from bot.errors import CallwardenError
from bot.scheduler.scheduler import Scheduler

log = structlog.get_logger(__name__)

LOOK_SECONDS = 60.0
"""How long a count may wait after its hour."""

LAST_SECONDS = 0.5
"""How long the last look may take when the process stops."""


class Counts(Protocol):
    """What is asked of `bot.ports.Store`."""

    async def record_refusals(self, *, everything: bool = False) -> None:
        """Record what was counted; with `everything` also of hours that are not over."""


class RefusalCounts:
    """Each minute those that are due; at the end all, so that the record lacks nothing meanwhile.

    Counts are rows: what is not recorded here is by another process, or at the next start.
    """

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def schedule(self, scheduler: Scheduler) -> None:
        """Put it into the scheduler."""
        scheduler.every(LOOK_SECONDS, "refusals counted", self._counts.record_refusals)

    async def at_stop(self, seconds: float = LAST_SECONDS) -> None:
        """Record all, within `seconds` and LAST_SECONDS at the most."""
        try:
            async with asyncio.timeout(min(seconds, LAST_SECONDS)):
                await self._counts.record_refusals(everything=True)
        except (CallwardenError, TimeoutError) as error:
            log.warning("refusals not recorded", error=type(error).__name__)
