"""What is odd about a day: a rule simple enough to be explained in one sentence."""

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median

from bot.calls.models import Vendor
from bot.digests.digest import DayOfVendors, Odd
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
    """What is odd about `day`, held against the `usual` days before it, vendor by vendor."""
    told = {one.day: one.vendors for one in days}
    before = sorted(one for one in told if one < day)[-usual:]
    return tuple(
        found
        for vendor, tally in told.get(day, {}).items()
        for found in _of_vendor(day, vendor, tally, [told[one].get(vendor) for one in before])
    )


def _of_vendor(
    day: date, vendor: Vendor, tally: Tally, before: Sequence[Tally | None]
) -> list[Odd]:
    found = []
    for name, unit in WATCHED.items():
        value = getattr(tally, name)
        known = [getattr(one, name) for one in before if one is not None]
        known = [one / unit for one in known if one is not None]
        if value is None or len(known) < LEAST_DAYS:
            continue
        middle = median(known)
        spread = median(abs(one - middle) for one in known)
        if abs(value / unit - middle) > TIMES * max(spread, middle * LEAST_SHARE, LEAST_STEP):
            found.append(Odd(vendor=vendor, what=name, day=day, value=value / unit, usual=middle))
    return found


def costs_of(
    tallies: Mapping[Vendor, Tally], prices: Mapping[Vendor, float]
) -> dict[Vendor, float]:
    """What people's minutes cost at prices a minute; vendors that cannot say are left out."""
    return {
        vendor: tally.person_seconds / MINUTE * prices[vendor]
        for vendor, tally in tallies.items()
        if vendor in prices and tally.person_seconds is not None
    }
