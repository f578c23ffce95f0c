"""What the bot asks of the database: orders and cases, and what has to be told of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
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
from bot.meter import Backlog


class Store(Protocol):
    """The database: orders and cases, what has to be told of them, and the audit log.

    What a method returns is on disk by then. Every method raises StoreError when the database does
    not answer or does not take a write in time; those that somebody in Slack waits for raise
    NotAccepted instead, and then nothing was written.
    """

    async def accept(self, order: Order) -> Acceptance:
        """Write the order down as a new case with its audit entry, or say which case it belongs to.

        An order whose key is on record, or that equals an open one, makes no new case. Raises
        NotAccepted when it cannot be committed within 2 s, KeyReused when its key came before with
        another order (that is audited), and OtherRelease when this release cannot read the case
        that it belongs to.
        """

    async def refuse(self, refusal: Refusal) -> None:
        """Record an attempt that was not permitted, or count it.

        Of one person, the first ones of an hour are recorded each; the others are counted. The
        refusal has a key of its own, so the same request may come again. Raises NotAccepted as
        `accept` does.
        """

    async def record_refusals(self, *, everything: bool = False) -> None:
        """Record the refusals that were counted, an entry for each person and hour that is over.

        With `everything` also those of hours that are not over. Raises StoreError.
        """

    async def disclose(self, disclosure: Disclosure) -> None:
        """Record that somebody is given a recording or the like, before it is given.

        A second delivery of its key adds nothing. Raises NotAccepted as `accept` does.
        """

    async def note(self, note: DigestNote) -> bool:
        """Record what is asked of a digest, before it is done; False for a second delivery.

        Raises NotAccepted as `accept` does.
        """

    async def claim(
        self, *, owner: str, limit: int, lease: timedelta, vendor: Vendor
    ) -> Sequence[Claim]:
        """Lease open cases of that vendor that nobody holds, the oldest first, up to `limit`.

        A case that has to wait for an older one about the same
        thing is left out, and so is one that this release cannot read. Raises StoreError.
        """

    async def renew(
        self, claim: Claim, *, lease: timedelta, progress: Progress | None, answer: bool
    ) -> bool:
        """Extend the lease of a case to `lease` from now on; False when the claim was lost.

        With `progress`, keep how far the case is and have its line show that; with `answer` also
        the private messages that can be edited. Raises StoreError.
        """

    async def begin(self, claim: Claim, act: Act) -> bool:
        """Write down what the act found before anything is sent to the vendor.

        False when the claim was lost; then nothing may be sent. Raises StoreError.
        """

    async def finish(self, claim: Claim, results: Sequence[Result]) -> bool:
        """Close the case with these results; False when the claim was lost.

        Its state, the act as it was done, the audit entry and the notices that are due by it are
        one transaction. Raises StoreError.
        """

    async def give_back(self, claim: Claim, *, wait: timedelta) -> None:
        """Give a case back as if it had not been leased; it can be leased again after `wait`.

        Does nothing when the claim was lost. Raises StoreError.
        """

    async def release(self, owner: str) -> None:
        """Give back all that `owner` holds: cases, notices, lookups, asks and digests.

        So another worker need not wait until the leases run out. Raises StoreError.
        """

    async def case(self, number: int) -> Case:
        """The case of that number.

        Raises UnknownCase when there is none, OtherRelease when this release cannot read it, and
        StoreError.
        """

    async def case_for_key(self, key: str) -> Case | None:
        """The case that the order of this key belongs to; None when the key is not on record.

        Raises OtherRelease when this release cannot read the case, and StoreError.
        """

    async def has_keys(self, *keys: str) -> bool:
        """Whether one of these idempotency keys is on record. Raises StoreError."""

    async def recent(self, call: CallRef, limit: int) -> Sequence[Case]:
        """The latest cases of a call, newest first, up to `limit`.

        Where `call.session` names one run of it, only those of that run. Cases that this release
        cannot read are left out. Raises StoreError.
        """

    async def recent_of_all(self, calls: Sequence[CallRef], limit: int) -> Sequence[Case]:
        """The latest cases of these calls together, of all their runs, newest first, up to `limit`.

        Cases that this release cannot read are left out. Raises StoreError.
        """

    def unreadable_cases(self, call: CallRef) -> Sequence[int]:
        """The numbers of a call's cases that were read and not understood, newest first.

        Another release made them. Only what this process has met since it started is known.
        """

    async def reversals(self, case: Case) -> Sequence[Case]:
        """Later cases of the same call with the verb that reverses this one, oldest first.

        Empty for a verb that has no inverse. Raises StoreError.
        """

    async def audit(self, which: AuditQuery) -> Sequence[AuditEntry]:
        """The audit entries that the query is about, newest first, up to its limit.

        One that cannot be read is a `DamagedEntry` among them. Raises StoreError.
        """

    async def due_notices(
        self, *, owner: str, limit: int, lease: timedelta, kind: NoticeKind
    ) -> Sequence[Notice]:
        """Lease notices of that kind that are to be sent now, the longest due first, up to `limit`.

        Lines and answers are sent each at their own pace. Answers
        that expired are dropped, and of a channel in outage one line an hour is leased. Raises
        StoreError.
        """

    async def mark_shown(self, notice: Notice, *, posted: str | None) -> None:
        """Mark a notice as shown at its version; a newer version stays due.

        `posted` is the timestamp of its message in Slack, where there is one. Raises StoreError.
        """

    async def postpone(
        self, notice: Notice, *, until: datetime, doubtful: bool = True, posted: str | None = None
    ) -> None:
        """Have this notice sent again at `until`.

        A try that was not `doubtful` surely posted no line, and does not count as one. `posted` is
        the timestamp of its message, where that is known by now. Raises StoreError.
        """

    async def drop(self, notice: Notice) -> None:
        """Give this notice up, as one whose response_url expired. Raises StoreError."""

    async def keep_line(self, notice: Notice, error: str) -> bool:
        """Keep a line that Slack refused to post in its channel with the code `error`.

        True when the channel's outage begins with it, so that this is told once. Until a line
        arrives there, one an hour is leased for that channel. Raises StoreError.
        """

    async def outages(self) -> Sequence[ChannelOutage]:
        """The channels that cannot be posted to now, the longest first. Raises StoreError."""

    async def try_channels(self) -> None:
        """Make a line of each channel in outage due now, without waiting for its hour.

        Raises StoreError.
        """

    async def leave_to_other_release(self, notice: Notice) -> None:
        """Give a notice back, and lease it no more in this process.

        For one about a case that this release cannot read: another release may. Raises StoreError.
        """

    async def backlog(self) -> Backlog:
        """How many cases are open by vendor, and how many messages are due. Raises StoreError."""

    async def require_ready(self) -> None:
        """NotAccepted, with the reason, when an order could not be written now."""

    async def schema_fits(self) -> bool:
        """Whether this release can work with the tables: its own, or those of a newer one.

        Raises StoreError when the database does not answer.
        """


class LookupStore(Protocol):
    """Orders in words of which it is not known yet whom they mean.

    Each is kept from the moment it is acknowledged until it is known what came of it, and worked on
    under a lease. Every method raises StoreError; a lease that was lost changes nothing.
    """

    async def keep_lookup(self, lookup: Lookup) -> bool:
        """Keep an order in words; False when its key is kept already, or is on record.

        Raises NotAccepted as `Store.accept` does.
        """

    async def has_lookup(self, *keys: str) -> bool:
        """Whether an order of one of these keys is kept."""

    async def due_lookups(self, *, owner: str, limit: int, lease: timedelta) -> Sequence[Lookup]:
        """Lease kept orders that nobody holds, the oldest first, up to `limit`."""

    async def finish_lookup(self, lookup: Lookup) -> None:
        """Forget an order of which it is known what came of it."""

    async def give_back_lookup(self, lookup: Lookup, *, wait: timedelta) -> None:
        """Give an order back as if it had not been leased; it can be leased again after `wait`."""


class AskStore(Protocol):
    """Orders that were refused for want of a role, and may be put to those who have it.

    Each is kept for seven days. Every method raises StoreError; a lease that was lost changes
    nothing.
    """

    async def refer(self, id_: str, actor: Actor) -> Asked | None:
        """Put the refused order of that id to those who may give it, once, with an audit entry.

        When an equal one was put to them in the last 15 minutes, that one is returned. None when no
        such order was refused to `actor`. Raises NotAccepted as `Store.accept` does, and
        OtherRelease when this release cannot read the order.
        """

    async def refused_order(self, id_: str) -> Ask | None:
        """The refused order of that id; None when there is none.

        Raises OtherRelease when this release cannot read it.
        """

    async def due_asks(self, *, owner: str, limit: int, lease: timedelta) -> Sequence[Ask]:
        """Lease those that are to be posted and that nobody holds, the longest due first."""

    async def outages(self) -> Sequence[ChannelOutage]:
        """The channels that cannot be posted to now, the longest first."""

    async def finish_ask(self, ask: Ask) -> None:
        """Mark one as posted, or as given up."""

    async def postpone_ask(self, ask: Ask, until: datetime) -> None:
        """Have one posted again at `until`."""
