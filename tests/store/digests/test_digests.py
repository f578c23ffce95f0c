"""Who wants a digest is kept, each one is posted by one worker, and the record is counted."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

import pytest

from bot.calls.acts import Act, Person
from bot.calls.cases import DigestNote, Event, Refusal
from bot.calls.models import CallRef, Vendor
from bot.calls.outcomes import Result, State
from bot.calls.verbs import End, Kick, Mute
from bot.digests.digest import Acts
from bot.digests.subscription import Rhythm, Subscription, Wish
from bot.errors import BadInput, KeyReused, UnknownSubscription
from bot.store import SqlStore, open_store
from bot.usage.days import DAY, Stretch
from tests.fakes.clock import START, ManualClock
from tests.fakes.digests import wanted
from tests.store.orders import JOHN, MARY, MINUTE, order

WISH = Wish(channel="C-OPS", zone="Europe/London")
FRIDAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
KEYS = count(1)


async def change(store: SqlStore, known: Subscription, changed: Subscription) -> None:
    """As somebody asks for it, each time anew."""
    note = DigestNote(key=f"change {next(KEYS)}", event=Event.CHANGED, actor=MARY, detail="")
    await store.amend(known, changed, note, NOW)


async def claim(store: SqlStore, subscription: Subscription, owner: str = "w") -> str | None:
    """The key of what was claimed."""
    found = await store.claim_posting(subscription, FRIDAY, owner=owner, lease=MINUTE)
    return found.key if found else None


async def test_a_wish_becomes_a_subscription(store: SqlStore) -> None:
    made = await wanted(store, WISH, MARY, START)
    assert made == Subscription(id=made.id, wish=WISH, owner=MARY, made_at=START)
    assert await store.subscriptions() == [made] == await store.subscriptions("C-OPS")
    assert await store.subscriptions("C-OTHER") == []


async def test_wishing_for_the_same_again_changes_the_one_there_is(store: SqlStore) -> None:
    made = await wanted(store, WISH, MARY, START)
    assert await store.pause(made, "archived", NOW)
    later = WISH.model_copy(update={"at": time(7, 30)})
    again = await wanted(store, later, JOHN, NOW + DAY)
    assert (again.id, again.wish, again.owner, again.made_at) == (made.id, later, JOHN, START)
    assert (again.since, again.paused_until, again.why) == (NOW + DAY, None, "")
    assert await store.subscriptions() == [again]
    assert await wanted(store, later, JOHN, NOW + 2 * DAY) == again


@pytest.mark.parametrize(
    "other",
    [
        {"channel": "C-OTHER"},
        {"rhythm": Rhythm.WEEKLY},
        {"vendors": frozenset({Vendor.STREAM})},
    ],
)
async def test_another_wish_is_another_subscription(
    store: SqlStore, other: dict[str, object]
) -> None:
    first = await wanted(store, WISH, MARY, START)
    second = await wanted(store, WISH.model_copy(update=other), MARY, START)
    assert [subscription.id for subscription in await store.subscriptions()] == [
        first.id,
        second.id,
    ]
    if "channel" not in other:
        with pytest.raises(BadInput, match=f"already, number {first.id}"):
            await change(store, second, second.edited(WISH, START))
    await change(store, first, first.edited(WISH.model_copy(update={"at": time(1)}), START))


async def test_a_stopped_one_is_not_listed_and_makes_room(store: SqlStore) -> None:
    made = await wanted(store, WISH, MARY, START)
    stopped = made.model_copy(update={"stopped": True, "why": "archived"})
    await change(store, made, stopped)
    assert await store.subscriptions() == []
    again = await wanted(store, WISH, MARY, START)
    assert again.id != made.id
    still = made.model_copy(update={"stopped": True})
    await change(store, stopped, still)
    with pytest.raises(BadInput, match=f"already, number {again.id}"):
        await change(store, still, made)


async def test_a_subscription_that_is_not_there_cannot_be_changed(store: SqlStore) -> None:
    made = await wanted(store, WISH, MARY, START)
    with pytest.raises(UnknownSubscription):
        await change(store, made, made.model_copy(update={"id": 99, "stopped": True}))


async def test_subscriptions_asked_for_at_once_are_one(store: SqlStore) -> None:
    made = await asyncio.gather(*(wanted(store, WISH, MARY, START) for _ in range(5)))
    assert len({subscription.id for subscription in made}) == 1


async def test_a_day_is_claimed_by_one_and_posted_once(store: SqlStore, clock: ManualClock) -> None:
    made = await wanted(store, WISH, MARY, START)
    first = await store.claim_posting(made, FRIDAY, owner="a", lease=MINUTE)
    assert first is not None
    assert (first.key, first.day, first.attempt) == (f"digest:{made.id}:2026-11-20", FRIDAY, 1)
    assert (first.due_at, first.subscription, first.posted) == (NOW, made, None)
    assert await claim(store, made, "b") is None
    again = await store.claim_posting(made, FRIDAY, owner="a", lease=MINUTE)
    assert again is not None
    assert again.attempt == 2
    assert not await store.posted(first, "1.1")
    assert await store.posted(again, "1.2")
    assert not await store.posted(again, "1.3")
    assert await claim(store, made, "a") is None
    clock.advance(DAY.total_seconds())
    assert await claim(store, made, "b") is None


async def test_of_many_who_ask_at_once_one_gets_it(store: SqlStore) -> None:
    made = await wanted(store, WISH, MARY, START)
    got = await asyncio.gather(*(claim(store, made, f"w{n}") for n in range(8)))
    assert sum(posting is not None for posting in got) == 1


async def test_two_processes_on_one_postgresql_do_not_both_get_it(
    postgres_url: str, clock: ManualClock
) -> None:
    async with open_store(postgres_url, clock) as one, open_store(postgres_url, clock) as two:
        made = await asyncio.gather(*(wanted(s, WISH, MARY, START) for s in (one, two)))
        assert made[0].id == made[1].id
        for back in range(10):
            got = await asyncio.gather(
                *(
                    s.claim_posting(made[0], FRIDAY - back * DAY, owner=o, lease=MINUTE)
                    for s, o in ((one, "a"), (two, "b"))
                )
            )
            assert sum(posting is not None for posting in got) == 1


async def test_whoever_lost_its_lease_posts_nothing_more(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with open_store(sqlite_url, clock) as store:
        made = await wanted(store, WISH, MARY, START)
        lost = await store.claim_posting(made, FRIDAY, owner="a", lease=MINUTE)
        clock.advance(MINUTE.total_seconds())
        taken = await store.claim_posting(made, FRIDAY, owner="b", lease=MINUTE)
        assert lost is not None
        assert taken is not None
        assert taken.attempt == 2
        assert not await store.posted(lost, "1.1")
        assert await store.posted(taken, None)
        clock.advance(DAY.total_seconds())
        assert await claim(store, made, "a") is None


async def test_what_a_stopping_worker_holds_is_free_at_once(store: SqlStore) -> None:
    made = await wanted(store, WISH, MARY, START)
    assert await claim(store, made, "a")
    await store.release("a")
    assert await claim(store, made, "b")


def act(
    person: str = "alice", *, everyone: bool = False, title: str = "Lobby", room: str = "lobby"
) -> Act:
    """Mute somebody."""
    people = tuple(Person(id=f"{person}{n}", name=f"{person.title()} {n}") for n in range(5))
    call = CallRef(vendor=Vendor.STREAM, id=f"default:{room}")
    return Act(verb=Mute(), call=call, title=title, people=people, everyone=everyone)


async def done(store: SqlStore, key: str, state: State | None, act: Act) -> int:
    """The number of a case that was given this outcome, None for none yet."""
    asked = order(key, actor=JOHN if key.startswith("j") else MARY)
    accepted = await store.accept(asked.model_copy(update={"act": act}))
    for taken in (
        await store.claim(vendor=Vendor.STREAM, owner="w", limit=9, lease=MINUTE) if state else ()
    ):
        if state and taken.case.number == accepted.case.number:
            await store.finish(taken, [Result(state=state, evidence="Seen.")])
    await store.release("w")
    return accepted.case.number


async def test_acts_are_counted_by_verb_state_and_moderator(
    store: SqlStore, clock: ManualClock
) -> None:
    await done(store, "early", State.CONFIRMED, act("zoe"))
    clock.advance(3600)
    stretch = Stretch(clock.now(), clock.now() + DAY)
    kick = act().model_copy(update={"verb": Kick()})
    await done(store, "1", State.CONFIRMED, act("ann"))
    await done(store, "j2", State.CONFIRMED, act("bob"))
    await done(store, "3", State.FAILED, kick)
    clock.advance(60)
    await done(store, "4", State.REFUSED, act("cat"))
    await done(store, "5", None, act("dan"))
    clock.advance(60)
    await done(store, "j6", None, act("dan"))  # joins case 5
    await store.refuse(Refusal(key="r1", actor=JOHN, act=act(), why="No."))
    await store.refuse(Refusal(key="r2", actor=JOHN, words="what", why="No."))
    with pytest.raises(KeyReused):
        await store.accept(order("1", person="somebody else"))
    assert await store.acts(stretch) == Acts(
        by_verb={
            "mute": {State.CONFIRMED: 2, State.REFUSED: 1, State.ASKED: 1},
            "kick": {State.FAILED: 1},
        },
        refused=3,
        by_moderator={"U-MARY": 4, "U-JOHN": 1},
    )
    assert await store.acts(Stretch(stretch.end, stretch.end + DAY)) == Acts(by_verb={})
    late = Stretch(clock.now(), stretch.end)
    assert await store.acts(late) == Acts(by_verb={}, refused=3)


async def test_what_waits_is_open_for_a_minute_or_not_confirmed(
    store: SqlStore, clock: ManualClock
) -> None:
    lost = await done(store, "1", State.NOT_CONFIRMED, act("ann"))
    clock.advance(5)
    stuck = await done(store, "2", None, act("bob", everyone=True, room="hall"))
    clock.advance(5)
    again = await done(store, "3", State.NOT_CONFIRMED, act("cat", title=""))
    clock.advance(50)
    await done(store, "4", None, act("dan"))
    told = await store.waiting(10)
    assert [(waiting.case, waiting.kind, waiting.words) for waiting in told] == [
        (lost, "not_confirmed", "Mute Ann 0, Ann 1, Ann 2 and 2 more: Lobby"),
        (again, "not_confirmed", "Mute Cat 0, Cat 1, Cat 2 and 2 more: Untitled call"),
    ]
    clock.advance(5)
    assert [waiting.case for waiting in await store.waiting(10)] == [lost, stuck, again]
    assert (await store.waiting(10))[1].words == "Mute everyone: Lobby"
    assert [waiting.case for waiting in await store.waiting(1)] == [lost]
    assert await store.waiting(0) == []


async def test_what_was_asked_again_or_is_long_past_does_not_wait(
    store: SqlStore, clock: ManualClock
) -> None:
    ending = act().model_copy(update={"verb": End(), "people": ()})
    await done(store, "1", State.NOT_CONFIRMED, ending)
    ended = await done(store, "2", State.NOT_CONFIRMED, ending)
    assert [(waiting.case, waiting.words) for waiting in await store.waiting(9)] == [
        (ended, "End call: Lobby")
    ]
    await done(store, "3", State.CONFIRMED, ending)
    await done(store, "4", State.NOT_CONFIRMED, act("ann"))
    assert len(await store.waiting(9)) == 1
    clock.advance(timedelta(days=7).total_seconds())
    assert await store.waiting(9) == []
