"""A desk with one vendor behind it, for the tests of this room."""

from datetime import timedelta

from bot.background import BackgroundTasks
from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.cases import Case, Event, Notice, NoticeKind, Order
from bot.calls.models import Vendor
from bot.calls.outcomes import State
from bot.calls.verbs import Verb
from bot.meter import UNMETERED, Meter
from bot.moderation.authorizer import Authorizer
from bot.moderation.executor import Executor
from bot.moderation.lease_consumer import Claimant
from bot.moderation.live_calls import LiveCalls
from bot.moderation.performer import ActPerformer
from bot.moderation.recent_calls import RecentCalls
from bot.moderation.resolver import TargetResolver
from bot.moderation.service import ModerationService
from bot.policy import Policy, Rules
from bot.policy.rules import People
from bot.ports import AuditQuery, Member
from bot.store import SqlStore
from tests.fakes.clock import ManualClock
from tests.fakes.directory import HOME, Table
from tests.fakes.provider import FakeProvider

MODERATOR = Actor(user="U1MOD", team=HOME)
VIEWER = Actor(user="U2VIEW", team=HOME)
RULES = Rules(people=People(moderators=("U1MOD",)))
STRANGER = Actor(user="U9", team="T9OTHER")


class Wall:
    """A notifier that keeps what it was shown; `troubles` are raised first."""

    def __init__(self) -> None:
        self.shown: list[tuple[NoticeKind, int, State]] = []
        self.notices: list[Notice] = []
        self.troubles: list[Exception] = []
        self.alerts: list[tuple[str, str]] = []

    async def show(self, notice: Notice, case: Case) -> str | None:
        self.notices.append(notice)
        if self.troubles:
            raise self.troubles.pop(0)
        self.shown.append((notice.kind, case.number, case.state))
        return notice.posted or f"ts-{case.number}"

    async def alert(self, channel: str, error: str) -> None:
        self.alerts.append((channel, error))


class Harness:
    """A desk with one vendor behind it, and everything it is made of."""

    def __init__(self, store: SqlStore, clock: ManualClock) -> None:
        self.store, self.clock = store, clock
        self.vendor = FakeProvider()
        self.room = self.vendor.open_call(
            "default:room", "ann=Ann", "bob=Bob", "cem=Cem", title="Room"
        )
        self.wall, self.tasks = Wall(), BackgroundTasks()
        providers = {Vendor.STREAM: self.vendor}
        self.live_calls = LiveCalls(providers, clock, RecentCalls(clock))
        self.directory = Table(
            members={STRANGER.user: Member(user=STRANGER.user, team=STRANGER.team)}
        )
        self.furnish(RULES)

    def furnish(self, rules: Rules) -> None:
        """Start anew with these rules, as a process does that was stopped."""
        self.live_calls.recent_calls = RecentCalls(self.clock)
        policy = Policy(rules, self.directory)
        self.authorizer = Authorizer(policy, self.live_calls)
        self.executor = self.worker("one")
        self.resolver = TargetResolver(self.live_calls, self.store)
        self.service = ModerationService(
            self.live_calls,
            self.resolver,
            policy,
            self.store,
            self.executor,
            self.authorizer,
            self.tasks,
        )

    def worker(
        self, owner: str, lease: timedelta = timedelta(seconds=60), meter: Meter = UNMETERED
    ) -> Executor:
        return Executor(
            store=self.store,
            notifier=self.wall,
            performers={Vendor.STREAM: ActPerformer(self.vendor, self.clock)},
            authorizer=self.authorizer,
            by=Claimant(self.clock, self.tasks, owner, lease),
            meter=meter,
        )

    def order(
        self,
        verb: Verb,
        *people: str,
        key: str = "k1",
        actor: Actor = MODERATOR,
        everyone: bool = False,
    ) -> Order:
        act = Act(
            verb=verb,
            call=self.room,
            title="Room",
            people=tuple(Person(id=person) for person in people),
            everyone=everyone,
        )
        return Order(key=key, act=act, actor=actor, reason="loud", channel="C1")

    async def done(self) -> None:
        assert await self.tasks.drain(30) == 0

    async def events(self) -> list[Event]:
        return [entry.event for entry in await self.store.audit(AuditQuery(limit=50))][::-1]
