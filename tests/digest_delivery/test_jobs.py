"""The bell begins a round and a reading at a time, and lets the digest in hand be posted."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.background import BackgroundTasks
from bot.digest_delivery.jobs import DigestJobs
from bot.scheduler.scheduler import Scheduler
from tests.digest_delivery.delivery import SATURDAY, Watch, utc
from tests.fakes.clock import ManualClock
from tests.fakes.digests import subscription


class Reading:
    """Reading that lasts until it is let go or broken off."""

    def __init__(self) -> None:
        self.begun = self.broken_off = 0
        self.go_on = asyncio.Event()

    async def __call__(self) -> None:
        self.begun += 1
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.broken_off += 1
            raise


async def test_a_ring_sends_what_is_due() -> None:
    watch, tasks = Watch(ManualClock(utc(21)), subscription()), BackgroundTasks()
    await DigestJobs(watch.dispatcher, Reading(), tasks).ring()
    assert await tasks.drain(30) == 0
    assert watch.channel.days == [("C-1", SATURDAY)]


async def test_two_rings_at_once_are_one_round_and_one_reading() -> None:
    watch, tasks, reading = (
        Watch(ManualClock(utc(21)), subscription()),
        BackgroundTasks(),
        Reading(),
    )
    jobs = DigestJobs(watch.dispatcher, reading, tasks)
    for _ in range(3):
        await jobs.ring()
        await jobs.catch_up()
    reading.go_on.set()
    await tasks.drain(30)
    assert (watch.news.asked, reading.begun) == ([(1, SATURDAY)], 1)
    await jobs.catch_up()
    await tasks.drain(30)
    assert reading.begun == 2


async def test_on_stopping_the_digest_in_hand_is_posted_and_reading_is_broken_off() -> None:
    watch, tasks, reading = (
        Watch(ManualClock(utc(21)), subscription()),
        BackgroundTasks(),
        Reading(),
    )
    watch.rows.subs.append(watch.rows.subs[0].model_copy(update={"id": 2}))
    hold, at_it = asyncio.Event(), asyncio.Event()

    async def slow(*_: object) -> tuple[tuple[()], tuple[()]]:
        at_it.set()
        await hold.wait()
        return (), ()

    jobs = DigestJobs(replace(watch.dispatcher, fresh=slow), reading, tasks)
    await jobs.ring()
    await jobs.catch_up()
    await at_it.wait()
    jobs.close()
    hold.set()
    assert await tasks.drain(30) == 0
    assert [posting.subscription.id for posting, _ in watch.channel.messages["C-1"]] == [1]
    assert reading.broken_off == 1
    await jobs.ring()
    await jobs.catch_up()
    assert reading.begun == 1


async def test_both_are_rung_for() -> None:
    rung: list[str] = []

    class Names(Scheduler):
        def every(self, seconds: float, name: str, job: Callable[[], Awaitable[None]]) -> None:
            super().every(seconds, name, job)
            rung.append(f"{name} each {seconds:g} s")

    watch = Watch(ManualClock(utc(21)), subscription())
    DigestJobs(watch.dispatcher, Reading(), BackgroundTasks()).schedule(Names())
    assert rung == ["digests each 60 s", "usage each 600 s"]


def test_closing_before_anything_was_read_breaks_nothing_off() -> None:
    watch = Watch(ManualClock(utc(21)), subscription())
    DigestJobs(watch.dispatcher, Reading(), BackgroundTasks()).close()
    assert watch.dispatcher.closing.is_set()
