"""The bell rings again whatever happened at the last ring."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Self

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.testing import capture_logs

from bot.errors import ProcessBroken
from bot.lifecycle import Lifecycle
from bot.metrics import Metrics
from bot.scheduler.jobs import SweepJobs
from bot.scheduler.scheduler import MOST_MISSED, Scheduler
from tests.fakes.clock import HeldClock


class Bell:
    """Something rung for; it fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.rung = 0
        self.failures = failures
        self.thrice = asyncio.Event()

    async def ring(self) -> None:
        self.rung += 1
        if self.rung == 3:
            self.thrice.set()
        if self.rung <= self.failures:
            raise RuntimeError("the rope broke")


async def test_a_job_that_fails_is_logged_and_rung_for_again() -> None:
    bell, scheduler = Bell(failures=1), Scheduler()
    with capture_logs() as logs:
        scheduler.every(0.01, "bell", bell.ring)
        scheduler.start()
        async with asyncio.timeout(30):
            await bell.thrice.wait()
        scheduler.stop()
    (failure,) = [line for line in logs if line["log_level"] == "error"]
    assert (failure["event"], failure["job"]) == ("scheduled job failed", "bell")


async def test_a_stopped_bell_rings_no_more() -> None:
    stopped, other = Bell(), Bell()
    schedulers = [Scheduler(), Scheduler()]
    for scheduler, bell in zip(schedulers, (stopped, other), strict=True):
        scheduler.every(0.01, "bell", bell.ring)
        scheduler.start()
    schedulers[0].stop()
    async with asyncio.timeout(30):
        await other.thrice.wait()
    schedulers[1].stop()
    assert stopped.rung == 0


class Ringer:
    """An executor that counts its bells."""

    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


async def test_a_sweep_rings_for_what_others_left_behind() -> None:
    ringer = Ringer()
    await SweepJobs([ringer]).sweep()
    assert ringer.woken == 1


def set_back(scheduler: AsyncIOScheduler) -> None:
    """Leave the jobs as a clock does that was an hour ahead at their last run, and is right now."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=job.next_run_time + timedelta(hours=1))


class Watched:
    """A runner that rings each minute, on a clock that the test moves, with the figures of it."""

    def __init__(self) -> None:
        self.clock, self.timer = HeldClock(), AsyncIOScheduler(timezone=UTC)
        self.metrics, self.bell = Metrics(self.clock), Bell()
        self.scheduler = Scheduler(self.clock, self.metrics, self.timer)
        self.scheduler.every(60, "bell", self.bell.ring)

    async def __aenter__(self) -> Self:
        self.scheduler.start()
        self.watch = asyncio.create_task(self.scheduler.watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.watch.cancel()
        self.scheduler.stop()

    async def pass_by(self, seconds: int) -> None:
        """Let so many seconds pass, and what is due in each of them be done."""
        for _ in range(seconds):
            self.clock.advance(1)
            for _ in range(5):
                await asyncio.sleep(0)


async def test_recurring_work_does_not_stand_still_after_the_clock_was_ahead_and_set_back() -> None:
    async with Watched() as ours:
        set_back(ours.timer)
        with capture_logs() as logs:
            await ours.pass_by(61)
            assert ours.bell.rung == 0
            await ours.pass_by(2)
            assert ours.bell.rung == 1
            await ours.pass_by(60)
        assert ours.bell.rung == 1  # the next one is the scheduler's again, a minute from then
        assert [line["event"] for line in logs] == ["scheduled job delayed"]
        page = (await ours.metrics.page()).decode()
        assert 'callwarden_scheduled_jobs_late_total{job="bell"} 1.0' in page


async def test_a_job_at_work_is_not_late() -> None:
    async with Watched() as ours:
        hold = asyncio.Event()

        async def long() -> None:
            await hold.wait()

        ours.scheduler.every(10, "long", long)
        await ours.pass_by(12)
        with capture_logs() as logs:
            await ours.pass_by(40)
        assert logs == []
        hold.set()


async def test_a_scheduler_that_runs_nothing_any_more_ends_the_process() -> None:
    async with Watched() as ours:
        ours.timer.pause()
        life = Lifecycle()
        life.watch(ours.watch)
        await ours.pass_by(61 + MOST_MISSED)
        assert not life.stopping.is_set()
        await ours.pass_by(1)
        assert life.stopping.is_set()
        with pytest.raises(ProcessBroken):
            life.require_whole()


async def test_the_next_run_is_one_interval_away_however_far_the_clock_was_set_ahead() -> None:
    """APScheduler's own interval goes through half a billion of two seconds here."""
    async with Watched() as ours:
        (job,) = ours.timer.get_jobs()
        since_1970 = datetime.fromtimestamp(0, UTC)
        job.modify(next_run_time=since_1970)
        for _ in range(10):
            await asyncio.sleep(0)
        assert ours.bell.rung == 1
