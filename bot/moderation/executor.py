"""The executor: leases open cases, carries them out, and has Slack told how they stand."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import structlog

from bot import trace
from bot.calls.acts import Act
from bot.calls.cases import Case, Claim, Notice, NoticeKind
from bot.calls.models import Vendor
from bot.calls.outcomes import Result, State, overall
from bot.errors import (
    ChannelUnavailable,
    ClaimLost,
    DeliveryDeferred,
    DeliveryImpossible,
    Impossible,
    NotPermitted,
    OtherRelease,
    StoreError,
    Unverified,
    VendorError,
)
from bot.meter import UNMETERED, Meter
from bot.moderation.authorizer import Authorizer
from bot.moderation.lease_consumer import Claimant, LeaseConsumer
from bot.moderation.lease_keeper import BEAT_SECONDS, LeaseKeeper
from bot.moderation.performer import CHECK, ActPerformer
from bot.moderation.restored_backup import results_since
from bot.moderation.write_retry import retry_write
from bot.ports import Notifier, Store
from bot.priority import Priority, working_at
from bot.progress import ProgressTracker

log = structlog.get_logger(__name__)

ACTS_AT_ONCE = 8
"""Cases carried out at the same time for each vendor: a hung one never starves another."""

NOTICES_AT_ONCE = 4
"""Messages of one kind on their way to Slack at the same time: lines never delay answers."""

STALE = timedelta(minutes=15)
"""An order that could not be begun in this time is not done any more: the call has moved on."""

PUT_BACK_FOR = timedelta(seconds=5)
"""How long an order waits that cannot be begun because Slack does not say who asked for it, or
because the database cannot be read. This does not count as a try."""

PAST = 500
"""Earlier cases of a call in which an act looks for what it takes back."""

READ_AGAIN = timedelta(seconds=1)
"""How long a case that could not be read waits to be told: a busy database is so for a moment."""

GATHER_SECONDS = 0.05
"""How long messages that fall due one after the other are gathered into one query."""

MOST_ATTEMPTS = 5
"""How often a case is taken up: one that its worker never finishes must not go round for ever."""

UNWRITTEN_SECONDS = 600.0
"""How long an outcome is kept in memory while the database is away.

