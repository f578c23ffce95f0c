"""A year of calls with its sums, written at once: every day like the one before."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from bot.calls.models import Vendor
from bot.store.tables.usage import CALL, QUARTERLY, QUARTERS_A_DAY, READ
from bot.store.urls import sqlite_file
from bot.store.usage.rows import keepable, row_of, sum_rows
from bot.usage.days import DAY, Stretch
from bot.usage.quarters import by_quarter, number_of, numbers_of
from bot.usage.records import CallRecord, Ending, Recorded

CALLS = 1_000_000
DAYS = 367
"""A year of any zone's days lies in them."""

LAST = datetime(2026, 11, 21, tzinfo=UTC)
FIRST = LAST - DAYS * DAY
A_DAY = -(-CALLS // DAYS)

Row = dict[str, Any]


def fill(url: str) -> None:
    """Put the year into an empty database with all tables."""
    tables = {CALL.name: calls(), QUARTERLY.name: sums(), READ.name: reads()}
    if path := sqlite_file(url):
        _into_sqlite(str(path), tables)
    else:
        _into_postgresql(url, tables)


def calls() -> Iterator[Row]:
    """Yield the rows of each call of each day."""
    pattern = [row_of(keepable(record, LAST), record.ended_at) for record in _day()]
    moments = ("started_at", "ended_at", "until")
    for number in range(DAYS):
        later = number * DAY
        for row in pattern:
            moved = {name: row[name] + later for name in moments}
            reach = {
                name: row[name] + number * QUARTERS_A_DAY
                for name in ("first_quarter", "last_quarter")
            }
            files = _files(moved["started_at"], row)
            yield row | moved | reach | {"run": f"{number}-{row['run']}", "recordings": files}


def sums() -> Iterator[Row]:
    """Yield the sums of each quarter, as it is with a day before it and a day after it."""
    middle = Stretch(FIRST + DAY, FIRST + 2 * DAY)
    for vendor in Vendor:
        ours = [record for record in _day() if record.vendor is vendor]
        three = [_moved(our, number * DAY) for number in range(3) for our in ours]
        pattern = sum_rows(vendor, by_quarter(three, LAST, *numbers_of(middle)))
        for number in range(DAYS):
            for row in pattern:
                yield row | {"quarter": row["quarter"] + (number - 1) * QUARTERS_A_DAY}


def reads() -> Iterator[Row]:
    """Yield the rows that say that all of it was read."""
    for vendor in Vendor:
        for number in range(DAYS):
            first = number_of(FIRST) + number * QUARTERS_A_DAY
            day = {"day": first // QUARTERS_A_DAY, "first": first, "upto": first + QUARTERS_A_DAY}
            yield {"vendor": vendor.value, **day, "read_at": LAST}


def _day() -> Sequence[CallRecord]:
    """The calls of the first day, of all vendors in turn, from half a minute to two hours long."""
    vendors = list(Vendor)
    return [_call(number, vendors[number % len(vendors)]) for number in range(A_DAY)]


def _call(number: int, vendor: Vendor) -> CallRecord:
    start = FIRST + number * timedelta(seconds=86_400 // A_DAY)
    lasted = 30 + number * 7919 % 7200
    return CallRecord(
        vendor=vendor,
        id=f"default:room-{number % 40}",
        run=f"{number}",
        title=f"Room {number % 40}",
        started_at=start,
        ended_at=start + timedelta(seconds=lasted),
        ending=Ending.ANSWERED,
        people=2 + number % 9,
        peak=2 + number % 5,
        person_seconds=lasted * (2 + number % 4),
        audio_seconds=lasted,
        recordings=(Recorded(started_at=start, seconds=lasted // 2),) if number % 4 == 0 else (),
        streams=0,
    )


def _files(start: datetime, row: Row) -> str:
    """The recording of every fourth call, which began with it and lasted half as long."""
    if row["recordings"] == "[]":
        return "[]"
    seconds = (row["until"] - row["started_at"]).seconds // 2
    return f'[{{"started_at":"{start.isoformat()}","seconds":{seconds},"failed":null}}]'


def _moved(record: CallRecord, by: timedelta) -> CallRecord:
    start, end = record.started_at + by, record.end(LAST) + by
    return record.model_copy(
        update={
            "run": f"{by.days}-{record.run}",
            "started_at": start,
            "ended_at": end,
            "recordings": tuple(
                file.model_copy(update={"started_at": file.started_at + by})
                for file in record.recordings or ()
            ),
        }
    )


def _into_sqlite(path: str, tables: Mapping[str, Iterable[Row]]) -> None:
    with sqlite3.connect(path) as connection:
        for name, rows in tables.items():
            names, values = _split(rows)
            marks = ", ".join("?" * len(names))
            connection.executemany(
                f"INSERT INTO {name} ({', '.join(names)}) VALUES ({marks})",
                (tuple(map(_as_sqlite, value)) for value in values),
            )
    connection.execute("ANALYZE")
    connection.close()


def _as_sqlite(value: Any) -> Any:
    """As SQLAlchemy keeps a moment in SQLite."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    return value


def _into_postgresql(url: str, tables: Mapping[str, Iterable[Row]]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for name, rows in tables.items():
            names, values = _split(rows)
            into = f"COPY {name} ({', '.join(names)}) FROM STDIN"
            with connection.cursor().copy(into.encode()) as copy:
                for value in values:
                    copy.write_row(value)
        connection.execute("VACUUM ANALYZE")


def _split(rows: Iterable[Row]) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """The columns' names, and each row's values."""
    rest = iter(rows)
    first = next(rest)
    names = list(first)
    return names, (tuple(item[name] for name in names) for item in _again(first, rest))


def _again(first: Row, rest: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rest
