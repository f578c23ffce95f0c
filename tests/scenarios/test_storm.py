"""The short kill test: the long one is `make storm`."""

import sys
from pathlib import Path

from tests.storm.count import Tally
from tests.storm.killed import seconds_to_the_truth
from tests.storm.leave import leave
from tests.storm.storm import ALONE, TOGETHER, storm

SOON = 20.0
"""Seconds: it takes two, a third of a lease is for a busy machine."""


def all_is_well(tally: Tally) -> None:
    """Every promise kept; says first which count shows that one was not."""
    assert tally.counts["acked"] > 0, tally.counts
    wrong = {name: number for name, number in tally.faults.items() if number}
    assert not wrong, f"{wrong} of {tally.counts}"


def stormy(tally: Tally) -> None:
    """Every promise kept although processes were killed."""
    assert tally.counts.get("processes killed"), tally.counts
    all_is_well(tally)


async def test_kills_and_lost_answers_lose_and_repeat_nothing_on_sqlite(
    sqlite_url: str, tmp_path: Path
) -> None:
    stormy(await storm(sqlite_url, tmp_path, ALONE, seconds=4.0))


async def test_kills_and_lost_answers_lose_and_repeat_nothing_on_postgresql(
    postgres_url: str, tmp_path: Path
) -> None:
    stormy(await storm(postgres_url, tmp_path, TOGETHER, seconds=5.0))


async def test_a_sigterm_loses_none_of_twenty_orders_in_work(
    sqlite_url: str, tmp_path: Path
) -> None:
    tally = await leave(sqlite_url, tmp_path, ALONE)
    assert tally.counts["acked"] == 20
    all_is_well(tally)


async def test_what_a_killed_bot_left_on_sqlite_is_known_soon_after_the_next_start(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Its lease is a minute, but who has the file knows that nobody else holds a claim in it."""
    seconds = await seconds_to_the_truth(sqlite_url, tmp_path)
    sys.stdout.write(f"from the start to the truth: {seconds:.1f} s\n")
    assert seconds < SOON
