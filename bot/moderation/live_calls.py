"""What is live now: every vendor asked at once, within its own deadline; who is silent is named."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import structlog
from cachetools import TTLCache

from bot.calls.call_log import LogFilter
from bot.calls.capabilities import Capability, of_call
from bot.calls.handles import fits, handle
from bot.calls.live import CallListing, CallView, ListView, PeopleFound, VendorTrouble
from bot.calls.models import Call, CallRef, Page, Participant, Vendor
from bot.calls.names import fold
from bot.calls.reports import Sighting, Sightings
from bot.clock import Clock
from bot.errors import Impossible, StoreError, VendorError
from bot.moderation.call_index import CallIndex, trouble_of
from bot.moderation.case_marks import RecentCasesOfAll, mark_call, mark_calls
from bot.moderation.people_index import PeopleIndex
from bot.moderation.recent_calls import RecentCalls
from bot.ports import CallProvider
from bot.priority import current
from bot.single_flight import SingleFlight

log = structlog.get_logger(__name__)

MOST = 100
"""Calls asked of each vendor for one listing: one request, the vendors' largest page."""

PEOPLE_PER_PAGE = 25
MOST_PEOPLE = 500
"""People read of one call at most; a larger call is moderated by id."""

MOST_PAGES = 50
"""Pages of people asked for at most: a vendor may fill them with those who left."""

FINDS, FIND_SECONDS = 500, 4.0
"""Searches whose results are kept, and for how long: one may cost a vendor 41 requests."""

T = TypeVar("T")


