"""Whether an act may be done to those whom it hits: asked when it is ordered, and when it is done.

The policy judges people; here is found out who they are. An act on everyone is aimed at who is
there, so that is read again when it is taken up: somebody protected may have joined since.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.calls.actors import Actor
from bot.calls.acts import Act, Person
from bot.calls.capabilities import Reach
from bot.calls.cases import Case
from bot.calls.models import CallRef, Participant
from bot.calls.outcomes import Result, Seen, State
from bot.calls.verbs import Aim
from bot.errors import Impossible, NotAtVendor, NotPermitted, VendorError
from bot.moderation.live_calls import LiveCalls
from bot.moderation.recent_calls import PEOPLE_SECONDS
from bot.policy import Policy
from bot.policy.words import all_or_nobody

ORDER_SECONDS = 0.8
"""How long an order waits to hear who is there: Slack gives 3 s for everything."""

BELIEVED = timedelta(seconds=PEOPLE_SECONDS)
"""An order this old is held against who is there now, whomever it names."""

CHECK_FIRST = "Check again before you do anything else."


@dataclass(frozen=True)
class CallPeople:
    """Who is in a call, `here`; for an act on absent people also its `members`, there or not.

    `complete` is whether nobody who is in it is missing.
    """

    here: tuple[Person, ...] = ()
    members: tuple[Person, ...] = ()
    complete: bool = False

    def same(self, person: Person) -> list[Person]:
        """Everybody who shares an id with `person`, or with one of those by another id in turn."""
        ids, rest = set(person.ids), [*self.here, *self.members]
        found: list[Person] = []
        while more := [item for item in rest if not ids.isdisjoint(item.ids)]:
            found += more
            rest = [item for item in rest if item not in more]
            ids.update(*(item.ids for item in more))
        return found


@dataclass(frozen=True)
class Authorizer:
    """Asks the policy about an act, with all that can be known of whom it hits."""

    policy: Policy
    live_calls: LiveCalls

    async def authorize_order(self, actor: Actor, act: Act, channel: str | None) -> Act:
        """The act as it may be ordered, by what is known now of whom it hits.

        A slow vendor is waited for 0.8 s. Raises NotPermitted. What could not be read is read when
        the act is taken up.
        """
        bare = ordered(act)
        await self.policy.require_permitted(actor, bare, channel)
        there = None
        if self._wants_people(bare):
            try:
                async with asyncio.timeout(ORDER_SECONDS):
                    there = self._remembered(bare) or await self._read(bare)
            except (VendorError, TimeoutError):
                there = None
        return await self._judged(actor, bare, channel, there)

    async def authorize_claim(self, case: Case, waited: timedelta) -> Act:
        """The act of a case as it may be done now, `waited` after it was asked for.

        Raises NotPermitted, Unverified when it may be asked again, and VendorError when the vendor
        has to say who is there and does not.
        """
        bare = ordered(case.act)
        await self.policy.require_permitted(case.actor, bare, case.channel)
        there = None
        if self._wants_people(bare):
            remembered = None if bare.everyone or waited > BELIEVED else self._remembered(bare)
            there = remembered or await self._read(bare)
        return await self._judged(case.actor, bare, case.channel, there)

    def _wants_people(self, act: Act) -> bool:
        """Whether it depends on who is there."""
        if act.verb.aim is Aim.CALL:
            return False
        guarded = bool(self.policy.protection(act.call.vendor))
        if act.everyone:
            return guarded and not act.protected_too
        return guarded or self._could_be_all(act)

    def _could_be_all(self, act: Act) -> bool:
        """Whether it makes a difference that those who are named may be all who are there."""
        least = self.policy.least(type(act.verb), act.call.vendor)
        return len(act.people) > 1 and act.verb.least_for_all > least

    def _remembered(self, act: Act) -> CallPeople | None:
        """Who was there a moment ago; absent people are not looked for among them."""
        known = self.live_calls.recent_calls.people(act.call)
        if known is None or act.verb.aim is Aim.ABSENT:
            return None
        return CallPeople(_persons(known.people), complete=not known.unlisted)

    async def _read(self, act: Act) -> CallPeople:
        """Who is there by the vendor's word. Raises VendorError."""
        if act.verb.aim is Aim.ABSENT:
            page, members = await asyncio.gather(self._here(act.call), self._members(act.call))
        else:
            page, members = await self._here(act.call), ()
        return CallPeople(page.here, members, page.complete)

    async def _here(self, call: CallRef) -> CallPeople:
        """Nobody, where no such call is live (any more)."""
        try:
            page = await self.live_calls.people(call)
        except NotAtVendor:
            return CallPeople(complete=True)
        complete = page.next is None and (page.total or 0) <= len(page.items)
        return CallPeople(_persons(page.items), complete=complete)

    async def _members(self, call: CallRef) -> tuple[Person, ...]:
        """Who belongs to the call; nobody where the vendor keeps no such list."""
        try:
            page = await self.live_calls.provider(call.vendor).reports.members(call)
        except Impossible:
            return ()
        return tuple(
            Person(id=item.id, name=item.name, custom_id=item.custom_id, role=item.role)
            for item in page.items
        )

    async def _judged(
        self, actor: Actor, act: Act, channel: str | None, there: CallPeople | None
    ) -> Act:
        if there is None:
            return act
        if act.everyone:
            return self._spared(act, there)
        known = [same for person in act.people for same in there.same(person)]
        whole = _all_of(act.people, there)
        if known or whole:
            await self.policy.require_permitted(
                actor, act, channel, people=_distinct([*known, *act.people]), whole=whole
            )
        return act

    def _spared(self, act: Act, there: CallPeople) -> Act:
        """Everyone but the protected. NotPermitted where the vendor cannot leave out anybody."""
        protection = self.policy.protection(act.call.vendor)
        shielded = [
            person.model_copy(update={"protected": True})
            for person in _distinct(there.here)
            if protection.covers(person.ids, person.role) and not act.spares(person.ids)
        ]
        capability = self.live_calls.provider(act.call.vendor).capabilities[act.verb.name]
        if shielded and capability.aims is Reach.EVERYONE:
            raise all_or_nobody(act, shielded)
        return act.model_copy(
            update={
                "spared": (*act.spared, *shielded),
                "present": len({person.id for person in there.here}) if there.complete else None,
                "protection": protection if shielded or not there.complete else None,
            }
        )

    async def refused(self, case: Case, why: NotPermitted) -> Sequence[Result]:
        """The results of a case that may not be done, or not any more; `why` is the refusal.

        One that was taken up before may have been done then: the vendor is read, and what it shows
        is said.
        """
        if not case.begun:
            return [
                _result(part, State.REFUSED, _undone(why), why.next_step)
                for part in case.act.each()
            ]
        return await asyncio.gather(*(self._settled(part, why) for part in case.act.each()))

    async def _settled(self, part: Act, why: NotPermitted) -> Result:
        try:
            seen = await self.live_calls.provider(part.call.vendor).acts.observe(part)
        except VendorError as error:
            return _result(part, State.NOT_CONFIRMED, f"{_BEFORE} {why} {error}", CHECK_FIRST)
        if seen.seen is Seen.DONE:
            return _result(part, State.CONFIRMED, f"{seen.evidence} {_BEFORE} {why}", "")
        if seen.seen is Seen.NOT_DONE:
            return _result(part, State.REFUSED, f"{why} {seen.evidence}", why.next_step)
        return _result(part, State.NOT_CONFIRMED, f"{_BEFORE} {why} {seen.evidence}", CHECK_FIRST)


