"""The moderators' desk: everything the Slack side may ask for, and the one way to ask."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from bot import trace
from bot.calls.actors import Actor, Reader, Role
from bot.calls.acts import Act
from bot.calls.asks import Ask, ask_id
from bot.calls.attendance import Attendance
from bot.calls.capabilities import Capability
from bot.calls.case_history import MOST_ENTRIES, CaseHistory
from bot.calls.cases import Acceptance, AcceptResult, AuditEntry, Case, Disclosure, Order, Refusal
from bot.calls.live import CallListing, CallView, ListView, PeopleFound
from bot.calls.models import Call, CallRef, Vendor
from bot.calls.outages import ChannelOutage
from bot.calls.outcomes import Observation
from bot.calls.reports import ATTENDANCE, FileKind, Files, Report
from bot.calls.rights import Rights
from bot.calls.verbs import VERBS, Aim, Verb
from bot.errors import (
    BadInput,
    Impossible,
    NotPermitted,
    OtherRelease,
    Outsider,
    ProtectedPerson,
    RoleTooLow,
    Unverified,
    VendorError,
)
from bot.moderation.authorizer import Authorizer, ordered
from bot.moderation.call_cards import CallCards
from bot.moderation.executor import Executor
from bot.moderation.live_calls import LiveCalls
from bot.moderation.resolver import TargetResolver
from bot.moderation.retry import Retry, next_retry
from bot.policy import Policy
from bot.ports import AuditQuery, CallProvider, Store

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Asker:
    """Who asks, and where: `channel` is None outside any channel."""

    actor: Actor
    channel: str | None = None


class Standing(NamedTuple):
    """A person before a vendor: their role, and the verbs by name that they may use there.

    `anything` is whether the vendor can be acted on at all.
    """

    vendor: Vendor
    role: Role
    verbs: tuple[str, ...]
    anything: bool


NOTHING_DONE = "Nothing was done."
"""What follows a vendor's silence before an order was taken."""

ENTRIES_A_CASE = 4
"""Entries of the record read for each case to be found: an order, its outcome, and repetitions."""


