"""A digest's sums against bare SQL, and a year's trend against the same sums over every call."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect

from bot.calls.models import Vendor
from bot.clock import SystemClock
from bot.store import SqlStore, open_store
from bot.store.urls import sqlite_file
from bot.store.usage.sums import STATEMENTS, parameters
from bot.usage.days import DAY, Stretch, local_day
from bot.usage.quarters import numbers_of
from tests.bench.figure import ROUNDS, Figure
from tests.bench.processes import Processes
from tests.bench.year import CALLS, LAST, fill
from tests.storm.databases import postgresql, sqlite

ZONE = ZoneInfo("America/New_York")
A_DIGEST = 29
"""Days that a daily digest looks at: its own and the 28 that are usual."""

A_YEAR = 365
SLOW_ROUNDS = 3
"""How often every call of a year is summed."""

VENDORS = list(Vendor)
DATABASES = {"SQLite": sqlite, "PostgreSQL": postgresql}

Ask = Callable[[str], Sequence[Sequence[Any]]]

_RAW = """
WITH wanted (place, first, upto) AS (VALUES {stretches}),
part AS (
  SELECT wanted.place, vendor, people, peak, person_seconds, audio_seconds, title, streams, ending,
         recordings,
         {began} AS began, {ended} AS ended, first * 900 AS start, upto * 900 AS until_
  FROM wanted JOIN usage_call
    ON vendor IN ({vendors}) AND NOT long
   AND first_quarter BETWEEN first - 96 AND upto - 1 AND last_quarter >= first
),
summed AS (
  SELECT place, vendor,
         SUM(CASE WHEN began >= start THEN 1 ELSE 0 END) AS calls,
         SUM(inside) AS seconds,
         SUM(person_seconds * inside / (ended - began)),
         SUM(audio_seconds * inside / (ended - began)),
         SUM(CASE WHEN began >= start THEN people ELSE 0 END),
         SUM(CASE WHEN began >= start THEN streams ELSE 0 END),
         SUM(CASE WHEN began >= start AND ending = 'unanswered' THEN 1 ELSE 0 END),
         SUM(CASE WHEN began >= start AND ending = 'failed' THEN 1 ELSE 0 END),
         MAX(CASE WHEN began >= start THEN ended - began ELSE 0 END)
  FROM (SELECT part.*, {least}(ended, until_) - {greatest}(began, start) AS inside FROM part) AS cut
  GROUP BY place, vendor
),
edges AS (
  SELECT place, vendor, {greatest}(began, start) AS at, 1 AS step, peak AS people FROM part
  UNION ALL
  SELECT place, vendor, {least}(ended, until_), -1, -peak FROM part
),
there AS (
  SELECT place, vendor, SUM(step) OVER sofar AS calls, SUM(people) OVER sofar AS people
  FROM edges WINDOW sofar AS (PARTITION BY place, vendor ORDER BY at, step)
),
peaks AS (
  SELECT place, vendor, MAX(calls) AS most_calls, MAX(people) AS most_people
  FROM there GROUP BY place, vendor
),
files AS (
  SELECT place, vendor, start, until_, {file_began} AS began, {file_seconds} AS lasted
  FROM part, {files} AS file
),
recorded AS (
  SELECT place, vendor,
         SUM(CASE WHEN began >= start AND began < until_ THEN 1 ELSE 0 END) AS recordings,
         SUM({greatest}(0, {least}(began + lasted, until_) - {greatest}(began, start))) AS recorded
  FROM files GROUP BY place, vendor
)
SELECT place, vendor, calls, seconds, most_calls, most_people, recordings, recorded
FROM summed JOIN peaks USING (place, vendor) JOIN recorded USING (place, vendor)
"""
"""What a digest says, from the calls themselves."""


_LITE = {
    "least": "MIN",
    "greatest": "MAX",
    "seconds": "CAST(strftime('%s', {}) AS INTEGER)",
    "files": "json_each(recordings)",
    "file_began": "CAST(strftime('%s', file.value ->> '$.started_at') AS INTEGER)",
    "file_seconds": "(file.value ->> '$.seconds')",
}
_POST = {
    "least": "LEAST",
    "greatest": "GREATEST",
    "seconds": "CAST(EXTRACT(epoch FROM {}) AS BIGINT)",
    "files": "jsonb_array_elements(CAST(recordings AS jsonb))",
    "file_began": "CAST(EXTRACT(epoch FROM CAST(file ->> 'started_at' AS timestamptz)) AS BIGINT)",
    "file_seconds": "CAST(file ->> 'seconds' AS BIGINT)",
}
"""How the two say the same."""


async def usage(_: Processes) -> list[Figure]:
    """The figures on both databases, which hold a million calls."""
    figures = []
    for name, database in DATABASES.items():
        with tempfile.TemporaryDirectory(prefix="callwarden-bench-") as folder:
            async with database(Path(folder)) as url:
                await asyncio.to_thread(fill, url)
                async with open_store(url, SystemClock()) as store:
                    figures += await _measure(name, url, store)
    return figures


async def _measure(name: str, url: str, store: SqlStore) -> list[Figure]:
    digest, year = _days(A_DIGEST), _days(A_YEAR)
    ask, close = _opened(url)
    try:
        await _must_agree(store, ask, url, digest)
        bare = _bare(url, digest)
        once = [await _taken(store, digest) / _asked(ask, bare) for _ in range(ROUNDS + 1)]
        raw = _raw(url, year)
        trend = [_asked(ask, raw) / await _taken(store, year) for _ in range(SLOW_ROUNDS + 1)]
    finally:
        close()
    return [
        Figure.of(f"a digest's sums on {name} / bare SQL", once[1:], 2.0),
        Figure.of(
            f"summing {CALLS:,} calls on {name} / a year's trend", trend[1:], 100, at_least=True
        ),
    ]


async def _must_agree(store: SqlStore, ask: Ask, url: str, stretches: Sequence[Stretch]) -> None:
    """What is fast has to be right too."""
    found = await store.sums(stretches, VENDORS)
    for place, vendor, *slow in ask(_raw(url, stretches)):
        told = found[place][Vendor(vendor)]
        fast = [told.calls, told.seconds, told.peak_calls, told.peak_people]
        fast += [told.recordings, told.recorded_seconds]
        if fast != slow:
            raise AssertionError(f"day {place} of {vendor}: {fast} is not what its calls are")


async def _taken(store: SqlStore, stretches: Sequence[Stretch]) -> float:
    start = time.perf_counter()
    await store.sums(stretches, VENDORS)
    return time.perf_counter() - start


def _asked(ask: Ask, statement: str) -> float:
    start = time.perf_counter()
    ask(statement)
    return time.perf_counter() - start


def _days(number: int) -> list[Stretch]:
    last = (LAST - timedelta(days=1)).date()
    return [local_day(last - back * DAY, ZONE) for back in range(1, number + 1)]


def _opened(url: str) -> tuple[Ask, Callable[[], None]]:
    """One connection of the driver's own, and how to close it."""
    if path := sqlite_file(url):
        lite = sqlite3.connect(path)
        return (lambda sql: lite.execute(sql).fetchall()), lite.close
    post = psycopg.connect(url, autocommit=True)
    return (lambda sql: post.execute(sql.encode()).fetchall()), post.close


def _bare(url: str, stretches: Sequence[Stretch]) -> str:
    """The statement of the store, with every value written out."""
    lite = sqlite_file(url) is not None
    dialects = sqlite_dialect if lite else postgresql_dialect
    dialect: Dialect = dialects.dialect()
    wanted = STATEMENTS[lite].bindparams(**parameters(stretches, VENDORS))
    written = str(wanted.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return written.replace("%%", "%")  # psycopg's way to say it, where values are given too


def _raw(url: str, stretches: Sequence[Stretch]) -> str:
    rows = ((place, *numbers_of(one)) for place, one in enumerate(stretches))
    words = _LITE if sqlite_file(url) else _POST
    seconds = words["seconds"]
    return _RAW.format(
        stretches=", ".join(map(str, rows)),
        vendors=", ".join(f"'{vendor.value}'" for vendor in VENDORS),
        began=seconds.format("started_at"),
        ended=seconds.format("until"),
        **{name: word for name, word in words.items() if name != "seconds"},
    )
