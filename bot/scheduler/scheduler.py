"""Runs jobs at intervals. One of the three places that catch every exception."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.clock import Clock, SystemClock
from bot.errors import CallwardenError, ProcessBroken
from bot.meter import UNMETERED, Meter

log = structlog.get_logger(__name__)

WATCH_SECONDS = 1.0
"""How often it is checked whether the jobs that were due were run."""

LATE_SECONDS = 1.0
"""How much later than its interval a job may begin before it is run by the watch."""

MOST_MISSED = 5
"""How often in a row a job is run by the watch in vain; then the scheduler is taken for dead."""


class Scheduler:
    """APScheduler as an in-memory timer: it holds no state that a restart could lose.

    APScheduler goes by the machine's clock: once that was set ahead and back, it would run nothing
    for as long as the jump. So intervals are watched by seconds that nobody sets, and what is late
    by them is run at once. `scheduler` is APScheduler's own; it is started and stopped here.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        meter: Meter = UNMETERED,
        scheduler: AsyncIOScheduler | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._meter = meter
        self._scheduler = scheduler or AsyncIOScheduler(timezone=UTC)
        self._jobs: list[_Job] = []

    def every(self, seconds: float, name: str, job: Callable[[], Awaitable[None]]) -> None:
        """Run `job` every so many seconds, never twice at once; a failure is logged."""
        scheduled = _Job(name, seconds, job, self._clock, self._clock.monotonic())
        self._jobs.append(scheduled)
        self._scheduler.add_job(
            scheduled.run,
            _Every(seconds),
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """Begin to run jobs, on the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Run no further job; one that is running goes on."""
        self._scheduler.shutdown(wait=False)

    async def watch(self) -> None:
        """Run jobs that are late, for ever.

        Raises ProcessBroken once APScheduler does not run one of them even so.
        """
        while True:
            await self._clock.sleep(WATCH_SECONDS)
            for job in self._jobs:
                if job.late:
                    self._run_now(job)

    def _run_now(self, job: "_Job") -> None:
        if job.missed == MOST_MISSED:
            raise ProcessBroken(f"The scheduler does not run {job.name} any more.")
        job.missed += 1
        log.warning("scheduled job delayed", job=job.name, seconds=round(job.waited))
        self._meter.late(job.name)
        now = SystemClock().now()  # the clock that APScheduler goes by
        self._scheduler.modify_job(job.name, next_run_time=now)


@dataclass
class _Job:
    """Something done every so many `seconds`; `begun` (monotonic) is when it was begun last.

    `missed` is how often in a row it was run by the watch.
    """

    name: str
    seconds: float
    work: Callable[[], Awaitable[None]]
    clock: Clock
    begun: float
    missed: int = 0
    at_work: bool = False

    @property
    def waited(self) -> float:
        """Seconds since it was begun."""
        return self.clock.monotonic() - self.begun

    @property
    def late(self) -> bool:
        """Whether it should have been begun again by now."""
        return not self.at_work and self.waited > self.seconds + LATE_SECONDS

    async def run(self) -> None:
        """Do it once."""
        self.begun, self.missed, self.at_work = self.clock.monotonic(), 0, True
        try:
            await guarded(self.name, self.work)
        finally:
            self.at_work = False


class _Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Every so many seconds from now on.

    APScheduler's own counts each interval up to now, one by one: millions of them where a machine
    without a battery finds out what year it is.
    """

    def __init__(self, seconds: float) -> None:
        self._span = timedelta(seconds=seconds)

    def get_next_fire_time(self, _: datetime | None, now: datetime) -> datetime:
        """One interval after `now`."""
        return now + self._span


async def guarded(name: str, job: Callable[[], Awaitable[None]]) -> None:
    """Await `job()`; whatever it raises is logged under `name` and goes no further."""
    try:
        await job()
    except CallwardenError as error:
        log.warning(
            "scheduled job not done", job=name, problem=str(error), next_step=error.next_step
        )
    except Exception:
        log.exception("scheduled job failed", job=name)
