"""Keeping past calls, and with them the sums of the quarters they touch.

Calls that came again as they were cost a comparison and nothing more, so that reading the last days
over and over is cheap.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    text,
)

from bot.calls.models import Vendor
from bot.store.database import Database
from bot.store.pen import Transaction
from bot.store.usage_rows import (
    call_row,
    higher_rows,
    moment_of,
    number_of,
    numbers_of,
    record_of,
    sum_row,
    tally_of,
)
from bot.store.usage_tables import CALL, QUARTERLY, QUARTERS_A_DAY, READ, SPANS
from bot.usage.days import Stretch
from bot.usage.quarters import quarters
from bot.usage.records import CallRecord

T = TypeVar("T")

CHUNK = 500
"""Rows that one statement writes or names."""

AT_ONCE = 1000
"""About so many calls are written in one transaction: a fifth of a second."""

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
_ADD = insert(CALL)
_BETWEEN = and_(
    QUARTERLY.c.vendor == bindparam("owner"),
    QUARTERLY.c.quarter.between(bindparam("first"), bindparam("last")),
)
_UNSUM = delete(QUARTERLY).where(_BETWEEN, QUARTERLY.c.level == 0)
_UNSUM_HIGHER = delete(QUARTERLY).where(_BETWEEN, QUARTERLY.c.level.in_(range(1, len(SPANS))))
_QUARTERS = select(QUARTERLY).where(_BETWEEN, QUARTERLY.c.level == 0)
_SUM = insert(QUARTERLY)
_DAYS = and_(
    READ.c.vendor == bindparam("owner"),
    READ.c.day.between(bindparam("first"), bindparam("last")),
)
_READ = select(READ.c.day, READ.c.first, READ.c.upto).where(_DAYS)
_UNREAD = delete(READ).where(_DAYS)
_MARK = insert(READ)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a vendor told of a stretch at a moment: the rows of its calls, each run once."""

    vendor: Vendor
    stretch: Stretch
    rows: dict[str, dict[str, Any]]
    at: datetime

    @classmethod
    def of(
        cls, vendor: Vendor, stretch: Stretch, records: Iterable[CallRecord], at: datetime
    ) -> "Reading":
        """Worked out before its turn. ValueError for another vendor's call."""
        rows = {row["run"]: row for row in (call_row(one, at) for one in records)}
        if any(row["vendor"] != vendor for row in rows.values()):
            raise ValueError("a call of another vendor")
        return cls(vendor, stretch, rows, at)

    def pieces(self) -> Iterator["Reading"]:
        """The same in parts that each write few calls, so that no order waits long behind them.

        A call that reaches over an edge is told of in both parts; what lies outside of the stretch
        goes with the part next to it.
        """
        first, upto = numbers_of(self.stretch)
        begins = sorted(max(row["first_quarter"], first) for row in self.rows.values())
        edges = sorted({first, upto, *(at for at in begins[AT_ONCE::AT_ONCE] if at < upto)})
        for begin, end in pairwise(edges):
            rows = {
                run: row
                for run, row in self.rows.items()
                if (end == upto or row["first_quarter"] < end)
                and (begin == first or row["last_quarter"] >= begin)
            }
            yield Reading(self.vendor, Stretch(moment_of(begin), moment_of(end)), rows, self.at)


