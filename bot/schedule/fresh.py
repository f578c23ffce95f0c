"""Bringing the numbers up to date before a digest: what vendors have new, and what they report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import structlog

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.digests.check import differences
from bot.digests.digest import Difference, Gap
from bot.digests.subscription import Subscription
from bot.errors import VendorError
from bot.ports import UsageSource, UsageStore
from bot.schedule.backfill import Backfill
from bot.usage.days import DAY, Stretch

log = structlog.get_logger(__name__)

PATIENCE = timedelta(seconds=60)
"""After this nothing more is begun to be read for one digest: it is posted with what there is."""

BELIEVED = 600.0
"""Seconds for which a stretch that was read without a gap is not read again."""

HALF_A_DAY = time(12)

MOST_KNOWN = 1_000
"""Stretches that are remembered as read."""


@dataclass(frozen=True)
class Freshness:
    """What a digest asks of the vendors before it is made; several at the same hour ask once."""

    sources: Mapping[Vendor, UsageSource]
    usage: UsageStore
    clock: Clock
    known: dict[tuple[Vendor, Stretch], float] = field(default_factory=dict)

    async def __call__(
        self, subscription: Subscription, day: date
    ) -> tuple[Sequence[Gap], Sequence[Difference]]:
        """Read what the digest sent on `day` covers, and hold it against the vendors' reports.

        What could not be read, and where a report differs. Raises StoreError.
        """
        stretch = subscription.covers(day)
        wanted = subscription.wish.vendors or frozenset(self.sources)
        vendors = [vendor for vendor in self.sources if vendor in wanted]
        gaps = await self._read(stretch, vendors)
        gone = {gap.vendor for gap in gaps}
        found: list[Difference] = []
        for vendor in vendors:
            if vendor not in gone:
                found += await self._compared(vendor, stretch)
        return gaps, found

    async def _read(self, stretch: Stretch, vendors: Sequence[Vendor]) -> Sequence[Gap]:
        now = self.clock.monotonic()
        stale = [one for one in vendors if now - self._read_at(one, stretch) >= BELIEVED]
        if not stale:
            return ()
        backfill = Backfill(self.sources, self.usage, self.clock)
        until = self.clock.now() + PATIENCE
        gaps = await backfill.read(stretch, vendors=stale, until=until)
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        missing = {gap.vendor for gap in gaps}
        self.known.update({(one, stretch): now for one in stale if one not in missing})
        return gaps

    def _read_at(self, vendor: Vendor, stretch: Stretch) -> float:
        return self.known.get((vendor, stretch), float("-inf"))

    async def _compared(self, vendor: Vendor, stretch: Stretch) -> Sequence[Difference]:
        """Where the vendor's report of the UTC days that lie mostly in the stretch differs.

        A report that cannot be read is none: it is a second opinion, and nothing waits for it.
        """
        days = _days(stretch, self.clock.now())
        if not days:
            return ()
        try:
            reported = await self.sources[vendor].reported(days[0], days[-1])
        except VendorError as error:
            log.warning("report not read", vendor=vendor, problem=str(error))
            return ()
        if not reported:
            return ()
        sums = await self.usage.sums([_utc(one) for one in days], [vendor])
        return differences(dict(zip(days, sums, strict=True)), reported)


def _days(stretch: Stretch, now: datetime) -> list[date]:
    """The UTC days that are over and whose noon lies in the stretch."""
    first = stretch.start.astimezone(UTC).date()
    every = [first + n * DAY for n in range((stretch.end - stretch.start).days + 2)]
    noons = {day: datetime.combine(day, HALF_A_DAY, UTC) for day in every}
    return [
        day
        for day, noon in noons.items()
        if stretch.start <= noon < stretch.end and _utc(day).end <= now
    ]


def _utc(day: date) -> Stretch:
    start = datetime.combine(day, time(), UTC)
    return Stretch(start, start + DAY)
