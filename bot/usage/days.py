"""Local days as stretches of UTC, and the moment at which a wall clock shows a time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)

SECONDS_PER_MINUTE = 60
UTC_ZONE = ZoneInfo("Etc/UTC")


class Stretch(NamedTuple):
    """A stretch of time from `start` up to and without `end`, both UTC."""

    start: datetime
    end: datetime


def local_day(day: date, zone: ZoneInfo) -> Stretch:
    """The UTC stretch of a local day: 23, 24 or 25 hours, or half an hour off.

    Days never overlap and leave nothing out. A day that its zone skipped is empty.
    """
    return Stretch(_midnight(day, zone), _midnight(day + DAY, zone))


def today(now: datetime, zone: ZoneInfo) -> date:
    """The local day in which `now` lies: the one whose `local_day` holds it."""
    shown = now.astimezone(zone).date()
    # Where a clock goes back over midnight, it shows the day before for a second time.
    return shown + DAY if _midnight(shown + DAY, zone) <= now else shown


def at_time(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which a wall clock in `zone` first shows `at` on `day`.

    A time that the clock skips is as long after the jump as it would have been (PEP 495, fold 0);
    of one that it shows twice, it is the first.
    """
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC)


def days_before(day: date, number: int) -> Iterator[date]:
    """The `number` days before `day`, the latest first."""
    for back in range(1, number + 1):
        yield day - back * DAY


def last_days(number: int, now: datetime) -> Stretch:
    """Today and the `number` days before it, in whole UTC days."""
    current = today(now, UTC_ZONE)
    return Stretch(
        local_day(current - number * DAY, UTC_ZONE).start, local_day(current, UTC_ZONE).end
    )


@lru_cache(maxsize=4_096)
def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment that belongs to `day`: where the clock skips 00:00, that of the jump."""
    midnight = datetime.combine(day, time(), zone)
    after = midnight.astimezone(UTC)
    if after.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return after
    before = midnight.replace(fold=1).astimezone(UTC) - SECOND
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if middle.astimezone(zone).date() < day:
            before = middle
        else:
            after = middle
    return after
