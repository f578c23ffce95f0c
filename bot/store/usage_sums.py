"""Reading sums: any number of stretches in one statement over the quarters."""

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    select,
    values,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calls.models import Vendor
from bot.store.usage_rows import moment_of, numbers_of, tally_of
from bot.store.usage_tables import QUARTERLY, QUARTERS_A_DAY, READ
from bot.usage.days import Stretch
from bot.usage.tally import PEAKS, SUMMED, Tally

_PLACES = 2**24
"""More than there are quarters until the year 2448."""

_RANK = QUARTERLY.c.longest * _PLACES + (_PLACES - 1 - QUARTERLY.c.quarter)
"""Grows with the length of the longest call, and falls with its quarter: the first one wins."""

_KNOWN_ZERO = {"calls", "seconds", "peak_calls"}

_PARTS = (
    select(READ.c.first, READ.c.upto)
    .where(
        READ.c.vendor == bindparam("owner"),
        READ.c.day.between(bindparam("first_day"), bindparam("last_day")),
    )
    .order_by(READ.c.day)
)


async def sums(
    connection: AsyncConnection, stretches: Sequence[Stretch], vendors: Sequence[Vendor]
) -> Sequence[Mapping[Vendor, Tally]]:
    """See `bot.ports.UsageStore.sums`."""
    found: list[dict[Vendor, Tally]] = [{} for _ in stretches]
    if stretches and vendors:
        for row in await connection.execute(statement(stretches, vendors)):
            found[row.place][Vendor(row.vendor)] = tally_of(row._mapping)  # noqa: SLF001  the columns of a row by name
    return found


async def unread(
    connection: AsyncConnection, vendor: Vendor, stretch: Stretch
) -> Sequence[Stretch]:
    """See `bot.ports.UsageStore.unread`."""
    first, upto = numbers_of(stretch)
    days = range(first // QUARTERS_A_DAY, -(-upto // QUARTERS_A_DAY))
    wanted = {"owner": vendor, "first_day": days.start, "last_day": days.stop - 1}
    parts = await connection.execute(_PARTS, wanted)
    whole = {part.first for part in parts if part.upto - part.first == QUARTERS_A_DAY}
    begins = [day * QUARTERS_A_DAY for day in days]
    return [
        Stretch(moment_of(begin), moment_of(begin + QUARTERS_A_DAY))
        for begin in begins
        if begin not in whole
    ]


def statement(
    stretches: Sequence[Stretch], vendors: Sequence[Vendor]
) -> Select[tuple[object, ...]]:
    """A row for each stretch (its `place` in the list) and vendor that was read throughout."""
    told = _summed(_read_throughout(_wanted(stretches), vendors))
    title = func.coalesce(QUARTERLY.c.longest_title, "").label("longest_title")
    at = _PLACES - 1 - told.c.rank % _PLACES
    of_longest = and_(QUARTERLY.c.vendor == told.c.vendor, QUARTERLY.c.quarter == at)
    longest = func.coalesce(told.c.rank // _PLACES, 0).label("longest")
    return select(told, longest, title).outerjoin_from(told, QUARTERLY, of_longest)


def _wanted(stretches: Sequence[Stretch]) -> CTE:
    rows = [(place, *numbers_of(one)) for place, one in enumerate(stretches)]
    names = (column("place", Integer), column("first", Integer), column("upto", Integer))
    return values(*names, name="given").data(rows).cte("wanted")


def _read_throughout(wanted: CTE, vendors: Sequence[Vendor]) -> CTE:
    """Each stretch with each vendor that told of every quarter of it."""
    begin = _the(wanted.c.first, READ.c.first, larger=True)
    end = _the(wanted.c.upto, READ.c.upto, larger=False)
    meeting = and_(
        READ.c.day.between(wanted.c.first // QUARTERS_A_DAY, wanted.c.upto // QUARTERS_A_DAY),
        READ.c.first < wanted.c.upto,
        READ.c.upto > wanted.c.first,
    )
    return (
        select(wanted, READ.c.vendor)
        .join_from(wanted, READ, meeting)
        .where(READ.c.vendor.in_([vendor.value for vendor in vendors]))
        .group_by(wanted.c.place, wanted.c.first, wanted.c.upto, READ.c.vendor)
        .having(func.sum(end - begin) == wanted.c.upto - wanted.c.first)
        .cte("seen")
    )


def _summed(seen: CTE) -> CTE:
    inside = and_(
        QUARTERLY.c.vendor == seen.c.vendor,
        QUARTERLY.c.quarter >= seen.c.first,
        QUARTERLY.c.quarter < seen.c.upto,
    )
    sums = [_told(name, func.sum(QUARTERLY.c[name])) for name in SUMMED]
    peaks = [_told(name, func.max(QUARTERLY.c[name])) for name in PEAKS]
    rank = func.max(case((QUARTERLY.c.longest > 0, _RANK))).label("rank")
    return (
        select(seen.c.place, seen.c.vendor, *sums, *peaks, rank)
        .outerjoin_from(seen, QUARTERLY, inside)
        .group_by(seen.c.place, seen.c.vendor)
        .cte("summed")
    )


def _told(name: str, found: ColumnElement[int]) -> ColumnElement[int]:
    """PostgreSQL sums big integers as decimals."""
    whole = cast(found, BigInteger)
    return (func.coalesce(whole, 0) if name in _KNOWN_ZERO else whole).label(name)


def _the(one: ColumnElement[int], other: ColumnElement[int], *, larger: bool) -> ColumnElement[int]:
    first = one >= other if larger else one <= other
    return case((first, one), else_=other)
