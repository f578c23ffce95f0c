"""What is read of the make-believe vendors' past is their own truth, counted once more plainly."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.calls.models import Page, Vendor
from bot.demo.vendors.past import PastCall, between
from bot.demo.world import World
from bot.ports import UsageSource
from bot.store import SqlStore
from bot.usage.days import DAY, Stretch, local_day
from bot.usage.records import CallRecord, Ending, VendorDay
from bot.usage.tally import Tally
from bot.usage_import.backfill import Backfill
from tests.fakes.clock import START, ManualClock
from tests.fakes.usage import clients

ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe")
TAKEN = Ending.ANSWERED
DAYS = [START.date() - back * DAY for back in range(2, 58)]
Numbers = dict[str, int | None]
Pages = dict[tuple[Stretch, str | None], Page[CallRecord]]


@dataclass
class Heard:
    """A vendor that is asked once for each page, whichever database it is read into."""

    source: UsageSource
    vendor: Vendor
    days_at_once: int
    told: Pages

    async def history(self, stretch: Stretch, *, cursor: str | None = None) -> Page[CallRecord]:
        """As the vendor told it."""
        if (stretch, cursor) not in self.told:
            self.told[stretch, cursor] = await self.source.history(stretch, cursor=cursor)
        return self.told[stretch, cursor]

    async def reported(self, first: date, last: date) -> Sequence[VendorDay]:
        """As the vendor tells it."""
        return await self.source.reported(first, last)


@pytest.fixture(scope="module")
def world() -> World:
    return World(ManualClock())


@pytest.fixture(scope="module")
def told() -> dict[Vendor, Pages]:
    """What was asked so far."""
    return {vendor: {} for vendor in Vendor}


@pytest.fixture
def sources(world: World, told: dict[Vendor, Pages]) -> dict[Vendor, Heard]:
    return {
        vendor: Heard(one.usage, vendor, one.usage.days_at_once, told[vendor])
        for vendor, one in clients(world).items()
    }


@pytest.fixture(scope="module")
def truth(world: World) -> Mapping[tuple[str, date, Vendor], Numbers]:
    """Every number of every day in every zone, for each vendor."""
    found: dict[tuple[str, date, Vendor], Numbers] = {}
    for vendor in Vendor:
        begun: dict[date, list[PastCall]] = defaultdict(list)
        for call in world.servers[vendor].past.calls:
            begun[call.started_at.date()].append(call)
        for name in ZONES:
            for day in DAYS:
                near = [item for n in range(-2, 3) for item in begun[day + n * DAY]]
                found[name, day, vendor] = recount(vendor, near, local_day(day, ZoneInfo(name)))
    return found


def overlap(call: PastCall, day: Stretch) -> int:
    """Seconds of a call that lie in the day."""
    inside = between(max(call.started_at, day.start), min(call.ended_at, day.end))
    return max(0, inside) if call.ending is TAKEN else 0


def recount(vendor: Vendor, calls: Iterable[PastCall], day: Stretch) -> Numbers:
    """Every number of a day, looked for in each call that can have to do with it."""
    every = [call for call in calls if day.start - DAY <= call.started_at < day.end]
    begun = [call for call in every if day.start <= call.started_at < day.end]
    files = [
        recording
        for call in every
        for recording in call.recordings
        if day.start <= recording.started_at < day.end
    ]
    spoiled = sum(file.failed for file in files)
    chat, kit = vendor is Vendor.COMETCHAT, vendor is Vendor.REALTIMEKIT
    video = [call for call in every if call.video]
    return {
        "calls": len(begun),
        "seconds": sum(overlap(call, day) for call in every),
        "people": None if kit or not begun else sum(call.people for call in begun),
        "longest": max(overlap(call, Stretch(call.started_at, call.ended_at)) for call in begun),
        "unanswered": sum(call.ending is Ending.UNANSWERED for call in begun) if chat else None,
        "failed": sum(call.ending is Ending.FAILED for call in begun) if chat else None,
        "recordings": len(files),
        "recordings_failed": spoiled if kit and files else None,
        "recorded_seconds": sum(
            max(0, between(max(recording.started_at, day.start), min(end, day.end)))
            for call in every
            for recording in call.recordings
            if (end := recording.started_at + recording.seconds * DAY / 86_400) > day.start
        ),
        "streams": sum(call.broadcast for call in begun) or None if kit else None,
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
    store: SqlStore,
    clock: ManualClock,
    sources: dict[Vendor, Heard],
    truth: Mapping[tuple[str, date, Vendor], Numbers],
) -> None:
    gaps = await Backfill(sources, store, clock).read(Stretch(clock.now() - 60 * DAY, clock.now()))
    assert gaps == ()
    for name in ZONES:
        stretches = [local_day(day, ZoneInfo(name)) for day in DAYS]
        for day, sums in zip(DAYS, await store.sums(stretches, list(Vendor)), strict=True):
            for vendor in Vendor:
                wanted = truth[name, day, vendor]
                wrong = [item for item in wanted if not agrees(item, sums[vendor], wanted[item])]
                assert not wrong, (name, day, vendor, wanted, sums[vendor])


@pytest.mark.parametrize("vendor", list(Vendor))
async def test_reading_again_changes_nothing(
    store: SqlStore, clock: ManualClock, sources: dict[Vendor, Heard], vendor: Vendor
) -> None:
    stretch = Stretch(clock.now() - 5 * DAY, clock.now())
    days = [Stretch(stretch.start + n * DAY, stretch.start + (n + 1) * DAY) for n in range(4)]
    backfill = Backfill({vendor: sources[vendor]}, store, clock)
    await backfill.read(stretch)
    before = await store.sums(days, [vendor])
    await backfill.read(stretch)
    assert await store.sums(days, [vendor]) == before
