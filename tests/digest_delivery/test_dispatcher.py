"""Each sending day of a subscription is posted once, whatever dies, sleeps or is set wrong."""

import asyncio
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from structlog.testing import capture_logs

from bot.calls.models import Vendor
from bot.digest_delivery.dispatcher import LATEST, LEASE, SendResult, due_days
from bot.digests.digest import Difference, Gap
from bot.digests.subscription import Rhythm, Subscription, Wish
from bot.errors import ClaimLost, DeliveryDeferred, DeliveryImpossible, MessageRefused, StoreError
from bot.scheduler.scheduler import guarded
from tests.digest_delivery.delivery import SATURDAY, Watch, utc
from tests.fakes.clock import ManualClock
from tests.fakes.digests import Row, subscription

FRIDAY = SATURDAY - timedelta(days=1)
SUNDAY = SATURDAY + timedelta(days=1)


@pytest.fixture
def watch(clock: ManualClock) -> Watch:
    """One subscription for nine o'clock UTC; every day before today's is posted."""
    watch = Watch(clock, subscription())
    watch.rows.subs[0] = watch.rows.subs[0].model_copy(update={"made_at": utc(20, 12)})
    return watch


async def test_nothing_is_sent_before_its_time_and_one_digest_at_it(watch: Watch) -> None:
    assert await watch.go_at(utc(21, 8, 59)) == []
    assert await watch.go_at(utc(21, 9, 0)) == [SATURDAY]


async def test_however_often_the_bell_rings_a_day_is_posted_once(watch: Watch) -> None:
    for minute in range(0, 60, 5):
        await watch.go_at(utc(21, 9, minute))
    assert watch.channel.days == [("C-1", SATURDAY)]
    assert await watch.go_at(utc(22, 9)) == [SATURDAY, SUNDAY]


async def test_two_workers_that_ring_at_the_same_moment_post_it_once(watch: Watch) -> None:
    watch.stand_at(utc(21))
    await asyncio.gather(
        watch.dispatcher.go(), watch.worker("two").go(), watch.worker("three").go()
    )
    assert watch.channel.days == [("C-1", SATURDAY)]


async def test_the_row_is_claimed_before_anything_is_read_or_posted(watch: Watch) -> None:
    watch.stand_at(utc(21))
    watch.news.trouble = [StoreError("gone")]
    await watch.dispatcher.go()
    assert watch.rows.rows[1, SATURDAY].owner == "one"
    assert (await watch.worker("two").send(watch.rows.subs[0], SATURDAY)) is SendResult.TAKEN


async def test_a_worker_killed_before_posting_is_taken_over_when_its_lease_ran_out(
    watch: Watch,
) -> None:
    watch.stand_at(utc(21))
    await watch.rows.claim_posting(watch.rows.subs[0], SATURDAY, owner="killed", lease=LEASE)
    assert await watch.go_at(utc(21, 9, 4)) == []
    assert await watch.go_at(utc(21, 9, 5)) == [SATURDAY]


async def test_a_worker_killed_between_posting_and_marking_posts_nothing_twice(
    watch: Watch,
) -> None:
    watch.stand_at(utc(21))
    await watch.worker("by hand").send(watch.rows.subs[0], SATURDAY)
    row = watch.rows.rows[1, SATURDAY]
    watch.rows.rows[1, SATURDAY] = Row(owner="killed", until=row.until, attempt=1)
    assert await watch.go_at(utc(21, 9, 6)) == [SATURDAY]
    row = watch.rows.rows[1, SATURDAY]
    assert (row.done, row.ts, watch.channel.attempts) == (True, "0.0", 2)


async def test_what_is_already_posted_is_not_made_again(watch: Watch) -> None:
    await watch.go_at(utc(21, 9, 0))
    await watch.go_at(utc(21, 9, 1))
    assert watch.news.asked == [(1, SATURDAY)]


async def test_slack_asking_to_wait_is_given_its_time_and_nothing_is_lost(watch: Watch) -> None:
    watch.channel.fails = [DeliveryDeferred(150)]
    assert await watch.go_at(utc(21, 9, 0)) == []
    for minute in (1, 2):
        assert await watch.go_at(utc(21, 9, minute)) == []
    assert watch.channel.attempts == 1
    assert await watch.go_at(utc(21, 9, 3)) == [SATURDAY]


