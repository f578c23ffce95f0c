"""What Stream Video's acts read before they begin: limits, and who may send what."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.calls.acts import Act
from bot.calls.cases import Case
from bot.calls.effects import lock_of, settled_rights, taken_from
from bot.calls.models import CallRef
from bot.calls.prior_state import CallLimits, Departures, HeldRights, PriorState
from bot.calls.verbs import GoBack, Lock, Permission, Silence, Track, Unlock, Unsilence, Verb
from bot.errors import Impossible, VendorError
from bot.providers.stream.observe_people import RIGHTS, require_no_later
from bot.providers.stream.queries import StreamQueries, sends_filter

PREPARED = frozenset({GoBack.name, Lock.name, Unlock.name, Silence.name, Unsilence.name})

BACKSTAGE = str(Permission.JOIN_BACKSTAGE)
"""Whoever has this right stays when the call goes backstage."""

_TRACK_OF = {
    Permission.SEND_AUDIO: Track.AUDIO,
    Permission.SEND_VIDEO: Track.VIDEO,
    Permission.SCREENSHARE: Track.SCREEN,
}


@dataclass(frozen=True)
class LockRule:
    """Who is not counted by a lock: some roles of Stream, and the owner of the call."""

    but_roles: tuple[str, ...] = ()
    but_owner: bool = False


COUNT_ALL = LockRule()
"""Everyone counts but those who do not count already by the call's own limits."""


