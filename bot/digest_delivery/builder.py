"""Making a digest of what is stored: which days it asks for, and what it says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.digests.digest import (
    TREND_DAYS,
    USUAL_DAYS,
    WEEK,
    Cost,
    DayOfVendors,
    Difference,
    Digest,
    Gap,
)
from bot.digests.subscription import Rhythm, Subscription
from bot.digests.unusual import by_day, costs_of, unjudged, unusual, usual_day
from bot.ports import DigestStore
from bot.usage.days import DAY, SECONDS_PER_MINUTE, Stretch, local_day
from bot.usage.tally import Tally, total

MOST_WAITING = 10
"""Things that wait which are named, the oldest; that there are more is said."""

Tallies = Mapping[Vendor, Tally]


@dataclass(frozen=True)
class Prices:
    """What a minute of a person in a call costs, by vendor; empty where nothing was said."""

    a_minute: Mapping[Vendor, float] = field(default_factory=dict)
    currency: str = "USD"


class UsageSums(Protocol):
    """The part of `UsageStore` that is used here."""

    async def sums(
        self, stretches: Sequence[Stretch], vendors: Sequence[Vendor]
    ) -> Sequence[Mapping[Vendor, Tally]]:
        """For each stretch, the vendors' tallies; a vendor never read there is left out."""


class AuditHead(Protocol):
    """The part of `AuditChain` that is used here."""

    async def head(self) -> tuple[int, str]:
        """The number of the last entry and its hash in hex."""


@dataclass(frozen=True)
class DigestBuilder:
    """Makes digests of what is stored; it asks no vendor."""

    usage: UsageSums
    digests: DigestStore
    chain: AuditHead
    clock: Clock
    vendors: tuple[Vendor, ...]
    prices: Prices = field(default_factory=Prices)

    async def make(
        self,
        subscription: Subscription,
        day: date,
        *,
        gaps: Sequence[Gap] = (),
        differences: Sequence[Difference] = (),
        late_since: datetime | None = None,
        folded: Sequence[date] = (),
    ) -> Digest:
        """The digest that is sent on `day`, by the clocks of the subscription's time zone.

        It is about the day or week before. `late_since` is when it should have come, `folded` are
        earlier ones that were never sent and that it replaces, `gaps` what vendors did not tell.
        Raises StoreError.
        """
        wish = subscription.wish
        vendors = [vendor for vendor in self.vendors if vendor in (wish.vendors or self.vendors)]
        length = WEEK if wish.rhythm is Rhythm.WEEKLY else 1
        first, last = day - length * DAY, day - DAY
        days = await self._days(last, USUAL_DAYS + length, wish.clock, vendors)
        tallies = by_day(days)
        covered = _of_days(tallies, first, length)
        covered_days = [first + n * DAY for n in range(length)]
        waiting = await self.digests.waiting(MOST_WAITING + 1)
        return Digest(
            rhythm=wish.rhythm,
            day=first,
            last_day=last,
            zone=wish.zone,
            sections=wish.sections,
            vendors=covered,
            before=_of_days(tallies, first - WEEK * DAY, length) or None,
            usual=usual_day(first, days) if length == 1 else None,
            trend=tuple(days[-TREND_DAYS:]),
            unusual=tuple(
                found for covered_day in covered_days for found in unusual(covered_day, days)
            ),
            gaps=_together(vendors, gaps, _gaps(vendors, tallies, covered_days)),
            differences=tuple(differences),
            acts=await self.digests.acts(subscription.covers(day)),
            unjudged=unjudged(last, days),
            waiting=tuple(waiting[:MOST_WAITING]),
            more_waiting=len(waiting) > MOST_WAITING,
            costs=self._costs(covered),
            head=await self.chain.head(),
            late_since=late_since,
            folded=tuple(folded),
            made_at=self.clock.now(),
        )

    async def _days(
        self, last: date, number: int, zone: ZoneInfo, vendors: Sequence[Vendor]
    ) -> list[DayOfVendors]:
        """Each of the `number` days up to `last`, the oldest first: one question to the store."""
        days = [last - back * DAY for back in reversed(range(number))]
        sums = await self.usage.sums([local_day(day, zone) for day in days], vendors)
        return [
            DayOfVendors(day=day, vendors=sums_of_day)
            for day, sums_of_day in zip(days, sums, strict=True)
        ]

    def _costs(self, covered: Tallies) -> tuple[Cost, ...]:
        amounts = costs_of(covered, self.prices.a_minute)
        return tuple(
            Cost(
                vendor=vendor,
                minutes=(covered[vendor].person_seconds or 0) / SECONDS_PER_MINUTE,
                amount=amount,
                currency=self.prices.currency,
            )
            for vendor, amount in amounts.items()
        )


def _of_days(tallies: Mapping[date, Tallies], first: date, length: int) -> dict[Vendor, Tally]:
    """Each vendor's sum of `length` days from `first` on; left out when one day is unknown."""
    days = [tallies.get(first + n * DAY, {}) for n in range(length)]
    everywhere = [vendor for vendor in Vendor if all(vendor in day for day in days)]
    return {vendor: total(day[vendor] for day in days) for vendor in everywhere}


def _together(
    vendors: Sequence[Vendor], reported: Sequence[Gap], found: Sequence[Gap]
) -> tuple[Gap, ...]:
    """What the vendors themselves did not tell explains a missing day better than that it is."""
    asked = [gap for gap in reported if gap.vendor in vendors]
    explained = {gap.vendor for gap in asked}
    return (*asked, *(gap for gap in found if gap.vendor not in explained))


def _gaps(
    vendors: Sequence[Vendor], tallies: Mapping[date, Tallies], days: Sequence[date]
) -> list[Gap]:
    """The vendors of which one of `days` is missing: they have no sum, and that is said."""
    missing = {
        vendor: sum(vendor not in tallies.get(day, {}) for day in days) for vendor in vendors
    }
    return [Gap(vendor=vendor, why=_why(n, len(days))) for vendor, n in missing.items() if n]


def _why(missing: int, of: int) -> str:
    if of == 1:
        return "Its calls of this day were not read yet."
    return f"Its calls were not read yet on {missing} of these {of} days."
