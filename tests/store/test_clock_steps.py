"""A clock that was ahead and is set back: nothing stands still for as long as the jump."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import ColumnElement, Connection, func, select, update
from structlog.testing import capture_logs

from bot.calls.cases import NoticeKind
from bot.calls.lookups import Lookup
from bot.calls.models import Vendor
from bot.calls.outcomes import Result, State
from bot.digests.subscription import Wish
from bot.store import SqlStore, open_store
from bot.store.clock_steps import FARTHEST, LONGEST_LEASE, STEP, ClockSteps
from bot.store.database import Database
from bot.store.tables.cases import CASE, OUTBOX
from bot.store.urls import address_of
from bot.store.writing.connection import Transaction
from tests.fakes.clock import ManualClock
from tests.fakes.digests import wanted
from tests.store.orders import MARY, MINUTE, OVER, due_notices, order

HOUR = 3600.0
HOOK = "https://hooks.slack.test/1"


async def due(store: SqlStore) -> list[tuple[NoticeKind, int]]:
    found = await due_notices(store, owner="n", limit=9, lease=OVER)
    return sorted((notice.kind, notice.version) for notice in found)


async def test_an_outcome_is_told_though_the_clock_was_set_back_during_the_act(
    store: SqlStore, clock: ManualClock
) -> None:
    """Also where a place was being told meanwhile that it is in progress."""
    clock.set(HOUR)
    await store.accept(order(reply_url=HOOK))
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
    (line,) = await store.due_notices(owner="n", limit=9, lease=MINUTE, kind=NoticeKind.LINE)
    clock.set(-HOUR)
    clock.advance(1)
    await store.finish(claim, [Result(state=State.CONFIRMED, evidence="So it is.")])
    await store.postpone(line, until=clock.now())
    assert await due(store) == [(NoticeKind.ANSWER, 2), (NoticeKind.LINE, 2)]


async def test_what_slack_asked_to_send_later_waits_no_longer_for_a_clock_that_was_ahead(
    store: SqlStore, clock: ManualClock
) -> None:
    await store.accept(order())
    clock.set(HOUR)
    (line,) = await due_notices(store, owner="n", limit=9, lease=MINUTE)
    await store.postpone(line, until=clock.now() + timedelta(seconds=5))
    clock.set(-HOUR)
    assert await due(store) == []
    clock.advance(5)
    assert await due(store) == [(NoticeKind.LINE, 1)]


async def test_a_clock_set_ahead_neither_ends_leases_nor_drops_answers(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with open_store(sqlite_url, clock, line_channel="C-LINE") as store:
        await store.accept(order(reply_url=HOOK))
        clock.advance(2)
        await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
        clock.set(HOUR)
        assert await store.claim(vendor=Vendor.STREAM, owner="other", limit=1, lease=MINUTE) == []
        assert len(await due(store)) == 2


async def test_a_clock_set_ahead_neither_ends_a_digests_claims_nor_drops_what_is_to_be_told(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with open_store(sqlite_url, clock) as store:
        digest = await wanted(store, Wish(channel="C-OPS"), MARY, clock.now())
        claim = partial(store.claim_posting, digest, digest.day_of(clock.now()), lease=MINUTE)
        assert await claim(owner="w") is not None
        due = partial(store.due_announcements, owner="w", limit=1, lease=MINUTE)
        assert len(await due()) == 1
        clock.set(25 * HOUR)
        assert await claim(owner="other") is None
        assert await due() == []
        clock.advance(60)
        assert await claim(owner="other") is not None
        assert len(await due()) == 1


async def test_what_a_digest_has_to_tell_waits_no_longer_for_a_clock_that_was_ahead(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with open_store(sqlite_url, clock) as store:
        clock.set(HOUR)
        await wanted(store, Wish(channel="C-OPS"), MARY, clock.now())
        due = partial(store.due_announcements, owner="w", limit=1, lease=MINUTE)
        assert len(await due()) == 1
        clock.set(-HOUR)
        clock.advance(60)
        assert len(await due()) == 1


@pytest.mark.parametrize("by", [-HOUR, HOUR])
async def test_how_long_a_case_waited_is_not_what_a_clock_was_set_by(
    store: SqlStore, clock: ManualClock, by: float
) -> None:
    await store.accept(order())
    clock.set(by)
    (waiting,) = (await store.backlog()).cases.values()
    assert waiting.oldest is not None
    assert abs(clock.now() - waiting.oldest) < MINUTE
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
    assert timedelta(0) <= claim.waited < MINUTE


async def test_a_case_waits_on_while_no_process_runs(sqlite_url: str, clock: ManualClock) -> None:
    """Also where the one that took it began by a clock that was mended since."""
    clock.set(-HOUR)
    async with open_store(sqlite_url, clock) as store:
        clock.set(HOUR)
        await store.accept(order())
    clock.advance(600)
    async with open_store(sqlite_url, clock) as store:
        clock.advance(60)
        (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
    assert claim.waited == timedelta(seconds=660)


async def test_a_case_that_an_older_release_took_waits_since_it_was_asked(
    store: SqlStore, clock: ManualClock, database_url: str
) -> None:
    await store.accept(order())
    with Database(address_of(database_url)).writing.begin() as connection:
        connection.execute(update(CASE).values(accepted_at=None))
    clock.advance(60)
    (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
    assert claim.waited >= MINUTE


async def test_a_dead_workers_claim_ends_in_time_though_the_clock_was_set_back(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with open_store(sqlite_url, clock) as store:
        await store.accept(order())
        clock.set(HOUR)
        await store.claim(vendor=Vendor.STREAM, owner="dead", limit=1, lease=MINUTE)
        clock.set(-HOUR)
        clock.advance(59)
        assert await store.claim(vendor=Vendor.STREAM, owner="next", limit=1, lease=MINUTE) == []
        clock.advance(1)
        assert (
            len(await store.claim(vendor=Vendor.STREAM, owner="next", limit=1, lease=MINUTE)) == 1
        )


async def test_what_an_earlier_process_wrote_by_a_clock_that_was_ahead_is_due_at_the_start(
    sqlite_url: str,
) -> None:
    ahead = ManualClock()
    ahead.set(HOUR)
    async with open_store(sqlite_url, ahead, line_channel="C-LINE") as store:
        await store.accept(order())
    async with open_store(sqlite_url, ManualClock(), line_channel="C-LINE") as store:
        assert await due(store) == [(NoticeKind.LINE, 1)]


async def test_what_is_asked_by_a_clock_that_was_ahead_grows_old_from_the_next_start_on(
    sqlite_url: str, clock: ManualClock
) -> None:
    """Nobody can say since when; but nothing is done so much later as that clock was ahead."""
    ahead = ManualClock()
    ahead.set(HOUR)
    async with open_store(sqlite_url, ahead) as store:
        await store.accept(order())
        await store.keep_lookup(
            Lookup(key="l", words="kick K7QX ann", command="/calls", actor=MARY)
        )
    async with open_store(sqlite_url, clock) as store:
        await due(store)
        clock.advance(600)
        (claim,) = await store.claim(vendor=Vendor.STREAM, owner="w", limit=1, lease=MINUTE)
        (lookup,) = await store.due_lookups(owner="w", limit=1, lease=MINUTE)
    assert (claim.waited, lookup.waited) == (10 * MINUTE, 10 * MINUTE)


class Stepping:
    """A server's time and seconds that nobody sets, before rows that were written while ahead."""

    def __init__(self, url: str) -> None:
        self.database = Database(address_of(url))
        self.now, self.passed = datetime(2026, 11, 21, 12, tzinfo=UTC), 0.0
        self.steps = ClockSteps(self.database, lambda: self.passed)

    def check(self, *, set_by: float = 0, passing: float = 2) -> None:
        """Look for what is due after so many seconds, the time having been set by so many."""
        self.passed += passing
        self.now += timedelta(seconds=passing + set_by)
        with self.database.writing.begin() as connection:
            self.steps.repair_if_set_back(Transaction(connection, self.now), MINUTE)

    def ahead(self, seconds: float) -> None:
        """Write as by a time that is ahead by so many seconds."""
        until = self.now + timedelta(seconds=seconds)
        with self.database.writing.begin() as connection:
            connection.execute(update(OUTBOX).values(due_at=until, lease_until=until))
            connection.execute(update(CASE).values(lease_until=until, accepted_at=until))

    def accepted_in(self) -> float:
        """In how many seconds the case was taken, by what it says."""
        with self.database.writing.begin() as connection:
            return self._until(connection, CASE.c.accepted_at)

    def waits(self) -> tuple[float, float, float]:
        """For how many seconds the message waits, and both leases last."""
        with self.database.writing.begin() as connection:
            return (
                self._until(connection, OUTBOX.c.due_at),
                self._until(connection, OUTBOX.c.lease_until),
                self._until(connection, CASE.c.lease_until),
            )

    def _until(self, connection: Connection, column: ColumnElement[datetime]) -> float:
        until = connection.scalar(select(func.max(column, type_=OUTBOX.c.due_at.type)))
        assert isinstance(until, datetime)
        return (until - self.now).total_seconds()


