"""A time limit in which waiting for our own turn does not count: only the other side's time does.

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
    """Raises TimeoutError once `seconds` have passed, not counting what is `uncounted`.

    Of work that goes on side by side, nothing counts while any part of it waits.
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
        """Begin to count anew, with `extra` seconds on top this once: the work gets on.

        It never makes less of what is left: another part of the work may have been given more.
        """
        self._left = max(self.left, self.seconds + extra)
        if not self._waiting:
            self._count()

    def hold(self) -> None:
        """Stop counting until as many calls of `go_on`."""
        if not self._waiting:
            self._left = self.left
            self._reschedule(None)
        self._waiting += 1

    def go_on(self) -> None:
        """Count on where it stopped, once nothing waits any more."""
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
    """What follows counts for no `Deadline` that the present work runs under."""
    held = _OPEN.get()
    for deadline in held:
        deadline.hold()
    try:
        yield
    finally:
        for deadline in held:
            deadline.go_on()
