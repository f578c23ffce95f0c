"""One writer a process, with group commit: whoever waits is written down together.

Sessions that write side by side queue for the database's lock one by one; here they queue in
memory, and one transaction with a constant number of statements carries all that wait.

An answer is always honest. What the deadline overtakes in the queue is withdrawn; what it overtakes
before COMMIT is rolled back; a COMMIT whose answer is lost is settled by doing the request again
under the lock, where its idempotency key tells whether it is there already.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import structlog

from bot.clock import SystemClock
from bot.errors import CallwardenError
from bot.meter import UNMETERED, Meter
from bot.store.database import Database
from bot.store.pen import FAILURES, Item, Pen, Unsure, Work

log = structlog.get_logger(__name__)

R = TypeVar("R")
T = TypeVar("T")

CROWD = 200
"""At most this many requests share a transaction."""

GRACE = 1.0
"""Seconds past the deadline for a COMMIT, and for settling one whose answer was lost."""

SOON = 0.001
"""Seconds until an alarm that rang early rings again."""

DOUBT = "It may have been saved: look at the audit log (`audit`) before trying again."


class Writer:
    """Takes requests from any number of tasks and commits them in groups.

    Deadlines go by the machine's clock, not by the loop's: uvloop's counts whole milliseconds, and
    is not to be read from the thread with the pen.
    """

    def __init__(self, database: Database, meter: Meter = UNMETERED) -> None:
        self._database = database
        self._meter = meter
        self._now = SystemClock().monotonic
        self._waiting: deque[Item] = deque()
        self._bell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._run(), name="store: writer")

    async def stop(self) -> None:
        """Write what waits, then stop."""
        task, self._task = self._task, None
        self._bell.set()
        if task is not None:
            await task

    async def write(self, work: Work[R, T], request: R, *, patience: float) -> T:
        """The result of `work` for `request`, once it is on disk.

        Raises the work's `failure` when it is not there within about `patience` seconds, and then
        it never will be, unless the error's next step says that this could not be found out.
        """
        if self._task is None or self._task.done():
            raise work.failure("The store is closed.")
        item = Item(work, request, self._now() + patience)
        self._waiting.append(item)
        self._bell.set()
        alarm = asyncio.get_running_loop().call_later(patience, self._overdue, item)
        try:
            result: T = await item.done
        finally:
            alarm.cancel()
            self._withdraw(item)
        return result

    def _overdue(self, item: Item) -> None:
        """At the deadline: only what a COMMIT may already hold is waited for any longer."""
        loop, left = asyncio.get_running_loop(), item.deadline - self._now()
        if left > 0:  # a loop may ring early; then the pen would still write what failed here
            loop.call_later(max(left, SOON), self._overdue, item)
        elif not item.taken:
            self._withdraw(item)
            _settle(item, item.work.failure("The database is too busy."))
        elif item.sent:
            loop.call_later(GRACE, _fail, item, TimeoutError())
        else:
            _fail(item, TimeoutError())

    def _withdraw(self, item: Item) -> None:
        if not item.taken:
            item.taken = True
            self._waiting.remove(item)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        thread, pen = ThreadPoolExecutor(1, "store-pen"), Pen(self._database, self._now)
        desk = _Desk(thread, pen, self._meter)
        batch: list[Item] = []
        try:
            while self._task is not None or self._waiting:
                await self._bell.wait()
                if not self._waiting:
                    self._bell.clear()
                    continue
                batch = self._take()
                await desk.serve(batch)
        finally:
            for item in (*batch, *self._waiting):
                item.taken = True
                _settle(item, item.work.failure("The writer stopped.", next_step=DOUBT))
            await loop.run_in_executor(thread, pen.disconnect)
            thread.shutdown(wait=False)

    def _take(self) -> list[Item]:
        batch = [self._waiting.popleft() for _ in range(min(CROWD, len(self._waiting)))]
        for item in batch:
            item.taken = True
        return batch


class _Desk:
    """Hands groups to the thread with the pen, and the results back to who asked."""

    def __init__(self, thread: ThreadPoolExecutor, pen: Pen, meter: Meter) -> None:
        self._thread = thread
        self._pen = pen
        self._meter = meter

    async def serve(self, batch: list[Item]) -> None:
        """All together, or, when that fails, one by one: a bad one must not take others along."""
        try:
            results = await self._commit(batch, min(item.deadline for item in batch))
        except FAILURES as error:
            log.warning("group commit failed", size=len(batch), error=type(error).__name__)
        except Unsure:
            log.warning("a commit was not answered", size=len(batch))
        else:
            for item, result in results:
                _settle(item, result)
            return
        for item in batch:
            if not item.done.done():
                await self._alone(item)

    async def _alone(self, item: Item) -> None:
        """Once more by itself; what may be written already is settled within the grace."""
        try:
            results = await self._commit([item], item.deadline + (GRACE if item.sent else 0))
        except (*FAILURES, Unsure) as error:
            _fail(item, error)
        else:
            _settle(item, results[0][1])

    async def _commit(self, batch: Sequence[Item], deadline: float) -> list[tuple[Item, Any]]:
        loop = asyncio.get_running_loop()
        results = await loop.run_in_executor(self._thread, self._pen.commit, batch, deadline)
        self._meter.wrote(len(batch))
        return results


def _settle(item: Item, result: Any) -> None:
    if item.done.done():
        return
    if isinstance(result, CallwardenError):
        item.done.set_exception(result)
    else:
        item.done.set_result(result)


def _fail(item: Item, error: Exception) -> None:
    late = " in time" if isinstance(error, TimeoutError) else ""
    log.warning("not written", error=type(error).__name__, sent=item.sent)
    doubt = DOUBT if item.sent else None
    _settle(item, item.work.failure(f"The database did not take it{late}.", next_step=doubt))