async def test_one_channel_that_has_to_wait_does_not_hold_up_another(watch: Watch) -> None:
    watch.rows.subs.append(
        watch.rows.subs[0].model_copy(update={"id": 2, "wish": Wish(channel="C-2", at=time(9))})
    )
    watch.channel.fails = [DeliveryDeferred(150)]
    await watch.go_at(utc(21))
    assert watch.channel.days == [("C-2", SATURDAY)]


async def test_after_an_hour_without_slack_it_is_sent_and_says_that_it_is_late(
    watch: Watch,
) -> None:
    watch.channel.fails = [DeliveryDeferred(30) for _ in range(60)]
    for minute in range(60):
        assert await watch.go_at(utc(21, 9, minute)) == []
    assert await watch.go_at(utc(21, 10)) == [SATURDAY]
    ((_, digest),) = watch.channel.messages["C-1"]
    assert digest.late_since == utc(21, 9)


async def test_one_that_somebody_asks_for_is_not_late(watch: Watch) -> None:
    watch.stand_at(utc(21, 14))
    await watch.worker("by hand").send(watch.rows.subs[0], SATURDAY)
    ((_, digest),) = watch.channel.messages["C-1"]
    assert digest.late_since is None


async def test_one_that_comes_a_few_minutes_late_does_not_apologise(watch: Watch) -> None:
    await watch.go_at(utc(21, 9, 15))
    ((_, digest),) = watch.channel.messages["C-1"]
    assert digest.late_since is None


async def test_one_that_is_too_late_is_folded_into_the_next_and_that_is_said(watch: Watch) -> None:
    assert await watch.go_at(utc(21, 9) + LATEST + timedelta(minutes=1)) == []
    assert await watch.go_at(utc(22, 9)) == [SUNDAY]
    ((posting, digest),) = watch.channel.messages["C-1"]
    assert posting.folded == digest.folded == (SATURDAY,)
    assert watch.rows.rows[1, SATURDAY].done
    assert watch.rows.rows[1, SATURDAY].ts is None


async def test_at_the_limit_it_is_still_sent_by_itself(watch: Watch) -> None:
    assert await watch.go_at(utc(21, 9) + LATEST) == [SATURDAY]


async def test_a_machine_asleep_over_several_days_sends_the_newest_and_folds_the_others(
    watch: Watch,
) -> None:
    assert await watch.go_at(utc(24, 10)) == [date(2026, 11, 24)]
    ((_, digest),) = watch.channel.messages["C-1"]
    assert digest.folded == (date(2026, 11, 23), SUNDAY, SATURDAY)
    assert digest.late_since == utc(24, 9)
    assert await watch.go_at(utc(25, 9)) == [date(2026, 11, 24), date(2026, 11, 25)]
    assert watch.channel.messages["C-1"][-1][1].folded == ()


async def test_older_ones_wait_for_the_next_when_the_one_they_are_folded_into_fails(
    watch: Watch,
) -> None:
    watch.channel.fails = [DeliveryDeferred(1)]
    assert await watch.go_at(utc(22, 9)) == []
    assert not watch.rows.rows[1, SATURDAY].done
    assert await watch.go_at(utc(22, 9, 1)) == [SUNDAY]
    assert watch.channel.messages["C-1"][0][1].folded == (SATURDAY,)


async def test_days_further_back_than_a_week_are_let_go(watch: Watch) -> None:
    await watch.go_at(utc(15, 9, month=12))
    ((_, digest),) = watch.channel.messages["C-1"]
    assert len(digest.folded) == 7


async def test_a_clock_set_back_after_posting_posts_nothing_again(watch: Watch) -> None:
    await watch.go_at(utc(21, 9, 1))
    await watch.go_at(utc(21, 7))
    assert await watch.go_at(utc(21, 9, 1)) == [SATURDAY]


