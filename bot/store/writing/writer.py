"""One writer for a process, with group commit: requests that wait are written together.

Sessions that write side by side queue for the database's lock one by one; here they queue in
memory, and one transaction with a constant number of statements carries all that wait.

An answer always says what is so. A request that its deadline overtakes in the queue is withdrawn;
one that it overtakes before COMMIT is rolled back; a COMMIT whose answer is lost is settled by
doing the request again under the lock, where its idempotency key tells whether it is there already.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import structlog

from bot.clock import SystemClock
from bot.errors import CallFailed, CallwardenError, CommitUnknown, NotAccepted, WriterHung
from bot.meter import UNMETERED, Meter
from bot.store.database import Database
from bot.store.failures.classify import cause_of, describe
from bot.store.failures.kinds import Cause
from bot.store.writing.connection import WRITE_ERRORS, PendingWrite, WriteConnection, WriteOperation
from bot.store.writing.thread import WriterThread

log = structlog.get_logger(__name__)

R = TypeVar("R")
T = TypeVar("T")

MAX_GROUP = 200
"""At most this many requests share a transaction."""

COMMIT_GRACE_S = 1.0
"""Seconds past the deadline for a COMMIT, and for settling one whose answer was lost."""

ALARM_AGAIN_S = 0.001
"""Seconds until an alarm that rang early rings again."""

HUNG_AFTER_S = 60.0
"""Seconds in which no call comes back that the database itself should have bounded: the writer
gives up, and with it the process.
"""

CLOSE_TIMEOUT_S = 0.5
"""Seconds for closing the connection at the end."""

MAYBE_SAVED = "It may have been saved: look at the audit log (`audit`) before trying again."


class WriteHealth:
    """What became of the latest writes, for those who ask whether more can be written.

    `now` are seconds that never run backwards.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._proven = -math.inf
        self._refused_at = -math.inf
        self._cause: Cause | None = None

    def wrote(self, *, order: bool) -> None:
        """Something was committed; an `order`, or what takes as much, proves that orders can be."""
        if order:
            self._proven = self._now()

    def refused(self, cause: Cause) -> None:
        """The database refused something, for a reason that a person can mend."""
        self._cause, self._refused_at = cause, self._now()

    def proven_within(self, seconds: float) -> bool:
        """Whether an order was written in the last so many seconds."""
        return self._now() - self._proven < seconds

    def cause_within(self, seconds: float) -> Cause | None:
        """Why a write was refused in the last so many seconds; None if one succeeded since."""
        recent = self._now() - self._refused_at < seconds and self._refused_at > self._proven
        return self._cause if recent else None


class Writer:
    """Takes requests from any number of tasks, and commits them in groups.

    Deadlines go by the machine's clock, not by the loop's: uvloop's counts whole milliseconds, and
    is not to be read from another thread. A call to the database that has not come back after
    `hung_after_s` seconds ends the writer.
    """

    def __init__(
        self, database: Database, meter: Meter = UNMETERED, *, hung_after_s: float = HUNG_AFTER_S
    ) -> None:
        self._database = database
        self._meter = meter
        self._hung_after_s = hung_after_s
        self._now = SystemClock().monotonic
        self._waiting: deque[PendingWrite] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._over = False
        self.health = WriteHealth(self._now)

    def start(self) -> asyncio.Task[None]:
        """Start the task that writes, and return it.

        It ends before `stop` only when nothing can be written any more.
        """
        self._over = False
        self._task = asyncio.create_task(self._run(), name="database writer")
        return self._task

    async def stop(self, seconds: float | None = None) -> None:
        """Write what waits, then stop. After `seconds`, what is not written by then is left out."""
        task, self._task = self._task, None
        self._wake.set()
        if task is None:
            return
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            task.cancel()
            await asyncio.wait({task})

    async def write(self, operation: WriteOperation[R, T], request: R, *, timeout_s: float) -> T:
        """Write `request` by `operation`, and return its result once it is committed.

        Raises the operation's `failure` when it is not committed within about `timeout_s` seconds;
        then it never will be, unless the error's next step says that this could not be found out.
        Also raises what the operation returns as an error for this request.
        """
        if self._task is None or self._task.done() or self._over:
            raise operation.failure("The store is closed.")
        write = PendingWrite(operation, request, self._now() + timeout_s)
        self._waiting.append(write)
        self._wake.set()
        alarm = asyncio.get_running_loop().call_later(timeout_s, self._overdue, write)
        try:
            result: T = await write.done
        finally:
            alarm.cancel()
            self._withdraw(write)
        return result

    def _overdue(self, write: PendingWrite) -> None:
        """At its deadline, fail a write unless a COMMIT with it may have been sent."""
        loop, left = asyncio.get_running_loop(), write.deadline - self._now()
        if left > 0:  # the alarm may be early: what failed here would still be written
            loop.call_later(max(left, ALARM_AGAIN_S), self._overdue, write)
        elif not write.taken:
            self._withdraw(write)
            _settle(write, write.operation.failure("The database is too busy."))
        elif write.commit_sent:
            loop.call_later(COMMIT_GRACE_S, _fail, write, TimeoutError())
        else:
            _fail(write, TimeoutError())

    def _withdraw(self, write: PendingWrite) -> None:
        if not write.taken:
            write.taken = True
            self._waiting.remove(write)

    async def _run(self) -> None:
        thread = WriterThread((*WRITE_ERRORS, CommitUnknown))
        connection = WriteConnection(self._database, self._now)
        service = _Committer(thread, connection, self._meter, self.health, self._hung_after_s)
        group: list[PendingWrite] = []
        try:
            while self._task is not None or self._waiting:
                await self._wake.wait()
                if not self._waiting:
                    self._wake.clear()
                    continue
                group = self._take()
                await service.commit(group)
        finally:
            self._over = True
            connection.close()
            for write in (*group, *self._waiting):
                write.taken = True
                _deny(write, "The writer stopped.")
            closing = thread.call(connection.disconnect)
            thread.close()
            await asyncio.wait({closing}, timeout=CLOSE_TIMEOUT_S)

    def _take(self) -> list[PendingWrite]:
        group = [self._waiting.popleft() for _ in range(min(MAX_GROUP, len(self._waiting)))]
        for write in group:
            write.taken = True
        return group


