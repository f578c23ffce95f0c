"""Leases: rows taken up by one worker for a while, fenced by a token."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, bindparam, or_, select, update

from bot.calls.cases import NoticeKind
from bot.calls.models import Vendor
from bot.errors import OtherRelease
from bot.store.tables.types import Utc
from bot.store.unreadable_rows import UnreadableRows
from bot.store.writing.connection import Transaction

T = TypeVar("T")

MAX_ROUNDS = 20
"""How often more rows are taken at once in the place of those that cannot be read."""

UNLEASED: dict[str, Any] = {"owner": None, "token": None, "lease_until": None}
"""The columns of a lease nobody holds."""

NOW = bindparam("now", type_=Utc)
"""The present moment, in statements that are executed with what `new_lease` says."""

_NEW: dict[str, Any] = {name: bindparam(f"new_{name}") for name in UNLEASED}


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """Somebody wants to take up to `limit` rows, and holds them for `lease`.

    `vendor` narrows cases to one vendor's, `kind` narrows notices.
    """

    owner: str
    limit: int
    lease: timedelta
    vendor: Vendor | None = None
    kind: NoticeKind | None = None


def is_unleased(table: Table) -> ColumnElement[bool]:
    """Whether nobody holds a row `NOW`."""
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= NOW)


def leased_columns(table: Table) -> dict[str, Any]:
    """The columns of a row that is taken up once more."""
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
    """Takes up rows of `table` that are `due`, by one statement that is built once.

    What `due` leaves open is given with each execution; the present moment in it is `NOW`.
    """

    def __init__(self, table: Table, due: ColumnElement[bool]) -> None:
        self._table = table
        self._key = key = table.primary_key.columns[0]
        chosen = (
            select(key)
            .where(due, is_unleased(table), key.not_in(bindparam("left_alone", expanding=True)))
            .order_by(table.c.number if "number" in table.c else table.c.due_at)
            .limit(bindparam("most"))
            .with_for_update(skip_locked=True)
            .cte("chosen")
        )
        self._lease_statement = (
            update(table)
            .where(key.in_(select(chosen.c[0])))
            .values(leased_columns(table))
            .returning(table)
        )
        self._give_back = (
            update(table)
            .where(key.in_(bindparam("keys", expanding=True)))
            .values(UNLEASED | {"attempt": table.c.attempt - 1})
        )

    def lease_rows(
        self,
        transaction: Transaction,
        request: LeaseRequest,
        left_alone: Sequence[Any] = (),
        **which: Any,
    ) -> Sequence[Row[Any]]:
        """Lease the oldest rows that are due and that nobody holds, in no order.

        No more than `request.limit`.

        Rows with the keys `left_alone` are not taken; `which` is what `due` leaves open.
        """
        said = {"most": request.limit, "left_alone": left_alone, **which}
        found = transaction.connection.execute(
            self._lease_statement, new_lease(transaction, request.owner, request.lease) | said
        )
        rows: Sequence[Row[Any]] = found.all()
        return rows

    def lease_readable(
        self,
        transaction: Transaction,
        request: LeaseRequest,
        *,
        read: Callable[[Row[Any]], T],
        unreadable: UnreadableRows,
        **which: Any,
    ) -> list[tuple[Row[Any], T]]:
        """As `lease_rows`, with what each row says; those of another release are left as they were.

        Nobody sees that they were held: the release that made them may take them up at once.
        """
        found: list[tuple[Row[Any], T]] = []
        for _ in range(MAX_ROUNDS):
            wanted = replace(request, limit=request.limit - len(found))
            unread = []
            for row in self.lease_rows(transaction, wanted, unreadable.keys(self._table), **which):
                try:
                    found.append((row, read(row)))
                except OtherRelease as error:
                    unreadable.add(self._table, row, error)
                    unread.append(row)
            if not unread:
                break
            self.give_back(transaction.connection, unread)
        return found

    def give_back(self, connection: Connection, rows: Sequence[Row[Any]]) -> None:
        """Let go of rows as if they had not been taken up."""
        keys = [getattr(row, self._key.name) for row in rows]
        connection.execute(self._give_back, {"keys": keys})


@dataclass(frozen=True, slots=True)
class GiveBack:
    """A row of `table` of which nothing was begun: nobody takes it up before `wait` is over.

    `token` is that of the lease under which it was taken up.
    """

    table: Table
    key: int | str
    token: str
    wait: timedelta


def give_back(transaction: Transaction, wanted: Sequence[GiveBack]) -> Sequence[None]:
    """Let go of each that is still held, as if it had not been taken up."""
    for back in wanted:
        columns = back.table.c
        held = and_(back.table.primary_key.columns[0] == back.key, columns.token == back.token)
        left = {"lease_until": transaction.now + back.wait, "attempt": columns.attempt - 1}
        transaction.connection.execute(update(back.table).where(held).values(UNLEASED | left))
    return [None] * len(wanted)
