"""Every act on RealtimeKit: a method for each verb, what it sends, and how far it carries."""

from collections.abc import Mapping
from typing import Any

from bot.calls.acts import Act
from bot.calls.capabilities import Capability, Enforcement, can, complete, performers
from bot.calls.models import CallRef, RtmpTarget
from bot.calls.outcomes import Observation, Receipt
from bot.calls.verbs import (
    Aim,
    End,
    LiveStart,
    LiveStop,
    Lock,
    Poll,
    RecordPause,
    RecordResume,
    RecordStart,
    RecordStop,
    RtmpStart,
    RtmpStop,
    Summarise,
    Unlock,
)
from bot.errors import Impossible
from bot.providers.http.client import HttpClient
from bot.providers.http.decode import read
from bot.providers.http.retry import Idempotency
from bot.providers.realtimekit.acts_people import (
    RECORDINGS_STOP,
    RealtimeKitPeopleActs,
    not_at_vendor,
)
from bot.providers.realtimekit.models import (
    OWN_PREFIX,
    KickAllResponse,
    MeetingRecording,
    output_prefix,
)
from bot.providers.realtimekit.observe import RealtimeKitObserver, outputs_to, target_of
from bot.providers.realtimekit.queries import RealtimeKitQueries, meeting_path, segment
from bot.providers.realtimekit.queries_meetings import MeetingQueries
from bot.providers.realtimekit.queries_recordings import recordings_meant
from bot.providers.realtimekit.unsupported import CANNOT
from bot.providers.realtimekit.unsupported_mute import MuteSupport
from bot.providers.unsupported import WithoutPreparation, rtmp_capability

_MAY_BEGIN_ANEW = (
    "Everyone is removed, the session ends and its recordings stop. "
    "Whoever joins again begins a new session: lock the call to keep them out."
)
_LOCKED_IN = "Who is in the call stays; nobody else can join until it is unlocked."
_POLL_IS_UNSEEN = "RealtimeKit shows no polls, so its yes cannot be checked."
_SUMMARY_TAKES_A_TRANSCRIPT = (
    "It is made of the transcript. Whether that works before the session is over is not documented."
)
_ONE_PICTURE = {"kind": ("composite",)}


