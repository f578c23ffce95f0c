"""A clock that stands still until it is moved; sleeping moves it."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class ManualClock:
    """Time that a test owns. `slept` lists what was waited for, in seconds."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._monotonic = 1_000.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The moment it stands at, aware, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds that move with `advance` only."""
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        """Move on by `seconds` and let others run."""
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
