"""Reading sums: any number of stretches in one statement over what is summed up already."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calls.models import Vendor
from bot.store.usage_rows import moment_of, numbers_of
from bot.store.usage_tables import QUARTERLY, QUARTERS_A_DAY, READ, SPANS
from bot.usage.days import Stretch
from bot.usage.tally import NOTHING, PEAKS, SUMMED, Tally

_PLACES = 2**24
"""More than there are quarters until the year 2448."""

_LEVELS = 4

_RANK = (
    QUARTERLY.c.longest * _PLACES + (_PLACES - 1 - QUARTERLY.c.quarter)
) * _LEVELS + QUARTERLY.c.level
"""Grows with the length of the longest call and falls with its quarter: the first one wins."""

_NUMBERS = (*SUMMED, *PEAKS, "longest", "longest_title")
"""What a statement tells, in its order."""

PARTS = select(READ.c.vendor, READ.c.day, READ.c.first, READ.c.upto).where(
    READ.c.vendor.in_(bindparam("owners", expanding=True)),
    READ.c.day.between(bindparam("first_day"), bindparam("last_day")),
)

Parts = Mapping[tuple[Vendor, int], tuple[int, int]]
"""For a vendor and a UTC day, the quarters that were read: the first, and the first after them."""


async def sums(
    connection: AsyncConnection, stretches: Sequence[Stretch], vendors: Sequence[Vendor]
) -> Sequence[Mapping[Vendor, Tally]]:
    """See `bot.ports.UsageStore.sums`."""
    spans = [numbers_of(one) for one in stretches]
    if not spans or not vendors:
        return [{} for _ in spans]
    read = await _parts(connection, spans, vendors)
    sqlite = connection.dialect.name == "sqlite"
    rows = await connection.execute(STATEMENTS[sqlite], parameters(stretches, vendors))
    found = {
        (place, vendor): Tally.model_validate(dict(zip(_NUMBERS, numbers, strict=True)))
        for place, vendor, *numbers in rows
    }
    return [
        {
            vendor: found.get((place, vendor.value), NOTHING)
            for vendor in vendors
            if _throughout(read, vendor, *span)
        }
        for place, span in enumerate(spans)
    ]


async def unread(
    connection: AsyncConnection, vendor: Vendor, stretch: Stretch
) -> Sequence[Stretch]:
    """See `bot.ports.UsageStore.unread`."""
    first, upto = numbers_of(stretch)
    read = await _parts(connection, [(first, upto)], [vendor])
    days = range(first // QUARTERS_A_DAY, -(-upto // QUARTERS_A_DAY))
    edges = [(day * QUARTERS_A_DAY, (day + 1) * QUARTERS_A_DAY) for day in days]
    return [
        Stretch(moment_of(begin), moment_of(end))
        for begin, end in edges
        if not _throughout(read, vendor, begin, end)
    ]


def parameters(stretches: Sequence[Stretch], vendors: Sequence[Vendor]) -> dict[str, object]:
    """The values of a statement: which sums each stretch (by its place in the list) is made of."""
    wanted = [
        (place, level, quarter)
        for place, one in enumerate(stretches)
        for level, quarter in _made_of(*numbers_of(one))
    ]
    return {"wanted": json.dumps(wanted), "owners": [vendor.value for vendor in vendors]}


async def _parts(
    connection: AsyncConnection, spans: Sequence[tuple[int, int]], vendors: Sequence[Vendor]
) -> Parts:
    first, upto = min(first for first, _ in spans), max(upto for _, upto in spans)
    days = {"first_day": first // QUARTERS_A_DAY, "last_day": upto // QUARTERS_A_DAY}
    owners = [vendor.value for vendor in vendors]
    rows = await connection.execute(PARTS, {**days, "owners": owners})
    return {(Vendor(vendor), day): (begin, end) for vendor, day, begin, end in rows}


def _throughout(read: Parts, vendor: Vendor, first: int, upto: int) -> bool:
    """Whether every quarter was read."""
    for day in range(first // QUARTERS_A_DAY, -(-upto // QUARTERS_A_DAY)):
        begin, end = read.get((vendor, day), (0, 0))
        if begin > max(first, day * QUARTERS_A_DAY) or end < min(upto, (day + 1) * QUARTERS_A_DAY):
            return False
    return True


def _made_of(first: int, upto: int) -> Iterator[tuple[int, int]]:
    """The fewest sums that these quarters are made of: the level of each, and where it begins."""
    at = first
    while at < upto:
        level = len(SPANS) - 1
        while at % SPANS[level] or at + SPANS[level] > upto:
            level -= 1
        yield level, at
        at += SPANS[level]


def _statement(*, sqlite: bool) -> Select[*tuple[Any, ...]]:
    """A row for each stretch and vendor that has calls in it."""
    place, level, quarter = _listed(sqlite=sqlite)
    sums = [_told(name, func.sum(QUARTERLY.c[name])) for name in SUMMED]
    peaks = [_told(name, func.max(QUARTERLY.c[name])) for name in PEAKS]
    told = (
        select(
            place.label("place"), QUARTERLY.c.vendor, *sums, *peaks, func.max(_RANK).label("rank")
        )
        .where(
            QUARTERLY.c.vendor.in_(bindparam("owners", expanding=True)),
            QUARTERLY.c.level == level,
            QUARTERLY.c.quarter == quarter,
        )
        .group_by(place, QUARTERLY.c.vendor)
        .cte("told")
    )
    of_longest = and_(
        QUARTERLY.c.vendor == told.c.vendor,
        QUARTERLY.c.level == told.c.rank % _LEVELS,
        QUARTERLY.c.quarter == _PLACES - 1 - told.c.rank // _LEVELS % _PLACES,
    )
    longest = (told.c.rank // (_LEVELS * _PLACES)).label("longest")
    numbers = [told.c[name] for name in (*SUMMED, *PEAKS)]
    return select(
        told.c.place, told.c.vendor, *numbers, longest, QUARTERLY.c.longest_title
    ).join_from(told, QUARTERLY, of_longest)


def _listed(*, sqlite: bool) -> list[ColumnElement[int]]:
    """The columns of the list that is handed in as JSON: one parameter, however long it is."""
    given = bindparam("wanted", type_=Text)
    if sqlite:
        one = func.json_each(given).table_valued("value", name="one")
        return [func.json_extract(one.c.value, f"$[{n}]", type_=Integer) for n in range(3)]
    many = func.jsonb_array_elements(cast(given, JSONB))
    of = many.table_valued(column("value", JSONB), name="one")
    return [cast(of.c.value[n].astext, Integer) for n in range(3)]


def _told(name: str, found: ColumnElement[int]) -> ColumnElement[int]:
    """PostgreSQL sums big integers as decimals."""
    return cast(found, BigInteger).label(name)


STATEMENTS = {sqlite: _statement(sqlite=sqlite) for sqlite in (True, False)}
"""For SQLite, and for PostgreSQL."""
