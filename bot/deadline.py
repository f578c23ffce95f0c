"""A time limit for asking somebody, from which the wait for our own turn is left out.

async with Deadline(2.0):
    with uncounted():
        await turn  # however long it takes
    await answer  # two seconds at most
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Self

_OPEN: ContextVar[tuple["Deadline", ...]] = ContextVar("deadlines", default=())
"""Those that the present work runs under, the outermost first."""


class Deadline:
    """A context that raises TimeoutError once `seconds` have passed, except in `uncounted` parts.

    While any part of the work is `uncounted`, no time counts for the parts beside it either.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._left = seconds
        self._waiting = 0
        self._timeout = asyncio.timeout(None)
        self._running = False

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        self._running = True
        self._count()
        self._outer = _OPEN.get()
        _OPEN.set((*self._outer, self))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _OPEN.set(self._outer)
        self._running = False
        await self._timeout.__aexit__(kind, error, trace)

    @property
    def left(self) -> float:
        """The seconds that are left; below zero once it has passed."""
        when = self._timeout.when()
        return self._left if when is None else when - asyncio.get_running_loop().time()

    def restart(self, extra: float = 0.0) -> None:
        """Count all the seconds anew, and `extra` ones this once, because the work gets on.

        What is left never becomes less: another part of the work may have been given more.
        """
        self._left = max(self.left, self.seconds + extra)
        if not self._waiting:
            self._count()

    def pause(self) -> None:
        """Stop counting until `resume` was called as often as this."""
        if not self._waiting:
            self._left = self.left
            self._reschedule(None)
        self._waiting += 1

    def resume(self) -> None:
        """Undo one `pause`; after the last one, count on from where it stopped."""
        self._waiting -= 1
        if not self._waiting:
            self._count()

    def _count(self) -> None:
        self._reschedule(asyncio.get_running_loop().time() + self._left)

    def _reschedule(self, when: float | None) -> None:
        """Work that is being cancelled may still end its waits."""
        if self._running and not self._timeout.expired():
            self._timeout.reschedule(when)


@contextmanager
def uncounted() -> Iterator[None]:
    """Let the time spent in this context count for no `Deadline` that the work runs under."""
    held = _OPEN.get()
    for deadline in held:
        deadline.pause()
    try:
        yield
    finally:
        for deadline in held:
            deadline.resume()
