"""What sending digests works with, in memory: the rows, the numbers, the channel."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from bot.calls.actors import Actor
from bot.calls.cases import DigestNote
from bot.calls.models import Vendor
from bot.clock import Clock
from bot.digests.announcements import Announcement, AnnouncementKind, ChangeKind, ChangeResult
from bot.digests.digest import Acts, Digest, Waiting
from bot.digests.subscription import Posting, Subscription, Wish
from bot.errors import StoreError, UnknownSubscription
from bot.ports import DigestStore
from bot.usage.days import Stretch, local_day
from bot.usage.tally import Tally
from tests.fakes.clock import ManualClock

OWNER = Actor(user="U-LEO", team="T1")
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def subscription(number: int = 1, **wish: Any) -> Subscription:
    """A subscription made long ago, for nine o'clock in UTC unless `wish` says otherwise."""
    told = {"channel": f"C-{number}", "at": time(9), **wish}
    return Subscription(id=number, wish=Wish(**told), owner=OWNER, made_at=LONG_AGO)


async def wanted(store: DigestStore, wish: Wish, by: Actor, at: datetime) -> Subscription:
    """Set up a subscription in `store` and return it."""
    return (await store.set_up(wish, by, uuid4().hex, at)).subscription


@dataclass
class Row:
    """A posting as it is in the database."""

    token: int = 0
    owner: str = ""
    until: datetime = LONG_AGO
    attempt: int = 0
    done: bool = False
    ts: str | None = None


@dataclass
class Rows:
    """The `DigestStore`: a row for a subscription and day. `fails_in`: the call that fails."""

    subs: list[Subscription] = field(default_factory=list)
    clock: Clock = field(default_factory=ManualClock)
    rows: dict[tuple[int, date], Row] = field(default_factory=dict)
    fails_in: int = 0
    done: Acts = field(default_factory=lambda: Acts(by_verb={}))
    waits: list[Waiting] = field(default_factory=list)
    asked: list[Stretch] = field(default_factory=list)
    owed: list[Announcement] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)
    not_before: dict[str, datetime] = field(default_factory=dict)

    def _work(self) -> None:
        self.fails_in -= 1
        if self.fails_in == 0:
            raise StoreError("The database does not answer.")

    async def set_up(self, wish: Wish, by: Actor, key: str, at: datetime) -> ChangeResult:
        """See `DigestStore.set_up`."""
        del key
        made = Subscription(id=len(self.subs) + 1, wish=wish, owner=by, made_at=at)
        self.subs.append(made)
        return ChangeResult(made, ChangeKind.NEW)

    async def amend(
        self, known: Subscription, changed: Subscription, note: DigestNote, at: datetime
    ) -> ChangeResult:
        """See `DigestStore.amend`."""
        del note, at
        self.put(changed)
        return ChangeResult(changed, ChangeKind.CHANGED, known)

    async def pause(self, known: Subscription, why: str, at: datetime) -> bool:
        """See `DigestStore.pause`."""
        if known not in self.subs:
            return False
        paused = known.paused(why=why)
        self.put(paused)
        self.owed.append(
            Announcement(
                key=f"paused:{known.id}",
                about=AnnouncementKind.PAUSED,
                subscription=paused,
                by=known.owner.user,
                since=at,
            )
        )
        return True

    def put(self, changed: Subscription) -> None:
        """Replace the subscription of the same number."""
        for place, known in enumerate(self.subs):
            if known.id == changed.id:
                self.subs[place] = changed
                return
        raise UnknownSubscription(f"No digest has the number {changed.id}.")

    async def due_announcements(
        self, *, owner: str, limit: int, lease: timedelta
    ) -> Sequence[Announcement]:
        """See `DigestStore.due_announcements`."""
        del owner, limit, lease
        now = self.clock.now()
        due = [
            announcement
            for announcement in self.owed
            if self.not_before.get(announcement.key, LONG_AGO) <= now
        ]
        self.owed = [announcement for announcement in self.owed if announcement not in due]
        tried = [
            announcement.model_copy(update={"attempt": self.tries[announcement.key] + 1})
            for announcement in due
        ]
        self.tries.update(announcement.key for announcement in due)
        return tried

    async def mark_announced(self, announcement: Announcement) -> None:
        """See `DigestStore.mark_announced`."""
        self.not_before.pop(announcement.key, None)

    async def defer_announcement(self, announcement: Announcement, until: datetime) -> None:
        """See `DigestStore.defer_announcement`."""
        self.not_before[announcement.key] = until
        self.owed.append(announcement)

    async def subscriptions(self, channel: str | None = None) -> Sequence[Subscription]:
        """See `DigestStore.subscriptions`."""
        self._work()
        return [sub for sub in self.subs if not sub.stopped and channel in (None, sub.wish.channel)]

    async def claim_posting(
        self, subscription: Subscription, day: date, *, owner: str, lease: timedelta
    ) -> Posting | None:
        """See `DigestStore.claim_posting`."""
        self._work()
        now = self.clock.now()
        row = self.rows.setdefault((subscription.id, day), Row())
        if row.done or (row.owner != owner and now < row.until):
            return None
        row.token, row.owner, row.until = row.token + 1, owner, now + lease
        row.attempt += 1
        return Posting(
            key=f"digest:{subscription.id}:{day}",
            subscription=subscription,
            day=day,
            due_at=subscription.due_at(day),
            attempt=row.attempt,
            token=str(row.token),
        )

    async def posted(self, posting: Posting, ts: str | None) -> bool:
        """See `DigestStore.posted`."""
        self._work()
        row = self.rows[posting.subscription.id, posting.day]
        if row.done or str(row.token) != posting.token:
            return False
        row.done, row.ts = True, ts
        return True

    async def acts(self, stretch: Stretch) -> Acts:
        """See `DigestStore.acts`."""
        self.asked.append(stretch)
        return self.done

    async def waiting(self, limit: int) -> Sequence[Waiting]:
        """See `DigestStore.waiting`."""
        return self.waits[:limit]


