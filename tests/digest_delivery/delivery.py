"""A worker's rounds over rows, numbers and a channel in memory, at a time the test owns."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from bot.calls.models import Vendor
from bot.digest_delivery.builder import DigestBuilder
from bot.digest_delivery.dispatcher import DigestDispatcher
from bot.digests.digest import Difference, Gap
from bot.digests.subscription import Subscription
from tests.fakes.clock import ManualClock
from tests.fakes.digests import Channel, Head, Numbers, Rows

SATURDAY = date(2026, 11, 21)
"""The day on which the clock stands, at noon."""

FRIDAY, SUNDAY = date(2026, 11, 20), date(2026, 11, 22)


def utc(day: int, hour: int = 9, minute: int = 0, *, month: int = 11) -> datetime:
    """A moment of 2026 in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@dataclass
class News:
    """What the vendors have new, and how many seconds it takes to ask them."""

    clock: ManualClock
    gaps: tuple[Gap, ...] = ()
    differences: tuple[Difference, ...] = ()
    takes: float = 0.0
    asked: list[tuple[int, date]] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)

    async def __call__(
        self, subscription: Subscription, day: date
    ) -> tuple[Sequence[Gap], Sequence[Difference]]:
        self.asked.append((subscription.id, day))
        self.clock.advance(self.takes)
        await asyncio.sleep(0)
        if self.trouble:
            raise self.trouble.pop(0)
        return self.gaps, self.differences


class Watch:
    """Everything around a round; `worker` makes one more worker over the same rows."""

    def __init__(self, clock: ManualClock, *subscriptions: Subscription) -> None:
        self.clock = clock
        self.rows = Rows([*subscriptions], clock)
        self.numbers = Numbers()
        self.channel = Channel()
        self.news = News(clock)
        self.dispatcher = self.worker("one")

    def worker(self, name: str) -> DigestDispatcher:
        builder = DigestBuilder(self.numbers, self.rows, Head(), self.clock, tuple(Vendor))
        return DigestDispatcher(self.rows, builder, self.channel, self.news, self.clock, name)

    def stand_at(self, moment: datetime) -> None:
        """Move the clock there, forwards or back."""
        self.clock.advance((moment - self.clock.now()).total_seconds())

    async def go_at(self, moment: datetime) -> list[date]:
        """Ring at that moment; the sending days of all that stands in the channels by then."""
        self.stand_at(moment)
        await self.dispatcher.send_due()
        return [day for _, day in self.channel.days]
