"""What is odd about a day: a rule simple enough to be explained in one sentence."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median

from bot.calls.models import Vendor
from bot.digests.digest import DayOfVendors, Odd
from bot.usage.days import days_before
from bot.usage.tally import Tally

TIMES = 3
"""Median absolute deviations from the median beyond which a day is odd."""

LEAST_DAYS = 14
"""Days that have to be known before anything is called usual."""

LEAST_SHARE, LEAST_STEP = 0.05, 1.0
"""A deviation counts as at least 5 % of the median and at least 1: calm weeks are not odd."""

MINUTE = 60
WATCHED = {
    "calls": 1,
    "seconds": MINUTE,
    "people": 1,
    "peak_people": 1,
    "recordings_failed": 1,
    "unanswered": 1,
    "failed": 1,
}
"""The numbers of a tally that are watched, and what they are divided by to be told."""


def odd(day: date, days: Sequence[DayOfVendors], usual: int) -> tuple[Odd, ...]:
    """What is odd about `day`, held against the `usual` calendar days before it, by vendor.

    Days and numbers that are not known are left out, they never count as zero.
    """
    told = {one.day: one.vendors for one in days}
    before = [told.get(each, {}) for each in days_before(day, usual)]
    return tuple(
        found
        for vendor, tally in sorted(told.get(day, {}).items())
        for found in _of_vendor(
            day, vendor, tally, [one[vendor] for one in before if vendor in one]
        )
    )


def unjudged(day: date, days: Sequence[DayOfVendors], usual: int) -> tuple[Vendor, ...]:
    """The vendors told of on `day` of which too few of the `usual` days before are known."""
    told = {one.day: one.vendors for one in days}
    known = Counter(vendor for one in days_before(day, usual) for vendor in told.get(one, {}))
    return tuple(sorted(one for one in told.get(day, {}) if known[one] < LEAST_DAYS))


def is_odd(value: float, known: Sequence[float]) -> bool:
    """Whether `value` is further from the median of `known` than the rule allows."""
    if len(known) < LEAST_DAYS:
        return False
    middle = median(known)
    spread = median(abs(one - middle) for one in known)
    return abs(value - middle) > TIMES * max(spread, middle * LEAST_SHARE, LEAST_STEP)


def _of_vendor(day: date, vendor: Vendor, tally: Tally, before: Sequence[Tally]) -> list[Odd]:
    found = []
    for name, unit in WATCHED.items():
        value = _told(tally, name, unit)
        known = [told for one in before if (told := _told(one, name, unit)) is not None]
        if value is not None and is_odd(value, known):
            usual = median(known)
            found.append(Odd(vendor=vendor, what=name, day=day, value=value, usual=usual))
    return found


def _told(tally: Tally, name: str, unit: int) -> float | None:
    value: int | None = getattr(tally, name)
    return None if value is None else value / unit


def costs_of(
    tallies: Mapping[Vendor, Tally], prices: Mapping[Vendor, float]
) -> dict[Vendor, float]:
    """What people's minutes cost at prices a minute; vendors that cannot say are left out."""
    return {
        vendor: tally.person_seconds / MINUTE * prices[vendor]
        for vendor, tally in tallies.items()
        if vendor in prices and tally.person_seconds is not None
    }
