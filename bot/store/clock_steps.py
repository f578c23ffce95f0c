"""What a clock that was ahead and set back leaves: rows that would stand still as long as the jump.

A file's time never steps while its process runs, but the next process may have started by another
clock; a server's time can be set at any moment.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Table, TextClause, true, update

from bot.clock import SystemClock
from bot.store.database import Database
from bot.store.tables.cases import CASE, IS_DUE, IS_OPEN, LOOKUP, OUTBOX, REFUSED
from bot.store.tables.digests import POSTING, TELLING
from bot.store.writing.connection import Transaction

log = structlog.get_logger(__name__)

Rows = ColumnElement[bool] | TextClause
"""Which rows of a table."""

STEP = timedelta(seconds=5)
"""A server's time that lags behind by more than this since it was last asked, was set back."""

FARTHEST = timedelta(minutes=5)
"""The longest that Slack is believed in what it asks for: at a start nothing waits longer."""

LONGEST_LEASE = timedelta(minutes=10)
"""No lease is longer than this, unless it was given by a clock that was ahead."""

_DUE: Mapping[Table, Rows] = {OUTBOX: IS_DUE, LOOKUP: true(), REFUSED: true(), TELLING: true()}
_HELD: Mapping[Table, Rows] = {
    CASE: IS_OPEN,
    OUTBOX: IS_DUE,
    LOOKUP: true(),
    REFUSED: REFUSED.c.due_at.is_not(None),
    POSTING: true(),
    TELLING: true(),
}


class ClockSteps:
    """Looks, whenever what is due is looked for, whether that time was set back since.

    Then what is put off is due now, which costs one try too early; and what is held is held for one
    whole lease from now on: long enough for a worker that is at it, and no longer for a dead one.
    `monotonic` are seconds that nobody sets.
    """

    def __init__(self, database: Database, monotonic: Callable[[], float] | None = None) -> None:
        self._database = database
        self._monotonic = monotonic or SystemClock().monotonic
        self._seen: tuple[datetime, float] | None = None

    def look(self, transaction: Transaction, lease: timedelta) -> None:
        """Mend what was written by a clock that was ahead; one look is one comparison else."""
        before, now = self._seen, transaction.now
        self._seen = now, self._monotonic()
        if before is None:
            _mend(transaction, now + FARTHEST, now + LONGEST_LEASE, now + lease)
            return
        passed = timedelta(seconds=self._seen[1] - before[1])
        back = before[0] + passed - now
        if back > STEP and not self._database.sqlite:
            log.warning("the database's clock was set back", seconds=round(back.total_seconds()))
            _mend(transaction, now, now + lease, now + lease)


def _mend(transaction: Transaction, due: datetime, held: datetime, until: datetime) -> None:
    """What is due after `due` is so now; what is held beyond `held` is held until `until`.

    What was asked after `due` waits from now on: it grew no older while that moment was to come.
    """
    write = transaction.connection.execute
    asked = update(CASE).where(IS_OPEN, CASE.c.accepted_at > due)
    write(asked.values(accepted_at=transaction.now))
    for table, rows in _DUE.items():
        write(update(table).where(rows, table.c.due_at > due).values(due_at=transaction.now))
    for table, rows in _HELD.items():
        write(update(table).where(rows, table.c.lease_until > held).values(lease_until=until))
