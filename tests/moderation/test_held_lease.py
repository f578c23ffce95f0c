"""Who slept over a lease sends nothing under it any more: somebody else does that work by now."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import httpx
import pytest
from structlog.testing import capture_logs

from bot.background import BackgroundTasks
from bot.calls.models import Vendor
from bot.calls.verbs import Kick
from bot.errors import ClaimLost
from bot.held_lease import HeldLease, age_held, holding, require_held
from bot.moderation.lease_consumer import Claimant, LeaseConsumer
from bot.moderation.lease_keeper import LeaseKeeper
from bot.providers.http.breaker import BreakerState
from bot.providers.http.retry import Idempotency
from bot.store import SqlStore
from tests.fakes.clock import ManualClock
from tests.moderation.harness import Harness
from tests.providers.http.test_client import Server, transport

MINUTE = timedelta(minutes=1)


def slept(clock: ManualClock) -> None:
    """The whole machine slept: only the wall clock knows."""
    clock.set(48)


def frozen(clock: ManualClock) -> None:
    """The process was stopped while the clock was set back: only the other one knows."""
    clock.advance(48)
    clock.set(-3600)


@pytest.mark.parametrize("meanwhile", [slept, frozen])
def test_a_lease_is_as_old_as_the_clock_says_that_noticed(
    clock: ManualClock, meanwhile: Callable[[ManualClock], None]
) -> None:
    lease = HeldLease(clock, MINUTE)
    clock.advance(47)
    assert lease.holds
    clock.advance(-47)
    meanwhile(clock)
    assert not lease.holds
    assert lease.age == timedelta(seconds=48)
    assert lease.is_young(0.81)


def test_what_is_done_under_no_lease_is_nobody_elses(clock: ManualClock) -> None:
    require_held()
    assert age_held() == timedelta(0)
    with holding(HeldLease(clock, MINUTE)):
        clock.advance(48)
        assert age_held() == timedelta(seconds=48)
        with pytest.raises(ClaimLost):
            require_held()
        with holding(None):
            require_held()
    require_held()


async def test_a_pump_leaves_what_was_slept_over_and_holds_the_next_anew(
    clock: ManualClock,
) -> None:
    """Also where it slept between asking and hearing what it has."""
    due, sent, sleeps = [1, 2, 3], list[int](), [50.0, 0.0, 0.0]

    async def take(*, limit: int, **_: object) -> Sequence[int]:
        clock.advance(sleeps.pop(0) if sleeps else 0)
        return [due.pop(0) for _ in range(min(limit, len(due)))]

    async def work(row: int) -> None:
        require_held()
        sent.append(row)
        consumer.wake()

    tasks = BackgroundTasks()
    consumer = LeaseConsumer(
        "rows", take, work, Claimant(clock, tasks, "one", MINUTE), concurrency=1
    )
    with capture_logs() as logs:
        consumer.wake()
        assert await tasks.drain(30) == 0
    assert sent == [2, 3]
    assert [(line["event"], line["consumer"]) for line in logs] == [("work let go", "rows")]


async def test_an_act_that_slept_in_the_queue_is_not_sent(clock: ManualClock) -> None:
    """And its vendor has not failed."""
    server = Server(httpx.Response(200, json={}))
    http = transport(server, clock)
    with holding(HeldLease(clock, MINUTE)):
        clock.advance(48)
        with pytest.raises(ClaimLost):
            await http.send(Idempotency.ONCE, "POST", "/kick", json={})
        await http.send(Idempotency.READ, "GET", "/call")
    assert server.seen == 1
    assert http.breaker.state is BreakerState.CLOSED


async def test_a_worker_that_slept_between_taking_a_case_up_and_beginning_does_not_begin(
    store: SqlStore, clock: ManualClock
) -> None:
    await store.accept(Harness(store, clock).order(Kick(), "ann"))
    lease = HeldLease(clock, MINUTE)
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="sleepy", limit=1, lease=MINUTE)
    with holding(lease):
        keeper = LeaseKeeper(store, claim, MINUTE, lambda: None)
        keeper.held.require()
        assert keeper.held.age < MINUTE / 2
        clock.advance(48)
        with pytest.raises(ClaimLost):
            LeaseKeeper(store, claim, MINUTE, lambda: None).held.require()


async def test_what_an_act_sends_is_held_by_what_renews_its_lease(
    store: SqlStore, clock: ManualClock
) -> None:
    """Not by what it was taken up under: an act on a crowd takes longer than a lease."""
    await store.accept(Harness(store, clock).order(Kick(), "ann"))
    lease = HeldLease(clock, MINUTE)
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)

    async def act() -> timedelta:
        clock.advance(600)
        require_held()
        return age_held()

    with holding(lease):
        assert await LeaseKeeper(store, claim, MINUTE, lambda: None).keep(act()) < MINUTE