@dataclass
class LiveCalls:
    """What is live now, asked of every vendor.

    What it showed is kept in `recent_calls`, so that words typed after it resolve.

    Equal questions at the same moment are one to the vendor; what was found is kept for seconds.
    """

    providers: Mapping[Vendor, CallProvider]
    clock: Clock
    recent_calls: RecentCalls
    rtmp_targets: tuple[str, ...] = ()
    past: RecentCasesOfAll | None = None
    call_index: CallIndex = field(init=False)
    _order: tuple[Vendor, ...] = field(init=False)
    _flights: SingleFlight = field(default_factory=SingleFlight, init=False)
    _found: TTLCache[tuple[Vendor, str], Sightings] = field(init=False)

    def __post_init__(self) -> None:
        self._found = TTLCache(FINDS, FIND_SECONDS, timer=self.clock.monotonic)
        self._order = tuple(vendor for vendor in Vendor if vendor in self.providers)
        self.call_index = CallIndex(self.providers, self.clock, self.recent_calls)

    def provider(self, vendor: Vendor) -> CallProvider:
        """The client of a vendor. Raises Impossible when it is not on."""
        if vendor not in self.providers:
            raise Impossible(
                f"{vendor.label} is not connected.",
                next_step="Ask an admin to set its keys; the log says which are missing.",
            )
        return self.providers[vendor]

    async def shared(self, question: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` answers; callers with the same `question` at the same time share one answer.

        An urgent caller joins no question that is less urgent: that may have to wait.
        """
        return await self._flights.do((current(), question), ask)

    def diagnosis(self, vendor: Vendor) -> str:
        """Why no connection to a vendor comes about, for admins; empty while it answers."""
        provider = self.providers.get(vendor)
        return "" if provider is None else provider.diagnosis

    def capabilities(self, call: Call) -> Mapping[str, Capability]:
        """What can be done in this call, by verb. Raises Impossible when its vendor is not on."""
        return of_call(self.provider(call.ref.vendor).capabilities, call)

    def require_connected(self) -> None:
        """Raise Impossible when no vendor at all is on."""
        if not self.providers:
            raise Impossible(
                "No vendor is connected.",
                next_step="Ask an admin to set a vendor's keys; the log says which are missing.",
            )

    async def list_calls(self, view: ListView) -> CallListing:
        """The calls that match `view`, most people first; a vendor that is silent is one trouble.

        Where it asks for call logs, only the vendors that have one are asked. Raises Impossible
        when that vendor has none, when it is not connected, or when no vendor at all is.
        """
        if view.vendor is not None:
            self.provider(view.vendor)
        self.require_connected()
        vendors = [v for v in self._order if view.vendor in {None, v}]
        if view.log.is_narrow:
            vendors = self._with_log(vendors)
        answers = await asyncio.gather(*(self._ask(vendor, view.log) for vendor in vendors))
        calls: list[Call] = []
        partial: list[Vendor] = []
        troubles: list[VendorTrouble] = []
        for vendor, answer in zip(vendors, answers, strict=True):
            if isinstance(answer, VendorTrouble):
                troubles.append(answer)
                continue
            calls += answer.items
            if answer.unknown:
                troubles.append(_unknown(vendor, answer.unknown))
            if answer.next is not None:
                partial.append(vendor)
        if not view.log.is_narrow:
            calls = await self._marked(calls)
        self.recent_calls.keep_calls(calls)
        some = len(vendors) < len(self._order)
        shown = [call for call in calls if matches(call, view.text)]
        if not view.log.is_narrow:
            shown.sort(key=lambda call: (-call.people, fold(call.title), call.ref.id))
        return CallListing(
            calls=tuple(shown),
            at=self.clock.now(),
            partial=tuple(partial),
            troubles=tuple(troubles),
            logs=tuple(vendors) if some and view.vendor is None else (),
        )

    async def _marked(self, calls: list[Call]) -> list[Call]:
        """Those calls with what our cases know of them; as they are where the store cannot say."""
        if self.past is None or not calls:
            return calls
        try:
            return await mark_calls(self.past, calls, self.clock.now())
        except StoreError as error:
            log.warning("cases not read", error=str(error))
            return calls

    def _with_log(self, vendors: Sequence[Vendor]) -> list[Vendor]:
        """Those of `vendors` that have a call log; Impossible where none has."""
        having = [vendor for vendor in vendors if self.providers[vendor].logs]
        if not having:
            names = " and ".join(vendor.label for vendor in vendors)
            raise Impossible(
                f"Only live calls can be listed on {names}.",
                next_step="Leave out status, user, type and recording.",
            )
        return having

    async def _ask(self, vendor: Vendor, wanted: LogFilter) -> Page[Call] | VendorTrouble:
        provider = self.providers[vendor]

        async def listed() -> Page[Call]:
            if wanted.is_narrow:
                return await provider.log(wanted, limit=MOST)
            return await provider.list_live(limit=MOST)

        try:
            return await self.shared(("list", vendor, wanted), listed)
        except VendorError as error:
            return trouble_of(vendor, error)

    async def find(self, words: str) -> PeopleFound:
        """Who answers to `words` in any live call, vendor by vendor.

        A vendor that does not answer is one trouble.
        """
        answers = await asyncio.gather(*(self._search(vendor, words) for vendor in self._order))
        people: list[Sighting] = []
        unread: dict[Vendor, int] = {}
        troubles: list[VendorTrouble] = []
        for vendor, answer in zip(self._order, answers, strict=True):
            if isinstance(answer, VendorTrouble):
                troubles.append(answer)
                continue
            people += answer.found
            if answer.unread:
                unread[vendor] = answer.unread
        self.recent_calls.keep_calls([person.call for person in people])
        return PeopleFound(
            people=tuple(people), at=self.clock.now(), unread=unread, troubles=tuple(troubles)
        )

    async def _search(self, vendor: Vendor, words: str) -> Sightings | VendorTrouble:
        kept = self._found.get((vendor, words))
        if kept is not None:
            return kept
        provider = self.providers[vendor]
        try:
            found = await self.shared(("find", vendor, words), lambda: provider.find(words))
        except VendorError as error:
            return trouble_of(vendor, error)
        self._found[vendor, words] = found
        return found

    async def open(self, ref: CallRef, page: int = 0) -> CallView:
        """One call with a page of its people (from 0), or the last page where there are fewer.

        Raises VendorError, Impossible when its vendor is not on, and StoreError.
        """
        provider = self.provider(ref.vendor)
        call = await self.get(ref)
        people = await self.people(call.ref, at_least=(page + 1) * PEOPLE_PER_PAGE + 1)
        page = min(page, max(len(people.items) - 1, 0) // PEOPLE_PER_PAGE)
        start, end = page * PEOPLE_PER_PAGE, (page + 1) * PEOPLE_PER_PAGE
        here = people.items[start:end]
        if self.past is not None:
            call, here = await mark_call(self.past, call, here)
        return CallView(
            call=call,
            people=Page(
                items=here,
                next=str(page + 1) if len(people.items) > end else None,
                total=max(people.total or 0, len(people.items), call.people),
            ),
            page=page,
            capabilities=dict(of_call(provider.capabilities, call)),
            reports=provider.reports.capabilities,
            rtmp_targets=self.rtmp_targets,
            at=self.clock.now(),
        )

    async def people(self, ref: CallRef, *, at_least: int = MOST_PEOPLE) -> Page[Participant]:
        """Who is connected, page after page until `at_least` (at most MOST_PEOPLE) are read.

        Remembered with how many are left out: a name that fits one of some may fit two of all.
        """
        return await self.shared(("people", ref, at_least), lambda: self._people(ref, at_least))

    async def _people(self, ref: CallRef, at_least: int) -> Page[Participant]:
        found: dict[tuple[str, str | None], Participant] = {}
        cursor: str | None = None
        total: int | None = None
        for _ in range(MOST_PAGES):
            before = cursor
            page = await self.provider(ref.vendor).participants(ref, limit=MOST, cursor=cursor)
            found.update({(person.id, person.presence): person for person in page.items})
            cursor, total = page.next, page.total if page.total is not None else total
            if cursor in {None, before} or len(found) >= min(at_least, MOST_PEOPLE):
                break
        self.recent_calls.meet(ref, found.values())
        if cursor is None or len(found) >= MOST_PEOPLE:
            self.recent_calls.keep_people(ref, found.values(), _unlisted(cursor, total, len(found)))
        return Page(items=tuple(found.values()), next=cursor, total=total)

    async def people_index(self, ref: CallRef, words: Sequence[str]) -> PeopleIndex:
        """Who is connected; where more are there than the vendor lists, also who is asked for.

        Those beyond its list can mostly be asked for by id only.
        """
        page = await self.people(ref)
        there = list(page.items)
        if unlisted := _unlisted(page.next, page.total, len(there)):
            known = PeopleIndex(there)
            for word in [item for item in words if not known.find(item)]:
                seen = (await self.provider(ref.vendor).find(word)).found
                there += [item.person for item in seen if item.call.ref.id == ref.id]
            self.recent_calls.meet(ref, there)
        return self.recent_calls.people_index(ref, there, unlisted)

    async def get(self, ref: CallRef) -> Call:
        """One call as its vendor has it now, by the vendor's id; it is remembered.

        Raises VendorError, NotAtVendor among them, and Impossible when the vendor is not on.
        """
        provider = self.provider(ref.vendor)
        call = await self.shared(("call", ref.vendor, ref.id), lambda: provider.get(ref.id))
        self.recent_calls.keep_calls([call])
        return call


def _unlisted(cursor: str | None, total: int | None, listed: int) -> int:
    """How many are there beyond those who were read; at least one where more pages follow."""
    return max((total or 0) - listed, 0 if cursor is None else 1)


def _unknown(vendor: Vendor, count: int) -> VendorTrouble:
    calls = "1 live call" if count == 1 else f"{count} live calls"
    return VendorTrouble(
        vendor=vendor, message=f"{vendor.label} did not say which {calls} it listed beside these."
    )


def matches(call: Call, text: str) -> bool:
    """Whether `text`, as names are compared, is part of the title or id, or the call's handle."""
    wanted = fold(text)
    return (
        not wanted
        or wanted in fold(call.title)
        or wanted in fold(call.ref.id)
        or fits(wanted, call.ref)
    )


def longer_handles(calls: Sequence[Call]) -> dict[CallRef, str]:
    """The shortest handles that tell `calls` apart, by call."""
    length = 4
    while len({handle(call.ref, length) for call in calls}) < len({c.ref for c in calls}):
        length += 1
    return {call.ref: handle(call.ref, length) for call in calls}
