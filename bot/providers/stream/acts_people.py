"""Stream Video's acts on people: what they send, whether they stay, what they may do."""

import asyncio
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from bot.calls.acts import Act
from bot.calls.capabilities import Enforcement, can
from bot.calls.models import Vendor
from bot.calls.outcomes import Receipt
from bot.calls.prior_state import PriorState
from bot.calls.verbs import (
    Block,
    Grant,
    Kick,
    MemberAdd,
    MemberRemove,
    Mute,
    Permission,
    Pin,
    Revoke,
    Silence,
    Track,
    Unblock,
    Unpin,
    Unsilence,
)
from bot.errors import NotAtVendor, VendorDenied, VendorError, VendorRefused
from bot.providers.http.answers import VendorAnswer
from bot.providers.stream.acts_base import StreamActsBase, accepted, expect, half_done
from bot.providers.stream.acts_everyone import BulkAct, recipient
from bot.providers.stream.models import ParticipantResponse, UserResponse
from bot.providers.stream.observe_people import RIGHTS, TRACKS, require_no_later
from bot.providers.stream.queries import sends_filter

GRANTABLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"permission": tuple(str(right) for right in RIGHTS[Track.EVERYTHING])}
)
"""What UpdateUserPermissions takes; its contract refuses every other value."""

LEFT_SECONDS = 1.0
"""How long a kick waits at most to learn whether the person is there at all: speed counts."""

_NOTHING_TAKEN = (
    "No silence from here took anything from them in this call, so nothing was given back. To let "
    "somebody speak who could not before, grant send-audio."
)
_NOBODY_SILENCED = "Nobody who could send was silenced from here in this call; nothing was sent."
_NOT_SHOWN = "Stream Video does not show what somebody may do, so it cannot be read back."
_UNTIL = f"It holds until the call ends. {_NOT_SHOWN}"


