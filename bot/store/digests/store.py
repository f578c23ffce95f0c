"""The methods of the store about digests."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.calls.actors import Actor
from bot.calls.cases import DigestNote
from bot.digests.announcements import Announcement, ChangeResult
from bot.digests.digest import Acts, Waiting
from bot.digests.subscription import Posting, Subscription, Wish
from bot.errors import NotAccepted, StoreError
from bot.store.base import SUMMING_TIMEOUT_S, StoreBase
from bot.store.digests import postings
from bot.store.digests.announcements import AnnouncementQueue, PostponedAnnouncement
from bot.store.digests.changes import Amended, DigestChanges, Paused, SetUp
from bot.store.digests.postings import PostingClaim, PostingResult
from bot.store.digests.reads import acts, subscriptions, waiting
from bot.store.leases import LeaseRequest
from bot.store.writing.connection import WriteOperation
from bot.usage.days import Stretch


class DigestStoreMixin(StoreBase):
    """The methods that are `bot.ports.DigestStore`."""

    def _open_digests(self) -> None:
        changes = DigestChanges(self._database)
        announcements = AnnouncementQueue(self._unreadable)
        self._claim_posting = WriteOperation(postings.claim, StoreError)
        self._posted = WriteOperation(postings.posted, StoreError)
        self._set_up = WriteOperation(changes.set_up, NotAccepted, counting=True)
        self._amend = WriteOperation(changes.amend, NotAccepted, counting=True)
        self._pause = WriteOperation(changes.pause, StoreError)
        self._due_announcements = WriteOperation(announcements.due, StoreError)
        self._mark_announced = WriteOperation(announcements.finish, StoreError)
        self._defer_announcement = WriteOperation(announcements.postpone, StoreError)

    async def set_up(self, wish: Wish, by: Actor, key: str, at: datetime) -> ChangeResult:
        """Subscribe a channel to a digest; one with the same rhythm and vendors there is changed.

        See `bot.ports.DigestStore`.
        """
        return await self._write_for_asker(self._set_up, SetUp(key, wish, by, at))

    async def amend(
        self, known: Subscription, changed: Subscription, note: DigestNote, at: datetime
    ) -> ChangeResult:
        """Change the subscription that was seen as `known`, in one transaction as `set_up`.

        See `bot.ports.DigestStore`.
        """
        return await self._write_for_asker(self._amend, Amended(known, changed, note, at))

    async def pause(self, known: Subscription, why: str, at: datetime) -> bool:
        """Pause a subscription and have its owner told. See `bot.ports.DigestStore`."""
        return await self._write_in_background(self._pause, Paused(known, why, at))

    async def due_announcements(
        self, *, owner: str, limit: int, lease: timedelta
    ) -> Sequence[Announcement]:
        """Lease announcements that are to be made now, the longest due first, up to `limit`.

        See `bot.ports.DigestStore`.
        """
        return await self._write_in_background(
            self._due_announcements, LeaseRequest(owner, limit, lease)
        )

    async def mark_announced(self, announcement: Announcement) -> None:
        """Mark an announcement as made, or as given up."""
        await self._write_in_background(self._mark_announced, announcement)

    async def defer_announcement(self, announcement: Announcement, until: datetime) -> None:
        """Have an announcement made again at `until`."""
        await self._write_in_background(
            self._defer_announcement, PostponedAnnouncement(announcement, until - self._clock.now())
        )

    async def subscriptions(self, channel: str | None = None) -> Sequence[Subscription]:
        """The subscriptions that are not stopped, of one channel or all, the oldest first.

        See `bot.ports.DigestStore`.
        """
        async with self._reading() as connection:
            return await subscriptions(connection, channel, self._unreadable)

    async def claim_posting(
        self, subscription: Subscription, day: date, *, owner: str, lease: timedelta
    ) -> Posting | None:
        """Lease the digest of that sending day; None while another worker has it or it is posted.

        See `bot.ports.DigestStore`.
        """
        return await self._write_in_background(
            self._claim_posting, PostingClaim(subscription, day, owner, lease)
        )

    async def posted(self, posting: Posting, ts: str | None) -> bool:
        """Mark a digest as posted at `ts`; False when the claim was lost.

        See `bot.ports.DigestStore`.
        """
        return await self._write_in_background(self._posted, PostingResult(posting, ts))

    async def acts(self, stretch: Stretch) -> Acts:
        """How many acts were asked in that stretch, by their state of now, and how many refused."""
        async with self._reading(SUMMING_TIMEOUT_S) as connection:
            return await acts(connection, stretch)

    async def waiting(self, limit: int) -> Sequence[Waiting]:
        """Cases that wait for a person now, the oldest first, up to `limit`.

        See `bot.ports.DigestStore`.
        """
        async with self._reading(SUMMING_TIMEOUT_S) as connection:
            return await waiting(connection, limit, self._clock.now())
