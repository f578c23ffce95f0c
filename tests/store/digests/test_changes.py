"""What is asked of digests is done, on record, and owed to whom it concerns: all or nothing."""

import sqlite3
from datetime import timedelta

import pytest

from bot.calls.cases import DigestNote, Event
from bot.digests.announcements import Announcement, AnnouncementKind, ChangeKind
from bot.digests.subscription import Subscription, Wish
from bot.errors import BadInput, NotAccepted, UnknownSubscription
from bot.ports import AuditQuery
from bot.store import SqlStore, open_store
from tests.fakes.clock import START, ManualClock
from tests.store.orders import JOHN, MARY, MINUTE, OVER

WISH = Wish(channel="C-OPS", zone="Europe/London")
NOW = START + MINUTE


async def made(store: SqlStore, key: str = "k", wish: Wish = WISH) -> Subscription:
    return (await store.set_up(wish, MARY, key, START)).subscription


def note(event: Event = Event.CHANGED, key: str = "n") -> DigestNote:
    return DigestNote(key=key, event=event, actor=JOHN, detail="What was asked")


async def record(store: SqlStore) -> list[Event]:
    """The newest first."""
    return [entry.event for entry in await store.audit(AuditQuery())]


async def owed(store: SqlStore) -> list[Announcement]:
    return list(await store.due_announcements(owner="w", limit=9, lease=OVER))


async def test_setting_one_up_is_on_record_and_owed_to_its_channel(store: SqlStore) -> None:
    taken = await store.set_up(WISH, MARY, "k", START)
    assert (taken.how, taken.before) == (ChangeKind.NEW, None)
    assert await store.subscriptions() == [taken.subscription]
    (entry,) = await store.audit(AuditQuery())
    assert entry.detail == (
        "A digest for C-OPS, every day at 09:00 Europe/London, covering the previous day"
    )
    (announcement,) = await owed(store)
    assert (announcement.about, announcement.by, announcement.subscription) == (
        AnnouncementKind.SET_UP,
        MARY.user,
        taken.subscription,
    )


@pytest.mark.parametrize(
    "table", ["audit", "digest_subscription", "delivery", "digest_telling"], ids=str
)
async def test_what_cannot_be_written_down_whole_is_not_written_at_all(
    sqlite_url: str, clock: ManualClock, table: str
) -> None:
    """As a process that dies between any two of these would leave it."""
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as file:
        file.execute(
            f"CREATE TRIGGER dies BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'died'); END"
        )
    async with open_store(sqlite_url, clock) as store:
        with pytest.raises(NotAccepted):
            await made(store)
        assert await store.subscriptions() == []
        assert await record(store) == []
        assert await owed(store) == []


@pytest.mark.parametrize("table", ["audit", "digest_telling"])
async def test_a_change_that_cannot_be_written_down_whole_is_not_made(
    sqlite_url: str, clock: ManualClock, table: str
) -> None:
    async with open_store(sqlite_url, clock) as store:
        one = await made(store)
        with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as file:
            file.execute(
                f"CREATE TRIGGER dies BEFORE INSERT ON {table} BEGIN "
                "SELECT RAISE(ABORT, 'died'); END"
            )
        moved = one.edited(WISH.model_copy(update={"channel": "C-NEW"}), NOW)
        with pytest.raises(NotAccepted):
            await store.amend(one, moved, note(), NOW)
        assert await store.subscriptions() == [one]
        assert await record(store) == [Event.SUBSCRIBED]
        assert [announcement.about for announcement in await owed(store)] == [
            AnnouncementKind.SET_UP
        ]


async def test_a_key_that_is_on_record_changes_nothing_any_more(store: SqlStore) -> None:
    """A redelivery is not a new wish: what was done since stays done."""
    one = await made(store)
    stopped = one.model_copy(update={"stopped": True})
    assert (await store.amend(one, stopped, note(Event.STOPPED), NOW)).how is ChangeKind.CHANGED
    again = await store.set_up(WISH, MARY, "k", NOW)
    assert (again.how, again.subscription) == (ChangeKind.SAME, stopped)
    assert await store.subscriptions() == []
    repeated = await store.amend(one, stopped, note(Event.STOPPED), NOW)
    assert (repeated.how, repeated.subscription) == (ChangeKind.SAME, stopped)
    with pytest.raises(BadInput, match="was changed since"):
        await store.amend(stopped, one, note(Event.STOPPED), NOW)
    assert await record(store) == [Event.STOPPED, Event.SUBSCRIBED]