async def test_a_clock_set_forward_and_back_again_leaves_every_day_posted_once(
    watch: Watch,
) -> None:
    for moment in (utc(21, 8), utc(21, 23), utc(22, 9), utc(21, 9), utc(22, 9, 1)):
        await watch.go_at(moment)
    assert watch.channel.days == [("C-1", SUNDAY)]
    assert watch.channel.messages["C-1"][0][1].folded == (SATURDAY,)


async def test_a_machine_that_slept_between_claiming_and_posting_leaves_it_to_the_next_ring(
    watch: Watch,
) -> None:
    """Another worker may have taken over meanwhile and be posting at this very moment."""
    watch.news.takes = LEASE.total_seconds() + 1
    assert await watch.go_at(utc(21, 9)) == []
    assert watch.channel.attempts == 0
    watch.news.takes = 0
    assert await watch.go_at(utc(21, 9, 6)) == [SATURDAY]


async def test_a_subscription_made_after_todays_time_begins_tomorrow(watch: Watch) -> None:
    wish, owner = Wish(channel="C-9", at=time(9)), watch.rows.subs[0].owner
    made = await watch.rows.set_up(wish, owner, "key", utc(21, 9, 1))
    watch.rows.subs[:] = [made.subscription]
    assert await watch.go_at(utc(21, 10)) == []
    assert await watch.go_at(utc(22, 9)) == [SUNDAY]


async def test_a_time_moved_into_the_past_of_today_rings_tomorrow(watch: Watch) -> None:
    (one,) = watch.rows.subs
    late = one.model_copy(update={"wish": one.wish.model_copy(update={"at": time(17)})})
    watch.rows.subs[:] = [late.edited(one.wish, utc(21, 12))]
    assert await watch.go_at(utc(21, 12, 1)) == []
    assert await watch.go_at(utc(22, 9)) == [SUNDAY]
    assert watch.channel.messages["C-1"][0][1].folded == ()


async def test_a_time_moved_later_today_does_not_ring_again_today(watch: Watch) -> None:
    await watch.go_at(utc(21, 9))
    (one,) = watch.rows.subs
    later = one.wish.model_copy(update={"at": time(17)})
    watch.rows.subs[:] = [one.edited(later, utc(21, 12))]
    assert await watch.go_at(utc(21, 17)) == [SATURDAY]


async def test_paused_until_a_day_rings_on_that_day_and_folds_nothing_in(watch: Watch) -> None:
    watch.rows.subs[0] = watch.rows.subs[0].paused(date(2026, 11, 24))
    for day in (21, 22, 23):
        assert await watch.go_at(utc(day, 9)) == []
    assert await watch.go_at(utc(24, 9)) == [date(2026, 11, 24)]
    assert watch.channel.messages["C-1"][0][1].folded == ()


async def test_resumed_by_hand_what_the_pause_left_out_stays_left_out(watch: Watch) -> None:
    watch.rows.subs[0] = watch.rows.subs[0].paused().resumed(utc(24, 8))
    assert await watch.go_at(utc(24, 9)) == [date(2026, 11, 24)]
    assert watch.channel.messages["C-1"][0][1].folded == ()


async def test_only_the_weekdays_that_were_wished_for_ring(watch: Watch) -> None:
    (one,) = watch.rows.subs
    weekdays = one.wish.model_copy(update={"weekdays": frozenset({0, 4})})
    watch.rows.subs[:] = [one.edited(weekdays, utc(21, 8))]
    for day in range(21, 31):
        await watch.go_at(utc(day, 9))
    assert [day.day for _, day in watch.channel.days] == [23, 27, 30]


async def test_a_weekly_one_comes_on_mondays_about_the_week_before(watch: Watch) -> None:
    (one,) = watch.rows.subs
    weekly = one.wish.model_copy(update={"rhythm": Rhythm.WEEKLY})
    watch.rows.subs[:] = [one.edited(weekly, utc(21, 8))]
    for day in range(21, 31):
        await watch.go_at(utc(day, 9))
    assert [day.day for _, day in watch.channel.days] == [23, 30]
    digest = watch.channel.messages["C-1"][1][1]
    assert (digest.day, digest.last_day) == (date(2026, 11, 23), date(2026, 11, 29))


