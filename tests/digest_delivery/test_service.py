"""The desk for digests: permission, the channel, the record, and that a request counts once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.calls.actors import Actor
from bot.calls.cases import AuditEntry, DigestNote, Event
from bot.calls.models import Vendor
from bot.clock import Clock
from bot.digest_delivery.builder import DigestBuilder
from bot.digest_delivery.dispatcher import DigestDispatcher, SendResult
from bot.digest_delivery.service import DigestService
from bot.digests.announcements import ChangeKind
from bot.digests.subscription import Rhythm, Subscription, Wish
from bot.errors import BadInput, NotPermitted, UnknownSubscription, UnusableChannel
from bot.moderation.asker import Asker
from bot.policy import Policy, Rules
from bot.policy.rules import People, Places
from bot.ports import AuditQuery, Member, Place
from bot.store import SqlStore
from tests.digest_delivery.delivery import News
from tests.fakes.clock import ManualClock
from tests.fakes.digests import Channel, Numbers
from tests.fakes.directory import HOME, Table

LEAD = Asker(Actor(user="U1LEAD", team=HOME), "C0OPS")
MODERATOR = Asker(Actor(user="U2MOD", team=HOME), "C0OPS")
RULES = Rules(people=People(moderators=("U2MOD",), leads=("U1LEAD",)), file="callwarden.toml")
WISH = Wish(channel="C0TEAM", zone="Europe/London")


class Bench:
    """The desk over a real store, with what it asks."""

    def __init__(self, store: SqlStore, clock: ManualClock, rules: Rules = RULES) -> None:
        self.store, self.clock = store, clock
        self.table = Table()
        for name in ("C0TEAM", "C0OTHER"):
            self.table.places[name] = Place(channel=name, name="team", inside=True)
        policy, self.channel = Policy(rules, self.table), Channel()
        self.service = self.serving(policy, clock)

    def serving(self, policy: Policy, clock: Clock) -> DigestService:
        """The service by that clock; what it sends goes into a channel in memory."""
        builder = DigestBuilder(Numbers(), self.store, self.store, clock, tuple(Vendor))
        news = News(self.clock)
        dispatcher = DigestDispatcher(self.store, builder, self.channel, news, clock, "one")
        return DigestService(policy, self.table, self.store, self.store, dispatcher)

    async def one(self) -> Subscription:
        return (await self.service.subscribe(LEAD, WISH, "made")).subscription

    async def record(self) -> list[AuditEntry]:
        return list(await self.store.audit(AuditQuery()))


@pytest.fixture
async def bench(store: SqlStore, clock: ManualClock) -> Bench:
    return Bench(store, clock)


async def test_one_key_is_one_request_however_often_it_comes(bench: Bench) -> None:
    first = await bench.service.subscribe(LEAD, WISH, "k")
    second = await bench.service.subscribe(LEAD, WISH, "k")
    assert (first.how, second.how) == (ChangeKind.NEW, ChangeKind.SAME)
    assert first.subscription == second.subscription
    (entry,) = await bench.record()
    assert (entry.event, entry.actor) == (Event.SUBSCRIBED, LEAD.actor)
    assert entry.detail == (
        "A digest for C0TEAM, every day at 09:00 Europe/London, covering the previous day"
    )


async def test_delivered_again_it_is_the_same_one_although_its_channel_was_archived_since(
    bench: Bench,
) -> None:
    await bench.one()
    changed = WISH.model_copy(update={"vendors": frozenset({Vendor.STREAM})})
    edited = await bench.service.edit(LEAD, 1, changed, "edited")
    bench.table.places["C0TEAM"] = Place(channel="C0TEAM", name="team", inside=True, archived=True)
    again = await bench.service.edit(LEAD, 1, changed, "edited")
    assert (again.how, again.subscription) == (ChangeKind.SAME, edited.subscription)
    with pytest.raises(UnusableChannel):
        await bench.service.subscribe(LEAD, WISH, "another")
    with pytest.raises(BadInput, match="already requested"):
        await bench.service.subscribe(LEAD, WISH, "made")


async def test_deliveries_at_the_same_time_make_one(bench: Bench) -> None:
    class Ticking(ManualClock):
        def now(self) -> datetime:
            self.advance(0.001)
            return super().now()

    service = bench.serving(Policy(RULES, bench.table), Ticking())
    taken = await asyncio.gather(*(service.subscribe(LEAD, WISH, "k") for _ in range(5)))
    assert sorted(result.how.value for result in taken) == ["new", "same", "same", "same", "same"]
    assert len(await bench.service.all(LEAD)) == 1
    assert len(await bench.record()) == 1


async def test_setting_up_what_is_paused_lets_it_go_on(bench: Bench) -> None:
    one = await bench.one()
    await bench.service.pause(LEAD, one.id, None, "p")
    taken = await bench.service.subscribe(LEAD, WISH, "k")
    assert (taken.how, taken.subscription.id) == (ChangeKind.CHANGED, one.id)
    assert taken.subscription.paused_until is None


async def test_the_same_rhythm_and_vendors_again_change_the_one_there_is(bench: Bench) -> None:
    first = await bench.one()
    bench.clock.advance(60)
    later = WISH.model_copy(update={"zone": "Asia/Tokyo"})
    taken = await bench.service.subscribe(LEAD, later, "k2")
    assert (taken.how, taken.before, taken.subscription.id) == (ChangeKind.CHANGED, first, first.id)
    weekly = WISH.model_copy(update={"rhythm": Rhythm.WEEKLY})
    second = await bench.service.subscribe(LEAD, weekly, "k3")
    assert second.how is ChangeKind.NEW
    assert await bench.service.get(LEAD, second.subscription.id) == second.subscription
    assert [entry.event for entry in await bench.record()][:2] == [
        Event.SUBSCRIBED,
        Event.CHANGED,
    ]


async def test_an_edit_changes_it_once(bench: Bench) -> None:
    one = await bench.one()
    bench.clock.advance(60)
    moved = WISH.model_copy(update={"channel": "C0OTHER"})
    taken = await bench.service.edit(LEAD, one.id, moved, "e")
    assert (taken.how, taken.subscription.since) == (ChangeKind.CHANGED, bench.clock.now())
    assert (await bench.service.edit(LEAD, one.id, moved, "e2")).how is ChangeKind.SAME
    assert [entry.event for entry in await bench.record()] == [Event.CHANGED, Event.SUBSCRIBED]


async def test_an_edit_lets_one_go_on_that_had_lost_its_channel(bench: Bench) -> None:
    one = await bench.one()
    assert await bench.store.pause(one, "The channel is archived.", bench.clock.now())
    taken = await bench.service.edit(LEAD, one.id, WISH, "e")
    assert (taken.how, taken.subscription.paused_until) == (ChangeKind.CHANGED, None)


async def test_an_edit_leaves_a_pause_that_somebody_asked_for(bench: Bench) -> None:
    one = await bench.one()
    await bench.service.pause(LEAD, one.id, date(2027, 1, 1), "p")
    weekly = WISH.model_copy(update={"rhythm": Rhythm.WEEKLY})
    taken = await bench.service.edit(LEAD, one.id, weekly, "e")
    assert taken.subscription.paused_until == date(2027, 1, 1)


async def test_a_pause_is_for_days_to_come_in_the_zone_of_the_digest(bench: Bench) -> None:
    one = await bench.one()
    today = bench.clock.now().date()
    with pytest.raises(BadInput, match="not in the future"):
        await bench.service.pause(LEAD, one.id, today, "p")
    tomorrow = today + timedelta(days=1)
    assert (await bench.service.pause(LEAD, one.id, tomorrow, "p2")).how is ChangeKind.CHANGED
    assert (await bench.service.pause(LEAD, one.id, tomorrow, "p3")).how is ChangeKind.SAME
    assert (await bench.service.pause(LEAD, one.id, None, "p4")).how is ChangeKind.CHANGED
    assert [entry.detail for entry in await bench.record()][:2] == [
        f"Digest {one.id} is paused",
        f"Digest {one.id} is paused until {tomorrow.isoformat()}",
    ]


async def test_it_is_not_resumed_for_a_channel_that_cannot_take_it(bench: Bench) -> None:
    one = await bench.one()
    assert (await bench.service.resume(LEAD, one.id, "r")).how is ChangeKind.SAME
    await bench.service.pause(LEAD, one.id, None, "p")
    bench.table.places["C0TEAM"] = Place(channel="C0TEAM", name="team", archived=True)
    with pytest.raises(UnusableChannel, match="#team is archived"):
        await bench.service.resume(LEAD, one.id, "r2")
    bench.table.places["C0TEAM"] = Place(channel="C0TEAM", name="team", inside=True)
    assert (await bench.service.resume(LEAD, one.id, "r3")).subscription.paused_until is None


async def test_what_is_stopped_is_there_no_more(bench: Bench) -> None:
    one = await bench.one()
    assert (await bench.service.stop(LEAD, one.id, "s")).subscription.stopped
    assert await bench.service.all(LEAD) == []
    with pytest.raises(UnknownSubscription):
        await bench.service.stop(LEAD, one.id, "s2")


async def test_sending_is_noted_with_the_day_whose_digest_it_is(bench: Bench) -> None:
    one = await bench.one()
    sent, result = await bench.service.send(LEAD, one.id, "n")
    assert (sent, result) == (one, SendResult.POSTED)
    assert (await bench.record())[0].detail == f"Digest {one.id} of 2026-11-21"


async def test_a_slack_that_was_silent_for_a_moment_burns_no_request(bench: Bench) -> None:
    """What was refused then is done when it comes again, and only what was done is said."""
    one = await bench.one()

    async def silent_then_well(ask: Callable[[], Awaitable[Any]]) -> Any:
        bench.table.silent = {LEAD.actor.user}
        with pytest.raises(NotPermitted):
            await ask()
        bench.table.silent = set()
        return await ask()

    service = bench.service
    sent, _ = await silent_then_well(lambda: service.send(LEAD, one.id, "n"))
    assert sent == one
    paused = await silent_then_well(lambda: service.pause(LEAD, one.id, None, "p"))
    resumed = await silent_then_well(lambda: service.resume(LEAD, one.id, "r"))
    stopped = await silent_then_well(lambda: service.stop(LEAD, one.id, "s"))
    assert [taken.how for taken in (paused, resumed, stopped)] == [ChangeKind.CHANGED] * 3
    assert await service.all(LEAD) == []
    done = [entry.event for entry in await bench.record() if entry.event is not Event.REFUSED]
    assert done == [Event.STOPPED, Event.RESUMED, Event.PAUSED, Event.SENT, Event.SUBSCRIBED]


async def test_each_day_that_is_sent_by_hand_is_on_record(bench: Bench) -> None:
    """The same button may be pressed tomorrow."""
    one = await bench.one()
    for _ in range(2):
        await bench.service.send(LEAD, one.id, "n")
    bench.clock.advance(86_400)
    await bench.service.send(LEAD, one.id, "n")
    details = [entry.detail for entry in await bench.record()]
    assert details[:2] == [f"Digest {one.id} of 2026-11-22", f"Digest {one.id} of 2026-11-21"]
    assert len(details) == 3


async def test_a_request_that_comes_again_after_a_change_is_not_called_done(bench: Bench) -> None:
    one = await bench.one()
    await bench.service.pause(LEAD, one.id, None, "p")
    await bench.service.resume(LEAD, one.id, "r")
    await bench.service.pause(LEAD, one.id, None, "p2")
    with pytest.raises(BadInput, match="was changed since"):
        await bench.service.resume(LEAD, one.id, "r")
    assert (await bench.service.get(LEAD, one.id)).paused_until is not None


async def test_a_digest_whose_zone_is_gone_asks_for_another_one(bench: Bench) -> None:
    """A row is read as it was written: a machine's zones may have changed since."""
    one = await bench.one()
    mars = Wish.model_validate_json('{"channel":"C0TEAM","zone":"Mars/Olympus"}')
    note = DigestNote(key="z", event=Event.CHANGED, actor=LEAD.actor, detail="")
    there = one.model_copy(update={"wish": mars})
    await bench.store.amend(one, there, note, bench.clock.now())
    with pytest.raises(BadInput, match="Mars/Olympus"):
        await bench.service.send(LEAD, one.id, "n")
    assert (await bench.service.edit(LEAD, one.id, WISH, "e")).how is ChangeKind.CHANGED


