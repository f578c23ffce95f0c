"""Sharing one piece of work among all who ask for the same at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class SingleFlight:
    """Runs work of the same key once at a time; whoever asks meanwhile gets the same answer.

    Nothing is kept once the work has ended. When one who waits is cancelled, the others wait on;
    when nobody waits any more, the work is cancelled too. An error is raised to all who wait.
    """

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Future[Any]] = {}
        self._waiting: dict[Hashable, int] = {}

    async def do(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """The answer of `work`, or of the work that is under way for that `key` already."""
        shared = self._under_way.get(key)
        if shared is None:
            shared = asyncio.ensure_future(work())
            self._under_way[key] = shared
            self._waiting[key] = 0
            shared.add_done_callback(lambda done: self._ended(key, done))
        return await self._wait(key, shared)

    async def _wait(self, key: Hashable, shared: "asyncio.Future[T]") -> T:
        self._waiting[key] += 1
        try:
            return await asyncio.shield(shared)
        finally:
            if self._under_way.get(key) is shared:
                self._waiting[key] -= 1
                if not self._waiting[key]:
                    self._forget(key)
                    shared.cancel()

    def _ended(self, key: Hashable, done: "asyncio.Future[Any]") -> None:
        """Forget work that has ended; an error that nobody waited for counts as retrieved."""
        if self._under_way.get(key) is done:
            self._forget(key)
        if not done.cancelled():
            done.exception()

    def _forget(self, key: Hashable) -> None:
        del self._under_way[key]
        del self._waiting[key]
