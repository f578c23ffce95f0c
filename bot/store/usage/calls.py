"""Writing past calls, and with them the sums of the quarters that they touch.

Calls that are the same as before cost a comparison and nothing more, so that reading the last days
over and over is cheap.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    or_,
    select,
    text,
)

from bot.calls.models import Vendor
from bot.store.database import Database
from bot.store.tables.usage import CALL, QUARTERLY, QUARTERS_A_DAY, READ, SPANS
from bot.store.usage.bulk_insert import bulk_insert
from bot.store.usage.rows import keepable, record_of, row_of, sum_rows
from bot.store.writing.connection import Transaction
from bot.usage.days import Stretch
from bot.usage.quarters import by_quarter, moment_of, number_of, numbers_of
from bot.usage.records import CallRecord

T = TypeVar("T")
Cells = Mapping[str, Any]
"""A row of a call, by the names of its columns."""


CHUNK = 500
"""Runs that one statement names."""

AT_ONCE = 1000
"""About so many calls are written in one transaction: a fifth of a second."""

A_WEEK = 7 * QUARTERS_A_DAY
"""Quarters that are summed at a time."""

USAGE_LOCK = 0x75736167
"""PostgreSQL's advisory locks for whoever keeps calls, one for each vendor."""

_LOCK = text(f"SELECT pg_advisory_xact_lock({USAGE_LOCK}, :vendor)")

_OF_VENDOR = CALL.c.vendor == bindparam("owner")
_SHORT = and_(
    _OF_VENDOR,
    CALL.c.long.is_(False),
    CALL.c.first_quarter.between(bindparam("day_before"), bindparam("last")),
    CALL.c.last_quarter >= bindparam("first"),
)
_LONG = and_(
    _OF_VENDOR,
    CALL.c.long.is_(True),
    CALL.c.first_quarter <= bindparam("last"),
    CALL.c.last_quarter >= bindparam("first"),
)
_REACHING = (select(CALL).where(_SHORT), select(CALL).where(_LONG))
_INSIDE = and_(
    CALL.c.started_at < bindparam("end"),
    or_(CALL.c.until > bindparam("start"), CALL.c.started_at >= bindparam("start")),
)
_THESE = and_(_OF_VENDOR, CALL.c.run.in_(bindparam("runs", expanding=True)))
_KNOWN = select(CALL).where(_THESE)
_FORGET = delete(CALL).where(_THESE)
_BETWEEN = and_(
    QUARTERLY.c.vendor == bindparam("owner"),
    QUARTERLY.c.quarter.between(bindparam("first"), bindparam("last")),
)
_UNSUM = delete(QUARTERLY).where(_BETWEEN, QUARTERLY.c.level.in_(range(len(SPANS))))
_DAYS = and_(
    READ.c.vendor == bindparam("owner"),
    READ.c.day.between(bindparam("first"), bindparam("last")),
)
_READ = select(READ.c.day, READ.c.first, READ.c.upto).where(_DAYS)
_UNREAD = delete(READ).where(_DAYS)


class RecordAndRow(NamedTuple):
    """A run of a call as it is kept, and as a row."""

    record: CallRecord
    row: Cells


@dataclass(frozen=True, slots=True)
class UsageBatch:
    """What a vendor told of a stretch at the moment `at`: its calls, each run once."""

    vendor: Vendor
    stretch: Stretch
    calls: Mapping[str, RecordAndRow]
    at: datetime

    @classmethod
    def of(
        cls, vendor: Vendor, stretch: Stretch, records: Iterable[CallRecord], at: datetime
    ) -> "UsageBatch":
        """A batch of these records. Raises ValueError for a call of another vendor."""
        calls = {}
        for record in records:
            if record.vendor is not vendor:
                raise ValueError("a call of another vendor")
            kept = keepable(record, at)
            calls[kept.run] = RecordAndRow(kept, row_of(kept, record.ended_at))
        return cls(vendor, stretch, calls, at)

    def pieces(self) -> Iterator["UsageBatch"]:
        """The batch in parts that each write few calls, so that no order waits long behind them.

        A call that reaches over an edge is in both parts; one that lies outside of the stretch is
        in the part next to it.
        """
        first, upto = numbers_of(self.stretch)
        begins = sorted(max(call.row["first_quarter"], first) for call in self.calls.values())
        edges = sorted({first, upto, *(at for at in begins[AT_ONCE::AT_ONCE] if at < upto)})
        for begin, end in pairwise(edges):
            calls = {
                run: call
                for run, call in self.calls.items()
                if (end == upto or call.row["first_quarter"] < end)
                and (begin == first or call.row["last_quarter"] >= begin)
            }
            yield UsageBatch(self.vendor, Stretch(moment_of(begin), moment_of(end)), calls, self.at)