async def test_a_moderator_is_refused_and_that_is_on_record(bench: Bench) -> None:
    with pytest.raises(NotPermitted):
        await bench.service.subscribe(MODERATOR, WISH, "k")
    (entry,) = await bench.record()
    assert (entry.event, entry.actor) == (Event.REFUSED, MODERATOR.actor)
    assert "digest subscribe: for C0TEAM" in entry.detail
    assert not await bench.service.may(MODERATOR)
    assert await bench.service.may(LEAD)
    assert len(await bench.record()) == 1


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (Place(channel="C0TEAM", gone=True), "does not see that channel"),
        (Place(channel="C0TEAM", name="team", archived=True, inside=True), "#team is archived"),
        (Place(channel="C0TEAM", name="team"), "not in #team"),
    ],
)
async def test_a_channel_that_cannot_take_it_is_refused(
    bench: Bench, place: Place, says: str
) -> None:
    bench.table.places["C0TEAM"] = place
    with pytest.raises(UnusableChannel, match=says) as refused:
        await bench.service.subscribe(LEAD, WISH, "k")
    assert refused.value.next_step
    assert await bench.record() == []


async def test_a_channel_we_may_not_look_at_is_taken_on_trust(bench: Bench) -> None:
    bench.table.places["C0TEAM"] = None
    assert (await bench.service.subscribe(LEAD, WISH, "k")).how is ChangeKind.NEW


