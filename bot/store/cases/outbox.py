"""The outbox: places in Slack that do not show the newest state of a case yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Executable,
    Row,
    and_,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    update,
)

from bot.calls.cases import ASKED, Notice, NoticeKind
from bot.calls.outages import ChannelOutage
from bot.errors import OtherRelease, StoreError
from bot.store.base import StoreBase
from bot.store.cases import outages
from bot.store.cases.outages import arrived, lease_retries, not_in_outage
from bot.store.cases.rows import notice_of
from bot.store.clock_steps import ClockSteps
from bot.store.database import Database
from bot.store.leases import NOW, UNLEASED, GiveBack, LeaseRequest, Leasing, give_back
from bot.store.tables.cases import CASE, IS_DUE, OUTBOX
from bot.store.unreadable_rows import UnreadableRows
from bot.store.writing.connection import Transaction, WriteOperation

_ANY = and_(IS_DUE, OUTBOX.c.due_at <= NOW)
_ANSWER = and_(_ANY, OUTBOX.c.kind == NoticeKind.ANSWER)
_LINE = and_(_ANY, OUTBOX.c.kind == NoticeKind.LINE)
_DUE = {
    NoticeKind.LINE: Leasing(OUTBOX, and_(_LINE, not_in_outage())),
    NoticeKind.ANSWER: Leasing(OUTBOX, _ANSWER),
}
_RETRY = Leasing(OUTBOX, and_(_LINE, OUTBOX.c.place == bindparam("channel")))
_LEASE = and_(OUTBOX.c.key == bindparam("notice"), OUTBOX.c.token == bindparam("fence"))

_HELD = select(OUTBOX).where(OUTBOX.c.key.in_(bindparam("keys", expanding=True)))
_REMEMBER = (
    update(OUTBOX)
    .where(_LEASE)
    .values(
        UNLEASED
        | {
            "shown": bindparam("shown_version"),
            "posted": func.coalesce(bindparam("message"), OUTBOX.c.posted),
            "attempt": 0,
        }
    )
)
_POSTPONE = (
    update(OUTBOX)
    .where(_LEASE)
    .values(
        UNLEASED
        | {
            "due_at": bindparam("until"),
            "attempt": bindparam("tries"),
            "posted": func.coalesce(bindparam("message"), OUTBOX.c.posted),
        }
    )
)
_DELETE = delete(OUTBOX).returning(OUTBOX.c.case_number, OUTBOX.c.place)
_DROP = _DELETE.where(
    OUTBOX.c.key.in_(bindparam("keys", expanding=True)),  # for the index: pairs alone use none
    tuple_(OUTBOX.c.key, OUTBOX.c.token).in_(bindparam("leases", expanding=True)),
)
_EXPIRE = _DELETE.where(OUTBOX.c.expires_at <= bindparam("now"))
_FORGET_ADDRESS = (
    update(CASE)
    .where(CASE.c.number == bindparam("case"), CASE.c.reply_url == bindparam("address"))
    .values(reply_url=None)
)


@dataclass(frozen=True, slots=True)
class NoticeRequest(LeaseRequest):
    """The request for notices of that kind."""

    kind: NoticeKind


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A notice that was shown; `posted` is the timestamp of its message, where there is one."""

    notice: Notice
    posted: str | None


@dataclass(frozen=True, slots=True)
class PostponedNotice:
    """A notice to be tried again after `wait`; see `bot.ports.Store.postpone`."""

    notice: Notice
    wait: timedelta
    doubtful: bool = True
    posted: str | None = None

    @property
    def tries(self) -> int:
        """How often it counts as tried: a first try that surely posted no line is none.

        Tried again, a line is looked for, which Slack allows seldom.
        """
        tries = self.notice.attempt
        surely_none = self.notice.kind is NoticeKind.LINE and tries == 1 and not self.doubtful
        return 0 if surely_none else tries


