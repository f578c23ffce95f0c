"""Finding what is unusual about a day, compared with the same weekday of the weeks before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from statistics import median

from bot.calls.models import Vendor
from bot.digests.digest import USUAL_DAYS, USUAL_WEEKS, WEEK, DayOfVendors, Unusual
from bot.usage.days import DAY, SECONDS_PER_MINUTE, days_before
from bot.usage.tally import Tally, median_tally

TIMES = 5
"""Usual deviations from the usual number beyond which a day is unusual."""

LEAST_WEEKS = 3
"""Weeks, of the last four, whose same weekday has to be known before anything is called usual."""

LEAST_SHARE, LEAST_STEP = 0.15, 3.0
"""Nothing nearer than 15 % of the usual number, and than 3, is unusual: calm weeks stay calm."""

WATCHED = {
    "calls": 1,
    "seconds": SECONDS_PER_MINUTE,
    "people": 1,
    "peak_people": 1,
    "recordings_failed": 1,
    "unanswered": 1,
    "failed": 1,
}
"""The numbers of a tally that are watched, and what they are divided by to be told."""

Days = Mapping[date, Mapping[Vendor, Tally]]
"""Each known day's tallies by vendor."""


def unusual(day: date, days: Sequence[DayOfVendors]) -> tuple[Unusual, ...]:
    """The unusual numbers of `day`, by vendor, compared with the `days` before it.

    Days and numbers that are not known are left out; they never count as zero.
    """
    tallied = by_day(days)
    return tuple(
        found
        for vendor, tally in sorted(tallied.get(day, {}).items())
        for found in _of_vendor(day, vendor, tally, tallied)
    )


def usual_day(day: date, days: Sequence[DayOfVendors]) -> dict[Vendor, Tally] | None:
    """Each vendor's usual `day`: number by number the median of its last four same weekdays.

    Vendors of which fewer than LEAST_WEEKS of them are known are left out; None where all are.
    """
    tallied = by_day(days)
    known = {vendor: _weekdays(day, vendor, tallied) for vendor in Vendor}
    return {
        vendor: median_tally(tallies)
        for vendor, tallies in known.items()
        if len(tallies) >= LEAST_WEEKS
    } or None


def unjudged(day: date, days: Sequence[DayOfVendors]) -> tuple[Vendor, ...]:
    """The vendors with a tally on `day` of which too few of the weeks before are known."""
    tallied = by_day(days)
    return tuple(
        vendor
        for vendor in sorted(tallied.get(day, {}))
        if len(_weekdays(day, vendor, tallied)) < LEAST_WEEKS
    )


def is_unusual(value: float, same_weekday: Sequence[float], deviation: float) -> bool:
    """Whether `value` is too far from the median of the `same_weekday` values before it.

    `deviation` is how far the vendor's days usually are from their own weekday's median, as a
    share of it; where these weekdays are further apart than that, theirs counts.
    """
    if len(same_weekday) < LEAST_WEEKS:
        return False
    middle = median(same_weekday)
    spread = max(_median_distance(same_weekday), deviation * middle)
    return abs(value - middle) > max(TIMES * spread, LEAST_SHARE * middle, LEAST_STEP)


def usual_deviation(day: date, values: Mapping[date, float]) -> float:
    """How far the 28 days before `day` usually are from their own weekday's median.

    It is the median of these distances, each as a share of that weekday's median, which counts as
    at least 1; 0 where nothing is known.
    """
    weekdays: dict[int, list[float]] = {}
    for before in days_before(day, USUAL_DAYS):
        if before in values:
            weekdays.setdefault(before.weekday(), []).append(values[before])
    shares = [
        abs(value - middle) / max(middle, 1.0)
        for same in weekdays.values()
        for middle in [median(same)]
        for value in same
    ]
    return median(shares) if shares else 0.0


def by_day(days: Iterable[DayOfVendors]) -> Days:
    """The tallies by vendor of each day."""
    return {day.day: day.vendors for day in days}


def costs_of(
    tallies: Mapping[Vendor, Tally], prices: Mapping[Vendor, float]
) -> dict[Vendor, float]:
    """What people's minutes cost at `prices` a minute; vendors without minutes are left out."""
    return {
        vendor: tally.person_seconds / SECONDS_PER_MINUTE * prices[vendor]
        for vendor, tally in tallies.items()
        if vendor in prices and tally.person_seconds is not None
    }


def _of_vendor(day: date, vendor: Vendor, tally: Tally, tallied: Days) -> list[Unusual]:
    found = []
    for name, unit in WATCHED.items():
        value = _watched_value(tally, name, unit)
        if value is None:
            continue
        values = _before(day, vendor, name, unit, tallied)
        same = [values[weekday] for weekday in same_weekdays(day) if weekday in values]
        if is_unusual(value, same, usual_deviation(day, values)):
            usual = median(same)
            found.append(Unusual(vendor=vendor, what=name, day=day, value=value, usual=usual))
    return found


def _before(day: date, vendor: Vendor, name: str, unit: int, tallied: Days) -> dict[date, float]:
    """The number of each of the days before on which the vendor said it."""
    known = (before for before in days_before(day, USUAL_DAYS) if vendor in tallied.get(before, {}))
    values = {before: _watched_value(tallied[before][vendor], name, unit) for before in known}
    return {before: value for before, value in values.items() if value is not None}


def same_weekdays(day: date) -> list[date]:
    """The same weekday of the last four weeks, the latest first."""
    return [day - week * WEEK * DAY for week in range(1, USUAL_WEEKS + 1)]


def _weekdays(day: date, vendor: Vendor, tallied: Days) -> list[Tally]:
    return [
        tallied[weekday][vendor]
        for weekday in same_weekdays(day)
        if vendor in tallied.get(weekday, {})
    ]


def _median_distance(values: Sequence[float]) -> float:
    middle = median(values)
    return median(abs(value - middle) for value in values)


def _watched_value(tally: Tally, name: str, unit: int) -> float | None:
    value: int | None = getattr(tally, name)
    return None if value is None else value / unit
