"""Work that outlives the request it began in: kept, named, and drained before the process ends."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


CANCEL_SECONDS = 1.0
"""How long is waited for what was cancelled: it may have a connection to close."""


class BackgroundTasks:
    """The asyncio tasks that outlive the request they began in; kept until they have ended."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(
        self, work: Coroutine[Any, Any, Any], name: str, *, awaited: bool = False
    ) -> asyncio.Task[Any]:
        """Start `work` as a task beside the caller and return it; if it fails, the log says why.

        With `awaited` the caller awaits the task, so its error is raised there and not logged.
        """
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard if awaited else self._done)
        return task

    @property
    def running(self) -> bool:
        """Whether any task has not ended."""
        return bool(self._running)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task failed", task=task.get_name(), exc_info=error)

    async def drain(self, seconds: float) -> int:
        """Wait until all tasks have ended, new ones too, for at most `seconds`; cancel the rest.

        Returns how many were cancelled. One that does not end even so is not waited for.
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
