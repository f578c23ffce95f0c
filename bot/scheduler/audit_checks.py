"""Whether the audit log is still what was recorded, looked at while the bot runs."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.errors import CallwardenError, RecordDamaged
from bot.meter import UNMETERED, Meter
from bot.scheduler.scheduler import Scheduler

log = structlog.get_logger(__name__)

LOOK_SECONDS = 3_600.0
"""How often the end of the chain is saved, so that a cut-off tail shows, and a part read again."""

WALK_SECONDS = 86_400.0
"""How often all of it is compared; for the first time one look after the start."""

REST_SECONDS = 0.05
"""How long others have their turn after each chunk of a few milliseconds."""

MOST_SECONDS = 60.0
"""How long one look may take; the database is away then, or a table of it is locked."""

LAST_SECONDS = 1.0
"""How long the last checkpoint may take when the process stops."""


class Chain(Protocol):
    """What is asked of `bot.ports.AuditChain`."""

    async def checkpoint(self) -> tuple[int, str]:
        """Compare what is new since the last checkpoint, and save where the chain ends."""

    async def verify_part(self, part: float) -> None:
        """Compare some old entries and cases again."""

    async def verify(
        self, expect: str | None = None, *, pause: Callable[[], Awaitable[None]] | None = None
    ) -> int:
        """Compare everything."""


class AuditChecks:
    """Each hour the end and a random stretch, each day all of it, in small steps.

    What was changed is an alarm each time; a database that does not answer says nothing about what
    is in it, and is told as what it is. `random` says which stretch.
    """

    def __init__(
        self, chain: Chain, clock: Clock, random: Random, meter: Meter = UNMETERED
    ) -> None:
        self._chain = chain
        self._clock = clock
        self._random = random
        self._meter = meter
        self._next_walk = clock.monotonic() + LOOK_SECONDS

    def schedule(self, scheduler: Scheduler) -> None:
        """Look each hour, and at the whole of it when a day is over."""
        scheduler.every(LOOK_SECONDS, "audit log", self.ring)

    async def ring(self) -> None:
        """The hourly look, and the daily one when it is due."""
        sound = await self.look()
        if sound and self._clock.monotonic() >= self._next_walk and await self.walk():
            self._next_walk = self._clock.monotonic() + WALK_SECONDS

    async def look(self) -> bool:
        """The end of the chain and a random stretch; whether both could be read and are sound."""
        return await self._told(self._chain.checkpoint, MOST_SECONDS) and await self._told(
            lambda: self._chain.verify_part(self._random.random()), MOST_SECONDS
        )

    async def walk(self) -> bool:
        """All of it, giving others their turn; whether it could be read and is sound."""
        sound = await self._told(lambda: self._chain.verify(pause=self._rest), None)
        if sound:
            self._meter.audited(damaged=False)
        return sound

    async def at_stop(self, seconds: float = LAST_SECONDS) -> None:
        """Save where the chain ends: what is cut off while nothing runs shows at the next look.

        Within `seconds`, and LAST_SECONDS at the most.
        """
        await self._told(self._chain.checkpoint, min(seconds, LAST_SECONDS))

    async def _rest(self) -> None:
        await self._clock.sleep(REST_SECONDS)

    async def _told(self, check: Callable[[], Awaitable[object]], seconds: float | None) -> bool:
        """Whether a check was made within `seconds` and found nothing; the log says what else."""
        try:
            async with asyncio.timeout(seconds):
                await check()
        except RecordDamaged as error:
            self._meter.audited(damaged=True)
            log.critical("audit log found damaged", problem=str(error), next_step=error.next_step)
        except CallwardenError as error:
            _not_checked(str(error), error.next_step)
        except TimeoutError:
            _not_checked("The database did not answer in time.", "Look at the database.")
        else:
            return True
        return False


def _not_checked(problem: str, next_step: str) -> None:
    """An alarm of the database, not of what is in it."""
    log.error("audit log not checked", problem=problem, next_step=next_step)