async def test_a_silent_slack_is_no_yes(bench: Bench) -> None:
    bench.table.silent.add("C0TEAM")
    with pytest.raises(UnusableChannel, match="did not say"):
        await bench.service.subscribe(LEAD, WISH, "k")


async def test_no_digest_goes_where_callwarden_is_not_used(
    store: SqlStore, clock: ManualClock
) -> None:
    rules = RULES.model_copy(update={"slack": Places(channels=("C0OPS", "C0OTHER"))})
    bench = Bench(store, clock, rules)
    with pytest.raises(UnusableChannel, match="not used in that channel") as refused:
        await bench.service.subscribe(LEAD, WISH, "k")
    assert 'add "C0TEAM" to `channels`' in refused.value.next_step
    there = WISH.model_copy(update={"channel": "C0OTHER"})
    assert (await bench.service.subscribe(LEAD, there, "k2")).how is ChangeKind.NEW


@pytest.mark.parametrize(
    ("told", "zone"),
    [
        ("Australia/Lord_Howe", "Australia/Lord_Howe"),
        ("Mars/Olympus", "Etc/UTC"),
        ("", "Etc/UTC"),
        (None, "Etc/UTC"),
    ],
)
async def test_the_zone_is_that_of_the_profile_or_utc(
    bench: Bench, told: str | None, zone: str
) -> None:
    user = LEAD.actor.user
    bench.table.members[user] = Member(user=user, team=HOME, zone=told)
    assert await bench.service.zone(LEAD) == zone


