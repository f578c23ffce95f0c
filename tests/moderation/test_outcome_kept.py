"""The database is away when it is to be written down what came of something: it is kept till then.

Done work cannot be found out again, or only by doing it twice.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.background import BackgroundTasks
from bot.calls.asks import Ask
from bot.calls.cases import Case, Claim, Notice, NoticeKind
from bot.calls.lookups import Lookup
from bot.calls.models import CallRef
from bot.calls.outcomes import Observation, Result, Seen, State
from bot.calls.verbs import Kick, Say, Verb
from bot.errors import ClaimLost, NotAccepted, OtherRelease, StoreError
from bot.held_lease import HeldLease, holding
from bot.moderation.asks import AskService
from bot.moderation.executor import MOST_ATTEMPTS, PUT_BACK_FOR, READ_AGAIN
from bot.moderation.lease_consumer import Claimant
from bot.moderation.lookups import OrderLookups
from bot.moderation.write_retry import PAUSES, retry_write
from bot.store import SqlStore, open_store
from tests.fakes.clock import ManualClock
from tests.moderation.harness import MODERATOR, Harness
from tests.moderation.test_asks import Rows, order
from tests.moderation.test_resolver import Table
from tests.store.ageing import time_passing
from tests.store.failover import out_of_service

MINUTE = timedelta(minutes=1)
UNSEEN = Observation(seen=Seen.UNKNOWABLE, evidence="Nobody can see that.")


class Away(SqlStore):
    """Does not take the writes named in `away`, each as often as is said there; -1 is for ever."""

    away: Counter[str]
    tried: Callable[[], None]
    first: str | None = None
    first_fails = False
    """The outcome of the first claim is never taken."""

    def away_for(self, what: str) -> None:
        if self.away[what] != 0:
            self.away[what] -= 1
            raise StoreError("The database does not answer.")

    async def finish(self, claim: Claim, results: Sequence[Result]) -> bool:
        self.away_for("finish")
        if self.first_fails and self.first in {None, claim.token}:
            if self.first is None:
                await self.release("one")  # as when its lease runs out
                self.tried()
            self.first = claim.token
            raise StoreError("The database does not answer.")
        return await super().finish(claim, results)

    async def case(self, number: int) -> Case:
        self.away_for("case")
        return await super().case(number)

    async def recent(self, call: CallRef, limit: int) -> Sequence[Case]:
        self.away_for("recent")
        return await super().recent(call, limit)

    async def mark_shown(self, notice: Notice, *, posted: str | None) -> None:
        self.away_for("mark_shown")
        await super().mark_shown(notice, posted=posted)

    async def finish_lookup(self, lookup: Lookup) -> None:
        self.away_for("finish_lookup")
        await super().finish_lookup(lookup)


@pytest.fixture
async def away(database_url: str, clock: ManualClock) -> AsyncIterator[Away]:
    store = Away(database_url, clock, line_channel="C-LINE", timeout_s=60)
    store.away = Counter()
    with time_passing(clock, database_url):
        await store.start()
        yield store
        await store.stop()


@pytest.mark.parametrize(("verb", "people"), [(Kick(), ["ann"]), (Say(text="Five minutes."), [])])
async def test_what_the_vendor_confirmed_ends_confirmed(
    away: Away, clock: ManualClock, verb: Verb, people: list[str]
) -> None:
    harness = Harness(away, clock)
    harness.vendor.seen = [*[Seen.NOT_DONE] * verb.read_first, UNSEEN]
    away.away["finish"] = 5
    with capture_logs() as logs:
        await harness.service.request(harness.order(verb, *people))
        await harness.done()
    assert len(harness.vendor.acted) == 1
    assert (await away.case(1)).state is State.CONFIRMED
    assert harness.wall.shown[-1] == (NoticeKind.LINE, 1, State.CONFIRMED)
    kept = [line["what"] for line in logs if line["event"] == "write postponed"]
    assert kept == ["outcome"] * 5


async def test_a_server_that_is_out_of_service_at_the_outcome_costs_none(
    postgres_url: str, clock: ManualClock
) -> None:
    async with open_store(postgres_url, clock, line_channel="C-LINE", timeout_s=60) as store:
        harness = Harness(store, clock)
        harness.vendor.hangs, harness.vendor.seen = True, [UNSEEN]
        await harness.service.request(harness.order(Say(text="Five minutes.")))
        await harness.vendor.reached.wait()
        with ExitStack() as outage, capture_logs() as logs:
            outage.enter_context(out_of_service(postgres_url))
            clock.moved = lambda _: outage.close() if clock.slept[-1] == PAUSES[-1] else None
            harness.vendor.let_go.set()
            await harness.done()
        assert [line["tries"] for line in logs if line.get("what") == "outcome"] == [1, 2, 3]
        assert len(harness.vendor.acted) == 1
        assert (await store.case(1)).state is State.CONFIRMED


async def test_an_outcome_outlives_its_lease_where_the_same_process_takes_the_case_up_again(
    away: Away, clock: ManualClock
) -> None:
    """Longer away than a lease: what is claimed anew is told what came of it, not done again."""
    harness = Harness(away, clock)
    harness.vendor.seen = [UNSEEN]
    worker = harness.worker("one")
    await away.accept(harness.order(Say(text="Five minutes.")))

    away.first_fails, away.tried = True, worker.wake
    with capture_logs():
        worker.wake()
        await harness.done()
    assert len(harness.vendor.acted) == 1
    assert (await away.case(1)).state is State.CONFIRMED


async def test_what_was_posted_is_not_posted_again(away: Away, clock: ManualClock) -> None:
    harness = Harness(away, clock)
    away.away["mark_shown"] = 4
    await harness.service.request(harness.order(Kick(), "ann"))
    await harness.done()
    clock.advance(120)
    harness.executor.wake()
    await harness.done()
    assert harness.wall.shown[-1] == (NoticeKind.LINE, 1, State.CONFIRMED)
    assert len(harness.wall.shown) == len(set(harness.wall.shown))


async def test_a_case_that_cannot_be_read_for_a_moment_is_told_a_second_later(
    away: Away, clock: ManualClock
) -> None:
    harness = Harness(away, clock)
    await harness.service.request(harness.order(Kick(), "ann"))
    away.away["case"] = -1
    await harness.done()
    assert harness.wall.shown == []
    away.away["case"] = 0
    clock.advance(READ_AGAIN.total_seconds())
    harness.executor.wake()
    await harness.done()
    assert harness.wall.shown[-1] == (NoticeKind.LINE, 1, State.CONFIRMED)


async def test_an_order_that_was_found_out_is_not_looked_for_again(
    away: Away, clock: ManualClock
) -> None:
    tasks, settled = BackgroundTasks(), list[int]()

    async def settle(lookup: Lookup) -> None:
        settled.append(lookup.attempt)

    lookups = OrderLookups(away, settle, Claimant(clock, tasks, "one"))
    away.away["finish_lookup"] = 3
    await lookups.hold(Lookup(key="k", words="kick x ann", command="/calls", actor=MODERATOR))
    assert await tasks.drain(30) == 0
    assert settled == [1]
    assert not await lookups.under_way("k")


async def test_tries_in_which_the_database_was_away_do_not_count(
    away: Away, clock: ManualClock
) -> None:
    """Nothing was found out then, and nothing can have been done."""
    tasks, tries = BackgroundTasks(), list[int]()
    troubles = [StoreError("It does not answer."), NotAccepted("It is too busy.")] * MOST_ATTEMPTS

    async def settle(lookup: Lookup) -> None:
        tries.append(lookup.attempt)
        if troubles:
            raise troubles.pop()

    lookups = OrderLookups(away, settle, Claimant(clock, tasks, "one"))
    await lookups.hold(Lookup(key="k", words="kick x ann", command="/calls", actor=MODERATOR))
    for _ in range(2 * MOST_ATTEMPTS + 1):
        assert await tasks.drain(30) == 0
        clock.advance(PUT_BACK_FOR.total_seconds())
        lookups.wake()
    assert await tasks.drain(30) == 0
    assert tries == [1] * (2 * MOST_ATTEMPTS + 1)
    assert not await lookups.under_way("k")


@pytest.mark.parametrize("trouble", [ClaimLost("Lost."), OtherRelease("Not of this release.")])
async def test_a_try_at_an_order_that_somebody_else_has_counts(
    away: Away, clock: ManualClock, trouble: StoreError
) -> None:
    tasks, tries = BackgroundTasks(), list[int]()

    async def settle(lookup: Lookup) -> None:
        tries.append(lookup.attempt)
        if len(tries) == 1:
            raise trouble

    lookups = OrderLookups(away, settle, Claimant(clock, tasks, "one"))
    await lookups.hold(Lookup(key="k", words="kick x ann", command="/calls", actor=MODERATOR))
    assert await tasks.drain(30) == 0
    await away.release("one")
    lookups.wake()
    assert await tasks.drain(30) == 0
    assert tries == [1, 2]


async def test_a_case_of_which_the_database_did_not_say_what_came_before_was_not_begun(
    away: Away, clock: ManualClock
) -> None:
    harness = Harness(away, clock)
    harness.vendor.acts.prepared = frozenset({Kick().name})
    away.away["recent"] = 2 * MOST_ATTEMPTS
    await harness.service.request(harness.order(Kick(), "ann"))
    for _ in range(2 * MOST_ATTEMPTS):
        await harness.done()
        assert (await away.case(1)).attempt == 0
        clock.advance(PUT_BACK_FOR.total_seconds())
        harness.executor.wake()
    await harness.done()
    assert len(harness.vendor.acted) == 1
    assert (await away.case(1)).state is State.CONFIRMED


class Posted:
    """A moderation channel that takes it."""

    channel = "C1"

    def __init__(self) -> None:
        self.asks: list[str] = []

    async def post(self, ask: Ask) -> None:
        self.asks.append(ask.id)

    async def require_unshared(self) -> None:
        """It is the workspace's own."""