async def test_of_two_who_change_what_they_saw_the_second_is_told(store: SqlStore) -> None:
    one = await made(store)
    await store.amend(one, one.paused(), note(Event.PAUSED), NOW)
    with pytest.raises(BadInput, match=f"Somebody else changed digest {one.id} just now"):
        await store.amend(one, one.edited(WISH, NOW), note(key="n2"), NOW)
    assert await store.subscriptions() == [one.paused()]
    assert await record(store) == [Event.PAUSED, Event.SUBSCRIBED]


async def test_what_is_refused_is_not_on_record(store: SqlStore) -> None:
    one = await made(store)
    other = await made(store, "k2", WISH.model_copy(update={"channel": "C-NEW"}))
    with pytest.raises(BadInput, match=f"already, number {one.id}"):
        await store.amend(other, other.edited(WISH, NOW), note(), NOW)
    nobody = one.model_copy(update={"id": 99, "stopped": True})
    with pytest.raises(UnknownSubscription):
        await store.amend(nobody, nobody, note(key="n2"), NOW)
    assert await record(store) == [Event.SUBSCRIBED] * 2


async def test_a_channel_is_told_of_what_came_to_it_and_not_of_what_went_on(
    store: SqlStore,
) -> None:
    one = await made(store)
    moved = one.edited(WISH.model_copy(update={"channel": "C-NEW"}), NOW)
    await store.amend(one, moved, note(), NOW)
    (announcement,) = await owed(store)
    assert (announcement.about, announcement.by) == (AnnouncementKind.MOVED, JOHN.user)
    later = moved.paused()
    await store.amend(moved, later, note(Event.PAUSED, "n2"), NOW)
    (announcement,) = await owed(store)
    assert announcement.subscription == later
    stopped = later.model_copy(update={"stopped": True})
    await store.amend(later, stopped, note(Event.STOPPED, "n3"), NOW)
    assert await owed(store) == []


async def test_a_request_that_comes_again_after_a_move_sets_nothing_up(store: SqlStore) -> None:
    """Also where nothing is left of it in the channel it named: its key is on record."""
    one = await made(store)
    moved = one.edited(WISH.model_copy(update={"channel": "C-NEW"}), NOW)
    await store.amend(one, moved, note(), NOW)
    with pytest.raises(BadInput, match="already requested"):
        await store.set_up(WISH, MARY, "k", NOW)
    assert await store.subscriptions() == [moved]


async def test_one_that_cannot_be_posted_is_paused_and_its_owner_owed_a_word(
    store: SqlStore,
) -> None:
    one = await made(store)
    assert await store.pause(one, "The channel is archived.", NOW)
    paused = one.paused(why="The channel is archived.")
    assert await store.subscriptions() == [paused]
    (announcement,) = await owed(store)
    assert (announcement.about, announcement.by, announcement.subscription) == (
        AnnouncementKind.PAUSED,
        MARY.user,
        paused,
    )
    assert not await store.pause(one, "Again.", NOW)
    assert await store.subscriptions() == [paused]
    assert (await store.set_up(WISH, JOHN, "k2", NOW)).how is ChangeKind.CHANGED
    assert await owed(store) == []


async def test_a_telling_is_taken_up_by_one_and_done_with_once(
    store: SqlStore, clock: ManualClock
) -> None:
    await made(store)
    (first,) = await store.due_announcements(owner="a", limit=9, lease=MINUTE)
    assert first.attempt == 1
    assert await owed(store) == []
    await store.defer_announcement(first, START + MINUTE)
    assert await owed(store) == []
    clock.advance(MINUTE.total_seconds())
    (second,) = await owed(store)
    assert second.attempt == 2
    await store.mark_announced(first)  # its lease is over: this changes nothing
    (third,) = await owed(store)
    await store.mark_announced(third)
    assert await owed(store) == []


async def test_what_a_stopping_worker_was_to_tell_is_free_at_once(store: SqlStore) -> None:
    await made(store)
    await store.due_announcements(owner="a", limit=9, lease=MINUTE)
    await store.release("a")
    assert len(await owed(store)) == 1


async def test_after_a_day_nobody_needs_to_be_told_any_more(
    store: SqlStore, clock: ManualClock
) -> None:
    await made(store)
    clock.advance(timedelta(hours=23).total_seconds())
    assert len(await owed(store)) == 1
    clock.advance(timedelta(hours=1).total_seconds())
    assert await owed(store) == []
