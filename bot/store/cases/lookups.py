"""Orders in words of which it is not known yet whom they mean: kept by key, leased, forgotten."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, insert, select, true

from bot.calls.actors import Actor
from bot.calls.lookups import Lookup
from bot.errors import NotAccepted, StoreError
from bot.store.base import StoreBase
from bot.store.deliveries import recorded_keys
from bot.store.leases import GiveBack, LeaseRequest, Leasing, give_back
from bot.store.tables.cases import LOOKUP
from bot.store.writing.connection import Transaction, WriteOperation

_WAITING = Leasing(LOOKUP, true())
_ADD = insert(LOOKUP)
_KNOWN = select(LOOKUP.c.key).where(LOOKUP.c.key.in_(bindparam("keys", expanding=True)))
_FINISH = delete(LOOKUP).where(
    and_(LOOKUP.c.key == bindparam("lookup"), LOOKUP.c.token == bindparam("fence"))
)


def keep(transaction: Transaction, lookups: Sequence[Lookup]) -> Sequence[bool]:
    """Write down each order whose key is new; False where it is kept already, or is on record."""
    keys = [lookup.key for lookup in lookups]
    known = {*transaction.connection.execute(_KNOWN, {"keys": keys}).scalars()}
    known |= recorded_keys(transaction, keys)
    new = []
    rows = []
    for lookup in lookups:
        new.append(lookup.key not in known)
        if new[-1]:
            known.add(lookup.key)
            rows.append(_row(lookup) | {"due_at": transaction.now})
    if rows:
        transaction.connection.execute(_ADD, rows)
    return new


def due(transaction: Transaction, requests: Sequence[LeaseRequest]) -> Sequence[Sequence[Lookup]]:
    """Lease for each request the oldest orders that nobody holds."""
    return [_due(transaction, request) for request in requests]


def finish(transaction: Transaction, lookups: Sequence[Lookup]) -> Sequence[None]:
    """Delete each order whose lease is still held."""
    rows = [{"lookup": lookup.key, "fence": lookup.token} for lookup in lookups]
    transaction.connection.execute(_FINISH, rows)
    return [None] * len(lookups)


class LookupStoreMixin(StoreBase):
    """The methods that are `bot.ports.LookupStore`."""

    def _open_lookups(self) -> None:
        self._keep_lookup = WriteOperation(keep, NotAccepted)
        self._due_lookups = WriteOperation(due, StoreError)
        self._finish_lookup = WriteOperation(finish, StoreError)
        self._give_back_lookup = WriteOperation(give_back, StoreError)

    async def keep_lookup(self, lookup: Lookup) -> bool:
        """Keep an order in words; False when its key is kept already, or is on record.

        See `bot.ports.LookupStore`.
        """
        return await self._write_for_asker(self._keep_lookup, lookup)

    async def has_lookup(self, *keys: str) -> bool:
        """Whether an order of one of these keys is kept."""
        kept = select(LOOKUP.c.key).where(LOOKUP.c.key.in_(keys)).limit(1)
        async with self._reading() as connection:
            found = await connection.scalar(kept)
        return found is not None

    async def due_lookups(self, *, owner: str, limit: int, lease: timedelta) -> Sequence[Lookup]:
        """Lease kept orders that nobody holds, the oldest first, up to `limit`."""
        return await self._write_in_background(self._due_lookups, LeaseRequest(owner, limit, lease))

    async def finish_lookup(self, lookup: Lookup) -> None:
        """Forget an order of which it is known what came of it."""
        await self._write_in_background(self._finish_lookup, lookup)

    async def give_back_lookup(self, lookup: Lookup, *, wait: timedelta) -> None:
        """Give an order back as if it had not been leased; it can be leased again after `wait`."""
        row = GiveBack(LOOKUP, lookup.key, lookup.token, wait)
        await self._write_in_background(self._give_back_lookup, row)


def _due(transaction: Transaction, request: LeaseRequest) -> Sequence[Lookup]:
    rows = _WAITING.lease_rows(transaction, request)
    rows = sorted(rows, key=lambda row: (row.due_at, row.key))
    return [_lookup(transaction, row) for row in rows]


def _row(lookup: Lookup) -> dict[str, Any]:
    return {
        "key": lookup.key,
        "words": lookup.words,
        "command": lookup.command,
        "by": lookup.actor.user,
        "team": lookup.actor.team,
        "channel": lookup.channel,
        "reply_url": lookup.reply_url,
        "trace": lookup.trace,
        "attempt": 0,
    }


def _lookup(transaction: Transaction, row: Row[Any]) -> Lookup:
    return Lookup(
        key=row.key,
        words=row.words,
        command=row.command,
        actor=Actor(user=row.by, team=row.team),
        channel=row.channel,
        reply_url=row.reply_url,
        waited=transaction.since(row.due_at),
        trace=row.trace,
        attempt=row.attempt,
        token=row.token,
        restored=row.restored_at is not None,
    )