class AwayRows(Rows):
    """Takes what was posted at the third time only."""

    tries = 0

    async def finish_ask(self, ask: Ask) -> None:
        self.tries += 1
        if self.tries < 3:
            raise StoreError("The database does not answer.")
        await super().finish_ask(ask)


async def test_those_who_may_are_asked_once(clock: ManualClock) -> None:
    table, posted, tasks = Table(), Posted(), BackgroundTasks()
    rows = AwayRows(order(table))
    AskService(rows, posted, table.live_calls, Claimant(clock, tasks, "one")).wake()
    assert await tasks.drain(30) == 0
    assert posted.asks == rows.told == [order(table).id]


def failing(error: Exception, times: int) -> Callable[[], Awaitable[str]]:
    left = [error] * times

    async def write() -> str:
        if left:
            raise left.pop()
        return "written"

    return write


async def test_it_is_written_again_only_while_the_lease_holds(clock: ManualClock) -> None:
    away = StoreError("The database does not answer.")
    with holding(HeldLease(clock, MINUTE)):
        with pytest.raises(StoreError, match="does not answer"):
            await retry_write(failing(away, 1000), clock, "it")
        assert 47 <= sum(clock.slept) <= 49
        with pytest.raises(StoreError):
            await retry_write(failing(away, 1), clock, "it")


async def test_under_no_lease_it_is_tried_once(clock: ManualClock) -> None:
    no = NotAccepted("The database is too busy.")
    with pytest.raises(NotAccepted):
        await retry_write(failing(no, 1), clock, "it")
    with holding(HeldLease(clock, MINUTE)):
        assert await retry_write(failing(no, 1), clock, "it") == "written"


async def test_a_claim_that_is_lost_is_not_written_again(clock: ManualClock) -> None:
    with holding(HeldLease(clock, MINUTE)), pytest.raises(ClaimLost):
        await retry_write(failing(ClaimLost("It is another's."), 1), clock, "it")
    assert clock.slept == []
