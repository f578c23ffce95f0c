"""Due rows are taken up once, side by side up to the slots, and a missed bell forgets none."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.background import BackgroundTasks
from bot.moderation.lease_consumer import Claimant, LeaseConsumer
from bot.trace import current, traced
from tests.fakes.clock import ManualClock


def by(tasks: BackgroundTasks) -> Claimant:
    """Whose leases last."""
    return Claimant(ManualClock(), tasks, "one")


class Rows:
    """Rows that are due, and what happened to them."""

    def __init__(self, count: int) -> None:
        self.due = list(range(count))
        self.done: list[int] = []
        self.at_once = 0
        self.most_at_once = 0
        self.takes = 0
        self.gate = asyncio.Event()
        self.two_at_work = asyncio.Event()

    async def take(self, *, limit: int, **_: object) -> Sequence[int]:
        self.takes += 1
        await asyncio.sleep(0)
        taken, self.due = self.due[:limit], self.due[limit:]
        return taken

    async def work(self, row: int) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self.at_once == 2:
            self.two_at_work.set()
        await self.gate.wait()
        self.at_once -= 1
        self.done.append(row)


async def test_everything_due_is_done_within_the_slots() -> None:
    rows, tasks = Rows(10), BackgroundTasks()
    rows.gate.set()
    consumer = LeaseConsumer("rows", rows.take, rows.work, by(tasks), concurrency=3)
    consumer.wake()
    assert await tasks.drain(30) == 0
    assert sorted(rows.done) == list(range(10))
    assert rows.most_at_once <= 3


async def test_a_full_pump_takes_no_more_until_a_slot_is_free() -> None:
    rows, tasks = Rows(4), BackgroundTasks()
    consumer = LeaseConsumer("rows", rows.take, rows.work, by(tasks), concurrency=2)
    consumer.wake()
    await rows.two_at_work.wait()
    consumer.wake()
    assert len(rows.due) == 2
    rows.gate.set()
    await tasks.drain(30)
    assert sorted(rows.done) == [0, 1, 2, 3]


async def test_a_bell_during_a_sweep_makes_it_look_again() -> None:
    rows, tasks = Rows(0), BackgroundTasks()
    rows.gate.set()
    consumer = LeaseConsumer("rows", rows.take, rows.work, by(tasks), concurrency=2)
    consumer.wake()
    await asyncio.sleep(0)
    rows.due = []
    consumer.wake()
    await tasks.drain(30)
    assert rows.takes == 2


async def test_a_closed_pump_takes_nothing_up() -> None:
    rows, tasks = Rows(1), BackgroundTasks()
    consumer = LeaseConsumer("rows", rows.take, rows.work, by(tasks), concurrency=2)
    consumer.close()
    consumer.wake()
    assert await tasks.drain(30) == 0
    assert rows.done == []


async def test_a_failing_row_frees_its_slot_and_is_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows, tasks = Rows(3), BackgroundTasks()

    async def work(row: int) -> None:
        if row == 0:
            raise RuntimeError("row 0 is bad")
        rows.done.append(row)

    consumer = LeaseConsumer("rows", rows.take, work, by(tasks), concurrency=1)
    consumer.wake()
    await tasks.drain(30)
    assert rows.done == [1, 2]
    assert "row 0 is bad" in capsys.readouterr().out


async def test_what_a_pump_does_is_not_told_as_of_the_request_that_rang_for_it() -> None:
    """It works for others too: each row brings the id of its own request."""
    told: list[str] = []
    due = [1, 2]

    async def take(*, limit: int, **_: object) -> Sequence[int]:
        told.append(current())
        return [due.pop() for _ in range(min(limit, len(due)))]

    async def work(row: int) -> None:
        told.append(f"{row}{current()}")

    tasks = BackgroundTasks()
    with traced("a request"):
        LeaseConsumer("rows", take, work, by(tasks), concurrency=2).wake()
    assert await tasks.drain(30) == 0
    assert {"1", "2"} <= set(told) <= {"", "1", "2"}


async def test_draining_cancels_what_does_not_end_in_time_and_counts_it() -> None:
    tasks = BackgroundTasks()
    tasks.spawn(asyncio.Event().wait(), "for ever")
    assert await tasks.drain(0.01) == 1
