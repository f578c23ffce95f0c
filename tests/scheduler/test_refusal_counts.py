"""Refusals that were counted are recorded in time, and a database that is away stops nothing."""

from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.testing import capture_logs

from bot.calls.actors import Actor
from bot.calls.cases import Refusal
from bot.calls.refusals import HOUR
from bot.scheduler.refusal_counts import RECORD_SECONDS, RefusalCounts
from bot.scheduler.scheduler import Scheduler
from bot.store import SqlStore
from tests.fakes.clock import ManualClock
from tests.scheduler.test_audit_checks import AWAY


async def test_they_are_recorded_by_the_job_that_is_scheduled(
    store: SqlStore, clock: ManualClock
) -> None:
    for key in ("1", "2", "3"):
        actor = Actor(user="U1", team="T1")
        await store.refuse(Refusal(key=key, actor=actor, why="No.", outsider=True))
    clock.advance(HOUR.total_seconds())
    scheduler = AsyncIOScheduler(timezone=UTC)
    RefusalCounts(store).schedule(Scheduler(clock, scheduler=scheduler))
    (job,) = scheduler.get_jobs()
    assert HOUR.total_seconds() / 60 >= RECORD_SECONDS
    await job.func()
    assert [entry.times async for entry in store.export()] == [None, 2]


async def test_a_database_that_is_away_at_the_end_is_told_of(clock: ManualClock) -> None:
    store = SqlStore(AWAY, clock)
    with capture_logs() as logs:
        await RefusalCounts(store).at_stop()
    await store.stop()
    assert [line["event"] for line in logs] == ["refusals not recorded"]
