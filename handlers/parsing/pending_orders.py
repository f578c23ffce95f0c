"""What orders in words mean, found out once: for their acknowledgement and for what follows it.

An order that is not understood in time is carried on with in a form, or under its key on disk.
Whoever does that takes the work that is under way; after a restart, or in another process, there is
none and it is begun anew.
"""

import asyncio
from collections.abc import Awaitable, Callable

from cachetools import LRUCache

from bot.background import BackgroundTasks
from bot.calls.acts import Act
from bot.errors import CallwardenError
from handlers.parsing.orders import ActRequest

UnderstoodOrder = tuple[ActRequest, Act]
"""An order as it is to be read, and its act."""

Work = Callable[[], Awaitable[UnderstoodOrder]]

MOST = 1_000
"""Orders being understood, or understood and not yet taken; the least asked for go first."""


class PendingOrders:
    """Finds out what each order means, once for all who want to know; one for the process.

    `tasks` keeps what is under way.
    """

    def __init__(self, tasks: BackgroundTasks) -> None:
        self._tasks = tasks
        self._begun: LRUCache[str, asyncio.Task[UnderstoodOrder | CallwardenError]] = LRUCache(MOST)

    async def begin(self, key: str, work: Work, timeout_s: float) -> UnderstoodOrder:
        """What the order of that key means, by `work` unless that is being found out already.

        Raises TimeoutError after `timeout_s` seconds; the work goes on then, for whoever takes it,
        and what `work` raises.
        """
        task = self._begun.get(key)
        if task is None:
            task = self._tasks.spawn(_result_or_error(work), "understanding", awaited=True)
            self._begun[key] = task
        async with asyncio.timeout(timeout_s):
            outcome = await asyncio.shield(task)
        self._begun.pop(key, None)
        return _unwrap(outcome)

    async def take(self, key: str, work: Work) -> UnderstoodOrder:
        """What the work that was begun under that key finds out, else what `work` does."""
        task = self._begun.pop(key, None)
        if task is None:
            return await work()
        return _unwrap(await task)


async def _result_or_error(work: Work) -> UnderstoodOrder | CallwardenError:
    """What came of it: an error is told to whoever takes it, and is no fault of the task's."""
    try:
        return await work()
    except CallwardenError as error:
        return error


def _unwrap(outcome: UnderstoodOrder | CallwardenError) -> UnderstoodOrder:
    if isinstance(outcome, CallwardenError):
        raise outcome
    return outcome