async def test_a_week_that_was_never_sent_is_folded_into_the_next(watch: Watch) -> None:
    (one,) = watch.rows.subs
    weekly = one.wish.model_copy(update={"rhythm": Rhythm.WEEKLY})
    watch.rows.subs[:] = [one.edited(weekly, utc(21, 8))]
    assert await watch.go_at(utc(30, 9)) == [date(2026, 11, 30)]
    assert watch.channel.messages["C-1"][0][1].folded == (date(2026, 11, 23),)


async def test_one_stopped_while_its_digest_is_made_is_not_posted(watch: Watch) -> None:
    class Stopping:
        async def __call__(self, *_: object) -> tuple[tuple[()], tuple[()]]:
            (one,) = watch.rows.subs
            watch.rows.subs[0] = one.model_copy(update={"stopped": True})
            return (), ()

    watch.stand_at(utc(21))
    await replace(watch.dispatcher, fresh=Stopping()).go()
    assert watch.channel.attempts == 0


async def test_one_changed_while_its_digest_is_made_is_posted_as_it_is_now(watch: Watch) -> None:
    (one,) = watch.rows.subs
    elsewhere = one.model_copy(update={"wish": one.wish.model_copy(update={"channel": "C-NEW"})})
    watch.rows.subs[:] = [elsewhere]
    watch.stand_at(utc(21))
    assert await watch.dispatcher.send(one, SATURDAY) is SendResult.LATER
    await watch.go_at(utc(21, 9, 1))
    assert watch.channel.days == [("C-NEW", SATURDAY)]


async def test_a_channel_that_is_gone_pauses_it_and_its_owner_is_told_why(watch: Watch) -> None:
    watch.channel.fails = [DeliveryImpossible("Slack answered is_archived")]
    assert await watch.go_at(utc(21)) == []
    assert watch.channel.told == [(1, "Slack answered is_archived")]
    (one,) = watch.rows.subs
    assert (one.paused_until, one.why) == (date.max, "Slack answered is_archived")
    assert one.next_day(watch.clock.now()) is None
    assert await watch.go_at(utc(22)) == []
    assert watch.channel.attempts == 1


async def test_a_digest_that_is_refused_for_what_it_is_leaves_older_days_to_the_next_one(
    watch: Watch,
) -> None:
    await watch.go_at(utc(21, 9) + LATEST + timedelta(minutes=1))
    watch.channel.fails = [MessageRefused("msg_too_long")]
    assert await watch.go_at(utc(22)) == []
    assert await watch.go_at(utc(23)) == [SUNDAY + timedelta(days=1)]
    ((posting, _),) = watch.channel.messages["C-1"]
    assert posting.folded == (SATURDAY,)


@pytest.mark.parametrize("trouble", [DeliveryDeferred(1), DeliveryImpossible("account_inactive")])
async def test_an_owner_who_cannot_be_told_changes_nothing(
    watch: Watch, trouble: Exception
) -> None:
    watch.channel.fails, watch.channel.owner_fails = [DeliveryImpossible("is_archived")], [trouble]
    await watch.go_at(utc(21))
    assert watch.rows.subs[0].why == "is_archived"


async def test_a_worker_that_slept_right_before_posting_leaves_it_to_the_next_ring(
    watch: Watch,
) -> None:
    watch.channel.fails = [ClaimLost("It was held for too long.")]
    assert await watch.go_at(utc(21, 9)) == []
    assert await watch.go_at(utc(21, 9, 6)) == [SATURDAY]


async def test_that_a_digest_was_posted_is_written_down_as_soon_as_the_database_takes_it(
    watch: Watch,
) -> None:
    watch.stand_at(utc(21, 9))
    watch.rows.fails_in = 4
    with capture_logs() as logs:
        await watch.dispatcher.go()
    assert [line["event"] for line in logs] == ["write postponed"]
    assert watch.rows.rows[1, SATURDAY].done
    assert watch.channel.days == [("C-1", SATURDAY)]


