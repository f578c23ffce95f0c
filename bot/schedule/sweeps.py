"""What is done at every ring: cases and messages that nobody is working on, and the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.errors import CallwardenError
from bot.schedule.runner import Runner

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 2.0
"""A case whose worker died waits for its lease and at most this long."""

CHECKPOINT_SECONDS = 3_600.0
"""How often the end of the audit chain is written down, so that a cut-off tail shows."""


class Bell(Protocol):
    """What is rung for: the executor, and what looks up orders in words."""

    def nudge(self) -> None:
        """Look for what is due."""


class Checkpoints(Protocol):
    """The part of the audit chain that is rung for."""

    async def checkpoint(self) -> tuple[int, str]:
        """Verify what is new since the last one and write down where the chain ends."""


@dataclass(frozen=True)
class Sweeps:
    """The recurring work of a process that has a worker in it."""

    bells: Sequence[Bell]
    chain: Checkpoints

    def schedule(self, runner: Runner) -> None:
        """Put every sweep on the bell."""
        runner.every(SWEEP_SECONDS, "sweep", self.sweep)
        runner.every(CHECKPOINT_SECONDS, "checkpoint", self.checkpoint)

    async def sweep(self) -> None:
        """Ring for cases, messages and orders left behind by a process that died."""
        for bell in self.bells:
            bell.nudge()

    async def checkpoint(self) -> None:
        """Write down the end of the chain; a broken chain is said loudly, every time."""
        try:
            await self.chain.checkpoint()
        except CallwardenError as error:
            log.critical("audit chain", problem=str(error), next_step=error.next_step)
