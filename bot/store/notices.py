"""Notices: places in Slack that do not show a case's newest state yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, and_, bindparam, delete, func, tuple_, update

from bot.calls.cases import ASKED, Notice, NoticeKind
from bot.store.database import Database
from bot.store.pen import Transaction
from bot.store.rows import notice_of
from bot.store.tables import CASE, IS_DUE, OUTBOX
from bot.store.worklist import NOBODY, Wish, take

_OURS = and_(OUTBOX.c.key == bindparam("notice"), OUTBOX.c.token == bindparam("fence"))

_REMEMBER = (
    update(OUTBOX)
    .where(_OURS)
    .values(
        NOBODY
        | {
            "shown": bindparam("told"),
            "posted": func.coalesce(bindparam("message"), OUTBOX.c.posted),
            "attempt": 0,
        }
    )
)
_POSTPONE = update(OUTBOX).where(_OURS).values(NOBODY | {"due_at": bindparam("due_at")})
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
        over = [told.notice for told in shown if _told_all(told.notice)]
        rows = [
            _lease(told.notice) | {"told": told.notice.version, "message": told.posted}
            for told in shown
            if not _told_all(told.notice)
        ]
        if rows:
            transaction.connection.execute(_REMEMBER, rows)
        self.drop(transaction, over)
        return [None] * len(shown)

    def postpone(self, transaction: Transaction, laters: Sequence[Later]) -> Sequence[None]:
        """Let go of each until its moment."""
        rows = [_lease(later.notice) | {"due_at": later.until} for later in laters]
        transaction.connection.execute(_POSTPONE, rows)
        return [None] * len(laters)

    def drop(self, transaction: Transaction, notices: Sequence[Notice]) -> Sequence[None]:
        """Give up on each."""
        if notices:
            keys = [notice.key for notice in notices]
            leases = [(notice.key, notice.token) for notice in notices]
            _forget(transaction, _DROP, {"keys": keys, "leases": leases})
        return [None] * len(notices)

    def _due(self, transaction: Transaction, wish: Wish) -> Sequence[Notice]:
        _forget(transaction, _EXPIRE, {"now": wish.at})
        due = and_(IS_DUE, OUTBOX.c.due_at <= wish.at)
        if wish.kind is not None:
            due = and_(due, OUTBOX.c.kind == wish.kind)
        rows = take(self._database, transaction.connection, OUTBOX, due, wish)
        rows = sorted(rows, key=lambda row: (row.due_at, row.case_number))
        return [notice_of(row) for row in rows]


def _told_all(notice: Notice) -> bool:
    return notice.kind is NoticeKind.ANSWER and notice.version > ASKED


def _lease(notice: Notice) -> dict[str, Any]:
    """The parameters of `_OURS`."""
    return {"notice": notice.key, "fence": notice.token}


def _forget(transaction: Transaction, which: Executable, parameters: dict[str, Any]) -> None:
    """Delete notices, and with an answer the address it went to."""
    gone = transaction.connection.execute(which, parameters).all()
    if gone:
        rows = [{"case": case_number, "address": place} for case_number, place in gone]
        transaction.connection.execute(_FORGET_ADDRESS, rows)
