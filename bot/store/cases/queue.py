"""Working on cases: taken up under a lease, finished once, told in every place that shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    and_,
    bindparam,
    case,
    or_,
    select,
    update,
)

from bot.calls.acts import Act
from bot.calls.cases import ASKED, Case, Claim, Event, Manner, NoticeKind
from bot.calls.outcomes import Progress, Result, State, overall
from bot.store.audit.append import reached_people, results_in_words
from bot.store.cases.contention import free_locks, older_contends
from bot.store.cases.rows import case_of, results_json, with_act
from bot.store.leases import UNLEASED, LeaseRequest, Leasing
from bot.store.tables.cases import CASE, IS_OPEN, LOOKUP, OUTBOX, REFUSED
from bot.store.tables.digests import POSTING, TELLING
from bot.store.unreadable_rows import UnreadableRows
from bot.store.writing.connection import Transaction

LEASED = (CASE, OUTBOX, LOOKUP, REFUSED, POSTING, TELLING)
"""The tables whose rows are worked on under a lease."""

_ITS_TURN = and_(IS_OPEN, ~older_contends())
_OF_ANY = Leasing(CASE, _ITS_TURN)
_OF_VENDOR = Leasing(CASE, and_(_ITS_TURN, CASE.c.vendor == bindparam("of_vendor")))

_OUTCOME = ("state", "results", "finished_at", "request", "progress")
"""The columns that an outcome is written into."""

_HELD = (
    select(CASE.c.number, CASE.c.token, CASE.c.request)
    .where(CASE.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(CASE.c.number)
    .with_for_update()
)
_BEGIN = update(CASE).where(CASE.c.number == bindparam("case")).values(request=bindparam("request"))
_CLOSE = (
    update(CASE)
    .where(CASE.c.number == bindparam("case"))
    .values({column: bindparam(column) for column in _OUTCOME} | UNLEASED)
)
_PUT_OFF = and_(OUTBOX.c.kind == NoticeKind.LINE, OUTBOX.c.due_at > bindparam("at"))
"""Slack asked to send a line later; it surely did not take it, so it counts as not tried."""

_NEWS = (
    update(OUTBOX)
    .where(OUTBOX.c.case_number.in_(bindparam("numbers", expanding=True)))
    .values(
        version=OUTBOX.c.version + 1,
        due_at=case(
            (
                and_(OUTBOX.c.attempt == 0, ~_PUT_OFF),
                bindparam("at", type_=OUTBOX.c.due_at.type),
            ),
            else_=OUTBOX.c.due_at,
        ),
    )
)
"""What waits to say that a case is in progress says how it ended instead, and at once; what Slack
asked to send later stays so."""


_SHOW_AGAIN = (
    update(OUTBOX)
    .where(OUTBOX.c.case_number == bindparam("case"), OUTBOX.c.version == ASKED)
    .where(OUTBOX.c.shown == ASKED, OUTBOX.c.kind.in_(bindparam("kinds", expanding=True)))
    .where(or_(OUTBOX.c.manner.is_(None), OUTBOX.c.manner != Manner.NEW))
    .values(shown=0, due_at=bindparam("at", type_=OUTBOX.c.due_at.type))
)
"""The version stays: what a place shows is the same state of the case, told anew. A message of its
own that answers a command can never be edited."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """A worker goes on with the case it holds, for `lease` from now on.

    With `progress` the places that show the case show that; with `answer` the private ones too.
    """

    claim: Claim
    lease: timedelta
    progress: Progress | None
    answer: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a worker found out about the case it holds."""

    claim: Claim
    results: tuple[Result, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class StartedAct:
    """What a worker found before it sends anything for the case it holds."""

    claim: Claim
    act: Act


class CaseQueue:
    """Where workers take up cases and bring them back."""

    def __init__(self, unreadable: UnreadableRows) -> None:
        self._unreadable = unreadable

    def claim(
        self, transaction: Transaction, requests: Sequence[LeaseRequest]
    ) -> Sequence[Sequence[Claim]]:
        """The oldest open cases nobody holds, and that contend with no older open one."""
        return [self._claim(transaction, request) for request in requests]

    def begin(self, transaction: Transaction, started: Sequence[StartedAct]) -> Sequence[bool]:
        """Keep the act as it is begun with each case that its worker still holds."""
        connection = transaction.connection
        numbers = [one.claim.case.number for one in started]
        held = {
            row.number: (row.token, row.request)
            for row in connection.execute(_HELD, {"numbers": numbers})
        }
        rows, answers = [], []
        for act in started:
            number = act.claim.case.number
            token, request = held.get(number, (None, ""))
            answers.append(token == act.claim.token)
            if answers[-1]:
                rows.append({"case": number, "request": with_act(request, act.act)})
        if rows:
            connection.execute(_BEGIN, rows)
        return answers

    def finish(self, transaction: Transaction, outcomes: Sequence[Outcome]) -> Sequence[bool]:
        """Close each case that its worker still holds: three statements, however many they are."""
        connection = transaction.connection
        numbers = [outcome.claim.case.number for outcome in outcomes]
        rows = connection.execute(_HELD, {"numbers": numbers})
        held = {(row.number, row.token): row.request for row in rows}
        closed: dict[int, dict[str, Any]] = {}
        answers = []
        for number, outcome in zip(numbers, outcomes, strict=True):
            answers.append((number, outcome.claim.token) in held and number not in closed)
            if answers[-1]:
                request = held[number, outcome.claim.token]
                closed[number] = _closed(transaction, outcome, request)
        if closed:
            connection.execute(_CLOSE, list(closed.values()))
            free_locks(connection, list(closed))
            connection.execute(_NEWS, {"numbers": list(closed), "at": transaction.now})
        return answers

    def renew(self, transaction: Transaction, renewals: Sequence[Renewal]) -> Sequence[bool]:
        """Hold each that is still held, and keep how far it is."""
        return [self._renew(transaction, renewal) for renewal in renewals]

    def _renew(self, transaction: Transaction, renewal: Renewal) -> bool:
        connection, number = transaction.connection, renewal.claim.case.number
        values: dict[str, Any] = {"lease_until": transaction.now + renewal.lease}
        if renewal.progress is not None:
            values["progress"] = renewal.progress.model_dump_json()
        held = connection.execute(
            update(CASE)
            .where(CASE.c.number == number, CASE.c.token == renewal.claim.token)
            .values(values)
        )
        if held.rowcount and renewal.progress is not None:
            kinds = [NoticeKind.LINE, *([NoticeKind.ANSWER] if renewal.answer else [])]
            connection.execute(_SHOW_AGAIN, {"case": number, "kinds": kinds, "at": transaction.now})
        return bool(held.rowcount)

    def release(self, transaction: Transaction, owners: Sequence[str]) -> Sequence[None]:
        """Let go of everything these owners hold."""
        for table in LEASED:
            transaction.connection.execute(
                update(table).where(table.c.owner.in_(owners)).values(UNLEASED)
            )
        return [None] * len(owners)

    def take_over(self, transaction: Transaction, asked: Sequence[None]) -> Sequence[int]:
        """Take over a file from the process before this one; how many rows that one held.

        Everything is let go of. A file's time begins anew with each process, so open cases wait
        since they were asked.
        """
        since = update(CASE).where(IS_OPEN).values(accepted_at=CASE.c.asked_at)
        transaction.connection.execute(since)
        freed = sum(
            transaction.connection.execute(
                update(table).where(table.c.owner.is_not(None)).values(UNLEASED)
            ).rowcount
            for table in LEASED
        )
        return [freed] * len(asked)

    def _claim(self, transaction: Transaction, request: LeaseRequest) -> Sequence[Claim]:
        leasing, which = _OF_ANY, {}
        if request.vendor is not None:
            leasing, which = _OF_VENDOR, {"of_vendor": request.vendor}
        taken = leasing.lease_readable(
            transaction,
            request,
            read=case_of,
            unreadable=self._unreadable,
            # what is found meanwhile may be taken up elsewhere
            set_aside=self._unreadable.keys(CASE),
            **which,
        )
        taken.sort(key=lambda pair: int(pair[0].number))
        return [
            Claim(
                case=case,
                token=row.token,
                waited=transaction.since(row.accepted_at or row.asked_at),
            )
            for row, case in taken
        ]


def _closed(transaction: Transaction, outcome: Outcome, request: str) -> dict[str, Any]:
    """The outcome in the audit, and what `_CLOSE` needs to write it into the case."""
    case, state = outcome.claim.case, overall(outcome.results)
    _audit(transaction, case, state, outcome)
    return {
        "case": case.number,
        "state": state,
        "results": results_json(outcome.results),
        "finished_at": outcome.at,
        "request": with_act(request, case.act),
        "progress": None,
    }


def _audit(transaction: Transaction, case: Case, state: State, outcome: Outcome) -> None:
    transaction.audit.append(
        Event.OUTCOME,
        at=outcome.at,
        actor=case.actor,
        act=case.act,
        case=case.number,
        reason=case.reason,
        state=state,
        detail=results_in_words(outcome.results),
        reached=reached_people(case, outcome.results),
    )
