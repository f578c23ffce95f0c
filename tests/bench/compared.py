"""Comparing entries and cases with each other, against only reading each of them once."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from pydantic_core import from_json
from sqlalchemy import text

from bot.calls.cases import AuditEntry
from bot.calls.models import Vendor
from bot.clock import SystemClock
from bot.store import SqlStore, open_store
from bot.store.database import Database
from bot.store.urls import address_of
from tests.bench.figure import ROUNDS, Figure
from tests.bench.processes import Processes
from tests.bench.verify import DATABASES
from tests.store.orders import DONE, order

CASES = 5_000
AT_ONCE = 200


class Kept(NamedTuple):
    """The bytes that are compared: of every entry, and of every case its order and results."""

    entries: list[bytes]
    cases: list[str]


async def compared(_: Processes) -> list[Figure]:
    """The figures of all that `callwarden audit verify` does, on both databases."""
    figures = []
    for name, database in DATABASES.items():
        with TemporaryDirectory(prefix="callwarden-bench-") as folder:
            async with database(Path(folder)) as url:
                ratios = await _ratios(url)
        line = f"verifying {CASES:,} cases on {name} / reading them"
        figures.append(Figure.of(line, ratios, 6.0))
    return figures


async def _ratios(url: str) -> list[float]:
    async with open_store(url, SystemClock(), timeout_s=60) as store:
        for first in range(0, CASES, AT_ONCE):
            await _carry_out(store, range(first, first + AT_ONCE))
        kept = await _kept(url)
        ratios = []
        for _ in range(ROUNDS):
            floor, begun = _floor(kept), time.perf_counter()
            assert await store.verify() == 2 * CASES
            ratios.append((time.perf_counter() - begun) / floor)
    return ratios


async def _carry_out(store: SqlStore, numbers: range) -> None:
    orders = [order(f"k{number}", person=f"p{number}") for number in numbers]
    await asyncio.gather(*map(store.accept, orders))
    claims = await store.claim(
        vendor=Vendor.STREAM, owner="bench", limit=AT_ONCE, lease=timedelta(minutes=1)
    )
    await asyncio.gather(
        *(
            store.finish(claim, [DONE.model_copy(update={"person": claim.case.act.people[0].id})])
            for claim in claims
        )
    )


async def _kept(url: str) -> Kept:
    database = Database(address_of(url))
    async with database.readers.connect() as connection:
        entries = await connection.execute(text("SELECT body FROM audit"))
        cases = await connection.execute(text("SELECT request, results FROM moderation_case"))
        kept = Kept([bytes(body) for (body,) in entries], [part for row in cases for part in row])
    await database.engine.dispose()
    return kept


def _floor(kept: Kept) -> float:
    """Seconds to read everything once, from memory."""
    begun = time.perf_counter()
    for body in kept.entries:
        AuditEntry.model_validate_json(body)
    for part in kept.cases:
        from_json(part)
    return time.perf_counter() - begun