@dataclass
class Numbers:
    """The sums of a `UsageStore`: what is known of whole stretches, by their beginning."""

    known: dict[tuple[datetime, Vendor], Tally] = field(default_factory=dict)

    def put(self, vendor: Vendor, day: date, tally: Tally, zone: str = "Etc/UTC") -> None:
        """Set the tally of a vendor's local day."""
        self.known[local_day(day, ZoneInfo(zone)).start, vendor] = tally

    async def sums(
        self, stretches: Sequence[Stretch], vendors: Sequence[Vendor]
    ) -> Sequence[Mapping[Vendor, Tally]]:
        """See `UsageStore.sums`."""
        return [
            {
                vendor: self.known[stretch.start, vendor]
                for vendor in vendors
                if (stretch.start, vendor) in self.known
            }
            for stretch in stretches
        ]


@dataclass
class Channel:
    """The `DigestPoster`: what stands in Slack. `fails` are raised first, one for each attempt.

    A second attempt finds the message of the first one by its key.
    """

    messages: dict[str, list[tuple[Posting, Digest]]] = field(default_factory=dict)
    fails: list[Exception] = field(default_factory=list)
    told: list[tuple[int, str]] = field(default_factory=list)
    owner_fails: list[Exception] = field(default_factory=list)
    attempts: int = 0

    async def post(self, posting: Posting, digest: Digest) -> str:
        """See `DigestPoster.post`; raises the next of `fails`."""
        self.attempts += 1
        if self.fails:
            raise self.fails.pop(0)
        there = self.messages.setdefault(posting.subscription.wish.channel, [])
        for place, (earlier, _) in enumerate(there):
            if posting.attempt > 1 and earlier.key == posting.key:
                return f"{place}.0"
        there.append((posting, digest))
        return f"{len(there) - 1}.0"

    async def announce(self, announcement: Announcement, now: datetime) -> None:
        """See `DigestPoster.announce`; raises the next of `fails`."""
        del now
        if self.owner_fails:
            raise self.owner_fails.pop(0)
        self.told.append((announcement.subscription.id, announcement.subscription.why))

    @property
    def days(self) -> list[tuple[str, date]]:
        """Each message: its channel and the sending day."""
        return [
            (place, posting.day) for place, told in self.messages.items() for posting, _ in told
        ]


class Head:
    """An audit log that has only a last entry."""

    async def head(self) -> tuple[int, str]:
        """The number and hash of the last entry."""
        return 7, "ab" * 32
