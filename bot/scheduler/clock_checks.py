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

LOOK_SECONDS = 300.0
"""How often; what Slack answers meanwhile is compared, too."""

PATIENCE_SECONDS = 5.0
"""How long an answer is waited for; one that took longer tells no time."""


class ClockChecks:
    """Each five minutes, and when our clock is doubted.

    `slack` asks Slack for anything: each of its answers is dated. `database` is what PostgreSQL
    says, None for a file.
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
        skew.ask = lambda: tasks.spawn(self.look(), "clock")

    def schedule(self, scheduler: Scheduler) -> None:
        """Put it into the scheduler."""
        scheduler.every(LOOK_SECONDS, "clock", self.look)

    async def look(self) -> None:
        """Ask both; who does not answer tells nothing."""
        await asyncio.gather(self._answered(self._slack), self._answered(self._ask_database))

    async def _ask_database(self) -> None:
        if (moment := await self._database()) is not None:
            self._skew.hear(DATABASE, moment)

    async def _answered(self, ask: Callable[[], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await ask()
        except (CallwardenError, TimeoutError) as error:
            log.debug("clock not compared", error=type(error).__name__)
