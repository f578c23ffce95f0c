"""What digests ask of the database: past calls and their sums, subscriptions, postings."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.calls.actors import Actor
from bot.calls.cases import (
    DigestNote,
)
from bot.calls.models import Vendor
from bot.digests.announcements import Announcement, ChangeResult
from bot.digests.digest import Acts, Waiting
from bot.digests.subscription import Posting, Subscription, Wish
from bot.usage.days import Stretch
from bot.usage.records import CallRecord
from bot.usage.tally import Tally


class UsageStore(Protocol):
    """Past calls, and their sums by quarter of an hour in UTC. Every method raises StoreError."""

    async def keep_calls(
        self, vendor: Vendor, stretch: Stretch, records: Sequence[CallRecord], *, now: datetime
    ) -> None:
        """Replace what is kept of `stretch` by `records`, and sum its quarters anew.

        `stretch` is whole quarters; afterwards it counts as read, as far as it is past at `now`. A
        call that began before the stretch, was seen running and is not among `records` stays as it
        was last seen. Calls and their sums are one transaction; thousands of calls are several, in
        order of time.
        """

    async def sums(
        self, stretches: Sequence[Stretch], vendors: Sequence[Vendor]
    ) -> Sequence[Mapping[Vendor, Tally]]:
        """The tally of each vendor, for each stretch of whole quarters.

        A vendor that was not read throughout a stretch is left out of that one. It is one statement
        however many stretches.
        """

    async def unread(self, vendor: Vendor, stretch: Stretch) -> Sequence[Stretch]:
        """The UTC days of `stretch` that were not read to their end, the oldest first."""


class DigestStore(Protocol):
    """Subscriptions to digests, which ones were posted, and what has to be told of them.

    Every method raises StoreError; a lease that was lost changes nothing.
    """

    async def set_up(self, wish: Wish, by: Actor, key: str, at: datetime) -> ChangeResult:
        """Subscribe a channel to a digest; one with the same rhythm and vendors there is changed.

        The subscription, its audit entry and what the channel has to be told are one transaction. A
        key that is on record changes nothing. Raises NotAccepted as `Store.accept` does, BadInput
        when the key is on record and its subscription is not in that channel any more, and
        OtherRelease when this release cannot read the one that is there.
        """

    async def amend(
        self, known: Subscription, changed: Subscription, note: DigestNote, at: datetime
    ) -> ChangeResult:
        """Change the subscription that was seen as `known`, in one transaction as `set_up`.

        Raises NotAccepted as `Store.accept` does, UnknownSubscription when there is none of that
        number, BadInput when it was changed since, or when another one in that channel has the same
        rhythm and vendors, and OtherRelease when this release cannot read one of them.
        """

    async def pause(self, known: Subscription, why: str, at: datetime) -> bool:
        """Pause a subscription and have its owner told.

        False, and nothing is done, when it was changed since it was seen as `known`.
        """

    async def subscriptions(self, channel: str | None = None) -> Sequence[Subscription]:
        """The subscriptions that are not stopped, of one channel or all, the oldest first.

        Those that this release cannot read are left out.
        """

    async def claim_posting(
        self, subscription: Subscription, day: date, *, owner: str, lease: timedelta
    ) -> Posting | None:
        """Lease the digest of that sending day; None while another worker has it or it is posted.

        There is one row for subscription and day: however many ask, one gets it, and that one may
        claim it again to try once more.
        """

    async def posted(self, posting: Posting, ts: str | None) -> bool:
        """Mark a digest as posted at `ts`; False when the claim was lost.

        `ts` None is one that was folded into a later one, or given up.
        """

    async def due_announcements(
        self, *, owner: str, limit: int, lease: timedelta
    ) -> Sequence[Announcement]:
        """Lease announcements that are to be made now, the longest due first, up to `limit`.

        Those that are a day old, or are not true any more, are dropped.
        """

    async def mark_announced(self, announcement: Announcement) -> None:
        """Mark an announcement as made, or as given up."""

    async def defer_announcement(self, announcement: Announcement, until: datetime) -> None:
        """Have an announcement made again at `until`."""

    async def acts(self, stretch: Stretch) -> Acts:
        """How many acts were asked in that stretch, by their state of now, and how many refused."""

    async def waiting(self, limit: int) -> Sequence[Waiting]:
        """Cases that wait for a person now, the oldest first, up to `limit`.

        Those are cases open for a minute, and those of the last week that are not confirmed and
        were not asked again.
        """
