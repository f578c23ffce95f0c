"""Leases: rows taken up by one worker for a while, fenced by a token."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, or_, select, update

from bot.calls.cases import NoticeKind
from bot.calls.models import Vendor
from bot.errors import OtherRelease
from bot.store.database import Database
from bot.store.pen import Transaction
from bot.store.set_aside import SetAside

T = TypeVar("T")

ROUNDS = 20
"""How often more rows are taken at once in the place of those that cannot be read."""

NOBODY: dict[str, Any] = {"owner": None, "token": None, "lease_until": None}
"""The columns of a lease nobody holds."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to take up to `limit` rows, and holds them for `lease`.

    `vendor` narrows cases to one vendor's, `kind` narrows notices.
    """

    owner: str
    limit: int
    lease: timedelta
    at: datetime
    vendor: Vendor | None = None
    kind: NoticeKind | None = None


def take(
    database: Database,
    connection: Connection,
    table: Table,
    due: ColumnElement[bool],
    by: Wish,
) -> Sequence[Row[Any]]:
    """Lease up to `by.limit` rows of `table` that are due and that nobody holds: one statement.

    The leased rows, in no order, with a token that fences whoever held them before.
    """
    key, now = table.primary_key.columns[0], database.now(by.at)
    unheld = or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
    oldest = table.c.number if "number" in table.c else table.c.due_at
    chosen = (
        select(key)
        .where(and_(due, unheld))
        .order_by(oldest)
        .limit(by.limit)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    until = database.later(by.at, by.lease)
    taken = connection.execute(
        update(table)
        .where(key.in_(select(chosen.c[0])))
        .values(
            attempt=table.c.attempt + 1,
            owner=by.owner,
            token=secrets.token_hex(16),
            lease_until=until,
        )
        .returning(table)
    )
    rows: Sequence[Row[Any]] = taken.all()
    return rows


def take_readable(
    database: Database,
    connection: Connection,
    table: Table,
    due: ColumnElement[bool],
    by: Wish,
    *,
    read: Callable[[Row[Any]], T],
    aside: SetAside,
) -> list[tuple[Row[Any], T]]:
    """As `take`, with what each row says; those of another release are left as they were.

    Nobody sees that they were held: the release that made them may take them up at once.
    """
    found: list[tuple[Row[Any], T]] = []
    for _ in range(ROUNDS):
        wanted = replace(by, limit=by.limit - len(found))
        rows = take(database, connection, table, and_(due, aside.others(table)), wanted)
        unread = []
        for row in rows:
            try:
                found.append((row, read(row)))
            except OtherRelease as error:
                aside.add(table, row, error)
                unread.append(row)
        if not unread:
            break
        give_back(connection, table, unread)
    return found


@dataclass(frozen=True, slots=True)
class PutBack:
    """A row of `table` of which nothing was begun: nobody takes it up before `wait` is over.

    `token` is that of the lease under which it was taken up.
    """

    table: Table
    key: int | str
    token: str
    wait: timedelta


def put_back(transaction: Transaction, wanted: Sequence[PutBack]) -> Sequence[None]:
    """Let go of each that is still held, as if it had not been taken up."""
    for one in wanted:
        columns = one.table.c
        held = and_(one.table.primary_key.columns[0] == one.key, columns.token == one.token)
        left = {"lease_until": transaction.now + one.wait, "attempt": columns.attempt - 1}
        transaction.connection.execute(update(one.table).where(held).values(NOBODY | left))
    return [None] * len(wanted)


def give_back(connection: Connection, table: Table, rows: Sequence[Row[Any]]) -> None:
    """Let go of rows as if they had not been taken up."""
    key = table.primary_key.columns[0]
    keys = [getattr(row, key.name) for row in rows]
    connection.execute(
        update(table).where(key.in_(keys)).values(NOBODY | {"attempt": table.c.attempt - 1})
    )
