"""An act on a crowd goes on for as long as it takes: kept, told, and handed over in the middle."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.background import BackgroundTasks
from bot.calls.actors import Actor
from bot.calls.acts import Person
from bot.calls.cases import Case, Claim, Notice, NoticeKind, Order
from bot.calls.models import Vendor
from bot.calls.outcomes import Progress, State
from bot.calls.verbs import Kick
from bot.clock import SystemClock
from bot.demo.vendors import StreamServer
from bot.errors import StoreError
from bot.moderation.authorizer import Authorizer
from bot.moderation.executor import Executor
from bot.moderation.lease_consumer import Claimant
from bot.moderation.live_calls import LiveCalls
from bot.moderation.performer import ActPerformer
from bot.moderation.recent_calls import RecentCalls
from bot.policy import Policy, Rules
from bot.policy.rules import People
from bot.ports import AuditQuery
from bot.providers.http.client import Deadlines
from bot.store import SqlStore
from tests.fakes.directory import HOME, Table
from tests.providers.stream_setup import client, fill, here, order, standup

LEAD = Actor(user="U1LEAD", team=HOME)
RULES = Rules(people=People(leads=("U1LEAD",)))
PEOPLE, RATE = 90, 60
LEASE, BEAT = timedelta(seconds=60), 0.05
SHORT = timedelta(seconds=1)
"""A lease that runs out meanwhile where it is not renewed."""


class Places:
    """A notifier that keeps what each place showed of how far a case was."""

    def __init__(self) -> None:
        self.shown: list[tuple[NoticeKind, State, Progress | None]] = []

    async def show(self, notice: Notice, case: Case) -> str | None:
        self.shown.append((notice.kind, case.state, case.progress))
        return "ts-1"

    async def alert(self, channel: str, error: str) -> None:
        raise AssertionError((channel, error))

    def counts(self, kind: NoticeKind) -> list[int]:
        """How many it said were done, each time it said so."""
        return [one.done for which, _, one in self.shown if which is kind and one is not None]


class Worker:
    """A process that carries out cases of one Stream, which is its own client of it."""

    def __init__(
        self,
        store: SqlStore,
        server: StreamServer,
        owner: str,
        timeout_s: float = 20.0,
        lease: timedelta = LEASE,
    ) -> None:
        clock = SystemClock()
        self.store, self.owner = store, owner
        self.tasks, self.places = BackgroundTasks(), Places()
        provider = client(server, rate=RATE)
        live_calls = LiveCalls({Vendor.STREAM: provider}, clock, RecentCalls(clock))
        self.executor = Executor(
            store=store,
            notifier=self.places,
            performers={Vendor.STREAM: ActPerformer(provider, clock, timeout_s)},
            authorizer=Authorizer(Policy(RULES, Table()), live_calls),
            by=Claimant(clock, self.tasks, owner, lease),
            beat=BEAT,
        )

    async def stop(self) -> None:
        """As at SIGTERM, when what is under way does not end in time."""
        self.executor.close()
        await self.tasks.drain(0)
        await self.store.release(self.owner)


class Renewing(SqlStore):
    """Counts the renewals; or takes none, as a database that is away."""

    renewals = 0
    away = False

    async def renew(
        self, claim: Claim, *, lease: timedelta, progress: Progress | None, answer: bool
    ) -> bool:
        if self.away:
            raise StoreError("The database does not answer.")
        self.renewals += 1
        return await super().renew(claim, lease=lease, progress=progress, answer=answer)


@asynccontextmanager
async def opened(url: str, slow: float = 0.1) -> AsyncIterator[tuple[Renewing, StreamServer]]:
    """A store, and a Stream with a crowd in a call, where a kick takes `slow` seconds."""
    server = standup(SystemClock())
    fill(server, PEOPLE)
    server.faults.slow(slow, on="/kick", times=None)
    store = Renewing(url, SystemClock(), line_channel="C-LINE", timeout_s=60)
    await store.start()
    try:
        await warmed(store)
        yield store, server
    finally:
        await store.stop()


async def warmed(store: SqlStore) -> None:
    """Do a small one first: what follows is about seconds, and the first time takes longer."""
    small = Worker(store, standup(SystemClock()), "warm")
    await ask(store, key="k0")
    small.executor.wake()
    assert await small.tasks.drain(60) == 0


async def ask(store: SqlStore, key: str = "k1") -> int:
    act = order(Kick(), everyone=True, spared=(Person(id="ada"),))
    hook = "https://hooks.slack.test/1"
    asked = Order(key=key, act=act, actor=LEAD, reply_url=hook, card=True)
    return (await store.accept(asked)).case.number


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not so():  # noqa: ASYNC110 - the vendor tells nobody
            await asyncio.sleep(0.01)


async def test_it_is_kept_while_it_goes_on_and_says_how_far_it_is(database_url: str) -> None:
    """Another worker looks for cases all the time, and gets none that is kept."""
    async with opened(database_url) as (store, server):
        number = await ask(store)
        one, other = Worker(store, server, "a"), Worker(store, server, "b")
        one.executor.wake()
        await until(lambda: len(here(server)) < PEOPLE)
        while one.tasks.running:
            other.executor.wake()
            await asyncio.sleep(0.1)
        await other.tasks.drain(20)
        case = await store.case(number)
    assert (case.state, case.attempt, case.progress) == (State.CONFIRMED, 1, None)
    assert here(server) == {"ada"}
    assert case.reached == (PEOPLE + 1, PEOPLE + 1)
    told = one.places.counts(NoticeKind.LINE) + other.places.counts(NoticeKind.LINE)
    assert len(told) >= 2, "each time that it was renewed"
    assert all(0 <= count <= PEOPLE + 1 for count in told)
    shown = [*one.places.shown, *other.places.shown]
    cards = [one for kind, _, one in shown if kind is NoticeKind.ANSWER]
    assert 2 <= len(cards) <= 5, "Slack takes five posts at such an address"
    assert any(card is not None for card in cards)


async def test_what_is_stopped_in_the_middle_is_gone_on_with_by_the_next(database_url: str) -> None:
    async with opened(database_url) as (store, server):
        number, one = await ask(store), Worker(store, server, "a")
        one.executor.wake()
        await until(lambda: len(here(server)) < PEOPLE - 20)
        await one.stop()
        between = await store.case(number)
        assert between.state is State.ASKED
        assert between.progress is not None
        assert between.progress.done > 0
        assert here(server) > {"ada"}
        two = Worker(store, server, "b")
        two.executor.wake()
        await two.tasks.drain(20)
        case = await store.case(number)
        entries = await store.audit(AuditQuery(case=number, limit=9))
    assert (case.state, case.attempt) == (State.CONFIRMED, 2)
    assert here(server) == {"ada"}
    assert {result.person for result in case.results} == {f"p{n:03}" for n in range(PEOPLE)} | {
        "ben"
    }
    assert len(entries) == 2, "asked once, ended once"


@pytest.mark.parametrize("stopped", [False, True])
async def test_what_cannot_be_kept_is_let_go_before_somebody_else_has_it(
    sqlite_url: str, *, stopped: bool
) -> None:
    async with opened(sqlite_url, slow=0.4) as (store, server):
        store.away = True
        number, one = await ask(store), Worker(store, server, "a", lease=SHORT)
        one.executor.wake()
        await until(lambda: len(here(server)) < PEOPLE)
        if stopped:
            await one.stop()
        else:
            assert await one.tasks.drain(20) == 0
        case = await store.case(number)
    assert (case.state, case.attempt, case.progress) == (State.ASKED, 1, None)
    assert len(here(server)) > 1, "it stopped in the middle"


async def test_who_has_lost_a_case_does_no_more_for_it(sqlite_url: str) -> None:
    """As after a process stood still for longer than its lease."""
    async with opened(sqlite_url, slow=0.4) as (store, server):
        number, one = await ask(store), Worker(store, server, "a")
        one.executor.wake()
        await until(lambda: len(here(server)) < PEOPLE)
        await store.release("a")
        (claim,) = await store.claim(vendor=Vendor.STREAM, owner="b", limit=1, lease=LEASE)
        one.executor.close()
        assert await one.tasks.drain(20) == 0
        case = await store.case(number)
    assert claim.case.number == number
    assert (case.state, case.attempt) == (State.ASKED, 2)
    assert len(here(server)) > 1


async def test_a_single_act_that_takes_long_is_kept_too(sqlite_url: str) -> None:
    async with opened(sqlite_url) as (store, server):
        one = Worker(store, server, "a")
        server.faults.hang(on="/kick", times=None)
        act = order(Kick(), Person(id="ben"))
        number = (await store.accept(Order(key="k2", act=act, actor=LEAD))).case.number
        one.executor.wake()
        before = store.renewals
        await until(lambda: store.renewals > before + 2)
        await one.stop()
        assert (await store.case(number)).attempt == 1


async def test_a_rate_limit_in_the_middle_is_waited_for() -> None:
    """Stream's limits are by the minute: whoever asks to wait did nothing, and is asked again.

    All the waits together are longer than the patience for one act.
    """
    server = standup(SystemClock())
    fill(server, 12)
    server.faults.limit(retry_after=1, on="/kick", times=8 * 3)
    impatient = client(server, deadlines=Deadlines(act=0.5))
    performer = ActPerformer(impatient, SystemClock(), timeout_s=2.5)
    case = Case(
        number=1,
        act=order(Kick(), everyone=True, spared=(Person(id="ada"),)),
        actor=LEAD,
        attempt=1,
        asked_at=SystemClock().now(),
    )
    results = await performer.perform_act(case)
    assert {result.state for result in results} == {State.CONFIRMED}, results[0]
    assert here(server) == {"ada"}
