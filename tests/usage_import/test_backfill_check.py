"""A vendor's own report beside what was counted."""

import pytest

from bot.bootstrap.vendors import usage_sources
from bot.calls.models import Vendor
from bot.demo.history import MISREPORTED_DAYS_AGO
from bot.demo.world import World
from bot.digests.check import differences
from bot.usage.days import DAY, Stretch
from bot.usage.records import VendorDay
from bot.usage.tally import Tally
from bot.usage_import.backfill import Backfill
from tests.fakes.clock import START, ManualClock
from tests.fakes.usage import MemoryUsage, clients, utc_day

STREAM, KIT = Vendor.STREAM, Vendor.REALTIMEKIT
YESTERDAY = START.date() - DAY


def said(**numbers: float) -> VendorDay:
    """What Stream reports of yesterday."""
    return VendorDay.model_validate({"vendor": STREAM, "day": YESTERDAY, **numbers})


@pytest.mark.parametrize(
    ("tally", "report", "found"),
    [
        (Tally(calls=100), said(calls=100), []),
        (Tally(calls=100), said(calls=95), []),
        (Tally(calls=100), said(calls=94), [("calls", 100, 94)]),
        (Tally(calls=94), said(calls=100), [("calls", 94, 100)]),
        (Tally(calls=1), said(calls=2), []),
        (Tally(calls=0), said(calls=3), [("calls", 0, 3)]),
        (Tally(calls=5), said(), []),
        (Tally(seconds=6_000), said(minutes=114), []),
        (Tally(seconds=6_000), said(minutes=120), [("minutes", 100, 120)]),
        (Tally(calls=9, seconds=60_000), said(calls=9, minutes=1_000 * 60), []),
        (
            Tally(calls=9, seconds=60_000),
            said(calls=90, minutes=60_000),
            [("calls", 9, 90), ("minutes", 1_000, 60_000)],
        ),
        (
            Tally(person_seconds=60_000),
            said(person_minutes=900),
            [("person minutes", 1_000, 900)],
        ),
        (Tally(person_seconds=None), said(person_minutes=900), []),
        (Tally(recordings=12, recordings_failed=4), said(recordings=8), []),
        (Tally(recordings=12), said(recordings=8), [("recordings", 12, 8)]),
        (Tally(recordings=None), said(recordings=8), []),
    ],
)
def test_a_difference_is_more_than_five_percent_and_more_than_a_trifle(
    tally: Tally, report: VendorDay, found: list[tuple[str, float, float]]
) -> None:
    told = differences({YESTERDAY: {STREAM: tally}}, [report])
    assert [
        (difference.what, difference.counted, difference.reported) for difference in told
    ] == found


def test_a_day_that_was_not_counted_does_not_differ() -> None:
    assert differences({YESTERDAY: {KIT: Tally()}}, [said(calls=50)]) == ()
    assert differences({}, [said(calls=50)]) == ()


async def test_the_make_believe_reports_agree_with_the_calls_but_for_one_day() -> None:
    clock, usage = ManualClock(), MemoryUsage()
    sources = clients(World(clock))
    await Backfill(usage_sources(sources), usage, clock).read(Stretch(START - 30 * DAY, START))
    days = [START.date() - back * DAY for back in range(1, 30)]
    sums = await usage.sums([utc_day(day) for day in days], list(Vendor))
    counted = dict(zip(days, sums, strict=True))
    reported = [
        day for source in sources.values() for day in await source.usage.reported(days[-1], days[0])
    ]
    assert len(reported) == 2 * len(days)
    found = differences(counted, reported)
    assert {(difference.vendor, difference.day) for difference in found} == {
        (KIT, START.date() - MISREPORTED_DAYS_AGO * DAY)
    }
    assert {"calls", "person minutes"} <= {difference.what for difference in found}
