"""What a form of an order can offer to choose from, and whether what was chosen still holds.

What is known is answered at once. A vendor that has not answered yet is waited for only as long as
the caller says, in seconds; its answer is there for the next question.
"""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from bot.background import BackgroundTasks
from bot.calls.acts import Act, ActRef, Person
from bot.calls.capabilities import Capability
from bot.calls.cases import Refusal
from bot.calls.live import Roster, VendorTrouble
from bot.calls.models import Call, CallRef, Participant, Vendor
from bot.calls.prior_state import Departures
from bot.calls.recordings import RunningRecording
from bot.calls.verbs import Aim, Listed, Verb
from bot.errors import NotAtVendor, NotPermitted, VendorError
from bot.moderation.asker import Asker
from bot.moderation.id_resolver import remembered, resolve
from bot.moderation.live_calls import LiveCalls
from bot.moderation.people_index import PeopleIndex
from bot.moderation.resolver import TargetResolver
from bot.policy import Policy
from bot.ports import Store


class ReadCalls(NamedTuple):
    """What reading all live calls came to: vendors that did not answer, and whether none is live.

    `none_live` is False while that is not known.
    """

    troubles: Sequence[VendorTrouble]
    none_live: bool


class CurrentCall(NamedTuple):
    """A call as its vendor shows it now.

    `call` and `people` are None where the vendor did not answer in time; `gone` is whether it
    knows no such call any more; `left` are those who were in it in the last ten minutes.
    """

    call: Call | None
    gone: bool
    people: tuple[Participant, ...] | None
    left: tuple[Participant, ...] = ()


