"""Rows that this release cannot read: left as they are, logged once, and not leased again here.

The release that made them may run beside this one, so nothing in the database says that they are
set aside: each process finds out by itself, and the next one that starts looks again.
"""

from typing import Any, NamedTuple

import structlog
from sqlalchemy import Row, Table

from bot.calls.models import CallRef
from bot.errors import OtherRelease
from bot.meter import Meter
from bot.store.tables.cases import CASE

log = structlog.get_logger(__name__)

MAX_EXCLUDED = 5_000
"""Rows of one table that a statement names to leave them alone: SQLite takes 32,766 values."""


class UnreadableCase(NamedTuple):
    """A case that cannot be read, as its columns have it."""

    number: int
    vendor: str
    call_id: str


class UnreadableRows:
    """The rows that this process could not read, by table and key."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._rows: dict[str, dict[Any, OtherRelease]] = {}
        self._cases: dict[int, UnreadableCase] = {}

    def add(self, table: Table, row: Row[Any], error: OtherRelease) -> None:
        """Remember a row that cannot be read, and why; it is logged the first time."""
        key = getattr(row, table.primary_key.columns[0].name)
        rows = self._rows.setdefault(table.name, {})
        if key in rows:
            return
        rows[key] = error
        if table is CASE:
            self._cases[key] = UnreadableCase(key, row.vendor, row.call_id)
        self._meter.unreadable_row(table.name)
        log.error(
            "row set aside",
            table=table.name,
            row=key,
            why=error.why,
            next_step=error.next_step,
        )

    def keys(self, table: Table) -> list[Any]:
        """The keys of the remembered rows of a table: the newest, no more than MAX_EXCLUDED."""
        return list(self._rows.get(table.name, ()))[-MAX_EXCLUDED:]

    def cases_of(self, call: CallRef) -> list[int]:
        """The numbers of the remembered cases of a call, newest first."""
        wanted = (str(call.vendor), call.id)
        found = (case.number for case in self._cases.values() if case[1:] == wanted)
        return sorted(found, reverse=True)
