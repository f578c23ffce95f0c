"""Which digests are due, and seeing each through until it is posted.

Each sending day of a subscription is one row. Whoever claims it posts it; a day whose row is posted
is done, whatever the clock does afterwards.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from functools import partial

import structlog

from bot.clock import Clock
from bot.digest_delivery.announcer import Announcer
from bot.digest_delivery.builder import DigestBuilder
from bot.digests.digest import Difference, Digest, Gap
from bot.digests.subscription import Posting, Subscription, is_zone
from bot.errors import ClaimLost, DeliveryDeferred, DeliveryImpossible, MessageRefused
from bot.held_lease import HeldLease, holding
from bot.moderation.write_retry import retry_write
from bot.ports import DigestPoster, DigestStore
from bot.scheduler.scheduler import guarded
from bot.usage.days import days_before, today

log = structlog.get_logger(__name__)

LATEST = timedelta(hours=6)
"""How late a digest is still sent by itself; after that it is folded into the next one."""

LOOK_BACK_DAYS = 7
"""How far back unsent days are looked for, after an outage or a long sleep."""

LEASE = timedelta(minutes=5)
"""How long a worker has for one digest before another one may take it up."""

IN_TIME = 0.5
"""Share of the lease in which a digest is made, or it is not posted this time: a machine that
slept meanwhile would post beside the worker that took over."""

NOTED_AFTER = timedelta(minutes=15)
"""A digest that comes later than this says that it is late."""

Fresh = Callable[[Subscription, date], Awaitable[tuple[Sequence[Gap], Sequence[Difference]]]]
"""Reads what the vendors have new for a sending day; what they did not tell, and where they differ.
"""


class SendResult(Enum):
    """What became of an attempt to send a digest."""

    POSTED = "posted"
    TAKEN = "taken"
    """It is posted already, or another worker has it."""
    LATER = "later"
    """Not this time; the next round tries again."""
    REFUSED = "refused"
    """Slack refuses this one for what it is; that day is given up, and the next ones are sent."""
    LOST = "lost"
    """Its channel cannot be written to; the subscription is paused."""


@dataclass(frozen=True)
class DigestDispatcher:
    """Sends the digests that are due, as one worker of several.

    `fresh` brings the numbers up to date before a digest is made.

    `quiet` are the channels that Slack asked to be left alone, and until which monotonic second;
    `under_way` what is being sent by this process; once `closing` is set, no further digest is
    begun.
    """

    digests: DigestStore
    builder: DigestBuilder
    poster: DigestPoster
    fresh: Fresh
    clock: Clock
    owner: str
    lease: timedelta = LEASE
    quiet: dict[str, float] = field(default_factory=dict)
    under_way: set[tuple[int, date]] = field(default_factory=set)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def send_due(self) -> None:
        """Send every digest that is due, and beside that make the announcements that are due.

        One that fails is logged, and does not hold up the others. Raises StoreError.
        """
        await asyncio.gather(guarded("telling of digests", self._announce), self._send_each())

    async def _send_each(self) -> None:
        for subscription in await self.digests.subscriptions():
            if self.closing.is_set():
                return
            serve = partial(self._serve, subscription)
            await guarded(f"digest of subscription {subscription.id}", serve)

    @property
    def announcer(self) -> Announcer:
        """The announcer, which tells channels and owners what became of their digests."""
        return Announcer(self.digests, self.poster, self.clock, self.owner)

    async def send(
        self, subscription: Subscription, day: date, older: Sequence[date] = ()
    ) -> SendResult:
        """Claim the digest of `day` and post it, because somebody asked for it; how that went.

        It never says that it is late. Digests of `older` days that were never sent are folded into
        it, once it is posted. Raises StoreError.
        """
        return await self._once(subscription, day, older, scheduled=False)

    async def _once(
        self, subscription: Subscription, day: date, older: Sequence[date], *, scheduled: bool
    ) -> SendResult:
        """Send it unless it is being sent; `scheduled`: because it is due, and late if it is."""
        this = subscription.id, day
        if this in self.under_way:
            return SendResult.TAKEN
        self.under_way.add(this)
        try:
            return await self._send(subscription, day, older, scheduled=scheduled)
        finally:
            self.under_way.discard(this)

    async def _send(
        self, subscription: Subscription, day: date, older: Sequence[date], *, scheduled: bool
    ) -> SendResult:
        held = HeldLease(self.clock, self.lease)
        posting = await self._claim(subscription, day)
        if posting is None:
            return SendResult.TAKEN
        claimed = [await self._claim(subscription, older_day) for older_day in older]
        folded = [older_posting for older_posting in claimed if older_posting]
        posting = posting.model_copy(
            update={"folded": tuple(older_posting.day for older_posting in folded)}
        )
        digest = await self._make(posting, scheduled=scheduled)
        if not held.is_young(IN_TIME) or not await self._as_wanted(subscription):
            log.warning("digest postponed", subscription=subscription.id, day=str(day))
            return SendResult.LATER
        return await self._post(posting, digest, folded, held)

    async def _post(
        self, posting: Posting, digest: Digest, folded: Sequence[Posting], held: HeldLease
    ) -> SendResult:
        subscription = posting.subscription
        try:
            with holding(held):
                ts = await self.poster.post(posting, digest)
                await self._mark(posting, ts, folded)
        except DeliveryDeferred as later:
            return self._wait(subscription, later.seconds)
        except ClaimLost:
            log.warning("digest postponed", subscription=subscription.id, day=str(posting.day))
            return SendResult.LATER
        except MessageRefused as refused:
            return await self._give_up(posting, str(refused))
        except DeliveryImpossible as lost:
            return await self._pause(subscription, str(lost))
        return SendResult.POSTED

    async def _announce(self) -> None:
        """Make the announcements that are due; what Slack does not take is tried again later."""
        await self.announcer.announce_due()

    async def _serve(self, subscription: Subscription) -> None:
        zone = subscription.wish.zone
        if not is_zone(zone):
            if not subscription.why:  # otherwise it is paused, and its owner was told
                await self._pause(subscription, f"There is no time zone {zone} here.")
            return
        due = due_days(subscription, self.clock.now())
        if not due or self._is_quiet(subscription.wish.channel):
            return
        newest, *older = due
        if self.clock.now() - subscription.due_at(newest) <= LATEST:
            await self._once(subscription, newest, older, scheduled=True)

    async def preview(self, subscription: Subscription, day: date) -> Digest:
        """The digest of `day` as it would be posted now; nothing is claimed. Raises StoreError."""
        gaps, differences = await self.fresh(subscription, day)
        return await self.builder.make(subscription, day, gaps=gaps, differences=differences)

    async def _make(self, posting: Posting, *, scheduled: bool) -> Digest:
        gaps, differences = await self.fresh(posting.subscription, posting.day)
        late = scheduled and self.clock.now() - posting.due_at > NOTED_AFTER
        return await self.builder.make(
            posting.subscription,
            posting.day,
            gaps=gaps,
            differences=differences,
            late_since=posting.due_at if late else None,
            folded=posting.folded,
        )

    async def _mark(self, posting: Posting, ts: str | None, folded: Sequence[Posting] = ()) -> None:
        """Mark the older ones first: whoever dies in between finds the message again by its day."""
        for marked, message in (*((older, None) for older in folded), (posting, ts)):
            mark = partial(self.digests.posted, marked, message)
            if not await retry_write(mark, self.clock, "digest"):
                log.warning("digest taken over", subscription=marked.subscription.id)

    async def _claim(self, subscription: Subscription, day: date) -> Posting | None:
        return await self.digests.claim_posting(
            subscription, day, owner=self.owner, lease=self.lease
        )

    async def _as_wanted(self, subscription: Subscription) -> bool:
        """Whether it is still on file as it was; a changed one is served in the next round."""
        return subscription in await self.digests.subscriptions(subscription.wish.channel)

    def _is_quiet(self, channel: str) -> bool:
        until = self.quiet.get(channel)
        return until is not None and self.clock.monotonic() < until

    def _wait(self, subscription: Subscription, seconds: float) -> SendResult:
        log.warning("digest postponed", subscription=subscription.id, seconds=seconds)
        self.quiet[subscription.wish.channel] = self.clock.monotonic() + seconds
        return SendResult.LATER

    async def _give_up(self, posting: Posting, why: str) -> SendResult:
        """Send this day no more; what would have been folded into it is left to the next day."""
        number, day = posting.subscription.id, str(posting.day)
        log.error("digest given up", subscription=number, day=day, why=why)
        await self._mark(posting, None)
        return SendResult.REFUSED

    async def _pause(self, subscription: Subscription, why: str) -> SendResult:
        """Pause it where no digest can be sent until somebody mends that, and tell its owner.

        Its channel cannot be written to, or its time zone is not known here. One that was
        changed meanwhile is left as it is: the next round goes by what it is now.
        """
        if not await self.digests.pause(subscription, why, self.clock.now()):
            log.warning("digest postponed", subscription=subscription.id, why=why)
            return SendResult.LATER
        log.warning("digest paused", subscription=subscription.id, why=why)
        await guarded("telling of digests", self._announce)
        return SendResult.LOST


def due_days(subscription: Subscription, now: datetime) -> list[date]:
    """The sending days that have come and that somebody subscribed to, the newest first."""
    current = today(now, subscription.wish.clock)
    days = (current, *days_before(current, LOOK_BACK_DAYS))
    return [day for day in days if subscription.is_due(day, now)]