class _Committer:
    """Hands groups to the thread of the connection, and results back to those who wait."""

    def __init__(
        self,
        thread: WriterThread,
        connection: WriteConnection,
        meter: Meter,
        health: WriteHealth,
        hung_after_s: float,
    ) -> None:
        self._thread = thread
        self._connection = connection
        self._meter = meter
        self._health = health
        self._hung_after_s = hung_after_s

    async def commit(self, group: list[PendingWrite]) -> None:
        """Commit a group; if that fails, each write by itself: a bad one must not fail others."""
        try:
            results = await self._commit(group, min(write.deadline for write in group))
        except (*WRITE_ERRORS, CallFailed) as error:
            reason, sort = describe(error, self._connection.address), type(error).__name__
            log.warning("group commit failed", size=len(group), error=sort, why=reason)
        except CommitUnknown:
            log.warning("commit not answered", size=len(group))
        else:
            for write, result in results:
                _settle(write, result)
            return
        for write in group:
            if not write.done.done():
                await self._alone(write)

    async def _alone(self, write: PendingWrite) -> None:
        """Commit one write by itself; one that may be committed already gets a grace time."""
        try:
            results = await self._commit(
                [write], write.deadline + (COMMIT_GRACE_S if write.commit_sent else 0)
            )
        except (*WRITE_ERRORS, CallFailed, CommitUnknown) as error:
            cause = cause_of(error, self._connection.address)
            if cause is not None:
                self._health.refused(cause)
            _fail(write, error, cause)
        else:
            _settle(write, results[0][1])

    async def _commit(
        self, group: Sequence[PendingWrite], deadline: float
    ) -> list[tuple[PendingWrite, Any]]:
        """Commit writes in the thread. Raises WriterHung when no answer comes at all."""
        call = self._thread.call(self._connection.commit, group, deadline)
        call.add_done_callback(_looked_at)
        await asyncio.wait({call}, timeout=self._hung_after_s)
        if not call.done():
            raise WriterHung
        results = call.result()
        self._meter.wrote(len(group))
        self._health.wrote(order=any(_is_order(write.operation) for write in group))
        return results


def _looked_at(call: asyncio.Future[Any]) -> None:
    """Mark the error of a call as seen, also where nobody waits for the call any more."""
    if not call.cancelled():
        call.exception()


def _is_order(operation: WriteOperation[Any, Any]) -> bool:
    """Whether an operation needs all that an order needs: a person waits, and the audit grows."""
    return operation.counting and operation.failure is NotAccepted


def _settle(write: PendingWrite, result: Any) -> None:
    if write.done.done():
        return
    if isinstance(result, CallwardenError):
        write.done.set_exception(result)
    else:
        write.done.set_result(result)


def _fail(write: PendingWrite, error: Exception, cause: Cause | None = None) -> None:
    log.warning("write given up", error=type(error).__name__, sent=write.commit_sent)
    if cause is not None:
        _deny(write, cause.says, f"Nothing was done. {cause.mend}")
    else:
        late = " in time" if isinstance(error, TimeoutError) else ""
        _deny(write, f"The database did not take it{late}.")


def _deny(write: PendingWrite, why: str, next_step: str | None = None) -> None:
    """Fail a write; where a COMMIT with it was sent, the error says that it may have been saved."""
    _settle(
        write,
        write.operation.failure(why, next_step=MAYBE_SAVED if write.commit_sent else next_step),
    )