class StreamPreparation:
    """Reads what an act finds, and changes nothing; raises `VendorError` or Impossible."""

    def __init__(self, queries: StreamQueries, rule: LockRule) -> None:
        self._queries = queries
        self._rule = rule

    async def prepare(self, act: Act, past: Sequence[Case]) -> Act:
        """See `CallActs.prepare`."""
        if act.verb.name not in PREPARED:
            return act
        return act.model_copy(update={"before": await self._before(act, past)})

    async def _before(self, act: Act, past: Sequence[Case]) -> PriorState:
        if isinstance(act.verb, Lock):
            return await self._lock(act, lock_of(past))
        if isinstance(act.verb, Unlock):
            return await self._unlock(act, lock_of(past))
        if isinstance(act.verb, Silence):
            return PriorState(rights=await self._held_rights(act, past, RIGHTS[act.verb.tracks]))
        if isinstance(act.verb, Unsilence):
            return PriorState(rights=_rights_to_return(act, past, RIGHTS[act.verb.tracks]))
        return await self._count_present(act)

    async def _lock(self, act: Act, held: PriorState | None) -> PriorState:
        """As many as are in the call and count; the limits that a lock of ours found stay known.

        A limit of 0 stands for none in the vendor's samples, so that an empty call cannot be
        locked.
        """
        call = await self._queries.call(act.call.id)
        require_no_later(act, call)
        limits = call.limits
        if limits is None:
            raise Impossible(
                "Stream Video does not say what limits this call has, so a lock could not be "
                "undone.",
                next_step="Nothing was done. Try again, or kick who came uninvited.",
            )
        if not call.people:
            raise Impossible(
                "Nobody is in the call, and Stream Video cannot limit a call to nobody.",
                next_step="Nothing was done. End the call instead.",
            )
        roles = self._roles(limits)
        counted = call.people - sum(call.people_by_role(role) for role in roles)
        found = held.limits if held and held.most == limits.people else None
        return PriorState(limits=found or limits, most=max(counted, 1))

    async def _unlock(self, act: Act, held: PriorState | None) -> PriorState:
        """The limits that the lock of ours found, none where there was none.

        Impossible when somebody else changed them since.
        """
        if held is None:
            return PriorState()
        now = (await self._queries.call(act.call.id)).limits
        if now is not None and now.people != held.most:
            raise Impossible(
                "The limit was changed since the call was locked, so nothing is put back. "
                f"{limit_sentence(now)}",
                next_step="Nothing was done.",
            )
        return PriorState(limits=held.limits)

    async def departures(self, call: CallRef, verb: Verb) -> Departures | None:
        """Who leaves when the call goes backstage: everybody whose role may not join it there.

        None for other verbs. Who was given that right by itself does not show, nor what roles may
        where Stream does not say: then some of those counted may stay.
        """
        if not isinstance(verb, GoBack):
            return None
        now, grants = await asyncio.gather(self._queries.call(call.id), self._grants(call.id))
        staying = [role for role, rights in grants.items() if BACKSTAGE in rights]
        people = max(now.people - sum(map(now.people_by_role, staying)), 0)
        return Departures(people=people, present=now.people, at_most=not grants)

    async def _count_present(self, act: Act) -> PriorState:
        """How many are there, so that it can be told afterwards how many left."""
        call = await self._queries.call(act.call.id)
        require_no_later(act, call)
        return PriorState(most=call.people)

    def _roles(self, limits: CallLimits) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*limits.but_roles, *self._rule.but_roles)))

    def wanted(self, before: PriorState) -> CallLimits:
        """The limits that a locked call is to have."""
        found = before.limits or CallLimits()
        return found.model_copy(
            update={
                "people": before.most,
                "but_owner": self._rule.but_owner or found.but_owner,
                "but_roles": self._roles(found),
            }
        )

    async def _held_rights(
        self, act: Act, past: Sequence[Case], rights: Sequence[Permission]
    ) -> tuple[HeldRights, ...]:
        """The rights that each person of a silence is known to have.

        Stream shows nobody's rights. Known is what somebody uses by sending it now, what was
        granted or revoked from here, and else what the call type gives to their role; a listener
        of an audio room has none of these.
        """
        whom = {} if act.everyone else {"user_id": {"$in": [person.id for person in act.people]}}
        cid = act.call.id
        asked = [{**whom, **sends_filter(_TRACK_OF[right])} for right in rights]
        here, senders, grants = await asyncio.gather(
            self._queries.stays(cid, whom),
            asyncio.gather(*(self._queries.stays(cid, conditions) for conditions in asked)),
            self._grants(cid),
        )
        spared = {person.id for person in act.spared}
        ours = settled_rights(past, act.call.session)
        using = [{stay.user.id for stay in sender.participants} for sender in senders]
        seen = [stay for sender in (here, *senders) for stay in sender.participants]
        people = {stay.user.id: stay for stay in seen if stay.user.id not in spared}
        return tuple(
            HeldRights(
                person=who,
                name=stay.user.name or None,
                rights=tuple(
                    right
                    for right, users in zip(rights, using, strict=True)
                    if who in users
                    or ours.get((who, right), right in grants.get(stay.role or "", ()))
                ),
            )
            for who, stay in people.items()
        )

    async def _grants(self, cid: str) -> Mapping[str, Sequence[str]]:
        """What each role may do in calls of this type; empty where Stream does not say."""
        try:
            types = await self._queries.call_types()
        except VendorError:
            return {}
        return types.grants(cid.partition(":")[0])


def limit_sentence(limits: CallLimits | None) -> str:
    """Whether a call with these limits has one of people, in a sentence."""
    if limits is None:
        return "Stream Video does not say whether it has a limit."
    return f"It has {limit_words(limits)}."


def limit_words(limits: CallLimits) -> str:
    """How many people may be in a call with these limits, in words."""
    return "no limit" if limits.people is None else f"a limit of {limits.people} people"


def _rights_to_return(
    act: Act, past: Sequence[Case], rights: Sequence[Permission]
) -> tuple[HeldRights, ...]:
    """What an unsilence gives to whom: what was taken, of the rights it is about."""
    spared = {person.id for person in act.spared}
    named = {person.id for person in act.people}
    given = (
        held.model_copy(update={"rights": tuple(right for right in rights if right in held.rights)})
        for who, held in taken_from(past, act.call.session).items()
        if (who not in spared if act.everyone else who in named)
    )
    return tuple(held for held in given if held.rights)