class UsageWriter:
    """Writes batches of calls into the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, transaction: Transaction, batches: Sequence[UsageBatch]) -> Sequence[None]:
        """Replace what is kept of each batch's stretch, and mark it as read.

        The quarters of calls that changed are summed anew.
        """
        for batch in batches:
            connection = transaction.connection
            if not self._database.sqlite:
                connection.execute(_LOCK, {"vendor": list(Vendor).index(batch.vendor)})
            gone, fresh = _changed(connection, batch)
            for runs in _chunks([row["run"] for row in gone]):
                connection.execute(_FORGET, {"owner": batch.vendor, "runs": runs})
            for first, upto in _blocks([*gone, *fresh]):
                _sum(connection, batch, first, upto)
            bulk_insert(connection, CALL, fresh)
            _mark(connection, batch)
        return [None] * len(batches)


def _changed(connection: Connection, batch: UsageBatch) -> tuple[Sequence[Cells], Sequence[Cells]]:
    """The rows of calls that are gone or have changed, and the new rows of changed and new ones."""
    calls = batch.calls
    old = {row.run: row for row in _there(connection, batch)}
    same = {run for run, row in old.items() if run in calls and row == _cells(calls[run].row)}
    gone = [row._asdict() for run, row in old.items() if run not in same]
    return gone, [call.row for run, call in calls.items() if run not in same]


def _cells(row: Cells) -> tuple[Any, ...]:
    """The values of a row in the order of the table's columns."""
    return tuple(row[column.name] for column in CALL.c)


def _there(connection: Connection, batch: UsageBatch) -> Iterator[Row[Any]]:
    """The rows that are kept of the stretch, and of the runs in the batch."""
    first, upto = numbers_of(batch.stretch)
    inside = [statement.where(_INSIDE) for statement in _REACHING]
    span = {"start": batch.stretch.start, "end": batch.stretch.end}
    for wanted in inside:
        yield from connection.execute(wanted, _reaching(batch.vendor, first, upto - 1) | span)
    for runs in _chunks(list(batch.calls)):
        yield from connection.execute(_KNOWN, {"owner": batch.vendor, "runs": runs})


def _reaching(vendor: Vendor, first: int, last: int) -> dict[str, Any]:
    """The parameters of `_REACHING`."""
    before = first - QUARTERS_A_DAY
    return {"owner": vendor, "first": first, "last": last, "day_before": before}


def _blocks(rows: Iterable[Cells]) -> Iterator[tuple[int, int]]:
    """Ranges of quarters, each of whole sums of the highest level, that these calls touch.

    Neighbours are one range, of a week at most: so much is summed at a time.
    """
    span = SPANS[-1]
    touched = {(row["first_quarter"] // span, row["last_quarter"] // span + 1) for row in rows}
    begins = sorted({at * span for first, upto in touched for at in range(first, upto)})
    row: list[int] = []
    for at in begins:
        if row and (at != row[-1] + span or at - row[0] >= A_WEEK):
            yield row[0], row[-1] + span
            row = []
        row.append(at)
    if row:
        yield row[0], row[-1] + span


def _sum(connection: Connection, batch: UsageBatch, first: int, upto: int) -> None:
    """Compute the sums of a range anew on every level, from all calls that reach into it.

    Calls of the batch are taken from it: they are not in the database yet, or are the same there.
    """
    vendor, wanted = batch.vendor, _reaching(batch.vendor, first, upto - 1)
    records = [
        record_of(row)
        for statement in _REACHING
        for row in connection.execute(statement, wanted)
        if row.run not in batch.calls
    ]
    records += [call.record for call in batch.calls.values() if _reaches(call.row, first, upto)]
    found = by_quarter(records, moment_of(upto), first, upto)
    connection.execute(_UNSUM, {"owner": vendor, "first": first, "last": upto - 1})
    bulk_insert(connection, QUARTERLY, sum_rows(vendor, found))


def _reaches(row: Cells, first: int, upto: int) -> bool:
    return bool(row["first_quarter"] < upto and row["last_quarter"] >= first)


def _mark(connection: Connection, batch: UsageBatch) -> None:
    """Write down for each UTC day which of its quarters are read; future ones are not."""
    first, upto = numbers_of(batch.stretch)
    upto = min(upto, number_of(batch.at))
    if first >= upto:
        return
    begin_day, end_day = first // QUARTERS_A_DAY, (upto - 1) // QUARTERS_A_DAY
    days = {"owner": batch.vendor, "first": begin_day, "last": end_day}
    known = {row.day: (row.first, row.upto) for row in connection.execute(_READ, days)}
    rows = []
    for day in range(begin_day, end_day + 1):
        begin = max(first, day * QUARTERS_A_DAY)
        end = min(upto, (day + 1) * QUARTERS_A_DAY)
        begin, end = _joined((begin, end), known.get(day))
        rows.append({"day": day, "first": begin, "upto": end})
    connection.execute(_UNREAD, days)
    common = {"vendor": batch.vendor.value, "read_at": batch.at}
    bulk_insert(connection, READ, [row | common for row in rows])


def _joined(new: tuple[int, int], known: tuple[int, int] | None) -> tuple[int, int]:
    """Both ranges of a day as one where they meet, otherwise the new one.

    So a gap never counts as read.
    """
    if known is None or known[0] > new[1] or known[1] < new[0]:
        return new
    return min(new[0], known[0]), max(new[1], known[1])


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
