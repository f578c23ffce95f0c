"""The recurring work with digests: what is due each minute, and days that were never read."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.background import BackgroundTasks
from bot.digest_delivery.dispatcher import DigestDispatcher
from bot.scheduler.scheduler import Scheduler, guarded

ROUND_SECONDS = 60.0
"""A digest comes within a minute of its time."""

CATCH_UP_SECONDS = 600.0
"""How often missing days are looked for; where all are read, that is one short query."""


class DigestJobs:
    """Sends due digests each minute, and reads missing days, in a process that has a worker.

    A round of sending is among the process's tasks, so that SIGTERM lets the digest in hand be
    posted; reading is not: it goes on at the next start where it was broken off.
    """

    def __init__(
        self,
        dispatcher: DigestDispatcher,
        catch_up: Callable[[], Awaitable[None]],
        tasks: BackgroundTasks,
    ) -> None:
        self._dispatcher = dispatcher
        self._catch_up = catch_up
        self._tasks = tasks
        self._round: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None

    def schedule(self, scheduler: Scheduler) -> None:
        """Have the scheduler call `ring` each minute and `catch_up` every ten."""
        scheduler.every(ROUND_SECONDS, "digests", self.ring)
        scheduler.every(CATCH_UP_SECONDS, "usage", self.catch_up)

    async def ring(self) -> None:
        """Begin to send what is due, unless that is under way or this process is to stop."""
        if _free(self._round) and not self._dispatcher.closing.is_set():
            work = guarded("digests", self._dispatcher.send_due)
            self._round = self._tasks.spawn(work, "digests")

    async def catch_up(self) -> None:
        """Begin to read what is missing, unless that is under way or this process is to stop."""
        if _free(self._reading) and not self._dispatcher.closing.is_set():
            self._reading = self._tasks.spawn(guarded("usage", self._catch_up), "usage")

    def close(self) -> None:
        """Begin no further round or reading; the digest in hand is still posted."""
        self._dispatcher.closing.set()
        if self._reading is not None:
            self._reading.cancel()


def _free(task: asyncio.Task[None] | None) -> bool:
    return task is None or task.done()
