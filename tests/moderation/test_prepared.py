"""What an act finds is on disk before anything is sent, and a later act puts it back."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.background import BackgroundTasks
from bot.calls.acts import Act, Person
from bot.calls.cases import Case, Order
from bot.calls.live import ListView
from bot.calls.models import Call, CallRef, Vendor
from bot.calls.outcomes import State
from bot.calls.verbs import Kick, Lock, Mute, Silence, Unlock, Unsilence, Verb
from bot.demo.vendors import StreamServer
from bot.errors import StoreError
from bot.meter import UNMETERED
from bot.moderation.authorizer import Authorizer
from bot.moderation.executor import Executor
from bot.moderation.lease_consumer import Claimant
from bot.moderation.live_calls import LiveCalls
from bot.moderation.performer import ActPerformer
from bot.moderation.recent_calls import RecentCalls
from bot.policy import Policy
from bot.providers.stream.provider import StreamProvider
from bot.store import SqlStore
from tests.fakes.clock import ManualClock
from tests.fakes.directory import Table
from tests.moderation.harness import MODERATOR, RULES, Wall
from tests.providers.stream_setup import BEN, CID, REF, asked, client, here, standup

FOUND = {"max_participants": 50, "max_participants_exclude_roles": ["host"]}


class Shop:
    """Cases carried out on a made-up Stream by the real client, each by a new process."""

    def __init__(self, store: SqlStore, clock: ManualClock) -> None:
        self.store, self.clock = store, clock
        self.server: StreamServer = standup(clock)
        self.provider: StreamProvider = client(self.server)
        providers = {Vendor.STREAM: self.provider}
        self.live_calls = LiveCalls(providers, clock, RecentCalls(clock), past=store)

    async def do(self, verb: Verb, *people: str, key: str) -> Case:
        them = tuple(Person(id=person) for person in people)
        act = Act(verb=verb, call=REF, title="Stand-up", people=them)
        order = Order(key=key, act=act, actor=MODERATOR, reason="x", channel="C1")
        number = (await self.store.accept(order)).case.number
        await self.work()
        return await self.store.case(number)

    async def work(self) -> None:
        """A process of its own takes up what is due."""
        tasks = BackgroundTasks()
        executor = Executor(
            store=self.store,
            notifier=Wall(),
            performers={Vendor.STREAM: ActPerformer(self.provider, self.clock)},
            authorizer=Authorizer(Policy(RULES, Table()), self.live_calls),
            by=Claimant(self.clock, tasks, "one"),
            meter=UNMETERED,
        )
        executor.wake()
        assert await tasks.drain(30) == 0

    async def listed(self) -> Call:
        [call] = (await self.live_calls.list_calls(ListView())).calls
        return call


class Away:
    """A store that cannot be read now."""

    async def recent(self, call: CallRef, limit: int) -> Sequence[Case]:
        raise StoreError(f"{call.id}, {limit}: the database is away.")

    async def recent_of_all(self, calls: Sequence[CallRef], limit: int) -> Sequence[Case]:
        raise StoreError(f"{len(calls)}, {limit}: the database is away.")


@pytest.fixture
async def shop(store: SqlStore, clock: ManualClock) -> AsyncIterator[Shop]:
    made = Shop(store, clock)
    yield made
    await made.provider.aclose()


async def test_the_limits_before_a_lock_come_back_after_a_restart(shop: Shop) -> None:
    room = shop.server.rooms[CID]
    room.limits = dict(FOUND)
    lock = await shop.do(Lock(), key="k1")
    assert (lock.state, here(shop.server)) == (State.CONFIRMED, {"ada", "ben"})
    assert lock.act.before is not None
    assert lock.act.before.limits is not None
    assert lock.act.before.limits.people == 50
    assert room.limits == {**FOUND, "max_participants": 1}
    assert (await shop.listed()).locked is True
    assert (await shop.live_calls.open(REF)).call.locked is True
    unlock = await shop.do(Unlock(), key="k2")
    assert (unlock.state, room.limits) == (State.CONFIRMED, FOUND)
    assert (await shop.listed()).locked is None
    again = await shop.do(Unlock(), key="k3")
    assert again.state is State.ALREADY
    assert "Nobody locked this call here" in again.results[0].evidence


async def test_what_cannot_be_read_beforehand_is_not_begun(shop: Shop) -> None:
    shop.server.faults.error(400, on="/call/default/standup", times=None)
    lock = await shop.do(Lock(), key="k1")
    assert (lock.state, lock.act.before) == (State.FAILED, None)
    assert shop.server.effects == []


async def test_the_silenced_show_on_the_card_until_they_are_unsilenced(shop: Shop) -> None:
    async def shown() -> dict[str, tuple[bool | None, bool]]:
        people = (await shop.live_calls.open(REF)).people.items
        return {person.id: (person.muted, person.silenced) for person in people}

    assert await shown() == {"ada": (False, False), "ben": (False, False)}
    await shop.do(Silence(), "ben", key="k1")
    assert await shown() == {"ada": (False, False), "ben": (True, True)}
    await shop.do(Unsilence(), "ben", key="k2")
    assert await shown() == {"ada": (False, False), "ben": (True, False)}
    granted = asked(shop.server, "/user_permissions")[-1]
    assert granted == {"user_id": "ben", "grant_permissions": ["send-audio"]}
    nobody = await shop.do(Unsilence(), "ada", key="k3")
    assert nobody.state is State.ALREADY
    assert asked(shop.server, "/user_permissions")[-1] == granted


async def test_the_list_counts_whom_we_silenced_and_lately_muted(shop: Shop) -> None:
    async def counted() -> tuple[int | None, int | None]:
        call = await shop.listed()
        return call.muted, call.silenced

    assert await counted() == (None, None)
    await shop.do(Mute(), "ada", key="k1")
    await shop.do(Mute(), "ben", key="k2")
    assert await counted() == (2, 0)
    await shop.do(Silence(), "ben", key="k3")
    assert await counted() == (1, 1)
    shop.clock.advance(601)
    assert await counted() == (0, 1)
    await shop.do(Unsilence(), "ben", key="k4")
    assert await counted() == (0, 0)
    await shop.do(Silence(), "ben", key="k5")
    await shop.do(Kick(), "ben", key="k6")
    assert await counted() == (0, 0)


async def test_the_list_counts_no_more_people_than_are_there(shop: Shop) -> None:
    await shop.do(Mute(), "ada", key="k1")
    await shop.do(Mute(), "ben", key="k2")
    shop.server.leave(CID, "ada")
    call = await shop.listed()
    assert (call.people, call.muted) == (1, 1)


async def test_the_list_asks_its_vendors_and_the_store_once_whatever_was_done(shop: Shop) -> None:
    shop.server.open("default:other", "Other")
    shop.server.join("default:other", BEN)
    await shop.do(Silence(), "ben", key="k1")
    before = len(shop.server.requests)
    looks: list[str] = []
    event.listen(
        shop.store._database.engine.sync_engine,
        "before_cursor_execute",
        lambda _, __, sql, *___: looks.append(sql),
    )
    calls = (await shop.live_calls.list_calls(ListView())).calls
    assert sorted((call.ref.id, call.silenced) for call in calls) == [
        ("default:other", None),
        (CID, 1),
    ]
    assert len(shop.server.requests) - before == 1
    assert len([sql for sql in looks if "moderation_case" in sql]) == 1


async def test_a_store_that_is_away_hides_no_call(shop: Shop) -> None:
    await shop.do(Silence(), "ben", key="k1")
    shop.live_calls.past = Away()
    call = await shop.listed()
    assert (call.ref.id, call.silenced) == (CID, None)


async def test_a_list_that_does_not_say_which_call_it_means_says_so(shop: Shop) -> None:
    shop.server.faults.nulls("cid")
    listing = await shop.live_calls.list_calls(ListView())
    assert [str(trouble.message) for trouble in listing.troubles] == [
        "Stream Video did not say which 1 live call it listed beside these."
    ]


async def test_what_is_begun_is_kept_only_by_who_holds_the_case(
    store: SqlStore, shop: Shop
) -> None:
    act = Act(verb=Lock(), call=REF, title="Stand-up")
    await store.accept(Order(key="k", act=act, actor=MODERATOR, reason="x", channel="C1"))
    [claim] = await store.claim(
        vendor=Vendor.STREAM, owner="a", limit=1, lease=timedelta(seconds=60)
    )
    begun = await shop.provider.acts.prepare(act, [])
    stale = claim.model_copy(update={"token": "other"})
    assert await store.begin(stale, begun) is False
    assert (await store.case(claim.case.number)).act.before is None
    assert await store.begin(claim, begun) is True
    assert (await store.case(claim.case.number)).act == begun
