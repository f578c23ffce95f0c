"""A digest is due once a sending day, at its owner's wall clock, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.calls.actors import Actor
from bot.digests.subscription import HORIZON_DAYS, UNTIL_RESUMED, Rhythm, Subscription, Wish
from bot.usage.days import DAY, local_day, today

MADE = datetime(2026, 1, 1, tzinfo=UTC)
MONDAY = date(2026, 11, 16)
ZONES = (
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Havana",
)
WISHES = st.builds(
    Wish,
    channel=st.just("C-OPS"),
    at=st.times().map(lambda at: at.replace(microsecond=0)),
    zone=st.sampled_from(ZONES),
    rhythm=st.sampled_from(Rhythm),
    weekdays=st.frozensets(st.integers(0, 6)),
)
MOMENTS = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001  its zone is given
    datetime(2027, 12, 31),  # noqa: DTZ001  as above
    timezones=st.just(UTC),
)


def subscription(wish: Wish | None = None, **said: object) -> Subscription:
    """One of Mary's, at nine in London."""
    told = {"wish": wish or Wish(channel="C-OPS", zone="Europe/London")}
    owner = Actor(user="U-MARY", team="T1")
    return Subscription.model_validate({"id": 1, "owner": owner, "made_at": MADE} | told | said)


@settings(deadline=None, max_examples=60)
@given(WISHES, MOMENTS)
def test_the_next_day_is_the_first_that_rings_after_now(wish: Wish, now: datetime) -> None:
    one = subscription(wish)
    found = one.next_day(now)
    if wish.rhythm is Rhythm.DAILY and not wish.weekdays:
        assert found is None
        return
    assert found is not None
    assert one.is_sent_on(found)
    assert one.due_at(found) > now
    day = today(now, wish.clock)
    while day < found:
        assert not one.is_sent_on(day) or one.due_at(day) <= now
        day += DAY


@settings(deadline=None, max_examples=60)
@given(WISHES, st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_digests_of_days_in_a_row_leave_nothing_out(wish: Wish, day: date) -> None:
    one = subscription(wish)
    step = 7 if wish.rhythm is Rhythm.WEEKLY else 1
    assert one.covers(day).end == one.covers(day + step * DAY).start
    assert one.covers(day).end == local_day(day, wish.clock).start <= one.due_at(day)
    assert one.covers(day).start == local_day(day - step * DAY, wish.clock).start


def test_it_rings_on_its_weekdays_until_it_is_paused_or_stopped() -> None:
    working = Wish(channel="C-OPS", weekdays=frozenset(range(5)))
    one = subscription(working)
    week = [MONDAY + n * DAY for n in range(7)]
    assert [one.is_sent_on(day) for day in week] == [True] * 5 + [False] * 2
    paused = one.paused(MONDAY + 2 * DAY, "holiday")
    assert [paused.is_sent_on(day) for day in week[:4]] == [False, False, True, True]
    assert not any(one.model_copy(update={"stopped": True}).is_sent_on(day) for day in week)
    weekly = subscription(working.model_copy(update={"rhythm": Rhythm.WEEKLY}))
    assert [weekly.is_sent_on(day) for day in week] == [True] + [False] * 6


def test_a_pause_without_an_end_has_no_next_day_until_it_is_taken_back() -> None:
    one = subscription().paused(why="archived")
    assert (one.paused_until, one.why) == (UNTIL_RESUMED, "archived")
    assert one.next_day(MADE) is None
    resumed = one.resumed(MADE + DAY)
    assert (resumed.paused_until, resumed.why, resumed.since) == (None, "", MADE + DAY)
    assert resumed.next_day(MADE) == MADE.date()
    assert HORIZON_DAYS > 366


def test_what_was_due_before_a_change_is_not_sent_after_it() -> None:
    one = subscription()
    noon = datetime(2026, 11, 16, 12, tzinfo=UTC)
    assert one.is_due(MONDAY, noon)
    assert not one.is_due(MONDAY + DAY, noon)
    earlier = one.wish.model_copy(update={"at": time(8)})
    assert not one.edited(earlier, noon).is_due(MONDAY, noon)
    assert one.edited(earlier, noon).is_due(MONDAY + DAY, noon + DAY)
    assert not subscription(made_at=noon).is_due(MONDAY, noon)


def test_a_wish_names_a_zone_that_there_is() -> None:
    assert Wish(channel="C", zone="Asia/Kathmandu").clock == ZoneInfo("Asia/Kathmandu")
    for zone in ("Mars/Olympus", "../../etc/passwd", "", "nul\0"):
        with pytest.raises(ValidationError, match="time zone"):
            Wish(channel="C", zone=zone)


def test_nine_in_the_morning_stays_nine_when_the_clocks_change() -> None:
    one = subscription()
    before, after = date(2026, 10, 24), date(2026, 10, 25)
    assert one.due_at(before).hour == 8
    assert one.due_at(after).hour == 9
    assert one.covers(after + DAY).end - one.covers(after + DAY).start == timedelta(hours=25)


@settings(deadline=None, max_examples=60)
@given(WISHES, MOMENTS)
def test_the_newest_sending_day_is_today_or_the_last_monday(wish: Wish, now: datetime) -> None:
    day = subscription(wish).day_of(now)
    assert (
        timedelta()
        <= today(now, wish.clock) - day
        < (7 * DAY if wish.rhythm is Rhythm.WEEKLY else DAY)
    )
    assert wish.rhythm is Rhythm.DAILY or day.weekday() == 0
