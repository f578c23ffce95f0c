"""The intake of orders: each becomes a case with an audit entry, or belongs to one that is there.

An order whose key came before is the same order; one that equals an open case joins it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, select

from bot.calls.actors import Reader
from bot.calls.cases import (
    ANSWERABLE,
    ASKED,
    Acceptance,
    AcceptResult,
    Case,
    Event,
    Manner,
    NoticeKind,
    Order,
)
from bot.calls.outcomes import State
from bot.errors import KeyReused, OtherRelease
from bot.store.audit.append import options_in_words
from bot.store.cases.contention import JoinableCases, take_locks
from bot.store.cases.rows import case_of, request_json
from bot.store.tables.cases import CASE, DELIVERY, IS_OPEN, OUTBOX
from bot.store.writing.connection import Transaction

WORKING_AFTER = timedelta(seconds=2)
"""How long a new message waits for the outcome before it says that the case is in progress."""


_ADD_CASE, _ADD_DELIVERY, _ADD_NOTICE = insert(CASE), insert(DELIVERY), insert(OUTBOX)
_OF_THESE = DELIVERY.c.key.in_(bindparam("keys", expanding=True))
_DELIVERED = (
    select(DELIVERY.c.key, DELIVERY.c.fingerprint, CASE)
    .outerjoin(CASE, CASE.c.number == DELIVERY.c.case_number)
    .where(_OF_THESE)
)
_EQUAL = (
    select(CASE).where(IS_OPEN).where(CASE.c.open_key.in_(bindparam("open_keys", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class PreparedOrder:
    """An order with what can be computed from it before its transaction."""

    order: Order
    fingerprint: str
    open_key: str
    request: str
    at: datetime

    @classmethod
    def of(cls, order: Order, at: datetime) -> "PreparedOrder":
        """The order, asked at that moment.

        Raises ValueError for text that no database can hold.
        """
        return cls(order, order.fingerprint(), order.act.open_key(), request_json(order), at)


class OrderIntake:
    """Accepts orders. `line_channel` is the channel that shows every case; None for none."""

    def __init__(self, line_channel: str | None) -> None:
        self._line_channel = line_channel

    def accept(
        self, transaction: Transaction, orders: Sequence[PreparedOrder]
    ) -> Sequence[Acceptance | KeyReused | OtherRelease]:
        """What becomes of each order, in their sequence: see `bot.ports.Store.accept`.

        It is a constant number of statements, however many orders there are.
        """
        batch = _Batch(transaction, self._line_channel)
        batch.read(orders)
        answers = [batch.answer(prepared) for prepared in orders]
        batch.write()
        return answers


class _Batch:
    """The orders of one transaction: what is known about them, and the rows they make."""

    def __init__(self, transaction: Transaction, line_channel: str | None) -> None:
        self._connection = transaction.connection
        self._now = transaction.now
        self._appender = transaction.audit
        self._line_channel = line_channel
        self._known: dict[str, tuple[str, Case | OtherRelease | None]] = {}
        self._open = JoinableCases()
        self._unread: dict[str, OtherRelease] = {}
        self._made: list[Case] = []
        self._cases: dict[int, dict[str, Any]] = {}
        self._deliveries: list[dict[str, Any]] = []
        self._notices: list[dict[str, Any]] = []

    def read(self, orders: Sequence[PreparedOrder]) -> None:
        """Read which of the keys are on record, and which equal orders are open."""
        keys = [key for prepared in orders for key in prepared.order.keys]
        for row in self._connection.execute(_DELIVERED, {"keys": keys}):
            self._known[row.key] = (row.fingerprint, _perhaps(row))
        open_keys = [prepared.open_key for prepared in orders]
        for row in self._connection.execute(_EQUAL, {"open_keys": open_keys}):
            case = _read(row)
            if isinstance(case, OtherRelease):
                self._unread[row.open_key] = case
            else:
                self._open.add(row.open_key, case)

    def answer(self, prepared: PreparedOrder) -> Acceptance | KeyReused | OtherRelease:
        """What becomes of one order, after those before it.

        OtherRelease, and nothing is written, when it belongs to a case that this release cannot
        read.
        """
        if known := self._known.get(prepared.order.key):
            return self._again(prepared, *known)
        if (pressed := self._known.get(prepared.order.press)) and pressed[1] is not None:
            return _repeated(pressed[1])
        if (unread := self._unread.get(prepared.open_key)) is not None:
            return unread
        if case := self._open.get(prepared.open_key):
            how = AcceptResult.JOINED
            self._audit(Event.JOINED, prepared, case)
        else:
            how = AcceptResult.NEW
            case = self._new(prepared)
        self._deliver(prepared, case, joined=how is AcceptResult.JOINED)
        return Acceptance(case=case, how=how)

    def write(self) -> None:
        """Write all rows of the batch: one INSERT for each table."""
        if self._made:
            take_locks(self._connection, self._made)
        for add, rows in (
            (_ADD_CASE, list(self._cases.values())),
            (_ADD_DELIVERY, self._deliveries),
            (_ADD_NOTICE, self._notices),
        ):
            if rows:
                self._connection.execute(add, rows)

    def _again(
        self, prepared: PreparedOrder, fingerprint: str, case: Case | OtherRelease | None
    ) -> Acceptance | KeyReused | OtherRelease:
        if case is not None and fingerprint == prepared.fingerprint:
            return _repeated(case)
        self._appender.append(
            Event.REFUSED,
            at=prepared.at,
            actor=prepared.order.actor,
            act=prepared.order.act,
            case=case.number if isinstance(case, Case) else None,
            reason=prepared.order.reason,
            state=State.REFUSED,
            detail="The key of an earlier order came with a different one.",
        )
        return KeyReused("This was already requested, with other words.")

    def _new(self, prepared: PreparedOrder) -> Case:
        order = prepared.order
        case = Case(
            number=self._appender.next_case(),
            act=order.act,
            actor=order.actor,
            reason=order.reason,
            asked_at=prepared.at,
            channel=order.channel,
            reply_url=order.reply_url,
            trace=order.trace,
        )
        for number, open_key in self._open.overtake(case).items():
            if number in self._cases:
                self._cases[number]["open_key"] = open_key
        self._open.add(prepared.open_key, case)
        self._made.append(case)
        self._cases[case.number] = _case_row(case, prepared, self._now)
        self._audit(Event.REQUESTED, prepared, case)
        if self._line_channel:
            self._notices.append(
                _notice(case, NoticeKind.LINE, f"line:{case.number}", self._line_channel, self._now)
            )
        return case

    def _deliver(self, prepared: PreparedOrder, case: Case, *, joined: bool) -> None:
        order = prepared.order
        for key in order.keys:
            self._known[key] = (prepared.fingerprint, case)
            self._deliveries.append(
                {"key": key, "fingerprint": prepared.fingerprint, "case_number": case.number}
            )
        if order.reply_url:
            key = f"answer:{order.key}"
            answer = _notice(case, NoticeKind.ANSWER, key, order.reply_url, self._now)
            delay = WORKING_AFTER if order.manner is Manner.NEW else timedelta(0)
            self._notices.append(
                answer
                | {
                    "due_at": self._now + delay,
                    "expires_at": self._now + ANSWERABLE,
                    "manner": order.manner,
                    "joined": joined,
                    "reader": Reader(actor=order.actor, channel=order.channel).model_dump_json(
                        exclude_defaults=True
                    ),
                }
            )

    def _audit(self, event: Event, prepared: PreparedOrder, case: Case) -> None:
        order = prepared.order
        self._appender.append(
            event,
            at=prepared.at,
            actor=order.actor,
            act=order.act,
            case=case.number,
            reason=order.reason,
            state=State.ASKED,
            detail=options_in_words(order.act),
        )


def _perhaps(row: Row[Any]) -> Case | OtherRelease | None:
    return None if row.number is None else _read(row)


def _read(row: Row[Any]) -> Case | OtherRelease:
    """The case in a row, or why this release cannot read it."""
    try:
        return case_of(row)
    except OtherRelease as error:
        return error


def _repeated(case: Case | OtherRelease) -> Acceptance | OtherRelease:
    """The answer to an order that came before."""
    return (
        case if isinstance(case, OtherRelease) else Acceptance(case=case, how=AcceptResult.REPEATED)
    )


def _case_row(case: Case, prepared: PreparedOrder, now: datetime) -> dict[str, Any]:
    call = case.act.call
    return {
        "number": case.number,
        "open_key": prepared.open_key,
        "vendor": call.vendor,
        "call_id": call.id,
        "session": call.session,
        "request": prepared.request,
        "reply_url": case.reply_url,
        "state": case.state,
        "asked_at": case.asked_at,
        "accepted_at": now,
        "attempt": 0,
    }


def _notice(case: Case, kind: NoticeKind, key: str, place: str, now: datetime) -> dict[str, Any]:
    """A row of the outbox for a place that has to show the new case."""
    return {
        "key": key,
        "kind": kind,
        "case_number": case.number,
        "place": place,
        "version": ASKED,
        "shown": 0,
        "attempt": 0,
        "due_at": now,
        "expires_at": None,
        "manner": None,
        "joined": None,
        "reader": None,
    }