Nobody else takes the case up meanwhile either.
"""

RELEASE_SECONDS = 1.0
"""How long a process that stops waits for its claims to be given back."""


class Done(NamedTuple):
    """A case with its act as it was done, and the results."""

    case: Case
    results: Sequence[Result]


class Executor:
    """Carries out due cases, with a consumer for each vendor, and sends due messages, with another.

    `wake` has them look for due rows. `beat` is after how many seconds a lease is renewed, and how
    far the case is is shown.
    """

    def __init__(
        self,
        *,
        store: Store,
        notifier: Notifier,
        performers: Mapping[Vendor, ActPerformer],
        authorizer: Authorizer,
        by: Claimant,
        beat: float = BEAT_SECONDS,
        meter: Meter = UNMETERED,
    ) -> None:
        self._store = store
        self._beat = beat
        self._meter = meter
        self._notifier = notifier
        self._performers = performers
        self._authorizer = authorizer
        self._clock = by.clock
        self._lease = by.lease
        self._unwritten: dict[int, Sequence[Result]] = {}
        self._acts = {
            vendor: LeaseConsumer(
                f"cases of {vendor}",
                partial(store.claim, vendor=vendor),
                self._carry_out,
                by,
                concurrency=ACTS_AT_ONCE,
            )
            for vendor in performers
        }
        self._notices = [
            LeaseConsumer(
                f"notices: {kind}",
                partial(store.due_notices, kind=kind),
                self._tell,
                by,
                concurrency=NOTICES_AT_ONCE,
                wait=partial(by.clock.sleep, GATHER_SECONDS),
            )
            for kind in NoticeKind
        ]

    def wake(self, vendor: Vendor | None = None) -> None:
        """Have due cases (of one vendor or all) and due messages looked for; returns at once."""
        for each, consumer in self._acts.items():
            if vendor in {None, each}:
                consumer.wake()
        self._wake_notices()

    def _wake_notices(self) -> None:
        for consumer in self._notices:
            consumer.wake()

    def close(self) -> None:
        """Take up no more cases; those under way are finished and shown in Slack."""
        for consumer in self._acts.values():
            consumer.close()

    async def _carry_out(self, claim: Claim) -> None:
        case = claim.case
        with (
            trace.working_on(case.number, case.trace, claim=claim.token),
            working_at(Priority.ACT, case.actor.user),
        ):
            log.info("case taken up", verb=case.act.verb.name, attempt=case.attempt)
            keeper = LeaseKeeper(self._store, claim, self._lease, self._wake_notices, self._beat)
            try:
                done = await keeper.keep(self._done(claim, keeper.tracker))
            except ClaimLost as lost:
                log.warning("case let go", why=str(lost))
                return
            except (Unverified, StoreError) as silence:
                log.warning("case put back", why=str(silence))
                give_back = partial(self._store.give_back, claim, wait=PUT_BACK_FOR)
                await retry_write(give_back, self._clock, "case put back")
                return
            kept = await self._finish(claim, done)
            if kept:
                self._count(case, done.results)
            log.info("case finished", state=overall(done.results), attempt=case.attempt, kept=kept)
        self._wake_notices()

    async def _finish(self, claim: Claim, done: Done) -> bool:
        """Write down what came of a case; False where another process has it meanwhile.

        While the database is away that is kept, also for a claim of this process after this one.
        Where it is away for longer than UNWRITTEN_SECONDS it is given up: StoreError.
        """
        number, of_now = claim.case.number, claim.model_copy(update={"case": done.case})
        until = self._clock.monotonic() + UNWRITTEN_SECONDS
        self._unwritten[number] = done.results
        try:
            return await retry_write(
                partial(self._store.finish, of_now, done.results),
                self._clock,
                "outcome",
                lambda: self._clock.monotonic() < until,
            )
        finally:
            self._unwritten.pop(number, None)

    async def _done(self, claim: Claim, tracker: ProgressTracker) -> Done:
        """The case carried out, refused, or ended.

        Raises Unverified where Slack does not say who its asker is, ClaimLost where another process
        has it, and StoreError where the database is away.
        """
        case = claim.case
        if (unwritten := self._unwritten.get(case.number)) is not None:
            return Done(case, unwritten)
        if case.restored and (found := await self._found(claim)) is not None:
            return Done(case, found)
        if (results := _settled(case, claim.waited)) is not None:
            return Done(case, results)
        try:
            act = await self._authorizer.authorize_claim(case, claim.waited)
        except Unverified:
            raise
        except NotPermitted as no:
            return Done(case, await self._authorizer.refused(case, no))
        except VendorError as error:
            return Done(case, _unread(case, error))
        return await self._carried(claim.model_copy(update={"case": _with(case, act)}), tracker)

    async def _carried(self, claim: Claim, tracker: ProgressTracker) -> Done:
        """The act prepared where its vendor wants that, and carried out."""
        performer = self._performers[claim.case.act.call.vendor]
        try:
            case = await self._prepared(claim, performer)
        except (VendorError, Impossible) as error:
            results = ended(claim.case, State.FAILED, str(error), error.next_step)
            return Done(claim.case, results)
        return Done(case, await performer.perform_act(case, tracker))

    async def _prepared(self, claim: Claim, performer: ActPerformer) -> Case:
        """The case with what its act found, on disk before anything is sent.

        One that is taken up again keeps what it found the first time: by now it may have acted.
        """
        case = claim.case
        provider, act = performer.provider, case.act
        if act.before is not None or act.verb.name not in provider.acts.prepared:
            return case
        room = act.call.model_copy(update={"session": None})
        past = await self._store.recent(room, limit=PAST)
        begun = await provider.acts.prepare(
            act, [item for item in past if item.number < case.number]
        )
        if not await self._store.begin(claim, begun):
            raise ClaimLost("Another process has taken the case up meanwhile.")
        return _with(case, begun)

    async def _found(self, claim: Claim) -> Sequence[Result] | None:
        """What came of a case since the backup that it is of; None when it is to be carried out."""
        case, waited = claim.case, claim.waited
        seen = await self._performers[case.act.call.vendor].observe(case)
        return results_since(case, seen, waited, in_time=waited <= STALE)

    def _count(self, case: Case, results: Sequence[Result]) -> None:
        for result in results:
            self._meter.acted(case.act.call.vendor, case.act.verb.name, result.state)

    async def _tell(self, notice: Notice) -> None:
        try:
            case = await self._store.case(notice.case)
        except OtherRelease:
            await self._store.leave_to_other_release(notice)
            return
        except StoreError as error:
            log.warning("notice postponed", case=notice.case, error=str(error))
            until = self._clock.now() + READ_AGAIN
            await self._store.postpone(notice, until=until, doubtful=False)
            return
        with (
            trace.working_on(case.number, case.trace, notice=notice.kind),
            working_at(Priority.ORDER, case.actor.user),
        ):
            await self._show(notice.of(case), case)

    async def _show(self, notice: Notice, case: Case) -> None:
        try:
            posted = await self._notifier.show(notice, case)
        except DeliveryDeferred as later:
            until = self._clock.now() + timedelta(seconds=later.seconds)
            await self._store.postpone(
                notice, until=until, doubtful=later.doubtful, posted=later.posted
            )
        except ChannelUnavailable as closed:
            log.warning("line kept", channel=notice.place, error=closed.error)
            if await self._store.keep_line(notice, closed.error):
                await self._notifier.alert(notice.place, closed.error)
        except DeliveryImpossible as lost:
            log.warning("notice given up", why=str(lost))
            await self._store.drop(notice)
        else:
            mark_shown = partial(self._store.mark_shown, notice, posted=posted)
            await retry_write(mark_shown, self._clock, "notice")
            log.debug("notice shown", attempt=notice.attempt)


def _settled(case: Case, waited: timedelta) -> Sequence[Result] | None:
    """The end of a case that is not to be carried out any more; None for all others."""
    if case.attempt > MOST_ATTEMPTS:
        why = f"Tried {MOST_ATTEMPTS} times and never finished; the bot's log says why."
        return ended(case, State.NOT_CONFIRMED, why, CHECK)
    if waited <= STALE:
        return None
    minutes = int(waited.total_seconds() // 60)
    if case.begun:
        why = f"Started {minutes} minutes ago and never finished."
        return ended(case, State.NOT_CONFIRMED, why, CHECK)
    why = f"It could not be started for {minutes} minutes. Nothing was done."
    return ended(case, State.FAILED, why, "Request it again if it is still needed.")


def _unread(case: Case, error: VendorError) -> Sequence[Result]:
    """The end of a case for which it cannot be read who is there, and so who is protected."""
    if case.begun:
        return ended(
            case, State.NOT_CONFIRMED, f"Started before and never finished. {error}", CHECK
        )
    why = f"Who is in the call could not be read: {error} Nothing was done."
    return ended(case, State.FAILED, why, "Try again in a moment.")


def _with(case: Case, act: Act) -> Case:
    return case.model_copy(update={"act": act})


def ended(case: Case, state: State, evidence: str, next_step: str) -> Sequence[Result]:
    """The same result for each person of a case that is not carried out any more."""
    return [
        Result(
            person=part.people[0].id if part.people else None,
            name=part.people[0].shown if part.people else None,
            state=state,
            evidence=evidence,
            next_step=next_step,
        )
        for part in case.act.each()
    ]


async def release_quietly(store: Store, owner: str) -> None:
    """Give back what is held; when the database is away, the leases run out by themselves."""
    try:
        async with asyncio.timeout(RELEASE_SECONDS):
            await store.release(owner)
    except StoreError as error:
        log.warning("claims not released", error=str(error))
    except TimeoutError:
        log.warning("claims not released", error="no answer in time")
