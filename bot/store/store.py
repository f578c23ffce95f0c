"""The store: all methods of `bot.ports` about the database, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calls.acts import Act
from bot.calls.cases import (
    Acceptance,
    Claim,
    DigestNote,
    Disclosure,
    Order,
)
from bot.calls.models import Vendor
from bot.calls.outcomes import Progress, Result
from bot.clock import Clock
from bot.errors import NotAccepted, StoreError
from bot.meter import UNMETERED, Backlog, Meter
from bot.store.audit_store import AuditStoreMixin
from bot.store.base import BACKGROUND_TIMEOUT_S
from bot.store.cases import outages
from bot.store.cases.asks import AskStoreMixin
from bot.store.cases.backlog import backlog
from bot.store.cases.intake import OrderIntake, PreparedOrder
from bot.store.cases.lookups import LookupStoreMixin
from bot.store.cases.outbox import OutboxStoreMixin
from bot.store.cases.queue import CaseQueue, CaseRequest, Outcome, Renewal, StartedAct
from bot.store.cases.reads import CaseReadsMixin
from bot.store.cases.refusals import RefusalStoreMixin
from bot.store.database import Database
from bot.store.deliveries import AuditNote, record_notes
from bot.store.digests.store import DigestStoreMixin
from bot.store.failures.classify import translated_errors
from bot.store.instance_lock import InstanceLock
from bot.store.leases import GiveBack, give_back
from bot.store.restore import Restore, Restored, RestoreMarker
from bot.store.schema import Schema, schema_of
from bot.store.tables.cases import CASE
from bot.store.unreadable_rows import UnreadableRows
from bot.store.urls import address_of
from bot.store.usage.store import UsageStoreMixin
from bot.store.writable import require_writable
from bot.store.writing.connection import WriteOperation
from bot.store.writing.readiness import Readiness
from bot.store.writing.writer import Writer

log = structlog.get_logger(__name__)

STOP_TIMEOUT_S = 5.0
"""How long what waits to be written is waited for at the end."""

CLOSING_PART = 0.25
"""The part of the time of an order in which the connections that read have to be closed."""


class SqlStore(
    CaseReadsMixin,
    AuditStoreMixin,
    UsageStoreMixin,
    DigestStoreMixin,
    AskStoreMixin,
    LookupStoreMixin,
    OutboxStoreMixin,
    RefusalStoreMixin,
):
    """The database of a process: start it, use it, stop it.

    `line_channel` is the channel that shows every case, None for none; `timeout_s` is how many
    seconds an order may take to be written. Raises ConfigError when `url` cannot be understood.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        line_channel: str | None = None,
        timeout_s: float = 2.0,
        meter: Meter = UNMETERED,
    ) -> None:
        address = address_of(url)
        self._clock = clock
        self._line_channel = line_channel
        self._timeout_s = timeout_s
        self._lock = InstanceLock(address)
        self._database = Database(address, clock)
        self._writer = Writer(self._database, meter)
        self._readiness = Readiness(self._writer, sqlite=self._database.sqlite)
        self._unreadable = UnreadableRows(meter)
        self._open_cases()
        self._open_notices()
        self._open_lookups()
        self._open_restoring()
        self._open_audit()
        self._open_usage()
        self._open_digests()
        self._open_asks()
        self._open_refusals()

    def _open_cases(self) -> None:
        intake, queue = OrderIntake(self._line_channel), CaseQueue(self._unreadable)
        self._accept = WriteOperation(intake.accept, NotAccepted, counting=True)
        self._record_note = WriteOperation(record_notes, NotAccepted, counting=True)
        self._claim = WriteOperation(queue.claim, StoreError)
        self._renew = WriteOperation(queue.renew, StoreError)
        self._begin = WriteOperation(queue.begin, StoreError)
        self._finish = WriteOperation(queue.finish, StoreError, counting=True)
        self._give_back = WriteOperation(give_back, StoreError)
        self._release = WriteOperation(queue.release, StoreError)
        self._take_over = WriteOperation(queue.take_over, StoreError)

    def _open_restoring(self) -> None:
        marker = RestoreMarker(self._database)
        self._restore = WriteOperation(marker.restore, StoreError, counting=True)
        self._notice_restored = WriteOperation(marker.notice, StoreError, counting=True)

    async def start(self) -> None:
        """Lock an SQLite file for this process, and start to write.

        Whoever held leases in the file is dead, so they are given back; on PostgreSQL others may be
        alive, and leases run out by themselves. Raises InstanceLocked and DatabaseUnusable as
        `InstanceLock`.
        """
        self._lock.acquire()
        self.writing = self._writer.start()
        await self._repair_leftovers()

    async def _repair_leftovers(self) -> None:
        """Repair what an earlier process left. Errors are logged, and stop nothing."""
        try:
            if not await self.schema_fits():
                return
            if self._database.sqlite and (
                freed := await self._write_in_background(self._take_over, None)
            ):
                log.info("claims freed", rows=freed)
            reopening = outages.Restart(self._line_channel)
            await self._write_in_background(self._reopen, reopening)
            if found := await self._write_in_background(self._notice_restored, self._clock.now()):
                log.error(
                    "restored backup found",
                    marked=found.in_words,
                    next_step="After restoring a backup, run `callwarden restored`; if nobody did, "
                    "run `callwarden audit verify`.",
                )
        except StoreError as error:
            log.warning("startup repairs not made", error=str(error))

    async def restored(self, last_case: int | None = None) -> Restored:
        """Mark what may have been done since the backup that was restored.

        `last_case` is the last case number that was seen in Slack, None if nobody knows. See
        `bot.store.restore`. Raises StoreError.
        """
        return await self._write_in_background(self._restore, Restore(self._clock.now(), last_case))

    async def stop(self, seconds: float = STOP_TIMEOUT_S) -> None:
        """Write what waits, close the connections, and release the file, in about `seconds`."""
        try:
            await self._writer.stop(seconds)
            async with asyncio.timeout(CLOSING_PART * self._timeout_s):
                await self._database.close()
        except TimeoutError:
            log.warning("connections not closed")
        finally:
            self._lock.release()

    async def accept(self, order: Order) -> Acceptance:
        """Write the order down as a new case with its audit entry, or say which case it belongs to.

        See `bot.ports.Store`.
        """
        try:
            prepared = PreparedOrder.of(order, self._clock.now())
        except ValueError as error:
            raise NotAccepted("The order holds characters that cannot be written.") from error
        return await self._write_for_asker(self._accept, prepared)

    async def disclose(self, disclosure: Disclosure) -> None:
        """Record that somebody is given a recording or the like, before it is given.

        See `bot.ports.Store`.
        """
        told = AuditNote.of_disclosure(disclosure, self._clock.now())
        await self._write_for_asker(self._record_note, told)

    async def note(self, note: DigestNote) -> bool:
        """Record what is asked of a digest, before it is done; False for a second delivery.

        See `bot.ports.Store`.
        """
        noted = AuditNote.of_note(note, self._clock.now())
        return await self._write_for_asker(self._record_note, noted)

    async def claim(
        self, *, owner: str, limit: int, lease: timedelta, vendor: Vendor
    ) -> Sequence[Claim]:
        """Lease open cases of that vendor that nobody holds, the oldest first, up to `limit`.

        See `bot.ports.Store`.
        """
        request = CaseRequest(owner, limit, lease, vendor)
        return await self._write_in_background(self._claim, request)

    async def renew(
        self, claim: Claim, *, lease: timedelta, progress: Progress | None, answer: bool
    ) -> bool:
        """Extend the lease of a case to `lease` from now on; False when the claim was lost.

        See `bot.ports.Store`.
        """
        renewal = Renewal(claim, lease, progress, answer)
        return await self._write_in_background(self._renew, renewal)

    async def begin(self, claim: Claim, act: Act) -> bool:
        """Write down what the act found before anything is sent to the vendor.

        See `bot.ports.Store`.
        """
        return await self._write_in_background(self._begin, StartedAct(claim, act))

    async def finish(self, claim: Claim, results: Sequence[Result]) -> bool:
        """Close the case with these results; False when the claim was lost.

        See `bot.ports.Store`.
        """
        outcome = Outcome(claim, tuple(results), self._clock.now())
        return await self._write_in_background(self._finish, outcome)

    async def give_back(self, claim: Claim, *, wait: timedelta) -> None:
        """Give a case back as if it had not been leased; it can be leased again after `wait`.

        See `bot.ports.Store`.
        """
        row = GiveBack(CASE, claim.case.number, claim.token, wait)
        await self._write_in_background(self._give_back, row)

    async def release(self, owner: str) -> None:
        """Give back all that `owner` holds: cases, notices, lookups, asks and digests.

        See `bot.ports.Store`.
        """
        await self._write_in_background(self._release, owner)

    @property
    def place(self) -> str:
        """Where the database is, in words without any secret."""
        return self._database.address.place

    async def backlog(self) -> Backlog:
        """How many cases are open by vendor, and how many messages are due.

        See `bot.ports.Store`.
        """
        async with self._reading() as connection:
            return await backlog(connection, self._database, self._clock.now())

    async def time(self) -> datetime | None:
        """The time of PostgreSQL's clock; None for a file. Raises errors as `ping`."""
        if self._database.sqlite:
            return None
        async with self._asking() as connection:
            return await connection.scalar(select(self._database.present))

    async def ping(self) -> None:
        """Read something.

        Raises DatabaseUnavailable when the database does not answer, and DatabaseUnusable when
        waiting does not help.
        """
        async with self._asking() as connection:
            await connection.execute(text("SELECT 1"))

    async def require_ready(self) -> None:
        """Raises NotAccepted when an order could not be written now, with the reason."""
        await self._readiness.require_ready()

    async def schema(self) -> Schema:
        """The schema of the database. Raises errors as `ping`."""
        async with self._asking() as connection:
            return await connection.run_sync(schema_of)

    async def schema_fits(self) -> bool:
        """Whether this release can work with the tables: its own, or those of a newer one.

        See `bot.ports.Store`.
        """
        return (await self.schema()).fits

    async def require_writable(self) -> None:
        """Raises DatabaseUnusable when the database can only be read; writes nothing."""
        with translated_errors(self._database.address):
            async with (
                asyncio.timeout(BACKGROUND_TIMEOUT_S),
                self._database.transaction() as connection,
            ):
                await connection.run_sync(require_writable, sqlite=self._database.sqlite)

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[AsyncConnection]:
        """A connection to find out whether the database can be used; errors are those of `ping`."""
        with translated_errors(self._database.address):
            async with (
                asyncio.timeout(BACKGROUND_TIMEOUT_S),
                self._database.reading() as connection,
            ):
                yield connection


@asynccontextmanager
async def open_store(
    url: str, clock: Clock, *, line_channel: str | None = None, timeout_s: float = 2.0
) -> AsyncIterator[SqlStore]:
    """A started store, stopped at the end.

    Raises ConfigError, InstanceLocked and DatabaseUnusable as `SqlStore` and its `start`.
    """
    store = SqlStore(url, clock, line_channel=line_channel, timeout_s=timeout_s)
    await store.start()
    try:
        yield store
    finally:
        await store.stop()
