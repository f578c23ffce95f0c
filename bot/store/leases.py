"""Leases: rows that one worker holds for a while, fenced by a token.

A worker that dies lets its leases run out, and others take the rows over; what it still writes then
has a token that is not the row's any more, and changes nothing.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Row, Table, and_, bindparam, or_, select, update

from bot.errors import OtherRelease
from bot.store.tables.types import Utc
from bot.store.unreadable_rows import UnreadableRows
from bot.store.writing.connection import Transaction

T = TypeVar("T")

MAX_ROUNDS = 20
"""How often more rows are leased at once in the place of those that cannot be read."""

UNLEASED: dict[str, Any] = {"owner": None, "token": None, "lease_until": None}
"""The columns of a row that nobody holds."""

NOW = bindparam("now", type_=Utc)
"""The present moment, in statements that are executed with the parameters of `new_lease`."""

_NEW: dict[str, Any] = {name: bindparam(f"new_{name}") for name in UNLEASED}


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """The worker `owner` asks for up to `limit` rows, to hold them for `lease`."""

    owner: str
    limit: int
    lease: timedelta


def is_unleased(table: Table) -> ColumnElement[bool]:
    """The condition that nobody holds a row `NOW`."""
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= NOW)


def leased_columns(table: Table) -> dict[str, Any]:
    """The new values of a row that is leased: a lease of `new_lease`, and one more attempt."""
    return _NEW | {"attempt": table.c.attempt + 1}


def new_lease(transaction: Transaction, owner: str, lease: timedelta) -> dict[str, Any]:
    """The parameters of `is_unleased` and `leased_columns`.

    The new token fences whoever held the row before.
    """
    return {
        "now": transaction.now,
        "new_owner": owner,
        "new_token": secrets.token_hex(16),
        "new_lease_until": transaction.now + lease,
    }


class Leasing:
    """Leases rows of `table` that are `due`, by one statement that is built once.

    The present moment in `due` is the parameter `NOW`; whatever else it leaves open is given as
    `parameters` with each execution.
    """

    def __init__(self, table: Table, due: ColumnElement[bool]) -> None:
        self._table = table
        key = _key_of(table)
        chosen = (
            select(key)
            .where(due, is_unleased(table), key.not_in(bindparam("left_alone", expanding=True)))
            .order_by(table.c.number if "number" in table.c else table.c.due_at)
            .limit(bindparam("most"))
            .with_for_update(skip_locked=True)
            .cte("chosen")
        )
        self._statement = (
            update(table)
            .where(key.in_(select(chosen.c[0])))
            .values(leased_columns(table))
            .returning(table)
        )

    def lease_rows(
        self,
        transaction: Transaction,
        request: LeaseRequest,
        left_alone: Sequence[Any] = (),
        parameters: Mapping[str, Any] = MappingProxyType({}),
    ) -> Sequence[Row[Any]]:
        """Lease the oldest rows that are due and that nobody holds, and return them in no order.

        They are no more than `request.limit`, and none has one of the keys `left_alone`.
        """
        lease = new_lease(transaction, request.owner, request.lease)
        bound = {"most": request.limit, "left_alone": left_alone, **parameters}
        rows: Sequence[Row[Any]] = transaction.connection.execute(
            self._statement, lease | bound
        ).all()
        return rows

    def lease_readable(
        self,
        transaction: Transaction,
        request: LeaseRequest,
        parameters: Mapping[str, Any] = MappingProxyType({}),
        *,
        read: Callable[[Row[Any]], T],
        unreadable: UnreadableRows,
    ) -> list[tuple[Row[Any], T]]:
        """Lease rows as `lease_rows` does, and return each with what `read` makes of it.

        A row for which `read` raises OtherRelease is given back, remembered in `unreadable`, and
        replaced by the next one: the release that made it may lease it at once.
        """
        found: list[tuple[Row[Any], T]] = []
        for _ in range(MAX_ROUNDS):
            missing = replace(request, limit=request.limit - len(found))
            left_alone = unreadable.keys(self._table)
            unread = []
            for row in self.lease_rows(transaction, missing, left_alone, parameters):
                try:
                    found.append((row, read(row)))
                except OtherRelease as error:
                    unreadable.add(self._table, row, error)
                    unread.append(GiveBack.of(self._table, row))
            if not unread:
                break
            give_back(transaction, unread)
        return found


@dataclass(frozen=True, slots=True)
class GiveBack:
    """A leased row of `table` of which nothing was begun; it can be leased again after `wait`.

    `token` is that of the lease.
    """

    table: Table
    key: int | str
    token: str
    wait: timedelta = timedelta(0)

    @classmethod
    def of(cls, table: Table, row: Row[Any]) -> "GiveBack":
        """A row as it was leased, to be had again at once."""
        return cls(table, getattr(row, _key_of(table).name), row.token)


def give_back(transaction: Transaction, wanted: Sequence[GiveBack]) -> Sequence[None]:
    """Make each row as if it had not been leased; nothing where the lease was lost."""
    for row in wanted:
        columns = row.table.c
        held = and_(_key_of(row.table) == row.key, columns.token == row.token)
        until = transaction.now + row.wait if row.wait else None
        values = UNLEASED | {"lease_until": until, "attempt": columns.attempt - 1}
        transaction.connection.execute(update(row.table).where(held).values(values))
    return [None] * len(wanted)


def _key_of(table: Table) -> Column[Any]:
    """The column that rows of a leased table are told apart by."""
    return table.primary_key.columns[0]
