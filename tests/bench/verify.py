"""Following a million audit entries along their chain, against hashing the same bytes alone."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.bench.entries import ENTRIES, fill
from tests.bench.figure import ROUNDS, Figure
from tests.bench.processes import Processes
from tests.live.process import Program
from tests.storm.databases import postgresql, sqlite

MEMORY = 100.0
"""MB by which the process may grow."""

DATABASES = {"SQLite": sqlite, "PostgreSQL": postgresql}


class Walked(NamedTuple):
    """Seconds of the hashing alone and of the walk, and the MB by which its process grew."""

    floor: float
    walk: float
    grown: float


async def verify(_: Processes) -> list[Figure]:
    """The figures on both databases; each round is a process of its own."""
    figures = []
    for name, database in DATABASES.items():
        with tempfile.TemporaryDirectory(prefix="callwarden-bench-") as folder:
            async with database(Path(folder)) as url:
                await asyncio.to_thread(fill, url)
                rounds = [await _round(url, Path(folder)) for _ in range(ROUNDS)]
        ratios = [walked.walk / walked.floor for walked in rounds]
        grown = [max(walked.grown for walked in rounds) / MEMORY]
        figures += [
            Figure.of(f"following {ENTRIES:,} entries on {name} / sha256", ratios, 3.0),
            Figure.of(f"memory it takes on {name} / {MEMORY:g} MB", grown, 1.0),
        ]
    return figures


async def _round(url: str, folder: Path) -> Walked:
    program = await Program.start("tests.bench.walker", url, environ={}, log=folder / "walker.log")
    try:
        return Walked(**json.loads(await program.line()))
    finally:
        program.kill()
        await program.ended()
