"""Local days: which stretch of UTC they are, and when a clock on the wall shows a time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """From `start` up to and without `end`, both UTC."""

    start: datetime
    end: datetime


def local_day(day: date, zone: ZoneInfo) -> Stretch:
    """The UTC stretch of a local day: 23, 24 or 25 hours, or half an hour off."""
    return Stretch(_midnight(day, zone), _midnight(day + DAY, zone))


def today(now: datetime, zone: ZoneInfo) -> date:
    """The local day in which `now` lies."""
    return now.astimezone(zone).date()


def at_time(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When a wall clock first shows `at` on that day, in UTC.

    A time that the clock skips is as long after the jump as it would have been (PEP 495, fold 0);
    of one that it shows twice, it is the first.
    """
    return datetime.combine(day, at, zone).astimezone(UTC)


def days_before(day: date, number: int) -> Iterator[date]:
    """The `number` days before `day`, the latest first."""
    for back in range(1, number + 1):
        yield day - back * DAY


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return at_time(day, time(), zone)
