"""The queue of open cases: leased by workers, kept while they work, and closed once.

Every write checks the token of the claim, so a worker whose lease ran out changes nothing.
"""

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
from bot.calls.models import Vendor
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
_DUE = Leasing(CASE, and_(_ITS_TURN, CASE.c.vendor == bindparam("of_vendor")))

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
class CaseRequest(LeaseRequest):
    """The request for cases of that vendor."""

    vendor: Vendor


@dataclass(frozen=True, slots=True)
class Renewal:
    """A worker extends its lease of a case to `lease` from now on.

    With `progress` the line of the case shows that; with `answer` the private messages too.
    """

    claim: Claim
    lease: timedelta
    progress: Progress | None
    answer: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results with which a worker closes the case it holds, at that moment."""

    claim: Claim
    results: tuple[Result, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class StartedAct:
    """The act as a worker found it before it sends anything for the case it holds."""

    claim: Claim
    act: Act


class CaseQueue:
    """What workers do with cases: claim, begin, renew, finish, release."""

    def __init__(self, unreadable: UnreadableRows) -> None:
        self._unreadable = unreadable

    def claim(
        self, transaction: Transaction, requests: Sequence[CaseRequest]
    ) -> Sequence[Sequence[Claim]]:
        """Lease for each request the oldest open cases that nobody holds.

        A case that contends with an older open one is left out, and so is one that this release
        cannot read.
        """
        return [self._claim(transaction, request) for request in requests]

    def begin(self, transaction: Transaction, started: Sequence[StartedAct]) -> Sequence[bool]:
        """Write the act as it was found into each case that its worker still holds.

        False for each case whose claim was lost.
        """
        connection = transaction.connection
        numbers = [act.claim.case.number for act in started]
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
        """Close each case that its worker still holds; False for each whose claim was lost.

        State, results, audit entries, locks and notices are written by a constant number of
        statements, however many cases there are.
        """
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
        """Extend each lease that is still held; False for each that was lost."""
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
        """Give back every row that these owners hold, in all tables."""
        for table in LEASED:
            transaction.connection.execute(
                update(table).where(table.c.owner.in_(owners)).values(UNLEASED)
            )
        return [None] * len(owners)

    def take_over(self, transaction: Transaction, asked: Sequence[None]) -> Sequence[int]:
        """Give back all that the process before this one held in a file; how many rows that were.

        A file's time begins anew with each process, so open cases wait since they were asked.
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

    def _claim(self, transaction: Transaction, request: CaseRequest) -> Sequence[Claim]:
        parameters = {
            "of_vendor": request.vendor,
            # as they are now: what is found unreadable meanwhile may be taken up elsewhere
            "unreadable": self._unreadable.keys(CASE),
        }
        taken = _DUE.lease_readable(
            transaction, request, parameters, read=case_of, unreadable=self._unreadable
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
    """Record the outcome, and return the parameters with which `_CLOSE` writes it into the case."""
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