@pytest.mark.parametrize("call", [1, 2, 3])
async def test_a_database_that_fails_once_costs_a_minute(watch: Watch, call: int) -> None:
    watch.stand_at(utc(21, 9))
    watch.rows.fails_in = call
    with capture_logs() as logs:
        await guarded("digests", watch.dispatcher.go)
    assert [line["problem"] for line in logs] == ["The database does not answer."]
    assert await watch.go_at(utc(21, 9, 1)) == [SATURDAY]
    assert watch.rows.rows[1, SATURDAY].done


@pytest.mark.parametrize("trouble", [StoreError("gone"), KeyError("No/Where"), RuntimeError("?")])
async def test_one_that_fails_does_not_hold_up_the_others(watch: Watch, trouble: Exception) -> None:
    (one,) = watch.rows.subs
    watch.rows.subs.append(
        one.model_copy(update={"id": 2, "wish": one.wish.model_copy(update={"channel": "C-2"})})
    )
    watch.news.trouble = [trouble]
    with capture_logs() as logs:
        await watch.go_at(utc(21, 9))
    assert watch.channel.days == [("C-2", SATURDAY)]
    assert [line["job"] for line in logs] == ["digest of subscription 1"]
    await watch.go_at(utc(21, 9, 1))
    assert sorted(watch.channel.days) == [("C-1", SATURDAY), ("C-2", SATURDAY)]


async def test_a_row_whose_zone_is_not_known_here_is_paused_and_does_not_stop_the_others(
    watch: Watch,
) -> None:
    (one,) = watch.rows.subs
    kept = one.model_dump_json().replace("Etc/UTC", "Mars/Olympus").replace("C-1", "C-OLD")
    old = Subscription.model_validate_json(kept).model_copy(update={"id": 2})
    watch.rows.subs.insert(0, old)
    await watch.go_at(utc(21))
    assert watch.channel.days == [("C-1", SATURDAY)]
    assert watch.channel.told == [(2, "There is no time zone Mars/Olympus here.")]
    assert watch.rows.subs[0].paused_until == date.max


async def test_two_that_send_in_the_same_process_post_it_once(watch: Watch) -> None:
    """A worker may claim its own day again, so the process has to know what it is doing."""
    watch.stand_at(utc(21))
    (one,) = watch.rows.subs
    fates = await asyncio.gather(*(watch.dispatcher.send(one, SATURDAY) for _ in range(3)))
    assert sorted(result.value for result in fates) == ["posted", "taken", "taken"]
    assert watch.channel.days == [("C-1", SATURDAY)]


async def test_a_worker_that_is_to_stop_begins_no_further_digest(watch: Watch) -> None:
    watch.dispatcher.closing.set()
    assert await watch.go_at(utc(21)) == []


async def test_what_a_vendor_did_not_tell_is_marked_and_the_digest_still_goes_out(
    watch: Watch,
) -> None:
    gap = Gap(vendor=Vendor.STREAM, why="It answered half its pages.")
    differs = Difference(vendor=Vendor.STREAM, what="calls", day=FRIDAY, counted=90, reported=100)
    watch.news.gaps, watch.news.differences = (gap,), (differs,)
    await watch.go_at(utc(21))
    ((_, digest),) = watch.channel.messages["C-1"]
    assert digest.gaps[0] == gap
    assert {item.vendor for item in digest.gaps} == set(Vendor)
    assert digest.differences == (differs,)


async def test_a_claim_lost_before_it_was_marked_is_said_in_the_log(watch: Watch) -> None:
    watch.stand_at(utc(21))
    (one,) = watch.rows.subs
    posting = await watch.rows.claim_posting(one, SATURDAY, owner="one", lease=LEASE)
    assert posting is not None
    watch.rows.rows[1, SATURDAY].token += 1
    with capture_logs() as logs:
        await watch.dispatcher._mark(posting, "1.0", [])
    assert [line["event"] for line in logs] == ["digest taken over"]


def test_days_that_were_never_due_are_not_looked_back_for() -> None:
    one = subscription(weekdays=frozenset({6}))
    assert due_days(one, utc(21, 12)) == [date(2026, 11, 15)]