class UsageBook:
    """Where what was read of the vendors' past is written down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, transaction: Transaction, readings: Sequence[Reading]) -> Sequence[None]:
        """Put each in the place of what was there, sum anew what changed, and mark it as read."""
        for reading in readings:
            connection = transaction.connection
            if not self._database.sqlite:
                connection.execute(_LOCK, {"vendor": list(Vendor).index(reading.vendor)})
            changed = _replace(connection, reading)
            for first, last in _by_day(changed):
                _sum(connection, reading.vendor, first, last)
            _mark(connection, reading)
        return [None] * len(readings)


def _replace(connection: Connection, reading: Reading) -> list[tuple[int, int]]:
    """Write the calls that are new or other than before; the quarters that they touch."""
    old = {row.run: row for row in _there(connection, reading)}
    same = {run for run, row in old.items() if dict(row._mapping) == reading.rows.get(run)}  # noqa: SLF001  the columns of a row by name
    gone = [run for run in old if run not in same]
    fresh = [row for run, row in reading.rows.items() if run not in same]
    for runs in _chunks(gone):
        connection.execute(_FORGET, {"owner": reading.vendor, "runs": runs})
    for rows in _chunks(fresh):
        connection.execute(_ADD, rows)
    before = [(old[run].first_quarter, old[run].last_quarter) for run in gone]
    return before + [(row["first_quarter"], row["last_quarter"]) for row in fresh]


def _there(connection: Connection, reading: Reading) -> Iterator[Row[Any]]:
    """What is kept of the stretch, and of the runs that were read now."""
    first, upto = numbers_of(reading.stretch)
    inside = [one.where(_INSIDE) for one in _REACHING]
    span = {"start": reading.stretch.start, "end": reading.stretch.end}
    for wanted in inside:
        yield from connection.execute(wanted, _reaching(reading.vendor, first, upto - 1) | span)
    for runs in _chunks(list(reading.rows)):
        yield from connection.execute(_KNOWN, {"owner": reading.vendor, "runs": runs})


def _reaching(vendor: Vendor, first: int, last: int) -> dict[str, Any]:
    """The parameters of `_REACHING`."""
    before = first - QUARTERS_A_DAY
    return {"owner": vendor, "first": first, "last": last, "day_before": before}


def _by_day(touched: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The first and last quarter touched of each UTC day: so much is summed at a time."""
    days: dict[int, tuple[int, int]] = {}
    for first, last in touched:
        for day in range(first // QUARTERS_A_DAY, last // QUARTERS_A_DAY + 1):
            begin = max(first, day * QUARTERS_A_DAY)
            end = min(last, (day + 1) * QUARTERS_A_DAY - 1)
            known = days.get(day, (begin, end))
            days[day] = min(begin, known[0]), max(end, known[1])
    yield from sorted(days.values())


def _sum(connection: Connection, vendor: Vendor, first: int, last: int) -> None:
    """Work out these quarters anew from every call that reaches into them."""
    wanted = _reaching(vendor, first, last)
    records = [record_of(row) for one in _REACHING for row in connection.execute(one, wanted)]
    within = Stretch(moment_of(first), moment_of(last + 1))
    found = quarters(records, within.end, within)
    connection.execute(_UNSUM, {"owner": vendor, "first": first, "last": last})
    _write(connection, [sum_row(vendor, 0, number_of(at), told) for at, told in found.items()])
    _sum_higher(connection, vendor, first, last)


def _sum_higher(connection: Connection, vendor: Vendor, first: int, last: int) -> None:
    """Add up the quarters to every higher sum that these belong to."""
    span = SPANS[-1]
    around = {
        "owner": vendor,
        "first": first // span * span,
        "last": last // span * span + span - 1,
    }
    told = {
        row.quarter: tally_of(row._mapping)  # noqa: SLF001  the columns of a row by name
        for row in connection.execute(_QUARTERS, around)
    }
    connection.execute(_UNSUM_HIGHER, around)
    _write(connection, list(higher_rows(vendor, told)))


def _write(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_SUM, rows)


def _mark(connection: Connection, reading: Reading) -> None:
    """Note for each UTC day which of its quarters are read; what is still to come is not."""
    first, upto = numbers_of(reading.stretch)
    upto = min(upto, number_of(reading.at))
    if first >= upto:
        return
    begin_day, end_day = first // QUARTERS_A_DAY, (upto - 1) // QUARTERS_A_DAY
    days = {"owner": reading.vendor, "first": begin_day, "last": end_day}
    known = {row.day: (row.first, row.upto) for row in connection.execute(_READ, days)}
    rows = []
    for day in range(begin_day, end_day + 1):
        begin = max(first, day * QUARTERS_A_DAY)
        end = min(upto, (day + 1) * QUARTERS_A_DAY)
        begin, end = _joined((begin, end), known.get(day))
        rows.append({"day": day, "first": begin, "upto": end})
    connection.execute(_UNREAD, days)
    for part in _chunks(rows):
        told = {"vendor": reading.vendor.value, "read_at": reading.at}
        connection.execute(_MARK, [row | told for row in part])


def _joined(new: tuple[int, int], known: tuple[int, int] | None) -> tuple[int, int]:
    """Both parts of a day where they meet, otherwise the new one: a gap never counts as read."""
    if known is None or known[0] > new[1] or known[1] < new[0]:
        return new
    return min(new[0], known[0]), max(new[1], known[1])


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
