"""Bringing the numbers up to date: just before a digest is made, and further back meanwhile."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import structlog

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.digests.check import differences
from bot.digests.digest import USUAL_DAYS, Difference, Gap
from bot.digests.subscription import Subscription
from bot.errors import Impossible, VendorError
from bot.ports import DigestStore, UsageSource, UsageStore
from bot.priority import Priority, working_at
from bot.usage.days import DAY, Stretch
from bot.usage.records import VendorDay
from bot.usage_import.backfill import RE_READ_DAYS, Backfill

log = structlog.get_logger(__name__)

SOON = 45.0
"""Seconds after which no further page is asked for before a digest is made."""

AT_LAST = 90.0
"""Seconds after which a vendor is not waited for any more; below half the lease of a digest."""

FRESH_FOR = 300.0
"""For how many seconds what was read for one digest does for the next one."""

USED_DAYS = USUAL_DAYS + 8
"""Days that a digest looks back on: what is usual, before a week, in any time zone."""


class _Refreshed(NamedTuple):
    """What one vendor told, and when, in monotonic seconds."""

    at: float
    gaps: tuple[Gap, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class UsageRefresh:
    """Reads the vendors' usage for digests, each vendor once for all digests of a moment.

    `at_last` is for how many seconds a vendor is waited for, `recent` what was read by vendor and
    days, `turns` keeps a vendor from being read twice at once.
    """

    sources: Mapping[Vendor, UsageSource]
    usage: UsageStore
    digests: DigestStore
    clock: Clock
    at_last: float = AT_LAST
    recent: dict[tuple[Vendor, date, date], _Refreshed] = field(default_factory=dict)
    turns: dict[Vendor, asyncio.Lock] = field(default_factory=dict)

    async def fresh(
        self, subscription: Subscription, day: date
    ) -> tuple[Sequence[Gap], Sequence[Difference]]:
        """Read the days of a digest and the last three anew; what is missing, and what differs.

        A vendor that fails is a gap; a difference is where its own report says something else.
        Takes 90 s at most. Raises StoreError.
        """
        covered = subscription.covers(day)
        wanted = subscription.wish.vendors or self.sources.keys()
        asked = [self._vendor(source, covered) for source in self.sources if source in wanted]
        news = await asyncio.gather(*asked)
        return (
            tuple(gap for source in news for gap in source.gaps),
            tuple(each for source in news for each in source.differences),
        )

    async def catch_up(self) -> None:
        """Read the days that digests look back on and that were never read. Raises StoreError.

        Nothing is read while nobody has a subscription; a vendor that fails is logged.
        """
        if not await self.digests.subscriptions():
            return
        today = _utc_day(self.clock.now())
        stretch = _days(today - USED_DAYS * DAY, today - (RE_READ_DAYS + 1) * DAY)
        for gap in await self._backfill().read(stretch):
            log.warning("usage not read", vendor=gap.vendor, why=gap.why)

    def _backfill(self, vendor: Vendor | None = None) -> Backfill:
        sources = self.sources if vendor is None else {vendor: self.sources[vendor]}
        return Backfill(sources, self.usage, self.clock)

    async def _vendor(self, vendor: Vendor, covered: Stretch) -> _Refreshed:
        first, last = _utc_day(covered.start), _utc_day(covered.end - timedelta.resolution)
        async with self.turns.setdefault(vendor, asyncio.Lock()):
            known = self.recent.get((vendor, first, last))
            if known is not None and self.clock.monotonic() - known.at < FRESH_FOR:
                return known
            gaps = await self._read(vendor, first, last)
            found = () if gaps else await self._check(vendor, first, last)
            news = _Refreshed(self.clock.monotonic(), gaps, found)
            self._remember((vendor, first, last), news)
            return news

    def _remember(self, which: tuple[Vendor, date, date], news: _Refreshed) -> None:
        """Keep it for FRESH_FOR seconds, and forget what is older."""
        old = [key for key, known in self.recent.items() if news.at - known.at >= FRESH_FOR]
        for key in old:
            del self.recent[key]
        self.recent[which] = news

    async def _read(self, vendor: Vendor, first: date, last: date) -> tuple[Gap, ...]:
        now = self.clock.now()
        stretch = _days(min(first, _utc_day(now) - RE_READ_DAYS * DAY), last)
        try:
            async with asyncio.timeout(self.at_last):
                until = self.clock.monotonic() + SOON
                return await self._backfill(vendor).read(stretch, until=until)
        except TimeoutError:
            return (Gap(vendor=vendor, why=f"{vendor.label} did not report all of it in time."),)

    async def _check(self, vendor: Vendor, first: date, last: date) -> tuple[Difference, ...]:
        """Where the vendor's own report of whole UTC days differs; nothing where it has none."""
        last = min(last, _utc_day(self.clock.now()) - DAY)
        if first > last:
            return ()
        days = [first + n * DAY for n in range((last - first).days + 1)]
        counted = await self.usage.sums([_days(day, day) for day in days], [vendor])
        reported = await self._reported(vendor, first, last)
        return differences(dict(zip(days, counted, strict=True)), reported)

    async def _reported(self, vendor: Vendor, first: date, last: date) -> Sequence[VendorDay]:
        """A report is only a second opinion: without it nothing is missing."""
        try:
            with working_at(Priority.BACKGROUND):
                async with asyncio.timeout(SOON):
                    return await self.sources[vendor].reported(first, last)
        except (VendorError, Impossible, TimeoutError) as error:
            log.warning("report not read", vendor=vendor, error=type(error).__name__)
            return ()


def _utc_day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _days(first: date, last: date) -> Stretch:
    """Whole UTC days."""
    return Stretch(datetime.combine(first, time(), UTC), datetime.combine(last + DAY, time(), UTC))