@pytest.fixture
async def stepping(store: SqlStore, database_url: str) -> Stepping:
    await store.accept(order())
    return Stepping(database_url)


async def test_at_a_start_nothing_waits_longer_than_the_bot_ever_puts_off(
    stepping: Stepping,
) -> None:
    stepping.ahead(HOUR)
    stepping.check()
    assert stepping.waits() == (0, 60, 60)


async def test_at_a_start_what_may_be_as_it_should_is_left(stepping: Stepping) -> None:
    stepping.ahead(FARTHEST.total_seconds())
    stepping.check(passing=0)
    assert stepping.waits() == (300, 300, 300)
    assert LONGEST_LEASE > FARTHEST


async def test_a_servers_time_set_back_is_noticed_and_nothing_waits_for_it(
    postgres_url: str, clock: ManualClock
) -> None:
    async with open_store(postgres_url, clock, line_channel="C-LINE") as store:
        await store.accept(order())
    stepping = Stepping(postgres_url)
    stepping.check()
    stepping.ahead(90)
    stepping.check(set_by=-STEP.total_seconds())
    assert stepping.waits()[0] > 90  # an answer that came late is no step
    with capture_logs() as logs:
        stepping.check(set_by=-HOUR)
    assert [line["event"] for line in logs] == ["database clock set back"]
    assert stepping.waits() == (0, 60, 60)
    assert stepping.accepted_in() == 0