class StreamPeopleActs(StreamActsBase):
    """A method for each verb aimed at people."""

    @can(
        Mute,
        level=Enforcement.BEST_EFFORT,
        why="They can unmute themselves at any time. To stop that, use Silence.",
        instead=Silence,
    )
    async def _mute(self, act: Act) -> Receipt:
        tracks = expect(act, Mute).tracks
        if not act.everyone:
            return accepted(act, await self._mute_tracks(act, [act.people[0].id], tracks))
        if not act.selective:
            return await self._mute_all(act, tracks)
        bulk = BulkAct(act, self.queries, self.clock)
        async for stays in bulk.rounds(sends_filter(tracks)):
            with bulk.counting_reached():
                await self._mute_tracks(act, ids_of(stays), tracks)
            bulk.mark_done(stays)
        return self._bulk_receipt(act, bulk)

    async def _mute_all(self, act: Act, tracks: Track) -> Receipt:
        """Everyone at once; who is listed as there just before is who was muted."""
        here = await self.queries.stays(act.call.id)
        require_no_later(act, here.call)
        if here.total_participants is not None and not here.total:
            return Receipt.of_nobody(spared=act.selective)
        body = {"mute_all_users": True, **self._flags(tracks)}
        answer = await self.post(act, "mute_users", body)
        people = {stay.user.id: recipient(stay) for stay in here.participants}
        unlisted = here.total - len(here.participants)
        return accepted(act, answer, people=[*people.values()], unlisted=unlisted)

    def _bulk_receipt(self, act: Act, bulk: BulkAct) -> Receipt:
        """The receipt for everyone an act went to, one by one; where that is nobody, it says so."""
        if not bulk.people and not bulk.unlisted:
            return Receipt.of_nobody(spared=act.selective)
        return accepted(act, None, bulk.summary(), people=bulk.people, missed=bulk.unlisted)

    @can(
        Silence,
        why="It holds until unsilenced or the call ends. “Everyone” is who is in it now: "
        "who joins later may speak.",
    )
    async def _silence(self, act: Act) -> Receipt:
        """Mute, and then take the right: whoever unmutes in between is seen when it is read back.

        Rounds go on with those who send, so that in a large call nobody is missed who speaks.
        """
        tracks = expect(act, Silence).tracks
        if not act.everyone:
            await self._mute_tracks(act, [act.people[0].id], tracks)
            with half_done("They are muted, but can turn it on again."):
                return accepted(
                    act, await self._change_rights(act, act.people[0].id, take=RIGHTS[tracks])
                )
        bulk = BulkAct(act, self.queries, self.clock)
        async for stays in bulk.rounds(sends_filter(tracks)):
            with bulk.counting_reached():
                await self._mute_tracks(act, ids_of(stays), tracks)
            with half_done("They are muted, but can turn it on again."):
                await bulk.for_each(
                    stays, lambda who: self._change_rights(act, who, take=RIGHTS[tracks])
                )
        with half_done("They are muted, but can turn it on again."):
            return self._bulk_receipt(act, bulk)

    @can(Unsilence, level=Enforcement.BEST_EFFORT, why=_NOT_SHOWN)
    async def _unsilence(self, act: Act) -> Receipt:
        """Give back what silences of this run took, to those they took it from, and nothing else.

        Who never had a right does not get it: in an audio room it would make a listener a speaker.
        """
        before = act.before or PriorState()
        if not act.everyone:
            who = act.people[0].id
            if not (rights := before.held_by(who)):
                return Receipt(evidence=_NOTHING_TAKEN, already=True)
            return accepted(act, await self._change_rights(act, who, give=rights))
        if not before.rights:
            return Receipt(evidence=_NOBODY_SILENCED, already=True)
        bulk = BulkAct(act, self.queries, self.clock)
        await bulk.for_each(
            [
                ParticipantResponse(user=UserResponse(id=held.person, name=held.name))
                for held in before.rights
            ],
            lambda who: self._change_rights(act, who, give=before.held_by(who)),
        )
        return self._bulk_receipt(act, bulk)

    @can(Kick, why="They may come back.", instead=Block)
    async def _kick(self, act: Act) -> Receipt:
        """One by one where everyone is meant: only who is there now, so that it can be repeated.

        Stream says yes to a kick of somebody who left before, so that is looked at.
        """
        if not act.everyone:
            if await self._has_left(act):
                return Receipt(evidence="They had left the call before.", already=True)
            return await self.send(act, "kick", self._kick_body(act.people[0].id))
        bulk = BulkAct(act, self.queries, self.clock)
        async for stays in bulk.rounds({}):
            await bulk.for_each(stays, lambda who: self.post(act, "kick", self._kick_body(who)))
        return self._bulk_receipt(act, bulk)

    async def _has_left(self, act: Act) -> bool:
        """Whether the person shows as gone; False when that is not known within LEFT_SECONDS."""
        try:
            async with asyncio.timeout(LEFT_SECONDS):
                here = await self.queries.stays(act.call.id, {"user_id": act.people[0].id})
        except (TimeoutError, VendorError):
            return False
        return not here.participants

    @can(Block)
    async def _block(self, act: Act) -> Receipt:
        """Kick and block in one; only block where the kick is refused, as for the absent."""
        who = act.people[0].id
        try:
            return await self.send(act, "kick", {**self._kick_body(who), "block": True})
        except VendorDenied:
            raise
        except VendorRefused:
            return await self.send(act, "block", {"user_id": who})

    @can(Unblock)
    async def _unblock(self, act: Act) -> Receipt:
        return await self.send(act, "unblock", {"user_id": act.people[0].id})

    @can(Grant, level=Enforcement.BEST_EFFORT, why=_UNTIL, only=GRANTABLE)
    async def _grant(self, act: Act) -> Receipt:
        right = expect(act, Grant).permission
        return accepted(act, await self._change_rights(act, act.people[0].id, give=(right,)))

    @can(Revoke, level=Enforcement.BEST_EFFORT, why=_UNTIL, only=GRANTABLE)
    async def _revoke(self, act: Act) -> Receipt:
        right = expect(act, Revoke).permission
        return accepted(act, await self._change_rights(act, act.people[0].id, take=(right,)))

    @can(
        Pin,
        level=Enforcement.BEST_EFFORT,
        why="Stream does not document clearly who its fields mean, and no answer shows who is "
        "pinned.",
    )
    async def _pin(self, act: Act) -> Receipt:
        return await self.send(act, "pin", await self._pin_body(act))

    @can(
        Unpin,
        level=Enforcement.BEST_EFFORT,
        why="Stream Video does not show who is pinned, so it cannot be read back.",
    )
    async def _unpin(self, act: Act) -> Receipt:
        return await self.send(act, "unpin", await self._pin_body(act))

    @can(MemberAdd)
    async def _member_add(self, act: Act) -> Receipt:
        """Add them unless they are listed: adding again might give them another role."""
        who = act.people[0].id
        found, _ = await self.queries.members(act.call.id)
        if who in {member.user_id for member in found}:
            return Receipt(evidence="They were a member already.", already=True)
        return await self.send(act, "members", {"update_members": [{"user_id": who}]})

    @can(MemberRemove)
    async def _member_remove(self, act: Act) -> Receipt:
        return await self.send(act, "members", {"remove_members": [act.people[0].id]})

    async def _mute_tracks(self, act: Act, ids: list[str], tracks: Track) -> VendorAnswer:
        return await self.post(act, "mute_users", {"user_ids": ids, **self._flags(tracks)})

    def _flags(self, tracks: Track) -> dict[str, Any]:
        return {**dict.fromkeys(TRACKS[tracks], True), **self.signed("muted_by_id")}

    async def _change_rights(
        self,
        act: Act,
        who: str,
        *,
        give: tuple[Permission, ...] = (),
        take: tuple[Permission, ...] = (),
    ) -> VendorAnswer:
        rights = {"grant_permissions": list(give)} if give else {"revoke_permissions": list(take)}
        return await self.post(act, "user_permissions", {"user_id": who, **rights})

    def _kick_body(self, who: str) -> dict[str, Any]:
        return {"user_id": who, **self.signed("kicked_by_id")}

    async def _pin_body(self, act: Act) -> dict[str, str]:
        """The person's connection as it is now: the one the moderator saw, or the latest."""
        who = act.people[0]
        here = await self.queries.stays(act.call.id, {"user_id": who.id})
        known = [
            participant.user_session_id
            for participant in here.participants
            if participant.user_session_id
        ]
        if not known:
            raise NotAtVendor("They are not in the call.", vendor=Vendor.STREAM, status=404)
        session = who.presence if who.presence in known else known[-1]
        return {"session_id": str(session), "user_id": who.id}


def ids_of(stays: Iterable[ParticipantResponse]) -> list[str]:
    """The user ids of these connections."""
    return [stay.user.id for stay in stays]
