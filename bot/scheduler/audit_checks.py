"""Checking, while the bot runs, that the audit log is still what was recorded."""

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

CHECK_PART_SECONDS = 3_600.0
"""How often the end of the chain is saved, so that a cut-off tail shows, and a part read again."""

CHECK_ALL_SECONDS = 86_400.0
"""How often all of it is compared; for the first time an hour after the start."""

REST_SECONDS = 0.05
"""How long others have their turn after each chunk of a few milliseconds."""

MOST_SECONDS = 60.0
"""How long one check may take; the database is away then, or a table of it is locked."""

LAST_SECONDS = 1.0
"""How long the last checkpoint may take when the process stops."""


class Chain(Protocol):
    """The part of `bot.ports.AuditChain` that is used here."""

    async def checkpoint(self) -> tuple[int, str]:
        """Compare what is new since the last checkpoint, and save where the chain ends."""

    async def verify_part(self, part: float) -> None:
        """Compare the old entries and cases around `part` of the chain, from 0.0 to 1.0, again."""

    async def verify(
        self, expect: str | None = None, *, pause: Callable[[], Awaitable[None]] | None = None
    ) -> int:
        """Compare every entry, awaiting `pause` between two pieces; the number of entries."""


class AuditChecks:
    """Verifies the audit chain: each hour its end and a random stretch, each day all of it.

    An entry that was changed is logged as critical each time. A database that does not answer says
    nothing about what is in it, and is logged as just that. `random` chooses the stretch.
    """

    def __init__(
        self, chain: Chain, clock: Clock, random: Random, meter: Meter = UNMETERED
    ) -> None:
        self._chain = chain
        self._clock = clock
        self._random = random
        self._meter = meter
        self._next_full_check = clock.monotonic() + CHECK_PART_SECONDS

    def schedule(self, scheduler: Scheduler) -> None:
        """Have the scheduler call `ring` each hour."""
        scheduler.every(CHECK_PART_SECONDS, "audit log", self.ring)

    async def ring(self) -> None:
        """Make the hourly check, and the daily one when it is due; raises nothing."""
        sound = await self.check_part()
        if sound and self._clock.monotonic() >= self._next_full_check and await self.check_all():
            self._next_full_check = self._clock.monotonic() + CHECK_ALL_SECONDS

    async def check_part(self) -> bool:
        """Verify the end of the chain and a random stretch; True when both are read and sound."""
        return await self._check(self._chain.checkpoint, MOST_SECONDS) and await self._check(
            lambda: self._chain.verify_part(self._random.random()), MOST_SECONDS
        )

    async def check_all(self) -> bool:
        """Verify all of it, giving others their turn; True when it is read and sound."""
        sound = await self._check(lambda: self._chain.verify(pause=self._rest), None)
        if sound:
            self._meter.audited(damaged=False)
        return sound

    async def at_stop(self, seconds: float = LAST_SECONDS) -> None:
        """Save where the chain ends: what is cut off while nothing runs shows at the next check.

        Takes `seconds` at most, and never longer than LAST_SECONDS.
        """
        await self._check(self._chain.checkpoint, min(seconds, LAST_SECONDS))

    async def _rest(self) -> None:
        await self._clock.sleep(REST_SECONDS)

    async def _check(self, check: Callable[[], Awaitable[object]], seconds: float | None) -> bool:
        """True when `check` ends within `seconds` and finds nothing; else why is logged."""
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
    """Log that the database did not answer, which is no alarm about what is in it."""
    log.error("audit log not checked", problem=problem, next_step=next_step)
