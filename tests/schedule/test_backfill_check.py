"""A vendor's own report beside what was counted; and reading what is new before a digest."""

from datetime import date, time

import pytest

from bot.calls.actors import Actor
from bot.calls.models import Vendor
from bot.demo.history import MISREPORTED_DAYS_AGO
from bot.demo.world import World
from bot.digests.check import differences
from bot.digests.subscription import Rhythm, Subscription, Wish
from bot.errors import VendorRefused
from bot.schedule.backfill import Backfill
from bot.schedule.fresh import Freshness
from bot.usage.days import DAY, Stretch
from bot.usage.records import VendorDay
from bot.usage.tally import Tally
from tests.fakes.clock import START, ManualClock
from tests.fakes.usage import MemoryUsage, Told, clients, utc_day

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
    assert [(one.what, one.counted, one.reported) for one in told] == found


def test_a_day_that_was_not_counted_does_not_differ() -> None:
    assert differences({YESTERDAY: {KIT: Tally()}}, [said(calls=50)]) == ()
    assert differences({}, [said(calls=50)]) == ()


async def test_the_make_believe_reports_agree_with_the_calls_but_for_one_day() -> None:
    clock, usage = ManualClock(), MemoryUsage()
    sources = clients(World(clock))
    await Backfill(sources, usage, clock).read(Stretch(START - 30 * DAY, START))
    days = [START.date() - back * DAY for back in range(1, 30)]
    sums = await usage.sums([utc_day(one) for one in days], list(Vendor))
    counted = dict(zip(days, sums, strict=True))
    reported = [
        one for source in sources.values() for one in await source.reported(days[-1], days[0])
    ]
    assert len(reported) == 2 * len(days)
    found = differences(counted, reported)
    assert {(one.vendor, one.day) for one in found} == {
        (KIT, START.date() - MISREPORTED_DAYS_AGO * DAY)
    }
    assert {"calls", "person minutes"} <= {one.what for one in found}


def subscribed(zone: str = "Etc/UTC", rhythm: Rhythm = Rhythm.DAILY) -> Subscription:
    """To all vendors."""
    wish = Wish(channel="C1", zone=zone, at=time(9), rhythm=rhythm)
    return Subscription(id=1, wish=wish, owner=Actor(user="U1", team="T1"), made_at=START)


def fresh(*sources: Told, usage: MemoryUsage | None = None) -> tuple[Freshness, MemoryUsage]:
    """Over these vendors."""
    kept = usage or MemoryUsage()
    return Freshness({one.vendor: one for one in sources}, kept, ManualClock()), kept


async def test_a_digest_reads_what_it_covers_and_several_at_once_read_it_once() -> None:
    source = Told()
    ask, usage = fresh(source)
    assert await ask(subscribed(), START.date()) == ((), [])
    assert usage.kept == [(STREAM, YESTERDAY)]
    await ask(subscribed(), START.date())
    assert len(source.asked) == 1
    clock = ask.clock
    assert isinstance(clock, ManualClock)
    clock.advance(601)
    await ask(subscribed(), START.date())
    assert len(source.asked) == 2


async def test_a_local_day_is_held_against_the_report_of_the_day_that_it_mostly_is() -> None:
    source = Told(days=[said(calls=50)])
    ask, _ = fresh(source)
    _, (difference,) = await ask(subscribed("America/New_York"), START.date())
    assert (difference.day, difference.counted, difference.reported) == (YESTERDAY, 0, 50)


async def test_a_week_is_compared_day_by_day() -> None:
    days = [VendorDay(vendor=STREAM, day=YESTERDAY - n * DAY, calls=9) for n in range(9)]
    ask, _ = fresh(Told(days=days))
    _, found = await ask(subscribed(rhythm=Rhythm.WEEKLY), START.date())
    assert len(found) == 7


async def test_a_gap_is_told_and_what_was_not_read_is_not_compared_and_read_again() -> None:
    refused = VendorRefused("Stream Video refused: no.", vendor=STREAM, status=400)
    source = Told(errors=[refused], days=[said(calls=50)])
    ask, _ = fresh(source)
    (gap,), found = await ask(subscribed(), START.date())
    assert (gap.vendor, found) == (STREAM, [])
    assert (await ask(subscribed(), START.date()))[0] == ()


async def test_a_report_that_is_refused_is_none() -> None:
    source = Told(days=[said(calls=50)])
    ask, _ = fresh(source)
    await ask(subscribed(), START.date())
    source.errors = [VendorRefused("Stream Video refused: no.", vendor=STREAM, status=400)]
    assert await ask(subscribed(), START.date()) == ((), [])


async def test_a_day_that_is_not_over_in_utc_is_not_compared() -> None:
    source = Told(days=[VendorDay(vendor=STREAM, day=START.date(), calls=50)])
    ask, _ = fresh(source)
    today: date = START.date() + DAY
    assert (await ask(subscribed("Pacific/Kiritimati"), today))[1] == []
