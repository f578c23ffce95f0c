"""What is read of the make-believe vendors' past is their own truth, counted once more plainly."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import pytest

from bot.calls.models import Vendor
from bot.demo.vendors.past import PastCall, between
from bot.demo.world import World
from bot.schedule.backfill import Backfill
from bot.store import SqlStore
from bot.usage.days import DAY, Stretch, local_day
from bot.usage.records import Ending
from bot.usage.tally import Tally
from tests.fakes.clock import ManualClock
from tests.fakes.usage import clients

ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe")
TAKEN = Ending.ANSWERED


def overlap(call: PastCall, day: Stretch) -> int:
    """Seconds of a call that lie in the day."""
    inside = between(max(call.started_at, day.start), min(call.ended_at, day.end))
    return max(0, inside) if call.ending is TAKEN else 0


def recount(vendor: Vendor, calls: Iterable[PastCall], day: Stretch) -> dict[str, int | None]:
    """Every number of a day, looked for in each call that can have to do with it."""
    every = [one for one in calls if day.start - DAY <= one.started_at < day.end]
    begun = [one for one in every if day.start <= one.started_at < day.end]
    files = [
        one for call in every for one in call.recordings if day.start <= one.started_at < day.end
    ]
    spoiled = sum(one.failed for one in files)
    chat, kit = vendor is Vendor.COMETCHAT, vendor is Vendor.REALTIMEKIT
    video = [one for one in every if one.video]
    return {
        "calls": len(begun),
        "seconds": sum(overlap(one, day) for one in every),
        "people": None if kit or not begun else sum(one.people for one in begun),
        "longest": max(overlap(one, Stretch(one.started_at, one.ended_at)) for one in begun),
        "unanswered": sum(one.ending is Ending.UNANSWERED for one in begun) if chat else None,
        "failed": sum(one.ending is Ending.FAILED for one in begun) if chat else None,
        "recordings": len(files),
        "recordings_failed": spoiled if kit and files else None,
        "recorded_seconds": sum(
            max(0, between(max(one.started_at, day.start), min(end, day.end)))
            for call in every
            for one in call.recordings
            if (end := one.started_at + one.seconds * DAY / 86_400) > day.start
        ),
        "streams": sum(one.broadcast for one in begun) or None if kit else None,
        "person_seconds": shared(every, day),
        "video_seconds": shared(video, day) if chat else None,
    }


def shared(calls: Iterable[PastCall], day: Stretch) -> int:
    """What people spent in calls, as much of it as of the calls lies in the day."""
    spent = 0.0
    for call in calls:
        if call.ending is TAKEN:
            length = between(call.started_at, call.ended_at)
            spent += call.person_seconds * overlap(call, day) / length
    return round(spent)


def agrees(name: str, tally: Tally, wanted: int | None) -> bool:
    """Exactly; what is shared out over quarters, to a second for each call."""
    told: int | None = getattr(tally, name)
    if name in {"person_seconds", "video_seconds"} and wanted is not None:
        return abs((told or 0) - wanted) <= tally.calls + 2
    return told == wanted


async def test_sixty_days_of_three_vendors_are_what_their_own_truth_adds_up_to_in_three_zones(
    store: SqlStore, clock: ManualClock
) -> None:
    world = World(clock)
    sources = clients(world)
    today = clock.now().date()
    gaps = await Backfill(sources, store, clock).read(Stretch(clock.now() - 60 * DAY, clock.now()))
    assert gaps == ()
    for name in ZONES:
        zone = ZoneInfo(name)
        days = [today - back * DAY for back in range(2, 58)]
        stretches = [local_day(day, zone) for day in days]
        for day, sums in zip(stretches, await store.sums(stretches, list(Vendor)), strict=True):
            for vendor in Vendor:
                wanted = recount(vendor, world.servers[vendor].past.calls, day)
                wrong = [one for one in wanted if not agrees(one, sums[vendor], wanted[one])]
                assert not wrong, (name, day, vendor, wanted, sums[vendor])


@pytest.mark.parametrize("vendor", list(Vendor))
async def test_reading_again_changes_nothing(
    store: SqlStore, clock: ManualClock, vendor: Vendor
) -> None:
    world = World(clock)
    sources = {vendor: clients(world)[vendor]}
    stretch = Stretch(clock.now() - 5 * DAY, clock.now())
    days = [Stretch(stretch.start + n * DAY, stretch.start + (n + 1) * DAY) for n in range(4)]
    backfill = Backfill(sources, store, clock)
    await backfill.read(stretch)
    before = await store.sums(days, [vendor])
    await backfill.read(stretch)
    assert await store.sums(days, [vendor]) == before
