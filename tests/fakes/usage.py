"""What is kept of past calls, in memory; and vendors that tell of what a test wrote down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from bot.calls.models import Page, Vendor
from bot.demo.world import World
from bot.errors import CallwardenError
from bot.ports import VendorClient
from bot.usage.days import DAY, Stretch
from bot.usage.records import CallRecord, VendorDay
from bot.usage.tally import Tally, total
from tests.providers import cometchat_setup, realtimekit_setup, stream_setup
from tests.usage.quarters import quarters


def utc_day(day: date) -> Stretch:
    """The stretch of a UTC day, from midnight to midnight."""
    start = datetime.combine(day, time(), UTC)
    return Stretch(start, start + DAY)


class MemoryUsage:
    """A `UsageStore` in memory. `kept` are the days in the order they were kept."""

    def __init__(self) -> None:
        self.days: dict[tuple[Vendor, date], Mapping[datetime, Tally]] = {}
        self.records: dict[tuple[Vendor, date], Sequence[CallRecord]] = {}
        self.kept: list[tuple[Vendor, date]] = []

    async def keep_calls(
        self, vendor: Vendor, stretch: Stretch, records: Sequence[CallRecord], *, now: datetime
    ) -> None:
        """Keep the calls of whole UTC days, the newest day first."""
        days = _days(stretch)
        assert stretch == Stretch(utc_day(days[0]).start, utc_day(days[-1]).end)
        for day in reversed(days):
            mine = [record for record in records if record.touches(utc_day(day), now)]
            self.days[vendor, day] = quarters(mine, now, utc_day(day))
            self.records[vendor, day] = tuple(mine)
            self.kept.append((vendor, day))

    async def sums(
        self, stretches: Sequence[Stretch], vendors: Sequence[Vendor]
    ) -> Sequence[Mapping[Vendor, Tally]]:
        """The sums of each stretch; without vendors of which a UTC day of it was not read."""
        return [
            {
                vendor: total(
                    tally
                    for day in _days(stretch)
                    for at, tally in self.days[vendor, day].items()
                    if stretch.start <= at < stretch.end
                )
                for vendor in vendors
                if all((vendor, day) in self.days for day in _days(stretch))
            }
            for stretch in stretches
        ]

    async def unread(self, vendor: Vendor, stretch: Stretch) -> Sequence[Stretch]:
        """The days of the stretch that were not kept, each as a stretch of its own."""
        return [utc_day(day) for day in _days(stretch) if (vendor, day) not in self.days]


@dataclass
class Told:
    """A `UsageSource` that tells `pages`, the same for every stretch, or fails.

    `errors` are raised first, one for each page asked for; `asked` are the stretches and cursors.
    """

    vendor: Vendor = Vendor.STREAM
    days_at_once: int = 1
    pages: Sequence[Sequence[CallRecord]] = ((),)
    errors: list[CallwardenError] = field(default_factory=list)
    days: Sequence[VendorDay] = ()
    asked: list[tuple[Stretch, str | None]] = field(default_factory=list)

    async def history(self, stretch: Stretch, *, cursor: str | None = None) -> Page[CallRecord]:
        """The next of `pages`, or the next of `errors` raised."""
        self.asked.append((stretch, cursor))
        if self.errors:
            raise self.errors.pop(0)
        number = int(cursor or 0)
        following = str(number + 1) if number + 1 < len(self.pages) else None
        return Page(items=tuple(self.pages[number]), next=following)

    async def reported(self, first: date, last: date) -> Sequence[VendorDay]:
        """Those of `days` from `first` to `last`, or the next of `errors` raised."""
        if self.errors:
            raise self.errors.pop(0)
        return [day for day in self.days if first <= day.day <= last]


def clients(world: World) -> dict[Vendor, VendorClient]:
    """Real clients of the vendors of a make-believe world."""
    return {
        Vendor.STREAM: stream_setup.client(world.stream),
        Vendor.REALTIMEKIT: realtimekit_setup.client(world.realtimekit),
        Vendor.COMETCHAT: cometchat_setup.client(world.cometchat),
    }


def _days(stretch: Stretch) -> list[date]:
    first, found = stretch.start.date(), []
    while utc_day(first).start < stretch.end:
        found.append(first)
        first += DAY
    return found
