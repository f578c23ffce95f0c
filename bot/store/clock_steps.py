"""Clock steps: rows written by a clock that was ahead would wait until it is as late again.

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
"""A condition on the rows of a table."""

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
    """Notices when the time that leases go by was set back, and repairs the rows.

    What was to come later is due now, which costs one try too early. What is leased stays so for
    one whole lease from now on: long enough for a worker that is at it, and no longer for a dead
    one. `monotonic` are seconds that nobody sets.
    """

    def __init__(self, database: Database, monotonic: Callable[[], float] | None = None) -> None:
        self._database = database
        self._monotonic = monotonic or SystemClock().monotonic
        self._seen: tuple[datetime, float] | None = None

    def repair_if_set_back(self, transaction: Transaction, lease: timedelta) -> None:
        """Repair rows if the time was set back since the last look, and at the first look.

        Otherwise it costs one comparison. `lease` is how long those who ask now lease rows.
        """
        before, now = self._seen, transaction.now
        self._seen = now, self._monotonic()
        if before is None:
            _repair(transaction, now + FARTHEST, now + LONGEST_LEASE, now + lease)
            return
        passed = timedelta(seconds=self._seen[1] - before[1])
        back = before[0] + passed - now
        if back > STEP and not self._database.sqlite:
            log.warning("database clock set back", seconds=round(back.total_seconds()))
            _repair(transaction, now, now + lease, now + lease)


def _repair(transaction: Transaction, due: datetime, held: datetime, until: datetime) -> None:
    """Make due now what is due after `due`, and end at `until` leases that last beyond `held`.

    Cases accepted after `due` are as if accepted now.
    """
    write = transaction.connection.execute
    asked = update(CASE).where(IS_OPEN, CASE.c.accepted_at > due)
    write(asked.values(accepted_at=transaction.now))
    for table, rows in _DUE.items():
        write(update(table).where(rows, table.c.due_at > due).values(due_at=transaction.now))
    for table, rows in _HELD.items():
        write(update(table).where(rows, table.c.lease_until > held).values(lease_until=until))
