"""One writer a process, with group commit: whoever waits is written down together.

Sessions that write side by side queue for the database's lock one by one; here they queue in
memory, and one transaction with a constant number of statements carries all that wait.

An answer is always honest. What the deadline overtakes in the queue is withdrawn; what it overtakes
before COMMIT is rolled back; a COMMIT whose answer is lost is settled by doing the request again
under the lock, where its idempotency key tells whether it is there already.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import CallwardenError
from bot.store.database import Database
from bot.store.ledger import Ledger

log = structlog.get_logger(__name__)

R = TypeVar("R")
T = TypeVar("T")

CROWD = 200
"""At most this many requests share a transaction."""

GRACE = 1.0
"""Seconds for a COMMIT, and for settling one whose answer was lost."""

DOUBT = "It may have been written down: look at the record (`audit`) before trying again."

FAILURES = (SQLAlchemyError, OSError, ValueError, TimeoutError)
"""What a database, a connection or a value it cannot hold may raise."""


@dataclass
class Transaction:
    """The open transaction that a piece of work writes in."""

    connection: AsyncConnection
    _ledger: Ledger | None = None

    @property
    def ledger(self) -> Ledger:
        """The end of the audit chain; only in work that is `counting`."""
        if self._ledger is None:
            raise RuntimeError("this work does not count")
        return self._ledger


@dataclass(frozen=True)
class Work(Generic[R, T]):
    """One way of writing: many requests in, as many results (or errors to raise) out.

    It can be done again: the second time changes nothing. `counting` work adds to the audit;
    `failure` is what a caller gets when the database does not take it.
    """

    do: Callable[[Transaction, Sequence[R]], Awaitable[Sequence[T | CallwardenError]]]
    failure: type[CallwardenError]
    counting: bool = False


@dataclass(eq=False)
class _Item:
    work: Work[Any, Any]
    request: Any
    deadline: float
    taken: bool = False
    done: asyncio.Future[Any] = field(default_factory=asyncio.Future)

    def settle(self, result: Any) -> None:
        if self.done.done():
            return
        if isinstance(result, BaseException):
            self.done.set_exception(result)
        else:
            self.done.set_result(result)

    def fail(self, error: BaseException, *, doubt: bool = False) -> None:
        why = "in time" if isinstance(error, TimeoutError) else f"({type(error).__name__})"
        self.settle(
            self.work.failure(
                f"The database did not take it {why}.", next_step=DOUBT if doubt else None
            )
        )


class _Unsure(Exception):
    """COMMIT was sent and no answer came."""


class Writer:
    """Takes requests from any number of tasks and commits them in groups."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Item] = deque()
        self._bell = asyncio.Event()
        self._connection: AsyncConnection | None = None
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
        item = _Item(work, request, asyncio.get_running_loop().time() + patience)
        self._waiting.append(item)
        self._bell.set()
        try:
            await asyncio.wait({item.done}, timeout=patience)
        finally:
            if not item.taken:
                self._waiting.remove(item)
        if not item.taken:
            raise work.failure("The database is too busy.")
        result: T = await item.done
        return result

    async def _run(self) -> None:
        batch: list[_Item] = []
        try:
            while self._task is not None or self._waiting:
                await self._bell.wait()
                if not self._waiting:
                    self._bell.clear()
                    continue
                batch = self._take()
                await self._serve(batch)
        finally:
            for item in (*batch, *self._waiting):
                item.taken = True
                item.settle(item.work.failure("The writer stopped.", next_step=DOUBT))
            await self._disconnect()

    def _take(self) -> list[_Item]:
        batch = [self._waiting.popleft() for _ in range(min(CROWD, len(self._waiting)))]
        for item in batch:
            item.taken = True
        return batch

    async def _serve(self, batch: list[_Item]) -> None:
        """All together, or, when that fails, one by one: a bad one must not take others along."""
        try:
            results = await self._commit(batch, min(item.deadline for item in batch))
        except FAILURES as error:
            log.warning("group commit failed", size=len(batch), error=type(error).__name__)
            for item in batch:
                await self._alone(item)
        except _Unsure:
            log.warning("a commit was not answered", size=len(batch))
            for item in batch:
                await self._alone(item, unsure=True)
        else:
            for item, result in results:
                item.settle(result)

    async def _alone(self, item: _Item, *, unsure: bool = False) -> None:
        grace = asyncio.get_running_loop().time() + GRACE
        try:
            results = await self._commit([item], grace if unsure else item.deadline)
        except FAILURES as error:
            item.fail(error, doubt=unsure)
        except _Unsure as error:
            item.fail(error, doubt=True)
        else:
            item.settle(results[0][1])

    async def _commit(self, batch: list[_Item], deadline: float) -> list[tuple[_Item, Any]]:
        """One transaction. Whatever it raises but `_Unsure`, nothing of it is in the database."""
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self._disconnect)
            async with asyncio.timeout_at(deadline):
                connection = await self._connect()
                results = await self._write(connection, batch)
            undo.pop_all()
        try:
            async with asyncio.timeout(GRACE):
                await connection.commit()
        except FAILURES as error:
            await self._disconnect()
            raise _Unsure from error
        return results

    async def _write(
        self, connection: AsyncConnection, batch: list[_Item]
    ) -> list[tuple[_Item, Any]]:
        counting = any(item.work.counting for item in batch)
        await self._database.begin(connection, counting=counting)
        ledger = await Ledger.open(connection) if counting else None
        transaction = Transaction(connection, ledger)
        results: list[tuple[_Item, Any]] = []
        for work, items in _by_work(batch):
            done = await work.do(transaction, [item.request for item in items])
            results += zip(items, done, strict=True)
        if ledger is not None:
            await ledger.close(connection)
        return results

    async def _connect(self) -> AsyncConnection:
        if self._connection is None:
            self._connection = await self._database.engine.connect()
        return self._connection

    async def _disconnect(self) -> None:
        """Throw the connection away: after a failure nobody knows what state it is in."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            await connection.invalidate()
            await connection.close()
        except FAILURES as error:
            log.info("closing a broken connection failed", error=type(error).__name__)


def _by_work(batch: list[_Item]) -> list[tuple[Work[Any, Any], list[_Item]]]:
    groups: dict[int, tuple[Work[Any, Any], list[_Item]]] = {}
    for item in batch:
        groups.setdefault(id(item.work), (item.work, []))[1].append(item)
    return list(groups.values())
