"""Local days leave nothing out and never overlap, whatever the clocks of a zone do."""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.usage.days import DAY, Stretch, at_time, days_before, last_days, local_day, today
from bot.usage.quarters import QUARTER, floor

ZONES = sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})
CALMLY = settings(deadline=None)
ANY_ZONE = st.sampled_from(ZONES).map(ZoneInfo)
DAYS = st.dates(date(1990, 1, 1), date(2040, 12, 31))
ODD_ONES = [
    ("Europe/London", date(2026, 3, 29), 23),
    ("Europe/London", date(2026, 10, 25), 25),
    ("America/New_York", date(2026, 3, 8), 23),
    ("America/New_York", date(2026, 11, 1), 25),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ("Asia/Kathmandu", date(2026, 3, 29), 24),
    ("America/Havana", date(2026, 3, 8), 23),
    ("America/Santiago", date(2026, 9, 6), 23),
    ("Pacific/Apia", date(2011, 12, 30), 0),
    ("America/Toronto", date(1919, 3, 31), 23.5),
]
"""Days on which a clock jumps, and their hours.

In Havana and Santiago 00:00 does not exist; Apia skipped a whole day; Toronto went from 23:30 to
00:30.
"""


@settings(deadline=None)
@given(ANY_ZONE, st.integers(2026, 2040))
def test_the_days_of_a_year_partition_it(zone: ZoneInfo, year: int) -> None:
    first = date(year, 1, 1)
    number = (date(year + 1, 1, 1) - first) // DAY
    stretches = [local_day(first + n * DAY, zone) for n in range(number)]
    for one, after in pairwise(stretches):
        assert one.end == after.start
        assert timedelta(hours=22) <= one.end - one.start <= timedelta(hours=26)
        assert floor(one.start) == one.start
    assert stretches[-1].end == local_day(date(year + 1, 1, 1), zone).start


@pytest.mark.parametrize(("zone", "day", "hours"), ODD_ONES)
def test_a_day_on_which_the_clock_jumps_is_as_long_as_it_is(
    zone: str, day: date, hours: float
) -> None:
    start, end = local_day(day, ZoneInfo(zone))
    assert end - start == timedelta(hours=hours)
    assert local_day(day - DAY, ZoneInfo(zone)).end == start


@CALMLY
@given(ANY_ZONE, DAYS, st.integers(0, 99))
def test_today_is_the_day_that_holds_the_moment(zone: ZoneInfo, day: date, percent: int) -> None:
    start, end = local_day(day, zone)
    assert start <= end
    moment = start + (end - start) * percent / 100
    if moment < end:
        assert today(moment, zone) == day


@pytest.mark.parametrize(("zone", "day", "hours"), ODD_ONES)
def test_today_changes_with_the_day(zone: str, day: date, hours: float) -> None:
    start, end = local_day(day, ZoneInfo(zone))
    if hours:
        assert today(start, ZoneInfo(zone)) == today(end - timedelta(seconds=1), ZoneInfo(zone))
        assert today(start, ZoneInfo(zone)) == day
    assert today(start - timedelta(seconds=1), ZoneInfo(zone)) == day - DAY


def test_a_clock_that_goes_back_over_midnight_does_not_bring_yesterday_back() -> None:
    zone, day = ZoneInfo("America/St_Johns"), date(2009, 11, 1)  # 00:01 became 23:01
    start, end = local_day(day, zone)
    assert end - start == timedelta(hours=25)
    again = start + timedelta(minutes=30)
    assert again.astimezone(zone).date() == day - DAY
    assert today(again, zone) == day


@CALMLY
@given(ANY_ZONE, DAYS, st.times())
def test_a_time_is_never_before_its_day_begins(zone: ZoneInfo, day: date, at: time) -> None:
    assert at_time(day, at, zone) >= local_day(day, zone).start
    assert at_time(day, at.replace(fold=1), zone) == at_time(day, at, zone)


@pytest.mark.parametrize(("zone", "day", "hours"), ODD_ONES)
def test_no_time_of_an_odd_day_is_before_it_begins(zone: str, day: date, hours: float) -> None:
    assert hours >= 0
    for quarter in range(96):
        at = (datetime.combine(day, time()) + quarter * QUARTER).time()
        assert at_time(day, at, ZoneInfo(zone)) >= local_day(day, ZoneInfo(zone)).start


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        ("Europe/London", date(2026, 3, 29), time(1, 30), "2026-03-29T01:30"),  # as 02:30 BST
        ("Europe/London", date(2026, 10, 25), time(1, 30), "2026-10-25T00:30"),  # the first of two
        ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:30"),
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45"),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "2026-04-04T14:45"),
        ("Asia/Kathmandu", date(2026, 3, 29), time(9), "2026-03-29T03:15"),
    ],
)
def test_a_time_that_is_missing_or_comes_twice(zone: str, day: date, at: time, utc: str) -> None:
    found = at_time(day, at, ZoneInfo(zone))
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_days_before_count_back() -> None:
    assert list(days_before(date(2026, 3, 1), 2)) == [date(2026, 2, 28), date(2026, 2, 27)]
    assert Stretch(*local_day(date(2026, 3, 1), ZoneInfo("Etc/UTC"))).start.hour == 0


def test_the_last_days_are_whole_utc_days_up_to_the_end_of_today() -> None:
    now = datetime(2026, 11, 21, 12, 34, tzinfo=UTC)
    first, last = datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)
    assert last_days(2, now) == Stretch(first, last)
