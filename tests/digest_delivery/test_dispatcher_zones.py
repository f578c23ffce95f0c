"""When a wall clock jumps: every local day is posted once, at a moment that can be explained."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest_delivery.dispatcher import due_days
from bot.digests.subscription import Wish
from bot.usage.days import DAY, at_time, local_day
from tests.digest_delivery.delivery import Watch
from tests.fakes.clock import ManualClock
from tests.fakes.digests import subscription

LONDON, YORK, HOWE = "Europe/London", "America/New_York", "Australia/Lord_Howe"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "at", "due"),
    [
        # The clock skips 01:00 to 02:00, in UTC at 01:00.
        (LONDON, "2026-03-29", "01:30", "2026-03-29T01:30"),
        (LONDON, "2026-03-29", "02:30", "2026-03-29T01:30"),
        # It shows 01:00 to 02:00 twice; the first time is summer time.
        (LONDON, "2026-10-25", "01:30", "2026-10-25T00:30"),
        (LONDON, "2026-10-25", "02:30", "2026-10-25T02:30"),
        # 02:00 to 03:00 is skipped at 07:00 UTC: 02:30 rings as 03:30.
        (YORK, "2026-03-08", "02:30", "2026-03-08T07:30"),
        (YORK, "2026-03-08", "01:30", "2026-03-08T06:30"),
        (YORK, "2026-11-01", "01:30", "2026-11-01T05:30"),
        (YORK, "2026-11-01", "02:30", "2026-11-01T07:30"),
        # Half an hour: 02:00 to 02:30 is skipped in October, 01:30 to 02:00 comes twice in April.
        (HOWE, "2026-10-04", "02:15", "2026-10-03T15:45"),
        (HOWE, "2026-10-04", "02:30", "2026-10-03T15:30"),
        (HOWE, "2026-10-04", "01:30", "2026-10-03T15:00"),
        (HOWE, "2026-04-05", "01:30", "2026-04-04T14:30"),
        (HOWE, "2026-04-05", "02:30", "2026-04-04T16:00"),
    ],
)
async def test_on_the_day_of_a_jump_it_rings_once_at_the_moment_that_is_meant(
    zone: str, day: str, at: str, due: str
) -> None:
    watch = Watch(
        ManualClock(moment(due) - DAY), subscription(zone=zone, at=time.fromisoformat(at))
    )
    (one,) = watch.rows.subs
    watch.rows.subs[:] = [one.edited(one.wish, moment(due) - timedelta(hours=6))]
    assert await watch.go_at(moment(due) - timedelta(minutes=1)) == []
    sent = await watch.go_at(moment(due))
    for minutes in range(10, 360, 10):
        sent = await watch.go_at(moment(due) + timedelta(minutes=minutes))
    assert sent == [date.fromisoformat(day)]


@pytest.mark.parametrize("zone", [LONDON, YORK, HOWE, "Africa/Cairo", "America/Havana"])
@pytest.mark.parametrize("at", ["00:00", "00:30", "01:30", "02:15", "02:30", "23:59"])
async def test_over_a_whole_year_every_local_day_is_posted_exactly_once(zone: str, at: str) -> None:
    """Rung every six hours, which is the latest that one is sent by itself."""
    start = moment("2026-01-02T12:00")
    watch = Watch(ManualClock(start), subscription(zone=zone, at=time.fromisoformat(at)))
    (one,) = watch.rows.subs
    watch.rows.subs[:] = [one.edited(one.wish, start)]
    for _ in range(365 * 4):
        watch.clock.advance(6 * 3600)
        await watch.dispatcher.send_due()
    days = [day for _, day in watch.channel.days]
    assert days == [days[0] + n * DAY for n in range(len(days))]
    assert len(days) == 365
    assert all(not posting.folded for posting, _ in watch.channel.messages["C-1"])


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (LONDON, "2026-03-29", 23),
        (LONDON, "2026-10-25", 25),
        (YORK, "2026-03-08", 23),
        (YORK, "2026-11-01", 25),
        (HOWE, "2026-10-04", 23.5),
        (HOWE, "2026-04-05", 24.5),
    ],
)
async def test_a_digest_is_about_the_whole_local_day_however_long_it_was(
    zone: str, day: str, hours: float
) -> None:
    watch = Watch(ManualClock(), subscription(zone=zone))
    sending = date.fromisoformat(day) + DAY
    await watch.dispatcher.send(watch.rows.subs[0], sending)
    (stretch,) = watch.rows.asked
    assert (stretch.end - stretch.start) == timedelta(hours=hours)
    assert stretch == local_day(date.fromisoformat(day), ZoneInfo(zone))


EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
ZONES = sorted(available_timezones() - {"localtime", "Factory"})


@given(
    st.sampled_from(ZONES),
    st.times(),
    st.integers(0, 6 * 365 * 24 * 60).map(lambda past: EPOCH + timedelta(minutes=past)),
)
def test_in_every_zone_there_is_a_next_sending_and_none_is_due_early(
    zone: str, at: time, now: datetime
) -> None:
    one = subscription(zone=zone, at=at)
    following = one.next_day(now)
    assert following is not None
    assert now < one.due_at(following) <= now + timedelta(hours=49)
    assert all(at_time(day, at, ZoneInfo(zone)) <= now for day in due_days(one, now))
    assert following not in due_days(one, now)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe/Londn", "\x00"])
def test_a_wish_for_a_zone_that_does_not_exist_is_refused_by_name(zone: str) -> None:
    with pytest.raises(ValueError, match="there is no time zone"):
        Wish(channel="C1", zone=zone)