async def test_the_zone_of_somebody_slack_does_not_tell_of_is_utc(bench: Bench) -> None:
    bench.table.silent.add(LEAD.actor.user)
    assert await bench.service.zone(LEAD) == "Etc/UTC"


async def test_nobody_chooses_a_private_channel_that_they_are_not_in(bench: Bench) -> None:
    quiet = Place(channel="C0TEAM", name="layoffs", private=True, inside=True)
    bench.table.places["C0TEAM"] = quiet
    bench.table.belong[LEAD.actor.user, "C0TEAM"] = False
    with pytest.raises(UnusableChannel, match="You are not in that private channel") as refused:
        await bench.service.subscribe(LEAD, WISH, "k")
    assert "layoffs" not in f"{refused.value} {refused.value.next_step}"
    bench.table.belong[LEAD.actor.user, "C0TEAM"] = None  # the scopes do not let us look
    one = (await bench.service.subscribe(LEAD, WISH, "k")).subscription
    there = WISH.model_copy(update={"channel": "C0OTHER"})
    other = (await bench.service.subscribe(LEAD, there, "k2")).subscription
    bench.table.belong[LEAD.actor.user, "C0TEAM"] = False
    await bench.service.stop(LEAD, one.id, "s")
    with pytest.raises(UnusableChannel, match="You are not in"):
        await bench.service.edit(LEAD, other.id, WISH, "e")


async def test_where_a_digest_comes_already_it_is_looked_after_but_not_named(bench: Bench) -> None:
    one = await bench.one()
    bench.table.belong[LEAD.actor.user, "C0TEAM"] = False
    quiet = Place(channel="C0TEAM", name="layoffs", private=True, inside=True)
    bench.table.places["C0TEAM"] = quiet
    later = WISH.model_copy(update={"rhythm": Rhythm.WEEKLY})
    assert (await bench.service.edit(LEAD, one.id, later, "e")).how is ChangeKind.CHANGED
    await bench.service.pause(LEAD, one.id, None, "p")
    bench.table.places["C0TEAM"] = Place(**quiet.model_dump() | {"archived": True})
    with pytest.raises(UnusableChannel, match=r"^That channel is archived"):
        await bench.service.resume(LEAD, one.id, "r")


async def test_a_public_channel_is_anybodys(bench: Bench) -> None:
    bench.table.belong[LEAD.actor.user, "C0TEAM"] = False
    assert (await bench.service.subscribe(LEAD, WISH, "k")).how is ChangeKind.NEW
