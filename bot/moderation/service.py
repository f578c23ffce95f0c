"""The service behind every front end: what is live, who may do what, and taking orders."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import structlog

from bot import trace
from bot.background import BackgroundTasks
from bot.calls.actors import Actor, Reader, Role
from bot.calls.acts import Act
from bot.calls.asks import Ask, ask_id
from bot.calls.capabilities import Capability
from bot.calls.cases import Acceptance, AcceptResult, Case, Order, Refusal
from bot.calls.live import CallListing, CallView, ListView, PeopleFound
from bot.calls.models import Call, CallRef, Vendor
from bot.calls.outages import ChannelOutage
from bot.calls.rights import Rights
from bot.calls.verbs import VERBS, Aim, Verb
from bot.clock import Clock
from bot.errors import (
    BadInput,
    NotPermitted,
    Outsider,
    ProtectedPerson,
    RoleTooLow,
    Unverified,
    VendorError,
)
from bot.moderation.asker import Asker
from bot.moderation.authorizer import Authorizer, ordered
from bot.moderation.call_cards import CallCards
from bot.moderation.case_service import CaseService
from bot.moderation.executor import Executor
from bot.moderation.id_resolver import title_of
from bot.moderation.live_calls import LiveCalls
from bot.moderation.order_forms import OrderForms
from bot.moderation.report_service import ReportService
from bot.moderation.resolver import ResolvedOrder, TargetResolver, TypedOrder, explicit
from bot.policy import Policy
from bot.ports import Store

log = structlog.get_logger(__name__)


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


class ModerationService:
    """Everything that a front end may ask for: looking, ordering, cases and the audit log.

    Every act goes through `request`. `forms` answers what forms of orders ask, `reports` what
    vendors keep about calls, `cases` what was done so far. `key` is an idempotency key: the same
    for every delivery of one request; what is audited under it raises NotAccepted where that cannot
    be written. Whatever reads the database raises StoreError.
    """

    def __init__(
        self,
        live_calls: LiveCalls,
        resolver: TargetResolver,
        policy: Policy,
        store: Store,
        executor: Executor,
        authorizer: Authorizer,
        tasks: BackgroundTasks,
    ) -> None:
        self._live_calls = live_calls
        self._resolver = resolver
        self._policy = policy
        self._store = store
        self._executor = executor
        self._authorizer = authorizer
        self._call_cards = CallCards(live_calls, policy, store, resolver.absent_people)
        self.forms = OrderForms(live_calls, resolver, policy, store, tasks)
        self.reports = ReportService(live_calls, policy, store, self._call_cards)
        self.cases = CaseService(live_calls, policy, store)

    @property
    def clock(self) -> Clock:
        """The clock that the service and everything behind it reads."""
        return self._live_calls.clock

    @property
    def vendors(self) -> tuple[Vendor, ...]:
        """The vendors that are on."""
        return tuple(self._live_calls.providers)

    def vendor_capabilities(self) -> dict[Vendor, Mapping[str, Capability]]:
        """What each vendor that is on lets a moderator do, by the name of the verb."""
        providers = self._live_calls.providers
        return {vendor: provider.capabilities for vendor, provider in providers.items()}

    async def require_ready(self) -> None:
        """Raise StoreError unless the database takes orders now."""
        await self._store.require_ready()

    async def schema_fits(self) -> bool:
        """Whether the database has the tables that this release needs. Raises StoreError."""
        return await self._store.schema_fits()

    def forget_people(self, vendor: Vendor, call_id: str) -> None:
        """Forget who is in that call, since somebody came or went; they are read anew."""
        self._live_calls.recent_calls.forget(vendor, call_id)

    def connection_trouble(self, vendor: Vendor) -> str:
        """Why no connection to a vendor comes about, for admins; empty while it answers."""
        return self._live_calls.diagnosis(vendor)

    async def require_viewer(self, asker: Asker) -> None:
        """Raise NotPermitted for those who may not see calls from where they ask."""
        await self._policy.require_viewer(asker.actor, asker.channel)

    async def request(self, order: Order) -> Acceptance:
        """Take an order: what this returns is on disk and will be carried out.

        It is permitted first. Raises Impossible, BadInput, NotPermitted (audited), NotAccepted,
        KeyReused, or OtherRelease where the key made a case of another release; then nothing was
        done.
        """
        require_complete(order.act)
        asker = Asker(order.actor, order.channel)
        act = await self.permit(asker, order.act, order.key, order.reason)
        permitted = order.model_copy(update={"act": _unbegun(act), "trace": trace.current()})
        acceptance = await self._store.accept(permitted)
        log.debug("order recorded", case=acceptance.case.number, how=acceptance.how)
        if acceptance.how is AcceptResult.NEW:
            self._executor.wake(order.act.call.vendor)
        return acceptance

    async def permit(self, asker: Asker, act: Act, key: str, reason: str = "") -> Act:
        """The act as it may be done, without protected people whom everyone would have hit.

        Raises Impossible, and NotPermitted, which is audited under `key` and, where those who may
        can be asked for the order, carries the id under which it is kept. A form asks this before
        it opens, so that nobody fills it in for nothing. See `Authorizer.authorize_order`.
        """
        self._resolver.require_capability(act.verb, act.call, everyone=act.everyone)
        try:
            return await self._authorizer.authorize_order(asker.actor, act, asker.channel)
        except NotPermitted as no:
            ask = self._to_ask(asker, act, key, reason, no)
            outside = isinstance(no, Outsider)
            await self._store.refuse(
                Refusal(key=key, actor=asker.actor, act=act, why=str(no), ask=ask, outsider=outside)
            )
            no.ask = "" if ask is None else ask.id
            raise

    def _to_ask(
        self, asker: Asker, act: Act, key: str, reason: str, no: NotPermitted
    ) -> Ask | None:
        """The order, where somebody holds the role it wants and there is a channel to ask in."""
        wants_role = isinstance(no, RoleTooLow | ProtectedPerson)
        if not wants_role or not no.holders or self._policy.ask_channel is None:
            return None
        return Ask(
            id=ask_id(key, act, reason),
            act=ordered(act),
            actor=asker.actor,
            reason=reason,
            role=no.role,
            holders=no.holders,
            why=str(no),
            refused_at=self._live_calls.clock.now(),
        )

    async def require_viewer_audited(self, asker: Asker, key: str, words: str) -> None:
        """Raise NotPermitted, audited under `key`, for those who may not see calls.

        Asked before an order in `words` is read any further, for what is wrong with an order tells
        who is in a call.
        """
        try:
            await self.require_viewer(asker)
        except NotPermitted as no:
            outside = not isinstance(no, Unverified)
            await self._store.refuse(
                Refusal(key=key, actor=asker.actor, words=words, why=str(no), outsider=outside)
            )
            raise

    async def require_role(
        self, asker: Asker, verb: Verb, vendor: Vendor, key: str, words: str
    ) -> None:
        """Raise NotPermitted, audited under `key`, for those who may use `verb` on nobody there.

        `words` is the order as it was typed: at whom it is aimed is not known yet.
        """
        try:
            await self._policy.require_any(
                asker.actor, [(type(verb), vendor)], asker.channel, verb.label
            )
        except NotPermitted as no:
            await self._store.refuse(Refusal(key=key, actor=asker.actor, words=words, why=str(no)))
            raise

    async def title_of(self, ref: CallRef) -> str:
        """A call's title, as shown lately or as its vendor says in 0.8 s; else its id."""
        return await title_of(self._live_calls, ref)

    def explicit_call(self, word: str) -> CallRef | None:
        """The call meant by `vendor:id`; None when the word has another form."""
        return explicit(word, self._live_calls.providers)

    async def knows_names(self, verb: Verb, call_word: str) -> bool:
        """Whether everybody whom `verb` can mean in that call is known by name, not only by id.

        Raises BadInput, Impossible and VendorError; see `TargetResolver.knows_names`.
        """
        return await self._resolver.knows_names(verb, call_word)

    async def resolve_typed(self, verb: Verb, typed: TypedOrder) -> ResolvedOrder:
        """The act on people that a typed order means, and the words left for a reason.

        Raises UnclearPeople where the words can be read in more than one way, BadInput, Impossible
        and VendorError; see `TargetResolver.meant`.
        """
        return await self._resolver.meant(verb, typed)

    async def resolve(
        self,
        verb: Verb,
        call_word: str,
        people: Sequence[str],
        *,
        everyone: bool,
        spared: Sequence[str] = (),
    ) -> Act:
        """The act that is meant by the call and the people named, each word of `people` a person.

        Raises BadInput, Impossible and VendorError; see `TargetResolver.resolve`.
        """
        return await self._resolver.resolve(
            verb, call_word, people, everyone=everyone, spared=spared
        )

    async def call(self, asker: Asker, word: str) -> Call:
        """The call meant by a handle, a vendor's id, or `vendor:id`.

        Raises NotPermitted, UnknownCall, AmbiguousCall, Impossible and VendorError.
        """
        await self.require_viewer(asker)
        return await self._resolver.call(word)

    async def capabilities(self, asker: Asker) -> dict[Vendor, Mapping[str, Capability]]:
        """What each vendor that is on lets a moderator do. Raises NotPermitted for strangers."""
        await self.require_viewer(asker)
        return self.vendor_capabilities()

    async def list_calls(self, asker: Asker, view: ListView) -> CallListing:
        """The live calls that match `view`, and what the asker may do with each.

        A vendor that does not answer is one trouble in the listing. Raises NotPermitted, and
        Impossible where no vendor can be asked for that; see `LiveCalls.list_calls`.
        """
        await self.require_viewer(asker)
        listing, rights = await asyncio.gather(
            self._live_calls.list_calls(view), self.rights(asker)
        )
        troubles = tuple(trouble.for_reader(rights) for trouble in listing.troubles)
        return listing.model_copy(update={"rights": rights, "troubles": troubles})

    async def rights(self, asker: Asker) -> Mapping[Vendor, Rights]:
        """What somebody may do on each vendor that is on. Raises NotPermitted for outsiders."""
        vendors = tuple(self._live_calls.providers)
        found = await asyncio.gather(
            *(self._policy.rights(asker.actor, vendor, asker.channel) for vendor in vendors)
        )
        return dict(zip(vendors, found, strict=True))

    async def outages(self, asker: Asker) -> Sequence[ChannelOutage]:
        """The channels that take no lines of cases now, for admins; for anybody else none."""
        if any(rights.technical for rights in (await self.rights(asker)).values()):
            return await self._store.outages()
        return ()

    async def try_channels(self, asker: Asker) -> None:
        """Try the channels of `outages` now, where an admin asks; for anybody else, do nothing."""
        if await self.outages(asker):
            await self._store.try_channels()
            self._executor.wake()

    async def rights_in(self, asker: Asker, case: Case) -> Rights:
        """What somebody may do now at the vendor of `case`; nothing for who lost their role."""
        reader = Reader(actor=asker.actor, channel=asker.channel)
        return await self._call_cards.rights(reader, case.act.call.vendor)

    async def open(
        self, asker: Asker, ref: CallRef, page: int = 0
    ) -> tuple[CallView, Sequence[Case]]:
        """One call with a page of its people (from 0), what may be done with it, its latest cases.

        Raises NotPermitted, Impossible and VendorError.
        """
        await self.require_viewer(asker)
        return await self._call_cards.open(asker.actor, asker.channel, ref, page)

    async def find(self, asker: Asker, words: str) -> PeopleFound:
        """Who answers to `words` in any live call, on any vendor.

        A vendor that does not answer is one trouble. Raises NotPermitted.
        """
        await self.require_viewer(asker)
        found, rights = await asyncio.gather(self._live_calls.find(words), self.rights(asker))
        troubles = tuple(trouble.for_reader(rights) for trouble in found.troubles)
        return found.model_copy(update={"troubles": troubles})

    async def diagnosis(self, asker: Asker, error: VendorError) -> str:
        """Why no connection to a vendor came about, for admins; for anybody else empty."""
        reader = Reader(actor=asker.actor, channel=asker.channel)
        rights = await self._call_cards.rights(reader, Vendor(error.vendor))
        return str(error.diagnosis or "") if rights.technical else ""

    async def standing(self, asker: Asker) -> Sequence[Standing]:
        """The role of somebody on each vendor that is on. Raises NotPermitted for outsiders."""
        return [await self._standing(asker.actor, vendor) for vendor in self._live_calls.providers]

    async def _standing(self, actor: Actor, vendor: Vendor) -> Standing:
        role = await self._policy.standing(actor, vendor)
        table = self._live_calls.provider(vendor).capabilities
        able = [name for name, capability in table.items() if capability.possible]
        may = tuple(name for name in able if self._policy.least(VERBS[name], vendor) <= role)
        return Standing(vendor, role, may, anything=bool(able))


def _unbegun(act: Act) -> Act:
    """The act as nobody has begun it: a further try, or what undoes a case, finds it anew."""
    return act.model_copy(update={"before": None})


def require_complete(act: Act) -> None:
    """Raise BadInput unless the act is aimed as its verb wants."""
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
