"""Which digests are due, and seeing each of them through: rows decide, the bell only rings.

Each sending day of a subscription is one row. Whoever claims it posts it; a day whose row is posted
is done, whatever the clock does afterwards.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from bot.clock import Clock
from bot.digests.digest import Difference, Gap
from bot.digests.subscription import Posting, Subscription
from bot.ports import DigestPoster, DigestStore, NoticeLater, NoticeLost
from bot.schedule.making import Maker
from bot.usage.days import days_before, today

log = structlog.get_logger(__name__)

LATEST = timedelta(hours=6)
"""How late a digest is still sent by itself; after that it is folded into the next one."""

LOOK_BACK_DAYS = 7
"""How far back unsent days are looked for, after an outage or a long sleep."""

LEASE = timedelta(minutes=5)
"""How long a worker has for one digest before another one may take it up."""

NOTED_AFTER = timedelta(minutes=15)
"""A digest that comes later than this says that it is late."""

Fresh = Callable[[Subscription, date], Awaitable[tuple[Sequence[Gap], Sequence[Difference]]]]
"""Reads what the vendors have new for a sending day; what they did not tell, and where they differ.
"""


@dataclass(frozen=True)
class Rounds:
    """One worker's rounds. `fresh` brings the numbers up to date before a digest is made."""

    digests: DigestStore
    maker: Maker
    poster: DigestPoster
    fresh: Fresh
    clock: Clock
    owner: str

    async def go(self) -> None:
        """Send every digest that is due; one that fails does not hold up the others."""
        for subscription in await self.digests.subscriptions():
            await self._serve(subscription)

    async def send(self, subscription: Subscription, day: date, older: Sequence[date] = ()) -> bool:
        """Claim the digest of `day` and post it; False when another has it or it is posted.

        Those of `older` that were never sent are folded into it, once it is posted.
        """
        posting = await self._claim(subscription, day)
        if posting is None:
            return False
        folded = [one for each in older if (one := await self._claim(subscription, each))]
        try:
            await self._post(posting, folded)
        except NoticeLater as later:
            log.warning("digest not taken", subscription=subscription.id, seconds=later.seconds)
        except NoticeLost as lost:
            await self._give_up(subscription, str(lost))
        return True

    async def _serve(self, subscription: Subscription) -> None:
        due = due_days(subscription, self.clock.now())
        if not due:
            return
        newest, *older = due
        if self.clock.now() - subscription.due_at(newest) <= LATEST:
            await self.send(subscription, newest, older)

    async def _post(self, posting: Posting, folded: Sequence[Posting]) -> None:
        late = self.clock.now() - posting.due_at > NOTED_AFTER
        posting = posting.model_copy(update={"folded": tuple(one.day for one in folded)})
        gaps, differences = await self.fresh(posting.subscription, posting.day)
        digest = await self.maker.make(
            posting.subscription,
            posting.day,
            gaps=gaps,
            differences=differences,
            late_since=posting.due_at if late else None,
            folded=posting.folded,
        )
        ts = await self.poster.post(posting, digest)
        await self.digests.posted(posting, ts)
        for one in folded:
            await self.digests.posted(one, None)

    async def _claim(self, subscription: Subscription, day: date) -> Posting | None:
        return await self.digests.claim_posting(
            subscription, day, owner=self.owner, lease=LEASE, now=self.clock.now()
        )

    async def _give_up(self, subscription: Subscription, why: str) -> None:
        """Stop ringing for a channel that cannot be written to, and say so to its owner."""
        log.warning("digest stopped", subscription=subscription.id, why=why)
        stopped = subscription.model_copy(update={"stopped": True, "why": why})
        await self.digests.change(stopped)
        await self.poster.tell_owner(stopped, why)


def due_days(subscription: Subscription, now: datetime) -> list[date]:
    """The sending days that have come and that somebody subscribed to, the newest first."""
    current = today(now, subscription.wish.clock)
    return [
        day
        for day in (current, *days_before(current, LOOK_BACK_DAYS))
        if subscription.rings(day) and subscription.made_at < subscription.due_at(day) <= now
    ]
