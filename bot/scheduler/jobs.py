"""The sweep: every two seconds, consumers look for rows that nobody is working on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.scheduler.scheduler import Scheduler

SWEEP_SECONDS = 2.0
"""A case whose worker died waits for its lease and at most this long."""


class Consumer(Protocol):
    """What works on rows that are due: the executor, order lookups, asks."""

    def wake(self) -> None:
        """Have it look for rows that are due; returns at once."""


@dataclass(frozen=True)
class SweepJobs:
    """Wakes every consumer each two seconds, in a process that has a worker in it."""

    consumers: Sequence[Consumer]

    def schedule(self, scheduler: Scheduler) -> None:
        """Have the scheduler call `sweep` every SWEEP_SECONDS."""
        scheduler.every(SWEEP_SECONDS, "sweep", self.sweep)

    async def sweep(self) -> None:
        """Wake all consumers, for rows that a process that died left behind."""
        for consumer in self.consumers:
            consumer.wake()