class Outbox:
    """What the notifier does with notices: lease, mark as shown, postpone, drop.

    A notice whose lease was lost is not changed.
    """

    def __init__(self, database: Database, unreadable: UnreadableRows) -> None:
        self._unreadable = unreadable
        self._steps = ClockSteps(database)

    def due(
        self, transaction: Transaction, requests: Sequence[NoticeRequest]
    ) -> Sequence[Sequence[Notice]]:
        """Lease for each request the notices that are longest due.

        Answers whose response_url expired are deleted first.
        """
        self._steps.repair_if_set_back(transaction, max(request.lease for request in requests))
        return [self._due(transaction, request) for request in requests]

    def mark_shown(self, transaction: Transaction, shown: Sequence[ShownNotice]) -> Sequence[None]:
        """Write down what each place shows now; an answer that told the outcome is deleted."""
        over = [shown_notice.notice for shown_notice in shown if _is_finished(shown_notice.notice)]
        rows = [
            _lease(shown_notice.notice)
            | {"shown_version": shown_notice.notice.version, "message": shown_notice.posted}
            for shown_notice in shown
            if not _is_finished(shown_notice.notice)
        ]
        if rows:
            transaction.connection.execute(_REMEMBER, rows)
        arrived(transaction, [shown_notice.notice for shown_notice in shown])
        self.drop(transaction, over)
        return [None] * len(shown)

    def postpone(
        self, transaction: Transaction, postponed: Sequence[PostponedNotice]
    ) -> Sequence[None]:
        """Give each back, to be leased again when its `wait` is over."""
        rows = [
            _lease(postponement.notice)
            | {
                "until": transaction.now + postponement.wait,
                "tries": postponement.tries,
                "message": postponement.posted,
            }
            for postponement in postponed
        ]
        transaction.connection.execute(_POSTPONE, rows)
        return [None] * len(postponed)

    def leave_to_other_release(
        self, transaction: Transaction, notices: Sequence[Notice]
    ) -> Sequence[None]:
        """Give each back as if it had not been leased, and lease it no more in this process."""
        keys = [notice.key for notice in notices]
        rows = transaction.connection.execute(_HELD, {"keys": keys}).all()
        ours = {(notice.key, notice.token) for notice in notices}
        left = [row for row in rows if (row.key, row.token) in ours]
        for row in left:
            self._unreadable.add(
                OUTBOX, row, OtherRelease(f"{row.key}: its case cannot be shown here.")
            )
        give_back(transaction, [GiveBack.of(OUTBOX, row) for row in left])
        return [None] * len(notices)

    def drop(self, transaction: Transaction, notices: Sequence[Notice]) -> Sequence[None]:
        """Delete each, and with an answer the response_url in its case."""
        if notices:
            keys = [notice.key for notice in notices]
            leases = [(notice.key, notice.token) for notice in notices]
            _forget(transaction, _DROP, {"keys": keys, "leases": leases})
        return [None] * len(notices)

    def _due(self, transaction: Transaction, request: NoticeRequest) -> Sequence[Notice]:
        _forget(transaction, _EXPIRE, {"now": transaction.now})
        taken = []
        if request.kind is not NoticeKind.ANSWER:
            for channel in lease_retries(transaction, request):
                one_line = replace(request, limit=1)
                taken += self._lease(_RETRY, transaction, one_line, {"channel": channel})
        rest = replace(request, limit=request.limit - len(taken))
        taken += self._lease(_DUE[request.kind], transaction, rest)
        taken.sort(key=lambda pair: (pair[0].due_at, pair[0].case_number))
        return [notice for _, notice in taken]

    def _lease(
        self,
        leasing: Leasing,
        transaction: Transaction,
        request: LeaseRequest,
        parameters: Mapping[str, Any] = MappingProxyType({}),
    ) -> list[tuple[Row[Any], Notice]]:
        return leasing.lease_readable(
            transaction, request, parameters, read=notice_of, unreadable=self._unreadable
        )


class OutboxStoreMixin(StoreBase):
    """The methods of `bot.ports.Store` about notices and channels in outage."""

    def _open_notices(self) -> None:
        outbox = Outbox(self._database, self._unreadable)
        self._due = WriteOperation(outbox.due, StoreError)
        self._mark_shown = WriteOperation(outbox.mark_shown, StoreError)
        self._postpone = WriteOperation(outbox.postpone, StoreError)
        self._drop = WriteOperation(outbox.drop, StoreError)
        self._leave = WriteOperation(outbox.leave_to_other_release, StoreError)
        self._keep_line = WriteOperation(outages.keep, StoreError)
        self._reopen = WriteOperation(outages.reopen, StoreError)
        self._try_now = WriteOperation(outages.try_now, StoreError)

    async def due_notices(
        self, *, owner: str, limit: int, lease: timedelta, kind: NoticeKind
    ) -> Sequence[Notice]:
        """Lease notices of that kind that are to be sent now, the longest due first, up to `limit`.

        See `bot.ports.Store`.
        """
        request = NoticeRequest(owner, limit, lease, kind)
        return await self._write_in_background(self._due, request)

    async def mark_shown(self, notice: Notice, *, posted: str | None) -> None:
        """Mark a notice as shown at its version; a newer version stays due.

        See `bot.ports.Store`.
        """
        await self._write_in_background(self._mark_shown, ShownNotice(notice, posted))

    async def postpone(
        self, notice: Notice, *, until: datetime, doubtful: bool = True, posted: str | None = None
    ) -> None:
        """Have this notice sent again at `until`. See `bot.ports.Store`."""
        postponement = PostponedNotice(notice, until - self._clock.now(), doubtful, posted)
        await self._write_in_background(self._postpone, postponement)

    async def drop(self, notice: Notice) -> None:
        """Give this notice up, as one whose response_url expired. See `bot.ports.Store`."""
        await self._write_in_background(self._drop, notice)

    async def keep_line(self, notice: Notice, error: str) -> bool:
        """Keep a line that Slack refused to post in its channel with the code `error`.

        See `bot.ports.Store`.
        """
        refused = outages.RefusedLine(notice, error, self._clock.now())
        return await self._write_in_background(self._keep_line, refused)

    async def try_channels(self) -> None:
        """Make a line of each channel in outage due now, without waiting for its hour.

        See `bot.ports.Store`.
        """
        await self._write_in_background(self._try_now, None)

    async def outages(self) -> Sequence[ChannelOutage]:
        """The channels that cannot be posted to now, the longest first. See `bot.ports.Store`."""
        async with self._reading() as connection:
            return await outages.outages(connection)

    async def leave_to_other_release(self, notice: Notice) -> None:
        """Give a notice back, and lease it no more in this process. See `bot.ports.Store`."""
        await self._write_in_background(self._leave, notice)


def _is_finished(notice: Notice) -> bool:
    return notice.kind is NoticeKind.ANSWER and notice.version > ASKED


def _lease(notice: Notice) -> dict[str, Any]:
    """The parameters of `_LEASE`."""
    return {"notice": notice.key, "fence": notice.token}


def _forget(transaction: Transaction, statement: Executable, parameters: dict[str, Any]) -> None:
    """Delete notices, and with an answer the address it went to."""
    gone = transaction.connection.execute(statement, parameters).all()
    if gone:
        rows = [{"case": case_number, "address": place} for case_number, place in gone]
        transaction.connection.execute(_FORGET_ADDRESS, rows)
