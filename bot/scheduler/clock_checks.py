"""Asking others for the time, so that a clock that is off shows before anybody is missed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.background import BackgroundTasks
from bot.clock_skew import DATABASE, ClockSkew
from bot.errors import CallwardenError
from bot.scheduler.scheduler import Scheduler

log = structlog.get_logger(__name__)

COMPARE_SECONDS = 300.0
"""How often; what Slack answers meanwhile is compared, too."""

ANSWER_SECONDS = 5.0
"""How long an answer is waited for; one that took longer tells no time."""


class ClockChecks:
    """Compares our clock with Slack's and the database's, each five minutes and when it is doubted.

    `slack` asks Slack for anything: each of its answers is dated, and read as it comes. `database`
    returns what PostgreSQL says the time is, None for a SQLite file.
    """

    def __init__(
        self,
        skew: ClockSkew,
        slack: Callable[[], Awaitable[None]],
        database: Callable[[], Awaitable[datetime | None]],
        tasks: BackgroundTasks,
    ) -> None:
        self._skew = skew
        self._slack = slack
        self._database = database
        skew.ask = lambda: tasks.spawn(self.compare(), "clock")

    def schedule(self, scheduler: Scheduler) -> None:
        """Have the scheduler call `compare` every five minutes."""
        scheduler.every(COMPARE_SECONDS, "clock", self.compare)

    async def compare(self) -> None:
        """Ask Slack and the database for the time, side by side; one that fails is left out."""
        await asyncio.gather(self._answered(self._slack), self._answered(self._ask_database))

    async def _ask_database(self) -> None:
        if (moment := await self._database()) is not None:
            self._skew.compare(DATABASE, moment)

    async def _answered(self, ask: Callable[[], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await ask()
        except (CallwardenError, TimeoutError) as error:
            log.debug("clock not compared", error=type(error).__name__)
