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
from typing import Any, TypeVar

import structlog

from bot.clock import SystemClock
from bot.errors import CallwardenError, NotAccepted
from bot.meter import UNMETERED, Meter
from bot.store.database import Database
from bot.store.failures.classify import cause_of, why
from bot.store.failures.kinds import Cause
from bot.store.writing.connection import FAILURES, Item, Pen, Unsure, Work
from bot.store.writing.health import WriteHealth
from bot.store.writing.thread import CallFailed, WriterThread

log = structlog.get_logger(__name__)

R = TypeVar("R")
T = TypeVar("T")

CROWD = 200
"""At most this many requests share a transaction."""

GRACE = 1.0
"""Seconds past the deadline for a COMMIT, and for settling one whose answer was lost."""

SOON = 0.001
"""Seconds until an alarm that rang early rings again."""

HUNG = 60.0
"""Seconds in which no call comes back that the database itself should have bounded: the writer
gives up, and with it the process.
"""

CLOSING = 0.5
"""Seconds for closing the connection at the end."""

DOUBT = "It may have been saved: look at the audit log (`audit`) before trying again."


class WriterHung(Exception):
    """A call to the database does not come back."""


class Writer:
    """Takes requests from any number of tasks and commits them in groups.

    Deadlines go by the machine's clock, not by the loop's: uvloop's counts whole milliseconds, and
    is not to be read from the thread with the pen. `hung` is how many seconds a call may not come
    back before nothing is expected of it any more.
    """

    def __init__(self, database: Database, meter: Meter = UNMETERED, *, hung: float = HUNG) -> None:
        self._database = database
        self._meter = meter
        self._hung = hung
        self._now = SystemClock().monotonic
        self._waiting: deque[Item] = deque()
        self._bell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._over = False
        self.health = WriteHealth(self._now)

    def start(self) -> asyncio.Task[None]:
        """Begin to write. The task ends before `stop` only when nothing can be written any more."""
        self._over = False
        self._task = asyncio.create_task(self._run(), name="database writer")
        return self._task

    async def stop(self, seconds: float | None = None) -> None:
        """Write what waits, then stop; after `seconds` without what is not written by then."""
        task, self._task = self._task, None
        self._bell.set()
        if task is None:
            return
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            task.cancel()
            await asyncio.wait({task})

    async def write(self, work: Work[R, T], request: R, *, timeout_s: float) -> T:
        """The result of `work` for `request`, once it is on disk.

        Raises the work's `failure` when it is not there within about `patience` seconds, and then
        it never will be, unless the error's next step says that this could not be found out.
        """
        if self._task is None or self._task.done() or self._over:
            raise work.failure("The store is closed.")
        item = Item(work, request, self._now() + timeout_s)
        self._waiting.append(item)
        self._bell.set()
        alarm = asyncio.get_running_loop().call_later(timeout_s, self._overdue, item)
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
        thread, pen = WriterThread((*FAILURES, Unsure)), Pen(self._database, self._now)
        service = _Desk(thread, pen, self._meter, self.health, self._hung)
        batch: list[Item] = []
        try:
            while self._task is not None or self._waiting:
                await self._bell.wait()
                if not self._waiting:
                    self._bell.clear()
                    continue
                batch = self._take()
                await service.serve(batch)
        finally:
            self._over = True
            pen.close()
            for item in (*batch, *self._waiting):
                item.taken = True
                _deny(item, "The writer stopped.")
            closing = thread.call(pen.disconnect)
            thread.close()
            await asyncio.wait({closing}, timeout=CLOSING)

    def _take(self) -> list[Item]:
        batch = [self._waiting.popleft() for _ in range(min(CROWD, len(self._waiting)))]
        for item in batch:
            item.taken = True
        return batch


class _Desk:
    """Hands groups to the thread with the pen, and the results back to who asked."""

    def __init__(
        self, thread: WriterThread, pen: Pen, meter: Meter, health: WriteHealth, hung: float
    ) -> None:
        self._thread = thread
        self._pen = pen
        self._meter = meter
        self._health = health
        self._hung = hung

    async def serve(self, batch: list[Item]) -> None:
        """All together, or, when that fails, one by one: a bad one must not take others along."""
        try:
            results = await self._commit(batch, min(item.deadline for item in batch))
        except (*FAILURES, CallFailed) as error:
            reason, sort = why(error, self._pen.address), type(error).__name__
            log.warning("group commit failed", size=len(batch), error=sort, why=reason)
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
        except (*FAILURES, CallFailed, Unsure) as error:
            cause = cause_of(error, self._pen.address)
            if cause is not None:
                self._health.refused(cause)
            _fail(item, error, cause)
        else:
            _settle(item, results[0][1])

    async def _commit(self, batch: Sequence[Item], deadline: float) -> list[tuple[Item, Any]]:
        """Raises WriterHung where no answer comes at all."""
        call = self._thread.call(self._pen.commit, batch, deadline)
        call.add_done_callback(_looked_at)
        await asyncio.wait({call}, timeout=self._hung)
        if not call.done():
            raise WriterHung
        results = call.result()
        self._meter.wrote(len(batch))
        self._health.wrote(order=any(_is_order(item.work) for item in batch))
        return results


def _looked_at(call: asyncio.Future[Any]) -> None:
    """Its error is no news to asyncio, also where nobody waits for the call any more."""
    if not call.cancelled():
        call.exception()


def _is_order(work: Work[Any, Any]) -> bool:
    """Whether it takes all that an order takes: who asks is waiting, and the audit grows."""
    return work.counting and work.failure is NotAccepted


def _settle(item: Item, result: Any) -> None:
    if item.done.done():
        return
    if isinstance(result, CallwardenError):
        item.done.set_exception(result)
    else:
        item.done.set_result(result)


def _fail(item: Item, error: Exception, cause: Cause | None = None) -> None:
    log.warning("not written", error=type(error).__name__, sent=item.sent)
    if cause is not None:
        _deny(item, cause.says, f"Nothing was done. {cause.mend}")
    else:
        late = " in time" if isinstance(error, TimeoutError) else ""
        _deny(item, f"The database did not take it{late}.")


def _deny(item: Item, why: str, next_step: str | None = None) -> None:
    """It was not written; or that is in doubt, where a COMMIT with it was sent."""
    _settle(item, item.work.failure(why, next_step=DOUBT if item.sent else next_step))
