"""Time is something you pass in: the only module that reads the wall clock."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Now, and waiting. Everything that needs time takes one of these."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that never run backwards, for measuring spans and cache lifetimes."""

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds`."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait that many seconds on the event loop."""
        await asyncio.sleep(seconds)


class SteadyTime:
    """A clock that nobody can set: the time at which it was made, and what has passed since.

    For times that are only compared with each other, such as when something is due.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start = clock.now()
        self._since = clock.monotonic()

    def now(self) -> datetime:
        """The present moment by this clock, aware, in UTC."""
        return self._start + timedelta(seconds=self._clock.monotonic() - self._since)