_BEFORE = "It may have been done before it was stopped."


def ordered(act: Act) -> Act:
    """The act as it was asked for, without what was found out about who is there."""
    spared = tuple(person for person in act.spared if not person.protected)
    return act.model_copy(update={"spared": spared, "present": None, "protection": None})


def _persons(people: Iterable[Participant]) -> tuple[Person, ...]:
    return tuple(Person.of(person) for person in people if person.known)


def _all_of(people: Sequence[Person], there: CallPeople) -> bool:
    """Whether the people are two or more, and nobody else is there."""
    if len(people) < 2 or not there.complete or not there.here:  # noqa: PLR2004  two is not one
        return False
    named = frozenset().union(*(person.ids for person in people))
    return all(not person.ids.isdisjoint(named) for person in there.here)


def _distinct(people: Iterable[Person]) -> tuple[Person, ...]:
    """Each once, as they were met first."""
    found: dict[str, Person] = {}
    for person in people:
        found.setdefault(person.id, person)
    return tuple(found.values())


def _undone(why: NotPermitted) -> str:
    """Why it is refused, and that nothing was done, which some reasons say themselves."""
    said = str(why)
    return said if "othing was done" in said else f"{said} Nothing was done."


def _result(part: Act, state: State, evidence: str, next_step: str) -> Result:
    person = part.people[0] if part.people else None
    return Result(
        person=person.id if person else None,
        name=person.shown if person else None,
        state=state,
        evidence=evidence,
        next_step=next_step,
    )
