"""The sweep: at every ring, consumers look for rows that nobody is working on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.scheduler.scheduler import Scheduler

SWEEP_SECONDS = 2.0
"""A case whose worker died waits for its lease and at most this long."""


class Consumer(Protocol):
    """What is rung for: the executor, and what looks up orders in words."""

    def wake(self) -> None:
        """Look for what is due."""


@dataclass(frozen=True)
class SweepJobs:
    """The recurring work of a process that has a worker in it."""

    consumers: Sequence[Consumer]

    def schedule(self, scheduler: Scheduler) -> None:
        """Put it into the scheduler."""
        scheduler.every(SWEEP_SECONDS, "sweep", self.sweep)

    async def sweep(self) -> None:
        """Ring for cases, messages and orders left behind by a process that died."""
        for consumer in self.consumers:
            consumer.wake()
