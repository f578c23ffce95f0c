"""The audit log is looked at while the bot runs; an alarm says what it is an alarm of."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest
from structlog.testing import capture_logs

from bot.metrics import Metrics
from bot.scheduler.audit_checks import (
    CHECK_ALL_SECONDS,
    CHECK_PART_SECONDS,
    LAST_SECONDS,
    REST_SECONDS,
    AuditChecks,
)
from bot.scheduler.scheduler import Scheduler
from bot.store import SqlStore
from tests.fakes.clock import ManualClock
from tests.fakes.locked_tables import locked
from tests.store.damage import damage
from tests.store.orders import order

GONE = (
    "DELETE FROM delivery WHERE case_number = 3",
    "DELETE FROM outbox WHERE case_number = 3",
    "DELETE FROM case_lock WHERE case_number = 3",
    "DELETE FROM moderation_case WHERE number = 3",
)
AWAY = "postgresql://ann:hunter2@127.0.0.1:9/none"


@pytest.fixture
async def filled(store: SqlStore) -> SqlStore:
    for i in range(5):
        await store.accept(order(f"k{i}", person=f"p{i}"))
    return store


@pytest.fixture
async def away(clock: ManualClock) -> AsyncIterator[SqlStore]:
    """A database that does not answer."""
    store = SqlStore(AWAY, clock)
    yield store
    await store.stop()


async def damaged_gauge(metrics: Metrics) -> float:
    page = (await metrics.page()).decode()
    (line,) = [item for item in page.splitlines() if item.startswith("callwarden_audit_damaged ")]
    return float(line.split()[1])


async def test_a_sound_audit_log_is_said_nothing_about(
    filled: SqlStore, clock: ManualClock
) -> None:
    checks = AuditChecks(filled, clock, Random(1))
    with capture_logs() as logs:
        assert await checks.check_part()
    assert logs == []
    assert await filled.verify_since_checkpoint() == await filled.head()


async def test_an_old_entry_that_was_changed_is_an_alarm_of_tampering(
    filled: SqlStore, clock: ManualClock, database_url: str
) -> None:
    metrics = Metrics(clock)
    checks = AuditChecks(filled, clock, Random(1), metrics)
    assert await checks.check_part()
    assert await damaged_gauge(metrics) == 0
    damage(database_url, "UPDATE audit SET people = NULL WHERE id = 2")
    with capture_logs() as logs:
        assert not await checks.check_part()
    (line,) = logs
    assert (line["event"], line["log_level"]) == ("audit log found damaged", "critical")
    assert "audit entry 2 " in line["problem"]
    assert "admin" in line["next_step"]
    assert await damaged_gauge(metrics) == 1


async def test_a_tail_that_was_cut_is_an_alarm_of_tampering(
    filled: SqlStore, clock: ManualClock, database_url: str
) -> None:
    checks = AuditChecks(filled, clock, Random(1))
    await checks.at_stop()
    damage(database_url, "DELETE FROM audit WHERE id = 5")
    with capture_logs() as logs:
        assert not await checks.check_part()
    assert [(line["log_level"], "Audit entry 5" in line["problem"]) for line in logs] == [
        ("critical", True)
    ]


async def test_a_database_that_is_away_is_no_alarm_of_tampering(
    away: SqlStore, clock: ManualClock
) -> None:
    metrics = Metrics(clock)
    checks = AuditChecks(away, clock, Random(1), metrics)
    with capture_logs() as logs:
        assert not await checks.check_part()
        assert not await checks.check_all()
        await checks.at_stop()
    assert {(line["event"], line["log_level"]) for line in logs} == {
        ("audit log not checked", "error")
    }
    assert "hunter2" not in str(logs)
    assert await damaged_gauge(metrics) == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_stop_does_not_wait_for_a_locked_table(
    filled: SqlStore, clock: ManualClock, database_url: str
) -> None:
    loop = asyncio.get_running_loop()
    async with locked(database_url, "audit"):
        begun = loop.time()
        with capture_logs() as logs:
            await AuditChecks(filled, clock, Random(1)).at_stop()
        assert loop.time() - begun < LAST_SECONDS + 1
    assert [line["event"] for line in logs] == ["audit log not checked"]


class Held:
    """A chain whose table somebody has locked."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    async def checkpoint(self) -> tuple[int, str]:
        raise TimeoutError

    async def verify_part(self, part: float) -> None:
        raise AssertionError(part)

    async def verify(self, expect: str | None = None, *, pause: object = None) -> int:
        raise AssertionError((expect, pause))


async def test_a_look_that_takes_too_long_is_given_up(clock: ManualClock) -> None:
    with capture_logs() as logs:
        assert not await AuditChecks(Held(clock), clock, Random(1)).check_part()
    assert [line["event"] for line in logs] == ["audit log not checked"]


async def test_all_of_it_is_compared_once_a_day_with_rests(
    filled: SqlStore, clock: ManualClock, database_url: str
) -> None:
    """A case that is gone is what no look at the end or at a stretch can see."""
    metrics = Metrics(clock)
    metrics.audited(damaged=True)
    checks = AuditChecks(filled, clock, Random(1), metrics)
    await checks.ring()
    assert await damaged_gauge(metrics) == 1
    clock.advance(CHECK_PART_SECONDS)
    await checks.ring()
    assert await damaged_gauge(metrics) == 0
    assert set(clock.slept) == {REST_SECONDS}
    damage(database_url, *GONE)
    with capture_logs() as logs:
        clock.advance(CHECK_ALL_SECONDS / 2)
        await checks.ring()
        assert logs == []
        clock.advance(CHECK_ALL_SECONDS / 2)
        await checks.ring()
    assert ["#3 is gone" in line["problem"] for line in logs] == [True]
    assert await damaged_gauge(metrics) == 1


async def test_looks_are_on_the_bell(filled: SqlStore, clock: ManualClock) -> None:
    scheduler = Scheduler()
    AuditChecks(filled, clock, Random(1)).schedule(scheduler)
    scheduler.start()
    scheduler.stop()
