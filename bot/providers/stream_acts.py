"""What can be done in a Stream Video call, one method for each verb."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import quote

from bot.calls.acts import Act
from bot.calls.capabilities import Capability, Enforcement, can, cannot, performers
from bot.calls.models import RtmpTarget, Vendor
from bot.calls.outcomes import Receipt
from bot.calls.verbs import (
    VERBS,
    Block,
    End,
    Kick,
    LiveStart,
    LiveStop,
    Mute,
    RecordPause,
    RecordResume,
    RecordStart,
    RecordStop,
    RtmpStart,
    RtmpStop,
    Unblock,
    Verb,
)
from bot.errors import Impossible, NotAtVendor, VendorDenied, VendorRefused
from bot.providers.decode import read
from bot.providers.http import Kind, Transport
from bot.providers.stream_evidence import LATER_RUN, TRACKS
from bot.providers.stream_wire import Done, OneCall

NO_PAUSE = "Stream Video can only start and stop a recording."
CANNOT = MappingProxyType(
    {
        RecordPause.name: cannot(NO_PAUSE, instead=RecordStop),
        RecordResume.name: cannot(NO_PAUSE, instead=RecordStart),
    }
)

V = TypeVar("V", bound=Verb)


class StreamActs:
    """The acts of one Stream app, in the name of its user `moderator_id` where there is one."""

    def __init__(
        self,
        http: Transport,
        rtmp_targets: Mapping[str, RtmpTarget],
        moderator_id: str | None,
    ) -> None:
        self._http = http
        self._targets = rtmp_targets
        self._moderator = moderator_id
        self._performers = performers(type(self))

    def capabilities(self) -> dict[str, Capability]:
        """What Stream makes of each verb; RTMP goes to the named targets only."""
        can_do = {verb: doing.capability for verb, doing in self._performers.items()}
        return {
            **dict.fromkeys(VERBS, cannot("Not carried yet.")),
            **can_do,
            **CANNOT,
            RtmpStart.name: _rtmp_capability(self._targets),
        }

    async def perform(self, act: Act) -> Receipt:
        """Do it once; Impossible for a verb that Stream has no act for."""
        doing = self._performers.get(act.verb.name)
        if doing is None:
            raise Impossible(f"{act.verb.label} is not possible. {NO_PAUSE}")
        receipt: Receipt = await getattr(self, doing.method)(act)
        return receipt

    @can(Mute, level=Enforcement.BEST_EFFORT, why="They can unmute themselves at any time.")
    async def _mute(self, act: Act) -> Receipt:
        if act.everyone:
            await self._same_run(act)
        whom: dict[str, Any] = (
            {"mute_all_users": True}
            if act.everyone
            else {"user_ids": [person.id for person in act.people]}
        )
        flags = dict.fromkeys(TRACKS[expect(act, Mute).tracks], True)
        body = {**whom, **flags, **self._signed("muted_by_id")}
        return await self._send(act, "mute_users", body)

    @can(Kick, why="They may come back.", instead=Block)
    async def _kick(self, act: Act) -> Receipt:
        return await self._send(act, "kick", self._removal(act))

    @can(Block)
    async def _block(self, act: Act) -> Receipt:
        """Kick and block in one; only block where the kick is refused, as for the absent."""
        try:
            return await self._send(act, "kick", {**self._removal(act), "block": True})
        except VendorDenied:
            raise
        except VendorRefused:
            return await self._send(act, "block", {"user_id": act.people[0].id})

    @can(Unblock)
    async def _unblock(self, act: Act) -> Receipt:
        return await self._send(act, "unblock", {"user_id": act.people[0].id})

    @can(End)
    async def _end(self, act: Act) -> Receipt:
        await self._same_run(act)
        return await self._send(act, "mark_ended")

    @can(RecordStart)
    async def _record_start(self, act: Act) -> Receipt:
        return await self._send(act, f"recordings/{expect(act, RecordStart).kind}/start", {})

    @can(RecordStop)
    async def _record_stop(self, act: Act) -> Receipt:
        return await self._send(act, f"recordings/{expect(act, RecordStop).kind}/stop")

    @can(LiveStart)
    async def _live_start(self, act: Act) -> Receipt:
        return await self._send(act, "start_broadcasting")

    @can(LiveStop)
    async def _live_stop(self, act: Act) -> Receipt:
        return await self._send(act, "stop_broadcasting")

    @can(RtmpStart)
    async def _rtmp_start(self, act: Act) -> Receipt:
        name = expect(act, RtmpStart).to
        target = self._targets.get(name)
        if target is None:
            raise Impossible(
                f"There is no RTMP target {name}.", next_step="Add it to callwarden.toml."
            )
        output = {"name": name, "stream_url": target.url}
        if key := target.key.get_secret_value():
            output["stream_key"] = key
        return await self._send(act, "rtmp_broadcasts", {"broadcasts": [output]})

    @can(RtmpStop)
    async def _rtmp_stop(self, act: Act) -> Receipt:
        name = quote(expect(act, RtmpStop).to, safe="")
        return await self._send(act, f"rtmp_broadcasts/{name}/stop")

    async def _same_run(self, act: Act) -> None:
        """NotAtVendor when another run is on than the one the moderator saw: spare its people."""
        if act.call.session is None:
            return
        answer = await self._http.send(Kind.READ, "GET", path_of(act.call.id))
        if read(self._http, OneCall, answer).call.later_than(act.call.session):
            raise NotAtVendor(LATER_RUN, vendor=Vendor.STREAM, status=404)

    def _removal(self, act: Act) -> dict[str, Any]:
        return {"user_id": act.people[0].id, **self._signed("kicked_by_id")}

    def _signed(self, field: str) -> dict[str, str]:
        return {field: self._moderator} if self._moderator else {}

    async def _send(self, act: Act, step: str, body: dict[str, Any] | None = None) -> Receipt:
        kind = Kind.REPEATABLE if act.verb.repeatable else Kind.ONCE
        answer = await self._http.send(kind, "POST", f"{path_of(act.call.id)}/{step}", json=body)
        read(self._http, Done, answer)
        return Receipt(
            evidence=f"Stream Video accepted “{act.verb.label}”.", request_id=answer.request_id
        )


def expect(act: Act, kind: type[V]) -> V:
    """The act's verb as the `kind` its method was chosen for."""
    if not isinstance(act.verb, kind):
        raise TypeError(act.verb.name)
    return act.verb


def path_of(cid: str) -> str:
    """A call's path from its `type:id`; NotAtVendor when that is not what `cid` is."""
    kind, _, name = cid.partition(":")
    if {kind, name} & {"", ".", ".."}:
        raise NotAtVendor("Stream Video has no such call.", vendor=Vendor.STREAM, status=404)
    return f"/api/v2/video/call/{quote(kind, safe='')}/{quote(name, safe='')}"


def _rtmp_capability(targets: Mapping[str, RtmpTarget]) -> Capability:
    if not targets:
        return cannot("No RTMP target is named in callwarden.toml.", instead=LiveStart)
    return Capability(level=Enforcement.ENFORCED, only={"to": tuple(targets)})
