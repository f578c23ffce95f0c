"""Telling channels and owners what became of their digests, until Slack has taken it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import structlog

from bot.clock import Clock
from bot.digests.announcements import Announcement
from bot.errors import DeliveryDeferred, DeliveryImpossible
from bot.held_lease import HeldLease, holding
from bot.moderation.write_retry import retry_write
from bot.ports import DigestPoster, DigestStore

log = structlog.get_logger(__name__)

AT_ONCE = 20
"""How many announcements are taken up together at most."""

LEASE = timedelta(minutes=10)
"""How long they are held: each takes 10 s at most, to open a place, to look and to write."""

LONGEST_PAUSE = timedelta(hours=1)
"""Between two tries of the same."""


class Undelivered(NamedTuple):
    """An announcement that Slack did not take, and why; `lost`: it will not be tried again."""

    announcement: Announcement
    why: str
    lost: bool


@dataclass(frozen=True)
class Announcer:
    """Posts announcements that are due; what Slack does not take, again after longer pauses."""

    digests: DigestStore
    poster: DigestPoster
    clock: Clock
    owner: str

    async def announce_due(self) -> Sequence[Undelivered]:
        """Post the announcements that are longest due, AT_ONCE at most; those that were not taken.

        Raises StoreError.
        """
        held = HeldLease(self.clock, LEASE)
        due = await self.digests.due_announcements(owner=self.owner, limit=AT_ONCE, lease=LEASE)
        with holding(held):
            tried = [await self._announce(announcement) for announcement in due]
        return [undelivered for undelivered in tried if undelivered is not None]

    async def _announce(self, announcement: Announcement) -> Undelivered | None:
        try:
            await self.poster.announce(announcement, self.clock.now())
        except DeliveryDeferred as later:
            await self.digests.defer_announcement(
                announcement, self.clock.now() + _pause(announcement.attempt, later.seconds)
            )
            return Undelivered(announcement, "Slack did not take it just now.", lost=False)
        except DeliveryImpossible as lost:
            number = announcement.subscription.id
            about, why = announcement.about, str(lost)
            log.warning("announcement not sent", digest=number, about=about, why=why)
            await self.digests.mark_announced(announcement)
            return Undelivered(announcement, str(lost), lost=True)
        mark = partial(self.digests.mark_announced, announcement)
        await retry_write(mark, self.clock, "word about a digest")
        return None


def _pause(attempt: int, asked: float) -> timedelta:
    """How long to wait: as Slack asks, and twice as long as before: 2 s, 4 s, 8 s … 1 h."""
    longest = LONGEST_PAUSE.total_seconds()
    return timedelta(seconds=max(asked, min(2.0 ** min(attempt, 12), longest)))
