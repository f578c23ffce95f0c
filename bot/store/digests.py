"""The side of the store that keeps digests: `bot.ports.DigestStore`."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.calls.actors import Actor
from bot.digests.digest import Acts, Waiting
from bot.digests.subscription import Posting, Subscription, Wish
from bot.errors import StoreError
from bot.store.digest_book import Bid, DigestBook, Sent, Wanted
from bot.store.digest_looks import acts, subscriptions, waiting
from bot.store.pen import Work
from bot.store.shelf import Shelf
from bot.usage.days import Stretch


class DigestSide(Shelf):
    """Who wants a digest, which one was posted, and what the record says for it."""

    def _open_digests(self) -> None:
        book = DigestBook(self._database)
        self._subscribe = Work(book.subscribe, StoreError)
        self._change = Work(book.change, StoreError)
        self._claim_posting = Work(book.claim, StoreError)
        self._posted = Work(book.posted, StoreError)

    async def subscribe(self, wish: Wish, owner: Actor, at: datetime) -> Subscription:
        """A new subscription; one of the same rhythm and vendors in that channel is changed."""
        return await self._background(self._subscribe, Wanted(wish, owner, at))

    async def change(self, subscription: Subscription) -> None:
        """Write over a subscription; UnknownSubscription when there is none.

        BadInput when another one in that channel is about the same.
        """
        await self._background(self._change, subscription)

    async def subscriptions(self, channel: str | None = None) -> Sequence[Subscription]:
        """Those that are not stopped, of one channel or all, the oldest first."""
        async with self._reading() as connection:
            return await subscriptions(connection, channel)

    async def claim_posting(
        self, subscription: Subscription, day: date, *, owner: str, lease: timedelta, now: datetime
    ) -> Posting | None:
        """Claim the digest of that sending day; None while another worker has it or it is done."""
        return await self._background(
            self._claim_posting, Bid(subscription, day, owner, lease, now)
        )

    async def posted(self, posting: Posting, ts: str | None) -> bool:
        """Mark it posted, or folded into a later one (`ts` None); False: the claim was lost."""
        return await self._background(self._posted, Sent(posting, ts))

    async def acts(self, stretch: Stretch) -> Acts:
        """Cases asked in that stretch, in the state they are in now, and refusals in the record."""
        async with self._reading() as connection:
            return await acts(connection, stretch)

    async def waiting(self, limit: int) -> Sequence[Waiting]:
        """Cases open for a minute, and those of the last week whose outcome nobody knows.

        Oldest first. One that was asked again since is left out: the later case tells.
        """
        async with self._reading() as connection:
            return await waiting(connection, limit, self._clock.now())
