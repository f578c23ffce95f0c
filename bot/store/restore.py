"""After a backup was restored: the database knows nothing of what was done since it was made.

Cases that were open then may have been carried out, and messages that were due may have been
posted, so both are looked for first. Case numbers given out since stand in Slack and on its
buttons: they are not given out again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, text, update

from bot.calls.cases import Event, NoticeKind
from bot.store.audit.head_file import HeadFile
from bot.store.database import Database
from bot.store.digests.postings import DUE
from bot.store.tables.audit import AUDIT
from bot.store.tables.cases import CASE, IS_OPEN, LOOKUP, OUTBOX, REFUSED
from bot.store.tables.digests import POSTING, TELLING
from bot.store.tables.state import IDENTITY, RESTORATION
from bot.store.writing.connection import Transaction

MARGIN = 1_000
"""Cases that may have been made since the backup, where nobody says how many."""

THE_IDENTITY = 1
"""There is one row of it."""

_LAST_CASE = select(func.max(CASE.c.number))
_LAST_LEFT_OUT = select(func.max(RESTORATION.c.last_case))
_LAST_RESTORATION = select(func.max(RESTORATION.c.id))
_HASH = select(AUDIT.c.hash).where(AUDIT.c.id == bindparam("entry"))
_KNOWN = select(IDENTITY.c.identity)
_OPEN = select(CASE.c.number).where(IS_OPEN)
_FIRST = {"attempt": 1}
_LOOK_FIRST = (
    update(OUTBOX)
    .where(OUTBOX.c.kind == NoticeKind.LINE, OUTBOX.c.attempt == 0)
    .where(or_(OUTBOX.c.version > OUTBOX.c.shown, OUTBOX.c.case_number.in_(_OPEN)))
    .values(_FIRST),
    update(REFUSED).where(REFUSED.c.due_at.is_not(None), REFUSED.c.attempt == 0).values(_FIRST),
    update(POSTING).where(POSTING.c.state == DUE, POSTING.c.attempt == 0).values(_FIRST),
    update(TELLING).where(TELLING.c.attempt == 0).values(_FIRST),
)
"""What is taken up next counts as tried before, and whoever tries again looks first."""

_TOLD_BY_NOW = (
    delete(OUTBOX)
    .where(OUTBOX.c.kind == NoticeKind.ANSWER, OUTBOX.c.case_number.not_in(_OPEN))
    .returning(OUTBOX.c.case_number)
)
"""Answers about cases that had ended: nobody can look for a private one, and it was due."""

_FORGET_ADDRESSES = (
    update(CASE)
    .where(CASE.c.number.in_(bindparam("numbers", expanding=True)))
    .values(reply_url=None)
)
_IDENTITY = text(
    "SELECT (SELECT system_identifier FROM pg_control_system()) || ' '"
    " || (SELECT timeline_id FROM pg_control_checkpoint()) || ' '"
    " || (SELECT oid FROM pg_database WHERE datname = current_database()) || ' '"
    " || 'audit'::regclass::oid"
)
"""Which server, which history of it, which database, and which table in it.

A timeline begins where a backup was restored to a point in time, or a standby took over.
https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-CONTROLDATA
"""


class Restored(NamedTuple):
    """How many cases, lookups and messages were marked, and the number of the next case."""

    cases: int
    lookups: int
    messages: int
    next_case: int

    @property
    def in_words(self) -> str:
        """The same in sentences, for the audit log and for whoever runs the command."""
        return (
            f"Restored from a backup. Open cases: {self.cases}, looked at before anything is sent; "
            f"orders that were still looked for: {self.lookups}, not done again; messages: "
            f"{self.messages}, looked for before they are posted. The next case is "
            f"#{self.next_case}."
        )


@dataclass(frozen=True, slots=True)
class Restore:
    """The request of a person; `last_case` is the last number that they saw in Slack."""

    at: datetime
    last_case: int | None = None


class RestoreMarker:
    """Marks what may have been done since a backup: when a person says so, or when it shows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def restore(self, transaction: Transaction, asked: Sequence[Restore]) -> Sequence[Restored]:
        """Mark everything that was open, with one audit entry for each request."""
        return [_restore(transaction, request) for request in asked]

    def notice(
        self, transaction: Transaction, moments: Sequence[datetime]
    ) -> Sequence[Restored | None]:
        """Mark everything that was open if the database shows that a backup was restored.

        An SQLite file shows it when its audit log does not hold the entry of the `.head` file;
        PostgreSQL when it is another database than at the last start. None when it does not show.
        """
        at = max(moments)
        found = None
        if self._database.sqlite and self._is_older(transaction):
            found = _restore(transaction, Restore(at))
        elif not self._database.sqlite and _is_another(transaction):
            found = _restore(transaction, Restore(at, last_case=0))  # perhaps nothing is missing
        return [found] * len(moments)

    def _is_older(self, transaction: Transaction) -> bool:
        """Whether an entry that this machine has seen is not in the file, or is another one.

        Not so of a file without any entry: somebody began anew.
        """
        last = HeadFile.beside(self._database.address.file).last()
        if last is None or not transaction.audit.head.id:
            return False
        return transaction.connection.scalar(_HASH, {"entry": last.id}) != last.hash


def _is_another(transaction: Transaction) -> bool:
    """Whether PostgreSQL is not the one of the last start; from now on it is."""
    connection = transaction.connection
    now, known = connection.scalar(_IDENTITY), connection.scalar(_KNOWN)
    if known is None:
        connection.execute(insert(IDENTITY).values(id=THE_IDENTITY, identity=now))
    elif known != now:
        connection.execute(update(IDENTITY).values(identity=now))
    return known not in {None, now}


def _restore(transaction: Transaction, request: Restore) -> Restored:
    connection = transaction.connection
    marked = {"restored_at": request.at}
    cases = connection.execute(update(CASE).where(IS_OPEN).values(marked)).rowcount
    lookups = connection.execute(update(LOOKUP).values(marked)).rowcount
    messages = sum(connection.execute(each).rowcount for each in _LOOK_FIRST)
    _drop_answers(connection)
    last = _last_number(connection, request.last_case)
    number = (connection.scalar(_LAST_RESTORATION) or 0) + 1
    row = {"id": number, "at": request.at, "last_case": last}
    connection.execute(insert(RESTORATION).values(row))
    transaction.audit.skip_numbers(last)
    restored = Restored(cases, lookups, messages, last + 1)
    transaction.audit.append(
        Event.RESTORED, at=request.at, actor=None, act=None, detail=restored.in_words
    )
    return restored


def _drop_answers(connection: Connection) -> None:
    if told := list(connection.execute(_TOLD_BY_NOW).scalars()):
        connection.execute(_FORGET_ADDRESSES, {"numbers": told})


def _last_number(connection: Connection, said: int | None) -> int:
    """The last case number that may stand in Slack."""
    last = connection.scalar(_LAST_CASE) or 0
    left_out = connection.scalar(_LAST_LEFT_OUT) or 0
    if said is not None:
        return max(last, left_out, said)
    if left_out > last:
        return left_out  # no case was made since numbers were left out
    return -(-(last + MARGIN) // MARGIN) * MARGIN
