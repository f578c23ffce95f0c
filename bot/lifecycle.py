"""How a process ends: because it is asked to or a part of it died, and within a time limit."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from bot.clock import SystemClock
from bot.errors import ProcessBroken
from bot.log_stream import LogStream

log = structlog.get_logger(__name__)

STOP_SECONDS = 8.0
"""How long a process that is asked to stop may take to finish its work."""

CUT_SECONDS = 9.0
"""After how long it exits, whatever it still does. Hosts kill after 10 s; log lines may take 1."""

CUT_SHORT = 1
"""The exit code of a process that did not end by itself."""


class Lifecycle:
    """When a process stops, and how long it has left for that. Made in its event loop.

    `when_stopping` is called once, when it begins to stop; `seconds` is how long that may take;
    `monotonic` are seconds that never run backwards.
    """

    def __init__(
        self,
        when_stopping: Callable[[], None] | None = None,
        *,
        seconds: float = STOP_SECONDS,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self._when_stopping = when_stopping
        self._seconds = seconds
        self._monotonic = monotonic or SystemClock().monotonic
        self._end: float | None = None
        self._died: str | None = None
        self.stopping = asyncio.Event()

    def watch(self, task: asyncio.Task[Any]) -> None:
        """Stop the process when `task` ends by itself: the process cannot do without it."""
        task.add_done_callback(self._ended)

    def stop(self) -> None:
        """Begin to stop the process and to count the time it has for that, at the first call."""
        if self.stopping.is_set():
            return
        self._end = self._monotonic() + self._seconds
        self.stopping.set()
        if self._when_stopping is not None:
            self._when_stopping()

    def left(self, keep: float = 0.0) -> float:
        """Seconds that are left to stop in, less `keep` for what comes after; 0 at least.

        Begins to stop the process if nobody did so before.
        """
        self.stop()
        end = self._monotonic() if self._end is None else self._end
        return max(0.0, end - keep - self._monotonic())

    def require_whole(self) -> None:
        """Raise ProcessBroken when a watched task ended by itself."""
        if self._died is not None:
            raise ProcessBroken(f"Its {self._died} ended, so the process could not go on.")

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if self.stopping.is_set():
            return
        self._died = task.get_name()
        error = None if task.cancelled() else task.exception()
        log.critical("process broken", ended=self._died, exc_info=error)
        self.stop()


@contextmanager
def cut_short(seconds: float = CUT_SECONDS) -> Iterator[Callable[[], None]]:
    """Yield a function that ends the process in `seconds`, whatever it still does.

    It is called when the process begins to stop; leaving the context calls it off. What hangs for
    so long is outside our reach, such as a name server that a thread waits for. Orders that were
    acknowledged are in the database: another process goes on with them.
    """
    timer = threading.Timer(seconds, _cut, (seconds,))
    timer.daemon = True
    try:
        yield timer.start
    finally:
        timer.cancel()


def _cut(seconds: float) -> None:
    log.error("stop cut short", seconds=seconds)
    if isinstance(sys.stderr, LogStream):
        sys.stderr.finish()
    os._exit(CUT_SHORT)
