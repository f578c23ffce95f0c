"""Notices: places in Slack that do not show a case's newest state yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, update

from bot.calls.cases import Notice, NoticeKind
from bot.store.database import Database
from bot.store.door import ASKED
from bot.store.pen import Transaction
from bot.store.rows import notice_of
from bot.store.tables import CASE, IS_DUE, OUTBOX
from bot.store.worklist import NOBODY, Wish, take


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice that was shown; `posted` is the message's timestamp where there is one."""

    notice: Notice
    posted: str | None


@dataclass(frozen=True, slots=True)
class Later:
    """A notice to be tried again at `until`."""

    notice: Notice
    until: datetime


class Notices:
    """Where the notifier takes up notices and brings them back. A stale token changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, transaction: Transaction, wishes: Sequence[Wish]) -> Sequence[Sequence[Notice]]:
        """The longest due; what can no longer be told is dropped on the way."""
        return [self._due(transaction, wish) for wish in wishes]

    def noticed(self, transaction: Transaction, shown: Sequence[Shown]) -> Sequence[None]:
        """Remember what each place shows now; an answer that told the outcome is forgotten."""
        for told in shown:
            if told.notice.kind is NoticeKind.ANSWER and told.notice.version > ASKED:
                _forget(transaction, _held(told.notice))
            else:
                _remember(transaction, told)
        return [None] * len(shown)

    def postpone(self, transaction: Transaction, laters: Sequence[Later]) -> Sequence[None]:
        """Let go of each until its moment."""
        for later in laters:
            transaction.connection.execute(
                update(OUTBOX).where(_held(later.notice)).values(NOBODY | {"due_at": later.until})
            )
        return [None] * len(laters)

    def drop(self, transaction: Transaction, notices: Sequence[Notice]) -> Sequence[None]:
        """Give up on each."""
        for notice in notices:
            _forget(transaction, _held(notice))
        return [None] * len(notices)

    def _due(self, transaction: Transaction, wish: Wish) -> Sequence[Notice]:
        _forget(transaction, OUTBOX.c.expires_at <= wish.at)
        due = and_(IS_DUE, OUTBOX.c.due_at <= wish.at)
        if wish.kind is not None:
            due = and_(due, OUTBOX.c.kind == wish.kind)
        rows = take(self._database, transaction.connection, OUTBOX, due, wish)
        rows = sorted(rows, key=lambda row: (row.due_at, row.case_number))
        return [notice_of(row) for row in rows]


def _held(notice: Notice) -> Any:
    return and_(OUTBOX.c.key == notice.key, OUTBOX.c.token == notice.token)


def _remember(transaction: Transaction, told: Shown) -> None:
    transaction.connection.execute(
        update(OUTBOX)
        .where(_held(told.notice))
        .values(
            NOBODY
            | {
                "shown": told.notice.version,
                "posted": func.coalesce(told.posted, OUTBOX.c.posted),
                "attempt": 0,
            }
        )
    )


def _forget(transaction: Transaction, which: Any) -> None:
    """Delete notices, and with an answer the address it went to."""
    gone = transaction.connection.execute(
        delete(OUTBOX).where(which).returning(OUTBOX.c.case_number, OUTBOX.c.place)
    )
    for case_number, place in gone:
        transaction.connection.execute(
            update(CASE)
            .where(CASE.c.number == case_number, CASE.c.reply_url == place)
            .values(reply_url=None)
        )
