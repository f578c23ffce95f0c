"""The one connection that writes, used in one thread: a group of writes costs one hand-over.

Everything in here but making and closing a `WriteConnection` runs in that thread, on blocking
calls. A thread cannot be cancelled, so every call is bounded by the database itself; see
`bot.store.database`.
"""

from asyncio import Future
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import CallwardenError, CommitUnknown
from bot.store.audit.append import AuditAppender
from bot.store.audit.chain import Head
from bot.store.audit.head_file import HeadFile
from bot.store.database import Database
from bot.store.failures.classify import surely_not_committed
from bot.store.urls import Address

R = TypeVar("R")
T = TypeVar("T")

WRITE_ERRORS = (SQLAlchemyError, OSError, ValueError, TimeoutError)
"""What a database, a connection or a value it cannot hold may raise."""


@dataclass(slots=True)
class Transaction:
    """The open transaction that a write operation works in.

    `now` is the present moment by the time that leases and due moments go by; see `Database`.
    """

    connection: Connection
    now: datetime
    _audit: AuditAppender | None = None

    def since(self, moment: datetime) -> timedelta:
        """How long ago a moment was that was written by the same time as `now`; at least 0."""
        return max(self.now - moment, timedelta(0))

    @property
    def audit(self) -> AuditAppender:
        """The appender to the audit chain.

        Raises RuntimeError in an operation that is not `counting`.
        """
        if self._audit is None:
            raise RuntimeError("this operation is not counting")
        return self._audit


@dataclass(frozen=True)
class WriteOperation(Generic[R, T]):
    """A kind of write: it takes many requests, and returns as many results or errors to raise.

    It has to be idempotent: done again, it changes nothing. A `counting` one appends to the audit
    log; `failure` is raised when the database does not take it.
    """

    do: Callable[[Transaction, Sequence[R]], Sequence[T | CallwardenError]]
    failure: type[CallwardenError]
    counting: bool = False


@dataclass(eq=False, slots=True)
class PendingWrite:
    """A request on its way into the database, and the future of its result.

    Past its `deadline` (monotonic seconds) no COMMIT is sent for it. `taken` says that it left the
    queue, `commit_sent` that a COMMIT with it was sent, or may have been.
    """

    operation: WriteOperation[Any, Any]
    request: Any
    deadline: float
    taken: bool = False
    commit_sent: bool = False
    done: Future[Any] = field(default_factory=Future)


class WriteConnection:
    """Commits one group of writes after the other. `now` is the clock that deadlines go by."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now
        self._connection: Connection | None = None
        self._closed = False
        self._head = Head()
        self._head_file = HeadFile.beside(database.address.file)

    @property
    def address(self) -> Address:
        """The address of the database that it writes to."""
        return self._database.address

    def commit(
        self, group: Sequence[PendingWrite], deadline: float
    ) -> list[tuple[PendingWrite, Any]]:
        """Do all writes of the group in one transaction, and return each with its result.

        Raises CommitUnknown when COMMIT was not answered. After any other error (TimeoutError,
        those of `WRITE_ERRORS`, and what the operations raise) nothing of the group is written.
        """
        with ExitStack() as undo:
            undo.callback(self.disconnect)
            connection = self._connect(deadline)
            results = self._write(connection, group, deadline)
            before = self._promise(group, deadline)
            try:
                connection.commit()
            except WRITE_ERRORS as error:
                if not surely_not_committed(error):
                    raise CommitUnknown from error
                _mark_unsent(group, before)
                raise
            undo.pop_all()
            self._head_file.note(self._head)
        return results

    def close(self) -> None:
        """Send no COMMIT any more; may be called in any thread.

        A write whose `commit_sent` is False afterwards will never be written.
        """
        self._closed = True

    def disconnect(self) -> None:
        """Throw the connection away: after a failure its state is not known."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
        self._head_file.close()

    def _connect(self, deadline: float) -> Connection:
        self._in_time(deadline)
        if self._connection is None:
            self._connection = self._database.writing.connect()
        return self._connection

    def _write(
        self, connection: Connection, group: Sequence[PendingWrite], deadline: float
    ) -> list[tuple[PendingWrite, Any]]:
        counting = any(write.operation.counting for write in group)
        timeout_s = self._in_time(deadline)
        now = self._database.begin(connection, counting=counting, timeout_s=timeout_s)
        audit = AuditAppender.open(connection) if counting else None
        transaction = Transaction(connection, now, audit)
        results: list[tuple[PendingWrite, Any]] = []
        for operation, writes in _by_operation(group):
            done = operation.do(transaction, [write.request for write in writes])
            results += zip(writes, done, strict=True)
        if audit is not None:
            audit.flush(connection)
            self._head = audit.head
        return results

    def _promise(self, group: Sequence[PendingWrite], deadline: float) -> list[bool]:
        """Mark all writes as sent, and look at the time only then; returns what was marked before.

        In this order, whoever finds a write not marked after its deadline knows that it is not
        written.
        """
        before = [write.commit_sent for write in group]
        for write in group:
            write.commit_sent = True
        try:
            self._in_time(deadline)
        except TimeoutError:
            _mark_unsent(group, before)
            raise
        return before

    def _in_time(self, deadline: float) -> float:
        """The seconds that are left until `deadline`. Raises TimeoutError when there are none."""
        left = deadline - self._now()
        if left <= 0 or self._closed:
            raise TimeoutError
        return left


def _mark_unsent(group: Sequence[PendingWrite], before: Sequence[bool]) -> None:
    """Take the marks of `_promise` back: nothing of this transaction was written."""
    for write, sent in zip(group, before, strict=True):
        write.commit_sent = sent


def _by_operation(
    group: Sequence[PendingWrite],
) -> list[tuple[WriteOperation[Any, Any], list[PendingWrite]]]:
    groups: dict[int, tuple[WriteOperation[Any, Any], list[PendingWrite]]] = {}
    for write in group:
        groups.setdefault(id(write.operation), (write.operation, []))[1].append(write)
    return list(groups.values())
