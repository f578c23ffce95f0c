"""Each sending day of a subscription is posted once, whatever dies, sleeps or is set wrong."""

import asyncio
from datetime import date, time, timedelta

from bot.digest_delivery.dispatcher import LATEST, LEASE, SendResult, due_days
from bot.digests.subscription import Wish
from bot.errors import DeliveryDeferred, StoreError
from tests.digest_delivery.delivery import SATURDAY, SUNDAY, Watch, utc
from tests.fakes.digests import Row, subscription


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
        watch.dispatcher.send_due(),
        watch.worker("two").send_due(),
        watch.worker("three").send_due(),
    )
    assert watch.channel.days == [("C-1", SATURDAY)]


async def test_the_row_is_claimed_before_anything_is_read_or_posted(watch: Watch) -> None:
    watch.stand_at(utc(21))
    watch.news.trouble = [StoreError("gone")]
    await watch.dispatcher.send_due()
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


async def test_two_that_send_in_the_same_process_post_it_once(watch: Watch) -> None:
    """A worker may claim its own day again, so the process has to know what it is doing."""
    watch.stand_at(utc(21))
    (one,) = watch.rows.subs
    fates = await asyncio.gather(*(watch.dispatcher.send(one, SATURDAY) for _ in range(3)))
    assert sorted(result.value for result in fates) == ["posted", "taken", "taken"]
    assert watch.channel.days == [("C-1", SATURDAY)]


def test_days_that_were_never_due_are_not_looked_back_for() -> None:
    one = subscription(weekdays=frozenset({6}))
    assert due_days(one, utc(21, 12)) == [date(2026, 11, 15)]
