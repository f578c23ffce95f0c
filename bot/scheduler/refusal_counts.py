"""Recording the refusals that were only counted, once their hour is over."""

import asyncio
from typing import Protocol

import structlog

from bot.errors import CallwardenError
from bot.scheduler.scheduler import Scheduler

log = structlog.get_logger(__name__)

RECORD_SECONDS = 60.0
"""How long a count may wait after its hour."""

LAST_SECONDS = 0.5
"""How long the last recording may take when the process stops."""


class Counts(Protocol):
    """The part of `bot.ports.Store` that is used here."""

    async def record_refusals(self, *, everything: bool = False) -> None:
        """Record what was counted; with `everything` also of the hour that is not over."""


class RefusalCounts:
    """Records counted refusals: each minute those of hours that are over, at the end all.

    Counts are rows in the database: what is not recorded here is recorded by another process, or at
    the next start.
    """

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def schedule(self, scheduler: Scheduler) -> None:
        """Have the scheduler record every RECORD_SECONDS."""
        scheduler.every(RECORD_SECONDS, "refusals counted", self._counts.record_refusals)

    async def at_stop(self, seconds: float = LAST_SECONDS) -> None:
        """Record all, in `seconds` at most and never longer than LAST_SECONDS; raises nothing."""
        try:
            async with asyncio.timeout(min(seconds, LAST_SECONDS)):
                await self._counts.record_refusals(everything=True)
        except (CallwardenError, TimeoutError) as error:
            log.warning("refusals not recorded", error=type(error).__name__)