class OrderForms:
    """Everything that a form of an order asks about calls, people, lists and permissions.

    What is read from the database raises StoreError.
    """

    def __init__(
        self,
        live_calls: LiveCalls,
        resolver: TargetResolver,
        policy: Policy,
        store: Store,
        tasks: BackgroundTasks,
    ) -> None:
        self._live_calls = live_calls
        self._resolver = resolver
        self._policy = policy
        self._store = store
        self._tasks = tasks

    @property
    def rtmp_targets(self) -> tuple[str, ...]:
        """The names of the RTMP targets in callwarden.toml."""
        return self._live_calls.rtmp_targets

    def capability(self, call: Call, verb: type[Verb] | Verb) -> Capability:
        """Whether and how `verb` can be done in that call. Raises Impossible: its vendor is off."""
        return self._live_calls.capabilities(call)[verb.name]

    def vendor_capability(self, vendor: Vendor, verb: type[Verb] | Verb) -> Capability:
        """Whether and how a vendor can do `verb` in any call. Raises Impossible: it is off."""
        return self._live_calls.provider(vendor).capabilities[verb.name]

    def vendors_able(self, verb: type[Verb], call: Call | None = None) -> list[Vendor]:
        """The vendors that can do it: of all that are on, or that of `call`, to its kind of calls.

        Raises Impossible where the vendor of `call` is not on.
        """
        if call is not None:
            return [call.ref.vendor] if self.capability(call, verb).possible else []
        providers = self._live_calls.providers
        return [
            vendor
            for vendor, provider in providers.items()
            if provider.capabilities[verb.name].possible
        ]

    async def read_calls(self, seconds: float) -> ReadCalls:
        """Read all live calls in the background, where they are due; wait for at most `seconds`.

        Raises Impossible when no vendor is on.
        """
        self._live_calls.require_connected()
        index = self._live_calls.call_index
        if index.due or not index.known:
            reading = self._tasks.spawn(index.refresh(), "call index")
            if not index.known:
                await asyncio.wait({reading}, timeout=seconds)
        troubles = index.troubles
        known = index.known and not troubles
        return ReadCalls(troubles, known and next(index.calls(), None) is None)

    def find_calls(self, typed: str, most: int) -> Sequence[Call]:
        """The first `most` live calls that have every word of `typed`; see `CallIndex.find`."""
        return self._live_calls.call_index.find(typed, most)

    def indexed_calls(self) -> Iterator[Call]:
        """All live calls, as far as they were read."""
        return self._live_calls.call_index.calls()

    def recent_call(self, ref: CallRef) -> Call | None:
        """A call as it was last shown or read in the last hour; None where it was not."""
        return self._live_calls.recent_calls.call(ref)

    def known_call(self, ref: CallRef) -> Call | None:
        """A call as the index of live calls has it, else as it was last shown."""
        return self._live_calls.call_index.call(ref) or self._live_calls.recent_calls.call(ref)

    async def call(self, word: str) -> Call:
        """The call meant by a handle, a vendor's id, or `vendor:id`.

        Raises UnknownCall, AmbiguousCall, Impossible and VendorError.
        """
        return await self._resolver.call(word)

    async def get_call(self, ref: CallRef) -> Call:
        """A call as its vendor has it now. Raises VendorError and Impossible."""
        return await self._live_calls.get(ref)

    def met(self, ref: CallRef, person: str) -> Participant | None:
        """Somebody who was seen in that call in the last hour, by id; None where nobody was."""
        return self._live_calls.recent_calls.met(ref, person)

    def minutes_gone(self, ref: CallRef, person: str) -> int | None:
        """How many minutes ago somebody was last seen in that call; None beyond ten of them."""
        return self._live_calls.recent_calls.minutes_gone(ref, person)

    def known_people(self, ref: CallRef) -> PeopleIndex | None:
        """Who was in a call in the last minute and who left it; None where that is not known."""
        return self._live_calls.recent_calls.people(ref)

    async def people(self, ref: CallRef) -> PeopleIndex:
        """Who is in a call now, and who left it in the last ten minutes.

        Raises VendorError and Impossible.
        """
        here = (await self._live_calls.people(ref)).items
        return self._live_calls.recent_calls.people_index(ref, here)

    async def people_soon(self, ref: CallRef, seconds: float) -> PeopleIndex:
        """Who is in a call, as known, or as its vendor says within `seconds`; else nobody.

        Raises nothing: a vendor that cannot be asked knows nobody.
        """
        if (known := self.known_people(ref)) is not None:
            return known
        reading = self._tasks.spawn(self._read_people(ref), "people")
        done, _ = await asyncio.wait({reading}, timeout=seconds)
        return reading.result() if done else PeopleIndex(())

    async def _read_people(self, ref: CallRef) -> PeopleIndex:
        try:
            here = (await self._live_calls.people(ref)).items
        except VendorError:
            return PeopleIndex(())
        return self.known_people(ref) or PeopleIndex(here)

    async def preload(self, verb: type[Verb] | None, call: Call) -> None:
        """Read whom `verb` can be aimed at, so that a menu has them when somebody types."""
        listed = None if verb is None else self.list_for(verb, call)
        with suppress(VendorError):
            if listed is not None:
                await self.recent_roster(call.ref, listed)
            elif self.known_people(call.ref) is None:
                await self._live_calls.people(call.ref)

    def people_count(self, call: Call) -> int:
        """How many people are in the call, as far as is known."""
        known = self.known_people(call.ref)
        return call.people if known is None else len(known.people)

    def protected_people(self, call: Call) -> list[str]:
        """The ids of those in the call who are protected, of all who are known to be in it."""
        known = self.known_people(call.ref)
        if known is None:
            return []
        protection = self._policy.protection(call.ref.vendor)
        return [
            person.id
            for person in known.people
            if protection.covers(Person.of(person).ids, person.role)
        ]

    async def may_include_protected(self, asker: Asker, vendor: Vendor) -> bool:
        """Whether to offer that protected people be included: there are some, and an admin asks."""
        protected = bool(self._policy.protection(vendor))
        return protected and await self._policy.is_admin(asker.actor, vendor)

    def list_for(self, verb: type[Verb], call: Call) -> Listed | None:
        """The list that somebody absent is chosen from; None where only an id can name them."""
        if verb.aim is not Aim.ABSENT:
            return None
        return self._resolver.absent_people.lists(verb, call.ref)

    async def roster(self, call: CallRef, listed: Listed) -> Roster:
        """Who is on that list now. Raises VendorError and Impossible."""
        return await self._resolver.absent_people.roster(call, listed)

    async def recent_roster(self, call: CallRef, listed: Listed) -> Roster:
        """Who is on that list, as of the last 20 s. Raises VendorError and Impossible."""
        return await self._resolver.absent_people.lately(call, listed)

    async def absent(self, call: Call, verb: Verb, words: Sequence[str]) -> tuple[Person, ...]:
        """The people meant by `words` who need not be in the call, by any id or name, each once.

        Raises UnknownPerson, AmbiguousPerson, VendorError and Impossible.
        """
        return await self._resolver.absent_people.people(call, verb, words)

    async def running_recordings(self, ref: CallRef, seconds: float) -> Sequence[RunningRecording]:
        """What is recorded of a call, if its vendor says so within `seconds`; else nothing."""
        reading = self._tasks.spawn(self._read_recordings(ref), "recordings")
        done, _ = await asyncio.wait({reading}, timeout=seconds)
        return reading.result() if done else ()

    async def _read_recordings(self, ref: CallRef) -> Sequence[RunningRecording]:
        try:
            provider = self._live_calls.provider(ref.vendor)
            return await provider.reports.recordings_running(ref)
        except VendorError:
            return ()

    async def require_recording(self, verb: Verb, call: CallRef) -> None:
        """Raise WhichRecording unless `verb` leaves no doubt which recording it means.

        Raises VendorError and Impossible too.
        """
        await self._resolver.require_recording(verb, call)

    async def departures(self, call: CallRef, verb: Verb) -> Departures | None:
        """How many people `verb` makes leave; None where all stay.

        Raises VendorError and Impossible.
        """
        return await self._live_calls.provider(call.vendor).acts.departures(call, verb)

    def remembered(self, meant: ActRef) -> Act | None:
        """The act that a button's ids mean, where all of it was shown lately; else None.

        None means that it has to be asked for, with `resolve`. See `id_resolver.remembered`.
        """
        return remembered(self._live_calls, meant)

    async def resolve(self, meant: ActRef) -> Act:
        """The act that a button's ids mean, as the vendor has the call and the people now.

        Raises UnknownPerson for who is not there, VendorError and Impossible.
        """
        return await resolve(self._live_calls, self._resolver, meant)

    async def current(self, ref: CallRef, *, with_people: bool, seconds: float) -> CurrentCall:
        """The call and, where they are wanted, its people, asked side by side.

        People whom the vendor does not tell within `seconds` are those who were there a minute ago.
        """
        (call, gone), people = await asyncio.gather(
            self._call_within(ref, seconds),
            self._people_within(ref, seconds) if with_people else _nobody(),
        )
        recent = self._live_calls.recent_calls
        left = () if people is None else recent.people_index(ref, people).left
        return CurrentCall(call, gone, people, left)

    async def _call_within(self, ref: CallRef, seconds: float) -> tuple[Call | None, bool]:
        """The call as it is now, and whether its vendor knows no such call."""
        try:
            async with asyncio.timeout(seconds):
                return await self._live_calls.get(ref), False
        except NotAtVendor:
            return None, True
        except (VendorError, TimeoutError):
            return None, False

    async def _people_within(self, ref: CallRef, seconds: float) -> tuple[Participant, ...] | None:
        try:
            async with asyncio.timeout(seconds):
                return PeopleIndex((await self._live_calls.people(ref)).items).people
        except (VendorError, TimeoutError):
            known = self.known_people(ref)
            return None if known is None else known.people

    async def require_any(
        self, asker: Asker, wanted: Sequence[tuple[type[Verb], Vendor]], label: str, key: str
    ) -> None:
        """Raise NotPermitted, audited under `key`, for those who may do none of what is `wanted`.

        `label` is what was asked for, in words.
        """
        permission = self._policy.require_any(asker.actor, wanted, asker.channel, label)
        await self._audited(asker, permission, key, label)

    async def require_permitted(self, asker: Asker, act: Act, words: str, key: str) -> None:
        """Raise NotPermitted, audited under `key`, for those who may not give that order.

        A form asks this before it is filled in; `words` say what was asked for.
        """
        permission = self._policy.require_permitted(asker.actor, act, asker.channel)
        await self._audited(asker, permission, key, words)

    async def _audited(
        self, asker: Asker, permission: Awaitable[None], key: str, words: str
    ) -> None:
        try:
            await permission
        except NotPermitted as no:
            await self._store.refuse(Refusal(key=key, actor=asker.actor, words=words, why=str(no)))
            raise


async def _nobody() -> None:
    """Nobody is asked for."""
