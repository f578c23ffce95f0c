"""What the bot asks of the database: orders and cases, their record, usage, digests."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.calls.actors import Actor
from bot.calls.acts import Act
from bot.calls.asks import Ask, Asked
from bot.calls.audit_filter import AuditQuery
from bot.calls.cases import (
    Acceptance,
    AuditEntry,
    Case,
    Claim,
    DigestNote,
    Disclosure,
    Notice,
    NoticeKind,
    Order,
    Refusal,
)
from bot.calls.lookups import Lookup
from bot.calls.models import CallRef, Vendor
from bot.calls.outages import ChannelOutage
from bot.calls.outcomes import Progress, Result
from bot.digests.announcements import Announcement, ChangeResult
from bot.digests.digest import Acts, Waiting
from bot.digests.subscription import Posting, Subscription, Wish
from bot.meter import Backlog
from bot.usage.days import Stretch
from bot.usage.records import CallRecord
from bot.usage.tally import Tally


class Store(Protocol):
    """The database. What these methods return is on disk. Raises `StoreError` and `NotAccepted`."""

    async def accept(self, order: Order) -> Acceptance:
        """Write down the case and its audit intent, unless the key or an equal open order exists.

        NotAccepted when it cannot be committed within 2 s; KeyReused when the key came before with
        another order (that is audited).
        """

    async def refuse(self, refusal: Refusal) -> None:
        """Audit an attempt once, under a key of its own: the same request may come again.

        Of one person, only the first ones of an hour are recorded each; the others are counted.
        """

    async def record_refusals(self, *, everything: bool = False) -> None:
        """Record the refusals that were counted, an entry for each person and hour that is over.

        With `everything` also those of hours that are not.
        """

    async def disclose(self, disclosure: Disclosure) -> None:
        """Audit that somebody is handed a recording or the like; NotAccepted as in `accept`."""

    async def note(self, note: DigestNote) -> bool:
        """Audit what is asked of a digest, before it is done; False for a second delivery."""

    async def claim(
        self, *, owner: str, limit: int, lease: timedelta, vendor: Vendor | None = None
    ) -> Sequence[Claim]:
        """Take up open cases (of `vendor`) nobody holds, or whose lease ran out, oldest first."""

    async def renew(
        self, claim: Claim, *, lease: timedelta, progress: Progress | None, answer: bool
    ) -> bool:
        """Hold a case for `lease` from now on; False when the claim was lost.

        With `progress`, keep how far it is and have its line show that; with `answer` also the
        private messages that can be edited.
        """

    async def begin(self, claim: Claim, act: Act) -> bool:
        """Keep what the act found before anything is sent; False when the claim was lost."""

    async def finish(self, claim: Claim, results: Sequence[Result]) -> bool:
        """State, act as done, audit and notices in one transaction; False: the claim was lost."""

    async def give_back(self, claim: Claim, *, wait: timedelta) -> None:
        """Give a case back as never taken up, to be had after `wait`; nothing where it was lost."""

    async def release(self, owner: str) -> None:
        """Give back what `owner` holds, so that another worker need not wait for the lease."""

    async def case(self, number: int) -> Case:
        """One case; UnknownCase when there is none, OtherRelease when it cannot be read."""

    async def case_for_key(self, key: str) -> Case | None:
        """The case that the order of this key belongs to; None for a key that never came."""

    async def has_keys(self, *keys: str) -> bool:
        """Whether something came under one of these keys already, whatever it led to."""

    async def recent(self, call: CallRef, limit: int) -> Sequence[Case]:
        """The latest cases of a call, newest first; of one run of it where `session` names one."""

    async def recent_of_all(self, calls: Sequence[CallRef], limit: int) -> Sequence[Case]:
        """The latest cases of these calls together, of all their runs, newest first."""

    def unreadable_cases(self, call: CallRef) -> Sequence[int]:
        """Cases of a call that were met and are of a release that this one cannot read."""

    async def reversals(self, case: Case) -> Sequence[Case]:
        """Later cases of the same call with the verb that takes this one back, oldest first."""

    async def audit(self, which: AuditQuery) -> Sequence[AuditEntry]:
        """Audit entries, newest first."""

    async def due_notices(
        self, *, owner: str, limit: int, lease: timedelta, kind: NoticeKind | None = None
    ) -> Sequence[Notice]:
        """Claim notices to be sent now, of one kind when `kind` is given: each has its own pace."""

    async def mark_shown(self, notice: Notice, *, posted: str | None) -> None:
        """Mark a notice as shown at its version; a newer version stays due."""

    async def postpone(
        self, notice: Notice, *, until: datetime, doubtful: bool = True, posted: str | None = None
    ) -> None:
        """Try this notice again later.

        Unless it is `doubtful`, a line was surely not posted, and counts as not tried. `posted` is
        the timestamp of its message, where that is known by now.
        """

    async def drop(self, notice: Notice) -> None:
        """Give this notice up (an answer whose address expired)."""

    async def keep_line(self, notice: Notice, error: str) -> bool:
        """Keep a line that Slack refused in its channel, with that error code.

        Until a line arrives there, one an hour is taken up for that channel. True where this
        begins, so that it is told once.
        """

    async def outages(self) -> Sequence[ChannelOutage]:
        """Channels that cannot be posted to now, the longest first."""

    async def try_channels(self) -> None:
        """Take up a line for each of those channels now, without waiting for its hour."""

    async def leave_to_other_release(self, notice: Notice) -> None:
        """Leave this notice to other releases: what it tells cannot be read by this one."""

    async def backlog(self) -> Backlog:
        """Open cases by vendor and messages that are due: one look, for those who watch."""

    async def ready(self) -> None:
        """NotAccepted when an order could not be written down now."""

    async def schema_fits(self) -> bool:
        """Whether this release can work with the tables: its own, or those of a newer one.

        StoreError when the database does not answer.
        """


class LookupStore(Protocol):
    """Orders of which it is still looked for whom they mean. Raises `StoreError`."""

    async def keep_lookup(self, lookup: Lookup) -> bool:
        """Keep an order of which it is looked for what it means; NotAccepted as in `Store.accept`.

        False when its key is kept already, or has led to something.
        """

    async def has_lookup(self, *keys: str) -> bool:
        """Whether an order of these keys is kept, since it is still looked for what it means."""

    async def due_lookups(self, *, owner: str, limit: int, lease: timedelta) -> Sequence[Lookup]:
        """Take up orders that are looked for and that nobody holds, oldest first."""

    async def finish_lookup(self, lookup: Lookup) -> None:
        """It is known what came of this one; a stale token changes nothing."""

    async def give_back_lookup(self, lookup: Lookup, *, wait: timedelta) -> None:
        """Give one back as never taken up, to be had after `wait`; nothing where it was lost."""


class AskStore(Protocol):
    """Orders that were refused for want of a role. Raises `StoreError`."""

    async def refer(self, id_: str, actor: Actor) -> Asked | None:
        """Put the order of that id to those who may, once, with its entry in the audit log.

        An equal one that was asked for lately is the same. None where no such order was refused to
        `actor`. NotAccepted as in `Store.accept`.
        """

    async def refused_order(self, id_: str) -> Ask | None:
        """The order of that id."""

    async def due_asks(self, *, owner: str, limit: int, lease: timedelta) -> Sequence[Ask]:
        """Take up what is to be posted and that nobody holds."""

    async def outages(self) -> Sequence[ChannelOutage]:
        """Channels that cannot be posted to now, the longest first."""

    async def finish_ask(self, ask: Ask) -> None:
        """This was posted, or is given up; a stale token changes nothing."""

    async def postpone_ask(self, ask: Ask, until: datetime) -> None:
        """Try this again at `until`; a stale token changes nothing."""


class AuditChain(Protocol):
    """Walking the record from outside the request path."""

    async def verify(
        self, expect: str | None = None, *, pause: Callable[[], Awaitable[None]] | None = None
    ) -> int:
        """Compare the chain, what entries are searched by, cases and triggers, all as streams.

        The number of entries, or RecordDamaged. `expect` is a hash in hex that was kept elsewhere
        and has to occur; `pause` is awaited between chunks, so that others have their turn.
        """

    async def verify_part(self, part: float) -> None:
        """Read again some old entries and cases; RecordDamaged. `part`, from 0 to 1, says which."""

    async def verify_since_checkpoint(self) -> tuple[int, str]:
        """Walk on from the last checkpoint, changing nothing; as `head`, or ChainBroken."""

    async def checkpoint(self) -> tuple[int, str]:
        """Walk on from the last checkpoint and set it anew; as `head`, or ChainBroken."""

    async def head(self) -> tuple[int, str]:
        """The id of the last entry, 0 for none, and its hash in hex: worth keeping elsewhere."""

    def export(self) -> AsyncIterator[AuditEntry]:
        """Every entry, oldest first, as a stream."""


class UsageStore(Protocol):
    """Past calls and their sums by UTC quarter. Raises `StoreError`."""

    async def keep_calls(
        self, vendor: Vendor, stretch: Stretch, records: Sequence[CallRecord], *, now: datetime
    ) -> None:
        """Put `records` in the place of what was kept of `stretch`, and sum its quarters anew.

        `stretch` is whole quarters; afterwards it counts as read, as far as it is past at `now`. A
        call seen running that began before it and is not among `records` stays as it was last seen.
        Calls and their sums are one transaction; thousands of calls are several, in order of time.
        """

    async def sums(
        self, stretches: Sequence[Stretch], vendors: Sequence[Vendor]
    ) -> Sequence[Mapping[Vendor, Tally]]:
        """For each stretch of whole quarters, each vendor's tally.

        A vendor that was not read throughout a stretch is left out of it. One statement over the
        quarters, however many stretches.
        """

    async def unread(self, vendor: Vendor, stretch: Stretch) -> Sequence[Stretch]:
        """The UTC days of `stretch` not read to their end, oldest first, each by itself."""


class DigestStore(Protocol):
    """Subscriptions, and which digest was posted. Raises `StoreError`."""

    async def set_up(self, wish: Wish, by: Actor, key: str, at: datetime) -> ChangeResult:
        """Set a digest up; one with the same rhythm and vendors in that channel is changed.

        The subscription, its entry on record and what the channel has to be told are one
        transaction. NotAccepted as in `Store.accept`. A key that is on record changes nothing;
        BadInput when what came of it is not in that channel any more.
        """

    async def amend(
        self, known: Subscription, changed: Subscription, note: DigestNote, at: datetime
    ) -> ChangeResult:
        """Change one that was seen as `known`, as `set_up` does it.

        UnknownSubscription when there is none of that number; BadInput when it was changed since,
        or when another one in that channel has the same rhythm and vendors.
        """

    async def pause(self, known: Subscription, why: str, at: datetime) -> bool:
        """Pause one and have its owner told; False, and nothing done, if changed since `known`."""

    async def subscriptions(self, channel: str | None = None) -> Sequence[Subscription]:
        """Those that are not stopped, of one channel or all."""

    async def claim_posting(
        self, subscription: Subscription, day: date, *, owner: str, lease: timedelta
    ) -> Posting | None:
        """Claim the digest of that sending day; None while another worker has it or it is posted.

        A unique row for subscription and day: however many ask, one gets it, and that one may claim
        it again to try once more.
        """

    async def posted(self, posting: Posting, ts: str | None) -> bool:
        """Mark it posted, or (`ts` None) folded into a later one or given up; False: claim lost."""

    async def due_announcements(
        self, *, owner: str, limit: int, lease: timedelta
    ) -> Sequence[Announcement]:
        """Take up what is to be told now, the longest due first.

        What is a day old, or is not true any more, is dropped.
        """

    async def mark_announced(self, announcement: Announcement) -> None:
        """This was told, or is given up."""

    async def defer_announcement(self, announcement: Announcement, until: datetime) -> None:
        """Try this again at `until`."""

    async def acts(self, stretch: Stretch) -> Acts:
        """Cases asked in that stretch, in their state of now, and attempts that were refused."""

    async def waiting(self, limit: int) -> Sequence[Waiting]:
        """What waits for a person now, oldest first.

        Cases open for a minute, and those of the last week that are not confirmed and were not
        asked again.
        """
