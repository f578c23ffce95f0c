"""A digest comes on the days that were wished for, also where a wish changes meanwhile."""

from dataclasses import replace
from datetime import date, time

from bot.digest_delivery.dispatcher import SendResult
from bot.digests.subscription import Rhythm, Wish
from tests.digest_delivery.delivery import SATURDAY, SUNDAY, Watch, utc


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
    await replace(watch.dispatcher, fresh=Stopping()).send_due()
    assert watch.channel.attempts == 0


async def test_one_changed_while_its_digest_is_made_is_posted_as_it_is_now(watch: Watch) -> None:
    (one,) = watch.rows.subs
    elsewhere = one.model_copy(update={"wish": one.wish.model_copy(update={"channel": "C-NEW"})})
    watch.rows.subs[:] = [elsewhere]
    watch.stand_at(utc(21))
    assert await watch.dispatcher.send(one, SATURDAY) is SendResult.LATER
    await watch.go_at(utc(21, 9, 1))
    assert watch.channel.days == [("C-NEW", SATURDAY)]
