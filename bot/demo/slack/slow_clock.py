"""A Slack that waits longer than Slack does, so that a busy machine is not taken for a slow app."""

from datetime import datetime

from bot.clock import Clock


class SlowClock:
    """`clock`, with seconds that are `times` as long: where Slack gives 3, it gives 3 of these.

    What o'clock it is, and how long a sleep takes, stay as they are.
    """

    def __init__(self, clock: Clock, times: float) -> None:
        self._clock = clock
        self._times = times

    def now(self) -> datetime:
        """The present moment, as the clock has it."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Seconds that never run backwards, and run slowly."""
        return self._clock.monotonic() / self._times

    async def sleep(self, seconds: float) -> None:
        """Wait that many real seconds."""
        await self._clock.sleep(seconds)