@dataclass(frozen=True)
class ModerationService:
    """Looking is free to those who may look; every act goes through `request`."""

    live_calls: LiveCalls
    resolver: TargetResolver
    policy: Policy
    store: Store
    executor: Executor
    authorizer: Authorizer

    @property
    def call_cards(self) -> CallCards:
        """What opens a call for a reader."""
        return CallCards(self.live_calls, self.policy, self.store, self.resolver.absent_people)

    async def request(self, order: Order) -> Acceptance:
        """Permit, then write down: what this returns is on disk and will be carried out.

        Raises Impossible, BadInput, NotPermitted (audited), NotAccepted or KeyReused; then
        nothing was done.
        """
        require_complete(order.act)
        asker = Asker(order.actor, order.channel)
        act = await self.permit(asker, order.act, order.key, order.reason)
        told = order.model_copy(update={"act": _unbegun(act), "trace": trace.current()})
        acceptance = await self.store.accept(told)
        log.debug("order recorded", case=acceptance.case.number, how=acceptance.how)
        if acceptance.how is AcceptResult.NEW:
            self.executor.wake(order.act.call.vendor)
        return acceptance

    async def permit(self, asker: Asker, act: Act, key: str, reason: str = "") -> Act:
        """Refuse what is impossible or not permitted; the latter is audited under `key`.

        The act as it may be done: see `Authorizer.at_door`. A form asks this before it opens, so
        that nobody fills it in for nothing. Where those who may can be asked for it, the refusal
        carries the id under which the order is kept.
        """
        self.resolver.require_capability(act.verb, act.call, everyone=act.everyone)
        try:
            return await self.authorizer.at_door(asker.actor, act, asker.channel)
        except NotPermitted as no:
            ask = self._to_ask(asker, act, key, reason, no)
            outside = isinstance(no, Outsider)
            await self.store.refuse(
                Refusal(key=key, actor=asker.actor, act=act, why=str(no), ask=ask, outsider=outside)
            )
            no.ask = "" if ask is None else ask.id
            raise

    def _to_ask(
        self, asker: Asker, act: Act, key: str, reason: str, no: NotPermitted
    ) -> Ask | None:
        """The order, where somebody holds the role it wants and there is a channel to ask in."""
        wants_role = isinstance(no, RoleTooLow | ProtectedPerson)
        if not wants_role or not no.holders or self.policy.asked_in is None:
            return None
        return Ask(
            id=ask_id(key, act, reason),
            act=ordered(act),
            actor=asker.actor,
            reason=reason,
            role=no.role,
            holders=no.holders,
            why=str(no),
            refused_at=self.live_calls.clock.now(),
        )

    async def admit(self, asker: Asker, key: str, words: str) -> None:
        """Refuse those who may not even look, before their order in `words` is looked into.

        What is wrong with an order tells who is in a call. The attempt is audited under `key`.
        """
        try:
            await self.policy.require_viewer(asker.actor, asker.channel)
        except NotPermitted as no:
            outside = not isinstance(no, Unverified)
            await self.store.refuse(
                Refusal(key=key, actor=asker.actor, words=words, why=str(no), outsider=outside)
            )
            raise

    async def require_role(
        self, asker: Asker, verb: Verb, vendor: Vendor, key: str, words: str
    ) -> None:
        """NotPermitted for those who may order that of nobody there; audited under `key`.

        `words` is the order as it was typed: whom or what it means is not told.
        """
        try:
            await self.policy.require_any(
                asker.actor, [(type(verb), vendor)], asker.channel, verb.label
            )
        except NotPermitted as no:
            await self.store.refuse(Refusal(key=key, actor=asker.actor, words=words, why=str(no)))
            raise

    async def call(self, asker: Asker, word: str) -> Call:
        """The call that `word` means; see `TargetResolver.call`."""
        await self.policy.require_viewer(asker.actor, asker.channel)
        return await self.resolver.call(word)

    async def capabilities(self, asker: Asker) -> dict[Vendor, Mapping[str, Capability]]:
        """What each connected vendor lets a moderator do."""
        await self.policy.require_viewer(asker.actor, asker.channel)
        return {vendor: one.capabilities for vendor, one in self.live_calls.providers.items()}

    async def look(self, asker: Asker, view: ListView) -> CallListing:
        """What is live now, and what may be done with it; both are asked for side by side."""
        await self.policy.require_viewer(asker.actor, asker.channel)
        picture, rights = await asyncio.gather(self.live_calls.look(view), self.rights(asker))
        troubles = tuple(trouble.for_reader(rights) for trouble in picture.troubles)
        return picture.model_copy(update={"rights": rights, "troubles": troubles})

    async def rights(self, asker: Asker) -> Mapping[Vendor, Rights]:
        """What somebody may do on each connected vendor, from where they ask."""
        vendors = tuple(self.live_calls.providers)
        found = await asyncio.gather(
            *(self.policy.rights(asker.actor, vendor, asker.channel) for vendor in vendors)
        )
        return dict(zip(vendors, found, strict=True))

    async def outages(self, asker: Asker) -> Sequence[ChannelOutage]:
        """Channels that take no lines of cases now; told to admins alone."""
        if any(rights.technical for rights in (await self.rights(asker)).values()):
            return await self.store.outages()
        return ()

    async def try_channels(self, asker: Asker) -> None:
        """Try the channels of `outages` now, where an admin asks; for anybody else, do nothing."""
        if await self.outages(asker):
            await self.store.try_channels()
            self.executor.wake()

    async def rights_in(self, asker: Asker, case: Case) -> Rights:
        """What somebody may do where a case was done; nothing for who was taken out meanwhile."""
        reader = Reader(actor=asker.actor, channel=asker.channel)
        return await self.call_cards.rights(reader, case.act.call.vendor)

    async def open(
        self, asker: Asker, ref: CallRef, page: int = 0
    ) -> tuple[CallView, Sequence[Case]]:
        """One call with its people, what may be done with it, and its latest cases."""
        await self.policy.require_viewer(asker.actor, asker.channel)
        return await self.call_cards.open(asker.actor, asker.channel, ref, page)

    async def find(self, asker: Asker, words: str) -> PeopleFound:
        """Where somebody is live now, on any vendor."""
        await self.policy.require_viewer(asker.actor, asker.channel)
        found, rights = await asyncio.gather(self.live_calls.find(words), self.rights(asker))
        troubles = tuple(trouble.for_reader(rights) for trouble in found.troubles)
        return found.model_copy(update={"troubles": troubles})

    async def diagnosis(self, asker: Asker, error: VendorError) -> str:
        """Why no connection came about, where somebody is told such things; else empty."""
        reader = Reader(actor=asker.actor, channel=asker.channel)
        rights = await self.call_cards.rights(reader, Vendor(error.vendor))
        return str(error.diagnosis or "") if rights.technical else ""

    async def reports(self, asker: Asker, report: Report, vendor: Vendor) -> CallProvider:
        """The vendor to ask for `look`; Impossible when it has no such thing."""
        await self.policy.require_reader(asker.actor, report, vendor, asker.channel)
        provider = self.live_calls.provider(vendor)
        capability = provider.reports.capabilities[report.name]
        if not capability.possible:
            raise Impossible(
                f"{vendor.label} has no “{report.label}”: {capability.why}",
                next_step="",
            )
        return provider

    async def files(
        self, asker: Asker, report: Report, call: Call, kinds: frozenset[FileKind], key: str
    ) -> Files:
        """The files of a call, once it is on record under `key` that they are handed out."""
        provider = await self.reports(asker, report, call.ref.vendor)
        files = await provider.reports.files(call.ref, kinds)
        await self.store.disclose(
            Disclosure(
                key=key,
                actor=asker.actor,
                call=call.ref,
                title=call.title,
                detail=f"{report.label}: {len(files.files)}",
            )
        )
        return files

    async def attendance(self, asker: Asker, call: CallRef) -> Attendance:
        """Who was in a call, with what our own cases know of how they left."""
        await self.reports(asker, ATTENDANCE, call.vendor)
        return await self.call_cards.attendance(call)

    async def case(self, asker: Asker, number: int) -> Case:
        """One case: anybody's for those who may read the audit log, else their own.

        Somebody else's and one that nobody made are refused alike.
        """
        await self.policy.require_viewer(asker.actor, asker.channel)
        if not await self.policy.may_read_audit(asker.actor) and not await self._own(asker, number):
            await self.policy.require_auditor(asker.actor, "read other people's cases")
        return await self.store.case(number)

    async def case_for_key(self, key: str) -> Case | None:
        """The case that the request of this key led to, told to whoever sent it once already."""
        return await self.store.case_for_key(key)

    async def came_before(self, *keys: str) -> bool:
        """Whether a request of one of these keys is on record, whatever it led to."""
        return await self.store.has_keys(*keys)

    async def to_repeat(self, asker: Asker, number: int) -> Case:
        """A case that is to be done again: whoever may do it may; `request` decides on that."""
        await self.policy.require_viewer(asker.actor, asker.channel)
        return await self.store.case(number)

    async def next_retry(self, asker: Asker, number: int, key: str) -> Retry:
        """Which try comes next of a case under `key`; see `again.next_try`."""
        case = await self.to_repeat(asker, number)
        return await next_retry(case, key, self.live_calls.clock.now(), self.store.case_for_key)

    async def _own(self, asker: Asker, number: int) -> bool:
        """Whether somebody asked for that case, or joined those who had."""
        mine = AuditQuery(case=number, by=asker.actor.user, limit=1)
        return bool(await self.store.audit(mine))

    async def life(self, asker: Asker, number: int) -> CaseHistory:
        """One case from its request on, with what took it back."""
        case = await self.case(asker, number)
        entries = await self.store.audit(AuditQuery(case=number, limit=MOST_ENTRIES))
        later = await self.store.reversals(case)
        return CaseHistory.of(case, entries, later)

    async def audit(self, asker: Asker, which: AuditQuery) -> Sequence[AuditEntry]:
        """The audit log, newest first; what somebody asked for themselves they may always read."""
        await self.policy.require_viewer(asker.actor, asker.channel)
        if which.by != asker.actor.user:
            await self.policy.require_auditor(asker.actor, "read the audit log")
        return await self.store.audit(which)

    async def mine(self, asker: Asker, limit: int) -> Sequence[Case]:
        """The latest cases somebody asked for or joined, newest first."""
        wanted = AuditQuery(by=asker.actor.user, limit=limit * ENTRIES_A_CASE)
        entries = await self.audit(asker, wanted)
        numbers = dict.fromkeys(entry.case for entry in entries if entry.case is not None)
        found = []
        for number in list(numbers)[:limit]:
            with suppress(OtherRelease):
                found.append(await self.store.case(number))
        return found

    async def require_auditor(self, asker: Asker) -> None:
        """RoleTooLow for those who may not search the audit log; raises as `look` for strangers."""
        await self.policy.require_viewer(asker.actor, asker.channel)
        await self.policy.require_auditor(asker.actor, "search the audit log")

    async def standing(self, asker: Asker) -> Sequence[Standing]:
        """What somebody may do on each connected vendor; raises as `Policy.standing`."""
        return [await self._standing(asker.actor, vendor) for vendor in self.live_calls.providers]

    async def _standing(self, actor: Actor, vendor: Vendor) -> Standing:
        role = await self.policy.standing(actor, vendor)
        table = self.live_calls.provider(vendor).capabilities
        able = [name for name, capability in table.items() if capability.possible]
        may = tuple(name for name in able if self.policy.least(VERBS[name], vendor) <= role)
        return Standing(vendor, role, may, anything=bool(able))

    async def check(self, asker: Asker, number: int) -> tuple[Case, Sequence[Observation]]:
        """Read the vendor again for a case, for each person of it; changes nothing."""
        case = await self.case(asker, number)
        provider = self.live_calls.provider(case.act.call.vendor)
        return case, await asyncio.gather(*map(provider.acts.observe, case.act.each()))


def _unbegun(act: Act) -> Act:
    """The act as nobody has begun it: a further try, or what undoes a case, finds it anew."""
    return act.model_copy(update={"before": None})


def require_complete(act: Act) -> None:
    """BadInput unless the act is aimed as its verb wants."""
    verb = act.verb
    if verb.aim is Aim.CALL:
        aimed = not act.people and not act.everyone and not act.spared
    elif act.everyone:
        aimed = verb.everyone and not act.people
    else:
        aimed = bool(act.people) and not act.spared
    if not aimed:
        raise BadInput(
            f"“{verb.label}” does not say at whom, or at somebody it cannot act on.",
            next_step=f"For example: `{verb.example}`",
        )
