"""A case is carried out once, whatever happens to those who work on it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.calls.acts import Act
from bot.calls.cases import Case, Event
from bot.calls.models import Vendor
from bot.calls.outcomes import State
from bot.calls.verbs import End, Kick
from bot.errors import (
    StoreError,
)
from bot.metrics import Metrics
from bot.moderation.executor import MOST_ATTEMPTS, STALE, release_quietly
from bot.store import SqlStore
from tests.fakes.clock import ManualClock
from tests.fakes.provider import FakeProvider
from tests.moderation.harness import RULES, Harness
from tests.store.ageing import time_passing


async def test_a_case_whose_worker_died_is_taken_up_by_another_and_not_repeated(
    harness: Harness, clock: ManualClock
) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    await harness.store.claim(
        vendor=Vendor.STREAM, owner="dead", limit=1, lease=timedelta(seconds=-1)
    )
    harness.vendor.done = [("kick", "ann")]
    clock.advance(1)
    harness.worker("two").wake()
    await harness.done()
    case = await harness.store.case(1)
    assert (case.state, case.attempt) == (State.CONFIRMED, 2)
    assert harness.vendor.done == [("kick", "ann")]


async def test_what_another_worker_has_taken_over_is_neither_finished_nor_counted_here(
    harness: Harness, clock: ManualClock
) -> None:
    metrics = Metrics(clock)
    await harness.store.accept(harness.order(Kick(), "ann"))
    harness.vendor.hangs = True
    harness.worker("slow", meter=metrics).wake()
    await harness.vendor.reached.wait()
    await harness.store.release("slow")
    assert (
        len(
            await harness.store.claim(
                vendor=Vendor.STREAM, owner="two", limit=1, lease=timedelta(hours=1)
            )
        )
        == 1
    )
    harness.vendor.let_go.set()
    await harness.done()
    case = await harness.store.case(1)
    assert (case.state, case.attempt) == (State.ASKED, 2)
    assert b"callwarden_acts_total{" not in await metrics.page()


async def test_a_case_no_worker_ever_finishes_is_given_up_as_not_confirmed(
    harness: Harness, clock: ManualClock
) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    await harness.store.accept(harness.order(End(), key="k2"))
    for _ in range(MOST_ATTEMPTS):
        await harness.store.claim(
            vendor=Vendor.STREAM, owner="dies", limit=2, lease=timedelta(seconds=-1)
        )
        clock.advance(1)
    harness.executor.wake()
    await harness.done()
    for number in (1, 2):
        assert (await harness.store.case(number)).state is State.NOT_CONFIRMED
    assert harness.vendor.done == []


async def test_an_order_that_could_not_be_begun_in_time_is_not_done_any_more(
    harness: Harness, clock: ManualClock, database_url: str
) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    with time_passing(clock, database_url):
        clock.advance(STALE.total_seconds() + 60)
    harness.executor.wake()
    await harness.done()
    case = await harness.store.case(1)
    assert (case.state, case.results[0].person, harness.vendor.done) == (State.FAILED, "ann", [])
    assert "16 minutes" in case.results[0].evidence
    assert case.results[0].next_step == "Request it again if it is still needed."


@pytest.mark.parametrize("by", [-3600, 3600])
async def test_an_order_is_done_though_the_clock_was_set_since(
    harness: Harness, clock: ManualClock, by: int
) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    clock.set(by)
    harness.executor.wake()
    await harness.done()
    assert (await harness.store.case(1)).state is State.CONFIRMED


async def test_an_order_begun_long_ago_is_in_doubt_and_not_begun_again(
    harness: Harness, clock: ManualClock, database_url: str
) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    await harness.store.claim(
        vendor=Vendor.STREAM, owner="dies", limit=1, lease=timedelta(seconds=-1)
    )
    with time_passing(clock, database_url):
        clock.advance(STALE.total_seconds() + 60)
    harness.executor.wake()
    await harness.done()
    assert (await harness.store.case(1)).state is State.NOT_CONFIRMED
    assert harness.vendor.done == []


async def test_a_closing_worker_takes_up_nothing_more_but_finishes(harness: Harness) -> None:
    await harness.service.request(harness.order(Kick(), "ann"))
    await harness.done()
    harness.executor.close()
    await harness.service.request(harness.order(Kick(), "bob", key="k2"))
    await harness.done()
    assert (await harness.store.case(2)).state is State.ASKED


async def test_a_bell_for_one_vendor_leaves_the_others_alone(harness: Harness) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    harness.executor.wake(Vendor.COMETCHAT)
    await harness.done()
    assert (await harness.store.case(1)).state is State.ASKED


async def test_giving_back_what_is_held_lets_another_take_it_up_at_once(harness: Harness) -> None:
    await harness.store.accept(harness.order(Kick(), "ann"))
    await harness.store.claim(vendor=Vendor.STREAM, owner="one", limit=1, lease=timedelta(hours=1))
    await release_quietly(harness.store, "one")
    (claim,) = await harness.store.claim(
        vendor=Vendor.STREAM, owner="two", limit=1, lease=timedelta(hours=1)
    )
    assert claim.case.attempt == 2


async def test_a_database_that_is_away_lets_leases_run_out_by_themselves(store: SqlStore) -> None:
    await store.stop()
    await release_quietly(store, "one")
    with pytest.raises(StoreError):
        await store.release("one")
    await store.start()


class Overtaken(FakeProvider):
    """A vendor whose act takes so long to begin that another process takes the case up."""

    prepared = frozenset({"kick"})

    def __init__(self, harness: Harness) -> None:
        super().__init__()
        self.harness = harness

    async def prepare(self, act: Act, past: Sequence[Case]) -> Act:
        self.harness.clock.advance(61)
        taken = await self.harness.store.claim(
            owner="two", vendor=Vendor.STREAM, limit=1, lease=timedelta(seconds=60)
        )
        assert len(taken) == 1
        return await super().prepare(act, past)


async def test_nothing_is_sent_by_a_process_whose_case_another_one_has_taken_up(
    harness: Harness,
) -> None:
    harness.vendor = vendor = Overtaken(harness)
    harness.room = vendor.open_call("default:room", "ann=Ann", title="Room")
    harness.live_calls.providers = {Vendor.STREAM: vendor}
    harness.furnish(RULES)
    await harness.service.request(harness.order(Kick(), "ann"))
    await harness.done()
    assert vendor.done == []
    assert Event.OUTCOME not in await harness.events()
