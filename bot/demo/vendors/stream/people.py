"""What Stream does to people in a call: mute, kick, block, permissions, pins, membership."""

from starlette.requests import Request
from starlette.responses import Response

from bot.demo.vendors.base import ApiRefusal, Handler, read
from bot.demo.vendors.stream.base import CALL, StreamBase, done
from bot.demo.vendors.stream.query import QueryMembers, page
from bot.demo.vendors.stream.request_models import (
    KickUser,
    Members,
    MuteUsers,
    Permissions,
    PinTrack,
    Target,
)
from bot.demo.vendors.stream.responses import member_json
from bot.demo.vendors.stream.state import StreamCall


class StreamPeopleEndpoints(StreamBase):
    """The endpoints that act on people."""

    def people_routes(self) -> list[tuple[str, str, Handler]]:
        """The endpoints of this part."""
        return [
            ("POST", f"{CALL}/mute_users", self._mute),
            ("POST", f"{CALL}/kick", self._kick),
            ("POST", f"{CALL}/block", self._block),
            ("POST", f"{CALL}/unblock", self._unblock),
            ("POST", f"{CALL}/user_permissions", self._permit),
            ("POST", f"{CALL}/pin", self._pin),
            ("POST", f"{CALL}/unpin", self._unpin),
            ("POST", f"{CALL}/members", self._update_members),
            ("POST", "/api/v2/video/call/members", self._query_members),
        ]

    async def _mute(self, request: Request) -> Response:
        call, mute = self.call_of(request), await read(request, MuteUsers)
        self.require_known(mute.muted_by_id)
        everyone = [stay.visitor.id for stay in call.here()]
        for person in dict.fromkeys(everyone if mute.mute_all_users else mute.user_ids):
            if call.mute(person, mute.tracks):
                self.note("mute", call.id, person)
        return done()

    async def _kick(self, request: Request) -> Response:
        call, kick = self.call_of(request), await read(request, KickUser)
        self.require_known(kick.kicked_by_id)
        if call.remove(kick.user_id, self.clock.now()):
            self.note("kick", call.id, kick.user_id)
            call.settle(self.clock.now())
        if kick.block:
            self._keep_out(call, kick.user_id)
        return done()

    async def _block(self, request: Request) -> Response:
        """Whether this alone disconnects is not documented: here it does not."""
        self._keep_out(self.call_of(request), (await read(request, Target)).user_id)
        return done()

    def _keep_out(self, call: StreamCall, person: str) -> None:
        if person not in call.blocked:
            call.blocked.append(person)
            self.note("block", call.id, person)

    async def _unblock(self, request: Request) -> Response:
        call, person = self.call_of(request), (await read(request, Target)).user_id
        if person in call.blocked:
            call.blocked.remove(person)
            self.note("unblock", call.id, person)
        return done()

    async def _permit(self, request: Request) -> Response:
        call, asked = self.call_of(request), await read(request, Permissions)
        self.require_known(asked.user_id)
        held = call.permissions.setdefault(asked.user_id, {})
        for right in asked.grant_permissions:
            held[right] = True
            self.note("grant", call.id, asked.user_id)
        for right in asked.revoke_permissions:
            held[right] = False
            self.note("revoke", call.id, asked.user_id)
        return done()

    async def _pin(self, request: Request) -> Response:
        call, pinned = self._connection(request, await read(request, PinTrack))
        call.pinned.add(pinned)
        self.note("pin", call.id, pinned[0])
        return done()

    async def _unpin(self, request: Request) -> Response:
        call, pinned = self._connection(request, await read(request, PinTrack))
        call.pinned.discard(pinned)
        self.note("unpin", call.id, pinned[0])
        return done()

    def _connection(self, request: Request, asked: PinTrack) -> tuple[StreamCall, tuple[str, str]]:
        call = self.call_of(request)
        here = {(stay.visitor.id, stay.presence) for stay in call.here()}
        if (asked.user_id, asked.session_id) not in here:
            raise ApiRefusal(400, "no such session of that user in this call")
        return call, (asked.user_id, asked.session_id)

    async def _update_members(self, request: Request) -> Response:
        call, asked = self.call_of(request), await read(request, Members)
        for member in asked.update_members:
            self.require_known(member.user_id)
        for member in asked.update_members:
            call.members[member.user_id] = member.role
            self.note("member_add", call.id, member.user_id)
        for person in asked.remove_members:
            if call.members.pop(person, None) is not None:
                self.note("member_remove", call.id, person)
        return done(members=[member_json(call, person) for person in call.members])

    async def _query_members(self, request: Request) -> Response:
        asked = await read(request, QueryMembers)
        call = self.called(asked.type, asked.id)
        people, cursors = page(list(call.members), asked)
        return done(members=[member_json(call, person) for person in people], **cursors)
