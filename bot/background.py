"""Work that outlives the request it began in: kept, named, and drained before the process ends."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


CANCEL_SECONDS = 1.0
"""How long is waited for what was cancelled: it may have a connection to close."""


class BackgroundTasks:
    """The process's own running work. Nothing here is lost to a garbage collector or a SIGTERM."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(
        self, work: Coroutine[Any, Any, Any], name: str, *, awaited: bool = False
    ) -> asyncio.Task[Any]:
        """Run `work` beside the caller; if it fails, the log says which and why.

        Of what is `awaited`, its error is raised where that is done, and not told here as well.
        """
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard if awaited else self._done)
        return task

    @property
    def running(self) -> bool:
        """Whether anything is under way."""
        return bool(self._running)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task failed", task=task.get_name(), exc_info=error)

    async def drain(self, seconds: float) -> int:
        """Let everything finish, new work included, for at most `seconds`; then cancel the rest.

        Returns how many were cancelled. What does not end even so is left to itself.
        """
        try:
            async with asyncio.timeout(seconds):
                while self._running:
                    await asyncio.wait(set(self._running))
        except TimeoutError:
            pass
        left = set(self._running)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=CANCEL_SECONDS)
        return len(left)
