"""Orders that were refused for want of a role: kept, and put once to those who have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, insert, select, update

from bot.calls.actors import Actor
from bot.calls.asks import Ask, Asked
from bot.calls.cases import Event
from bot.errors import NotAccepted, OtherRelease, StoreError
from bot.store.base import StoreBase
from bot.store.leases import NOW, UNLEASED, LeaseRequest, Leasing
from bot.store.stored_json import each_by_itself, other_release_errors, read_json
from bot.store.tables.cases import REFUSED
from bot.store.unreadable_rows import UnreadableRows
from bot.store.writing.connection import Transaction, WriteOperation

KEPT = timedelta(days=7)
"""How long a refused order is kept."""

SAME = timedelta(minutes=15)
"""An order that equals one put to them so lately, by whomever, is not put to them again."""

_DUE = Leasing(REFUSED, REFUSED.c.due_at <= NOW)
_ADD = insert(REFUSED)
_KNOWN = select(REFUSED.c.id).where(REFUSED.c.id.in_(bindparam("ids", expanding=True)))
_LEASE = and_(REFUSED.c.id == bindparam("ask"), REFUSED.c.token == bindparam("fence"))
_FINISH = update(REFUSED).where(_LEASE).values(UNLEASED | {"due_at": None})
_POSTPONE = update(REFUSED).where(_LEASE).values(UNLEASED | {"due_at": bindparam("until")})
_EXPIRE = delete(REFUSED).where(REFUSED.c.refused_at <= bindparam("long_ago"))


@dataclass(frozen=True, slots=True)
class Referral:
    """The request of `actor` to put the order of that id to those who may give it."""

    id: str
    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class PostponedAsk:
    """An ask that is to be posted again after `wait`."""

    ask: Ask
    wait: timedelta


def keep_refused(transaction: Transaction, asks: Sequence[Ask]) -> None:
    """Write down each refused order whose id is new."""
    ids = [ask.id for ask in asks]
    known = {*transaction.connection.execute(_KNOWN, {"ids": ids}).scalars()}
    rows = {ask.id: _row(ask, transaction.now) for ask in asks if ask.id not in known}
    if rows:
        transaction.connection.execute(_ADD, list(rows.values()))


class AskQueue:
    """What is done with refused orders: refer, lease, finish, postpone.

    One whose lease was lost is not changed.
    """

    def __init__(self, unreadable: UnreadableRows) -> None:
        self._unreadable = unreadable

    def refer(
        self, transaction: Transaction, referrals: Sequence[Referral]
    ) -> Sequence[Asked | OtherRelease | None]:
        """Put each order to those who may give it, unless it or an equal one was lately.

        None for an order that is not kept, or was refused to somebody else; OtherRelease for one
        that this release cannot read.
        """
        return each_by_itself(partial(self._refer, transaction), referrals)

    def due(
        self, transaction: Transaction, requests: Sequence[LeaseRequest]
    ) -> Sequence[Sequence[Ask]]:
        """Lease for each request the asks that are to be posted, the longest due first.

        Orders that were refused longer than `KEPT` ago are deleted first.
        """
        return [self._due(transaction, request) for request in requests]

    def finish(self, transaction: Transaction, asks: Sequence[Ask]) -> Sequence[None]:
        """Have each posted no more: it was, or is given up."""
        transaction.connection.execute(_FINISH, [_lease(ask) for ask in asks])
        return [None] * len(asks)

    def postpone(
        self, transaction: Transaction, postponed: Sequence[PostponedAsk]
    ) -> Sequence[None]:
        """Give each back, to be leased again when its `wait` is over."""
        rows = [
            _lease(postponement.ask) | {"until": transaction.now + postponement.wait}
            for postponement in postponed
        ]
        transaction.connection.execute(_POSTPONE, rows)
        return [None] * len(postponed)

    def _refer(self, transaction: Transaction, referral: Referral) -> Asked | None:
        connection = transaction.connection
        mine = and_(REFUSED.c.id == referral.id, REFUSED.c.by == referral.actor.user)
        row = connection.execute(select(REFUSED).where(mine)).one_or_none()
        if row is None:
            return None
        if row.asked_at is not None:
            return Asked(ask_of(row), new=False)
        lately = and_(REFUSED.c.subject == row.subject, REFUSED.c.asked_at > referral.at - SAME)
        equal = connection.execute(select(REFUSED).where(lately).limit(1)).one_or_none()
        if equal is not None:
            return Asked(ask_of(equal), new=False)
        said = {"asked_at": referral.at, "due_at": transaction.now}
        connection.execute(update(REFUSED).where(mine).values(said))
        ask = ask_of(row).model_copy(update={"asked_at": referral.at})
        transaction.audit.append(
            Event.REFERRED,
            at=referral.at,
            actor=referral.actor,
            act=ask.act,
            reason=ask.reason,
            detail=f"{ask.role}s were asked: {', '.join(ask.holders)}",
        )
        return Asked(ask, new=True)

    def _due(self, transaction: Transaction, request: LeaseRequest) -> Sequence[Ask]:
        transaction.connection.execute(_EXPIRE, {"long_ago": transaction.now - KEPT})
        taken = _DUE.lease_readable(transaction, request, read=ask_of, unreadable=self._unreadable)
        taken.sort(key=lambda pair: (pair[0].due_at, pair[0].id))
        return [ask for _, ask in taken]


class AskStoreMixin(StoreBase):
    """The methods of the store that are `bot.ports.AskStore`."""

    def _open_asks(self) -> None:
        asks = AskQueue(self._unreadable)
        self._refer = WriteOperation(asks.refer, NotAccepted, counting=True)
        self._due_asks = WriteOperation(asks.due, StoreError)
        self._finish_ask = WriteOperation(asks.finish, StoreError)
        self._postpone_ask = WriteOperation(asks.postpone, StoreError)

    async def refer(self, id_: str, actor: Actor) -> Asked | None:
        """Put the refused order of that id to those who may give it, once, with an audit entry.

        See `bot.ports.AskStore`.
        """
        return await self._write_for_asker(self._refer, Referral(id_, actor, self._clock.now()))

    async def refused_order(self, id_: str) -> Ask | None:
        """The refused order of that id; None when there is none. See `bot.ports.AskStore`."""
        wanted = select(REFUSED).where(REFUSED.c.id == id_)
        async with self._reading() as connection:
            row = (await connection.execute(wanted)).one_or_none()
        return None if row is None else ask_of(row)

    async def due_asks(self, *, owner: str, limit: int, lease: timedelta) -> Sequence[Ask]:
        """Lease those that are to be posted and that nobody holds, the longest due first."""
        return await self._write_in_background(self._due_asks, LeaseRequest(owner, limit, lease))

    async def finish_ask(self, ask: Ask) -> None:
        """Mark one as posted, or as given up."""
        await self._write_in_background(self._finish_ask, ask)

    async def postpone_ask(self, ask: Ask, until: datetime) -> None:
        """Have one posted again at `until`."""
        await self._write_in_background(
            self._postpone_ask, PostponedAsk(ask, until - self._clock.now())
        )


def ask_of(row: Row[Any]) -> Ask:
    """The order in a row of `refused_order`.

    Raises OtherRelease when this release cannot read it.
    """
    with other_release_errors("That order"):
        kept = read_json(Ask, row.request)
    now = {"asked_at": row.asked_at, "attempt": row.attempt, "token": row.token or ""}
    return kept.model_copy(update=now)


def _row(ask: Ask, now: datetime) -> dict[str, Any]:
    return {
        "id": ask.id,
        "by": ask.actor.user,
        "subject": ask.act.open_key(),
        "request": ask.model_dump_json(exclude_defaults=True),
        "refused_at": now,
        "attempt": 0,
    }


def _lease(ask: Ask) -> dict[str, Any]:
    """The parameters of `_LEASE`."""
    return {"ask": ask.id, "fence": ask.token}