class RealtimeKitActs(RealtimeKitPeopleActs, WithoutPreparation):
    """`CallActs` of one RealtimeKit app: each verb has a method, marked with `can`.

    Each sends the one request that does its verb; some read first what it is about.
    """

    def __init__(
        self,
        http: HttpClient,
        queries: RealtimeKitQueries,
        meetings: MeetingQueries,
        mutes: MuteSupport,
        rtmp_targets: Mapping[str, RtmpTarget],
    ) -> None:
        super().__init__(http, queries, meetings, mutes)
        self._targets = rtmp_targets
        self._observer = RealtimeKitObserver(queries, meetings)
        self._table = _capabilities(rtmp_targets)

    @property
    def capabilities(self) -> Mapping[str, Capability]:
        """What can be done now: no mute for a while, once the account was found to lack it."""
        return self._mutes.without_missing(self._table)

    async def perform(self, act: Act) -> Receipt:
        """See `CallActs.perform`; raises Impossible when the capabilities say so."""
        capability = self.capabilities[act.verb.name]
        if not capability.possible:
            raise Impossible(f"{act.verb.label} is not possible. {capability.why}")
        if act.verb.aim is Aim.PEOPLE and not capability.reaches(everyone=act.everyone):
            raise Impossible(f"{act.verb.label} is possible only to {capability.aims}.")
        if (refused := capability.refuses(act.verb)) is not None:
            raise Impossible(f"{act.verb.label} is not possible with {refused}.")
        receipt: Receipt = await getattr(self, _PERFORMERS[act.verb.name].method)(act)
        return receipt

    async def observe(self, act: Act) -> Observation:
        """See `CallActs.observe`."""
        return await self._observer.observe(act)

    @can(End, why=_MAY_BEGIN_ANEW, also=RECORDINGS_STOP)
    async def _end(self, act: Act) -> Receipt:
        await self._require_same_run(act.call)
        answer = await self._kick_all(act)
        count = read(self._http, KickAllResponse, answer).count
        many = "everyone" if count is None else f"everyone ({count})"
        return Receipt(evidence=f"RealtimeKit removed {many}.", request_id=answer.request_id)

    @can(Lock, why=_LOCKED_IN)
    async def _lock(self, act: Act) -> Receipt:
        return await self._set_status(act.call, "INACTIVE", "locked the meeting")

    @can(Unlock)
    async def _unlock(self, act: Act) -> Receipt:
        return await self._set_status(act.call, "ACTIVE", "unlocked the meeting")

    async def _set_status(self, call: CallRef, status: str, done: str) -> Receipt:
        path = meeting_path(call.id)
        return await self._send_act(Idempotency.REPEATABLE, "PATCH", path, {"status": status}, done)

    @can(Poll, level=Enforcement.BEST_EFFORT, why=_POLL_IS_UNSEEN)
    async def _poll(self, act: Act) -> Receipt:
        if not isinstance(act.verb, Poll):
            raise TypeError(act.verb.name)
        await self._require_same_run(act.call)
        path = f"{meeting_path(act.call.id)}/active-session/poll"
        body = {"question": act.verb.question, "options": list(act.verb.answers)}
        return await self._send_act(
            Idempotency.ONCE, "POST", path, body, "put the question to the call"
        )

    @can(Summarise, level=Enforcement.BEST_EFFORT, why=_SUMMARY_TAKES_A_TRANSCRIPT)
    async def _summarise(self, act: Act) -> Receipt:
        path = f"/sessions/{segment(await self._queries.session_of(act.call))}/summary"
        return await self._send_act(
            Idempotency.ONCE, "POST", path, None, "took the order for a summary"
        )

    @can(RecordStart, only=_ONE_PICTURE)
    async def _record_start(self, act: Act) -> Receipt:
        """A second one from here is refused; what others began beside it is not in the way.

        That may be an RTMP output of the app, which looks like a recording.
        """
        running = await self._queries.running(act.call)
        beside = bool(running) and not any(recording.ours for recording in running)
        sent = {"file_name_prefix": OWN_PREFIX}
        return await self._start_recording(act.call, sent, "began to record", beside=beside)

    @can(RtmpStart)
    async def _rtmp_start(self, act: Act) -> Receipt:
        name = target_of(act)
        running = await self._queries.running(act.call)
        beside = bool(running) and not outputs_to(running, name)
        sent = {
            "file_name_prefix": output_prefix(name),
            "rtmp_out_config": {"rtmp_url": _rtmp_address(self._targets[name])},
        }
        return await self._start_recording(
            act.call, sent, f"began to send to {name}", beside=beside
        )

    @can(RecordStop, only=_ONE_PICTURE)
    async def _record_stop(self, act: Act) -> Receipt:
        running = recordings_meant(act.verb, await self._queries.running(act.call))
        return await self._change_recordings(running, "stop", "recording")

    @can(RecordPause)
    async def _record_pause(self, act: Act) -> Receipt:
        running = recordings_meant(act.verb, await self._queries.running(act.call))
        return await self._change_recordings(
            [recording for recording in running if not recording.paused], "pause", "recording"
        )

    @can(RecordResume)
    async def _record_resume(self, act: Act) -> Receipt:
        running = recordings_meant(act.verb, await self._queries.running(act.call))
        return await self._change_recordings(
            [recording for recording in running if recording.paused], "resume", "recording"
        )

    @can(RtmpStop)
    async def _rtmp_stop(self, act: Act) -> Receipt:
        name = target_of(act)
        sent = outputs_to(await self._queries.running(act.call), name)
        return await self._change_recordings(sent, "stop", f"RTMP output to {name}")

    @can(LiveStart)
    async def _live_start(self, act: Act) -> Receipt:
        path = f"{meeting_path(act.call.id)}/livestreams"
        return await self._send_act(Idempotency.ONCE, "POST", path, {}, "began a livestream")

    @can(LiveStop)
    async def _live_stop(self, act: Act) -> Receipt:
        path = f"{meeting_path(act.call.id)}/active-livestream/stop"
        return await self._send_act(
            Idempotency.REPEATABLE, "POST", path, None, "stopped the livestream"
        )

    async def _start_recording(
        self, call: CallRef, sent: Mapping[str, Any], done: str, *, beside: bool
    ) -> Receipt:
        body = {"meeting_id": call.id, "allow_multiple_recordings": beside, **sent}
        return await self._send_act(Idempotency.ONCE, "POST", "/recordings", body, done)

    async def _change_recordings(
        self, recordings: list[MeetingRecording], action: str, what: str
    ) -> Receipt:
        """Have every one of them stop, pause or resume; NotAtVendor when there is none."""
        if not recordings:
            raise not_at_vendor(f"RealtimeKit has no {what} to {action} in this call.")
        receipts = [
            await self._send_act(
                Idempotency.REPEATABLE,
                "PUT",
                f"/recordings/{segment(recording.id)}",
                {"action": action},
                f"took the order to {action} the {what}",
            )
            for recording in recordings
        ]
        return receipts[-1]


def _rtmp_address(target: RtmpTarget) -> str:
    """The whole RTMP address, key and all: for the request's body only."""
    key = target.key.get_secret_value()
    return f"{target.url.rstrip('/')}/{key}" if key else target.url


_PERFORMERS = performers(RealtimeKitActs)
"""Which method does a verb."""


def _capabilities(targets: Mapping[str, RtmpTarget]) -> Mapping[str, Capability]:
    supported = {verb: performer.capability for verb, performer in _PERFORMERS.items()}
    return complete({**CANNOT, **supported, RtmpStart.name: rtmp_capability(targets)})
