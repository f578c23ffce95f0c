"""Stream Video: its REST API with a server's token, from live calls to RTMP outputs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import httpx
import jwt
from pydantic import SecretStr

from bot.calls.acts import Act
from bot.calls.capabilities import complete
from bot.calls.looks import LOOKS, Sightings
from bot.calls.models import Call, CallRef, Page, Participant, RtmpTarget, Vendor
from bot.calls.outcomes import Observation, Receipt, Seen
from bot.calls.verbs import Mute, Track
from bot.clock import Clock
from bot.errors import Impossible
from bot.meter import UNMETERED, Meter
from bot.providers.decode import read
from bot.providers.http import Deadlines, Kind, Transport, Wire
from bot.providers.looks import Blind, all_looks
from bot.providers.stream_acts import NO_PAUSE, StreamActs, path_of
from bot.providers.stream_evidence import BY_CALL, BY_PEOPLE, TRACKS, muted
from bot.providers.stream_wire import ManyCalls, OneCall, Stay, Stays, WireCall, problem

_MOST = 100
"""What one page of calls or participants holds at most."""


_NOT_READ = "Callwarden does not read it yet."


class StreamProvider(Blind):
    """Stream Video behind `CallProvider`.

    `moderator_id` is the Stream user in whose name people are muted and kicked; it has to exist
    there.
    """

    vendor = Vendor.STREAM
    looks = all_looks(**dict.fromkeys(LOOKS, _NOT_READ))

    def __init__(
        self,
        http: Transport,
        *,
        rtmp_targets: Mapping[str, RtmpTarget],
        moderator_id: str | None = None,
    ) -> None:
        self.http = http
        self._acts = StreamActs(http, rtmp_targets, moderator_id)
        self.capabilities = complete(self._acts.capabilities())

    async def list_live(self, *, limit: int, cursor: str | None = None) -> Page[Call]:
        """One page of ongoing calls, newest first, 100 at most."""
        query: dict[str, Any] = {
            "filter_conditions": {"ongoing": True},
            "limit": min(limit, _MOST),
            "sort": [{"field": "created_at", "direction": -1}],
        }
        if cursor:
            query["next"] = cursor
        answer = await self.http.send(Kind.READ, "POST", "/api/v2/video/calls", json=query)
        many = read(self.http, ManyCalls, answer)
        return Page(items=tuple(one.call.told() for one in many.calls), next=many.next or None)

    async def get(self, call_id: str) -> Call:
        """One call by its cid; NotAtVendor when there is none."""
        return (await self._call(call_id)).told()

    async def participants(
        self, call: CallRef, *, limit: int, cursor: str | None = None
    ) -> Page[Participant]:
        """Who is connected now, 100 at most; Stream has no cursor here, only a total."""
        del cursor
        here = await self._stays(call.id, {}, limit=limit)
        people = _once_each(here.participants)
        twice = len(here.participants) - len(people)
        return Page(items=tuple(one.told() for one in people), total=here.total - twice)

    async def perform(self, act: Act) -> Receipt:
        """See `CallProvider.perform`; Impossible for a verb that Stream has no act for."""
        return await self._acts.perform(act)

    async def observe(self, act: Act) -> Observation:
        """See `CallProvider.observe`."""
        verb, cid = act.verb, act.call.id
        if isinstance(verb, Mute):
            return await self._observe_mute(act, verb)
        if (judge_people := BY_PEOPLE.get(verb.name)) is not None:
            return judge_people(act, await self._stays(cid, {"user_id": act.people[0].id}))
        if (judge_call := BY_CALL.get(verb.name)) is not None:
            return judge_call(act, await self._call(cid))
        return Observation(seen=Seen.UNKNOWABLE, evidence=NO_PAUSE)

    async def find(self, words: str) -> Sightings:
        """See `CallProvider.find`."""
        raise Impossible(words)

    async def probe(self) -> str:
        """See `CallProvider.probe`."""
        await self.list_live(limit=1)
        return "Calls can be listed."

    async def aclose(self) -> None:
        """Close the connection pool."""
        await self.http.aclose()

    async def _call(self, cid: str) -> WireCall:
        answer = await self.http.send(Kind.READ, "GET", path_of(cid))
        return read(self.http, OneCall, answer).call

    async def _stays(self, cid: str, conditions: dict[str, Any], limit: int = _MOST) -> Stays:
        answer = await self.http.send(
            Kind.READ,
            "POST",
            f"{path_of(cid)}/participants",
            params={"limit": min(limit, _MOST)},
            json={"filter_conditions": conditions},
        )
        return read(self.http, Stays, answer)

    async def _observe_mute(self, act: Act, verb: Mute) -> Observation:
        whom = {} if act.everyone else {"user_id": act.people[0].id}
        sending = await self._stays(act.call.id, {**whom, **_sending(TRACKS[verb.tracks])})
        if sending.participants:
            return muted(act, verb, sending, sending)
        anybody = await self._stays(act.call.id, _sending(TRACKS[Track.EVERYTHING]), limit=1)
        return muted(act, verb, sending, anybody)


def _sending(tracks: tuple[str, ...]) -> dict[str, Any]:
    return {"published_tracks": {"$in": list(tracks)}}


def _once_each(stays: list[Stay]) -> list[Stay]:
    """The latest connection of everybody: a second device is the same person."""
    latest: dict[str, Stay] = {}
    for stay in stays:
        known = latest.setdefault(stay.user.id, stay)
        if known.joined_at and stay.joined_at and stay.joined_at > known.joined_at:
            latest[stay.user.id] = stay
    return list(latest.values())


def stream(  # noqa: PLR0913 - one keyword for each setting
    *,
    api_key: str,
    api_secret: SecretStr,
    base_url: str,
    clock: Clock,
    rtmp_targets: Mapping[str, RtmpTarget] = MappingProxyType({}),
    moderator_id: str | None = None,
    deadlines: Deadlines | None = None,
    rate: float = 10.0,
    transport: httpx.AsyncBaseTransport | None = None,
    meter: Meter = UNMETERED,
) -> StreamProvider:
    """A client for one Stream app; `base_url` ends before `/api/v2`.

    `rate` is requests a second: Stream limits each endpoint by the minute and publishes no numbers.
    """
    secret = api_secret.get_secret_value()
    token = jwt.encode({}, secret, algorithm="HS256")
    keys = (target.key.get_secret_value() for target in rtmp_targets.values())
    wire = Wire(
        Vendor.STREAM,
        base_url,
        rate,
        problem,
        headers={"Authorization": token, "stream-auth-type": "jwt"},
        params={"api_key": api_key},
        secrets=(secret, token, *keys),
    )
    http = Transport(wire, clock, deadlines=deadlines, transport=transport, meter=meter)
    return StreamProvider(http, rtmp_targets=rtmp_targets, moderator_id=moderator_id)
