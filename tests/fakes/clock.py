"""A clock that stands still until it is moved; sleeping moves it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class ManualClock:
    """Time that a test owns. `slept` lists what was waited for, in seconds.

    `moved` is told by how many seconds it was moved on.
    """

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._monotonic = 1_000.0
        self.slept: list[float] = []
        self.moved: Callable[[float], object] = lambda _: None

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
        self.moved(seconds)

    def set(self, seconds: float) -> None:
        """Be set ahead by `seconds`, or back, as a machine's clock is: none of them passes."""
        self._now += timedelta(seconds=seconds)


class HeldClock(ManualClock):
    """A clock on which sleeping lasts until somebody else moves it far enough."""

    def __init__(self, start: datetime = START) -> None:
        super().__init__(start)
        self._sleepers: list[asyncio.Future[None]] = []

    async def sleep(self, seconds: float) -> None:
        """Wait until it has been moved by `seconds`."""
        self.slept.append(seconds)
        until = self.monotonic() + seconds
        while self.monotonic() < until:
            sleeper = asyncio.get_running_loop().create_future()
            self._sleepers.append(sleeper)
            await sleeper

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`, and let those go on whose time has come."""
        super().advance(seconds)
        sleepers, self._sleepers = self._sleepers, []
        for sleeper in sleepers:
            if not sleeper.done():
                sleeper.set_result(None)
