"""Reading the sums of any number of stretches in one statement."""

import json
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calls.models import Vendor
from bot.store.tables.usage import QUARTERS_A_DAY, SPANS
from bot.usage.days import Stretch
from bot.usage.quarters import moment_of, numbers_of
from bot.usage.tally import NOTHING, PEAKS, SUMMED, Tally

_PLACES = 2**24
"""More than there are quarters until the year 2448."""

_LEVELS = 4

_NUMBERS = (*SUMMED, *PEAKS, "longest", "longest_title")
"""What a row of the answer tells after its place and its vendor."""

_STATEMENT = """
WITH owner AS (SELECT value AS name FROM {texts}),
stretch AS (SELECT {first} AS place, {second} AS start, {third} AS stop FROM {stretches}),
part AS (
  SELECT {first} AS place, {second} AS tier, {third} AS start, {fourth} AS stop FROM {parts}
),
throughout AS (
  SELECT place, vendor
  FROM owner CROSS JOIN stretch {days}
  GROUP BY place, vendor, start, stop
  HAVING SUM({greatest}(0, {least}(upto, stop) - {greatest}(first, start))) = stop - start
),
told AS (
  SELECT place, vendor, {sums}, {peaks},
         MAX((longest * {places} + {places} - 1 - quarter) * {levels} + level) AS ranked
  FROM owner CROSS JOIN part {quarters}
  GROUP BY place, vendor
)
SELECT throughout.place, throughout.vendor, {numbers}, best.longest, best.longest_title
FROM throughout
LEFT JOIN told ON told.place = throughout.place AND told.vendor = throughout.vendor
LEFT JOIN usage_quarter AS best ON best.vendor = told.vendor
  AND best.level = told.ranked % {levels}
  AND best.quarter = {places} - 1 - told.ranked / {levels} % {places}
"""
"""A row for each stretch and each vendor that was read throughout it.

`ranked` grows with the length of the longest call and falls with its quarter: the first one wins.
"""

_DAYS = "usage_read", "vendor = name AND day BETWEEN start / {a_day} AND stop / {a_day}"
_QUARTERS = "usage_quarter", "vendor = name AND level = tier AND quarter BETWEEN start AND stop"

_LITE = {
    "list": "json_each(:{})",
    "texts": "json_each(:owners)",
    "number": "json_extract(value, '$[{}]')",
    "joined": "CROSS JOIN {} ON {}",
    "least": "MIN",
    "greatest": "MAX",
    "sum": "SUM({})",
}
_POST = {
    "list": "jsonb_array_elements(CAST(:{} AS jsonb)) AS one (value)",
    "texts": "jsonb_array_elements_text(CAST(:owners AS jsonb)) AS one (value) LIMIT {vendors}",
    "number": "CAST(value ->> {} AS INTEGER)",
    "joined": "CROSS JOIN LATERAL (SELECT * FROM {} WHERE {} LIMIT 1 + stop - start) AS found",
    "least": "LEAST",
    "greatest": "GREATEST",
    "sum": "CAST(SUM(CAST({} AS DOUBLE PRECISION)) AS BIGINT)",
}
"""How the two say the same: lists are handed in as JSON, one parameter however long they are.

Both look up each part by the key, in this order. PostgreSQL guesses how long a list is, and would
read the whole table: nothing is pulled out of a subquery with LIMIT. The limits are never reached;
they also keep its guess below the cost from which it compiles a statement first (`jit_above_cost`).
https://www.postgresql.org/docs/current/queries-table-expressions.html#QUERIES-LATERAL

PostgreSQL sums big integers as decimals, which takes a sixth of the time of a year. Doubles are
exact up to 2**53: thousands of the largest numbers that are kept.
"""


async def sums(
    connection: AsyncConnection, stretches: Sequence[Stretch], vendors: Sequence[Vendor]
) -> Sequence[Mapping[Vendor, Tally]]:
    """See `bot.ports.UsageStore.sums`."""
    tallies: list[dict[Vendor, Tally]] = [{} for _ in stretches]
    statement = STATEMENTS[connection.dialect.name == "sqlite"]
    for place, vendor, *numbers in await connection.execute(
        statement, parameters(stretches, vendors)
    ):
        tallies[place][Vendor(vendor)] = _tally(numbers)
    return tallies


async def unread(
    connection: AsyncConnection, vendor: Vendor, stretch: Stretch
) -> Sequence[Stretch]:
    """See `bot.ports.UsageStore.unread`."""
    first, upto = numbers_of(stretch)
    days = [
        Stretch(moment_of(day * QUARTERS_A_DAY), moment_of((day + 1) * QUARTERS_A_DAY))
        for day in range(first // QUARTERS_A_DAY, -(-upto // QUARTERS_A_DAY))
    ]
    tallies = await sums(connection, days, [vendor])
    return [day for day, found in zip(days, tallies, strict=True) if vendor not in found]


def parameters(stretches: Sequence[Stretch], vendors: Sequence[Vendor]) -> dict[str, str]:
    """The parameters of a statement: the stretches, and which sums each is made of."""
    spans = [numbers_of(stretch) for stretch in stretches]
    parts = [(place, *part) for place, span in enumerate(spans) for part in _made_of(*span)]
    return {
        "stretches": json.dumps([(place, *span) for place, span in enumerate(spans)]),
        "parts": json.dumps(parts),
        "owners": json.dumps([vendor.value for vendor in vendors]),
    }


def _made_of(first: int, upto: int, level: int = 0) -> Iterator[tuple[int, int, int]]:
    """The fewest sums that cover these quarters: level, and where the first and last begin."""
    begin = end = upto
    if level + 1 < len(SPANS):
        wider = SPANS[level + 1]
        begin, end = -(-first // wider) * wider, upto // wider * wider
        if begin < end:
            yield from _made_of(begin, end, level + 1)
        else:
            begin = end = upto
    for start, stop in ((first, begin), (end, upto)):
        if start < stop:
            yield level, start, stop - SPANS[level]


def _tally(numbers: Sequence[object]) -> Tally:
    values = dict(zip(_NUMBERS, numbers, strict=True))
    return NOTHING if values["calls"] is None else Tally.model_validate(values)


def _statement(words: Mapping[str, str]) -> TextClause:
    first, second, third, fourth = (words["number"].format(n) for n in range(4))
    days, within = _DAYS
    return text(
        _STATEMENT.format(
            first=first,
            second=second,
            third=third,
            fourth=fourth,
            texts=words["texts"].format(vendors=len(Vendor)),
            stretches=words["list"].format("stretches"),
            parts=words["list"].format("parts"),
            days=words["joined"].format(days, within.format(a_day=QUARTERS_A_DAY)),
            quarters=words["joined"].format(*_QUARTERS),
            least=words["least"],
            greatest=words["greatest"],
            sums=", ".join(f"{words['sum'].format(name)} AS {name}" for name in SUMMED),
            peaks=", ".join(f"MAX({name}) AS {name}" for name in PEAKS),
            numbers=", ".join(f"told.{name}" for name in (*SUMMED, *PEAKS)),
            places=_PLACES,
            levels=_LEVELS,
        )
    )


STATEMENTS = {True: _statement(_LITE), False: _statement(_POST)}
"""For SQLite, and for PostgreSQL."""
