"""`python -m tests.storm [seconds]`: a storm on each database; exit code 1 unless all is well."""

import asyncio
import logging
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.live.digesting import digest_storm
from tests.storm.count import Tally
from tests.storm.databases import postgresql, sqlite
from tests.storm.killed import seconds_to_the_truth
from tests.storm.leave import leave
from tests.storm.storm import ALONE, TOGETHER, storm

SECONDS = 60.0

CHANNELS, DAYS = 20, 5
"""Subscriptions, and the days on which each of them is due."""

KINDS = (
    ("SQLite, one process", sqlite, ALONE),
    ("PostgreSQL, two web and two workers", postgresql, TOGETHER),
)


async def main(seconds: float) -> bool:
    """Every storm, then every leave-taking; whether all was well."""
    tallies = {}
    for name, database, commands in KINDS:
        for what in ("kill", "SIGTERM"):
            with tempfile.TemporaryDirectory(prefix="callwarden-storm-") as made:
                folder = Path(made)
                async with database(folder) as url:
                    if what == "kill":
                        tally = await storm(url, folder, commands, seconds)
                    else:
                        tally = await leave(url, folder, commands)
            tallies[f"{name}: {what}"] = tally
            show(f"{name}: {what}", tally)
    seconds = await after_a_kill()
    show("SQLite: from the start after a kill to the truth", Tally({"seconds": seconds}))
    tallies["digests"] = await digests()
    show("PostgreSQL, two workers with digests: kill", tallies["digests"])
    return all(tally.good for tally in tallies.values())


async def after_a_kill() -> int:
    """Seconds until the next process knows what became of an order, leases as they come."""
    with tempfile.TemporaryDirectory(prefix="callwarden-storm-") as made:
        async with sqlite(Path(made)) as url:
            return round(await seconds_to_the_truth(url, Path(made)))


async def digests() -> Tally:
    """Every digest of each day in its channel, though the workers keep dying."""
    with tempfile.TemporaryDirectory(prefix="callwarden-storm-") as made:
        async with postgresql(Path(made)) as url:
            told = await digest_storm(url, Path(made), channels=CHANNELS, days=DAYS)
    return Tally(
        {"digests": told.digests.total(), "processes killed": told.killed},
        {
            "digests lost": CHANNELS * DAYS - len(told.digests),
            "digests twice": sum(times > 1 for times in told.digests.values()),
            "details lost": CHANNELS * DAYS - len(told.details),
            "details twice": sum(times > 1 for times in told.details.values()),
        },
    )


def show(title: str, tally: Tally) -> None:
    """The counts as a table; those that have to be zero at the end."""
    table = Table(title=title, show_header=False, title_justify="left", min_width=46)
    for name, number in tally.counts.items():
        table.add_row(name, f"{number:,}")
    table.add_section()
    for name, number in tally.faults.items():
        table.add_row(name, f"{number:,}", "" if number == 0 else "has to be 0")
    Console().print(table)


if __name__ == "__main__":
    logging.getLogger("uvicorn.error").disabled = True  # it tells every broken connection we break
    sys.exit(not asyncio.run(main(float(sys.argv[1]) if sys.argv[1:] else SECONDS)))
