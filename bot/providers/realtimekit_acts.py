"""What can be done at RealtimeKit: a method for each verb, and how far it carries."""

from collections.abc import Mapping
from typing import Any

from bot.calls.acts import Act
from bot.calls.capabilities import Enforcement, can
from bot.calls.models import CallRef, RtmpTarget, Vendor
from bot.calls.outcomes import Receipt
from bot.calls.verbs import (
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
)
from bot.errors import NotAtVendor
from bot.providers.decode import read
from bot.providers.http import Kind, Transport
from bot.providers.realtimekit_look import output, plain, target_of
from bot.providers.realtimekit_reads import Reads, meeting_path, segment
from bot.providers.realtimekit_wire import Done, Recording, output_prefix

_MUTE_IS_UNSURE = (
    "Cloudflare does not document this mute: nobody can be unmuted, "
    "and who is muted cannot be read."
)
_NO_END = (
    "RealtimeKit has no end: everyone is removed, but may join again, "
    "and the empty session stays live for up to ten minutes."
)
_MAY_RETURN = "Their token stays valid, so they may join again."
_ONE_PICTURE = {"kind": ("composite",)}


class Acts:
    """Each method sends the one request that does its verb; some read first what it is about."""

    def __init__(
        self, http: Transport, reads: Reads, rtmp_targets: Mapping[str, RtmpTarget]
    ) -> None:
        self._http = http
        self._reads = reads
        self._targets = rtmp_targets

    @can(
        Mute,
        level=Enforcement.BEST_EFFORT,
        why=_MUTE_IS_UNSURE,
        instead=Kick,
        only={"tracks": ("audio",)},
    )
    async def _mute(self, act: Act) -> Receipt:
        path = f"{meeting_path(act.call.id)}/active-session/mute"
        if not act.everyone:
            return await self._do(Kind.REPEATABLE, "POST", path, _people(act), "muted them")
        await self._same_run(act.call)
        body = {"allow_unmute": True}
        return await self._do(Kind.REPEATABLE, "POST", f"{path}-all", body, "muted everyone")

    @can(Kick, why=_MAY_RETURN)
    async def _kick(self, act: Act) -> Receipt:
        path = f"{meeting_path(act.call.id)}/active-session/kick"
        return await self._do(Kind.ONCE, "POST", path, _people(act), "removed them")

    @can(End, level=Enforcement.BEST_EFFORT, why=_NO_END)
    async def _end(self, act: Act) -> Receipt:
        """Sent once, so that nobody who came back is removed by a late repetition."""
        await self._same_run(act.call)
        path = f"{meeting_path(act.call.id)}/active-session/kick-all"
        return await self._do(Kind.ONCE, "POST", path, None, "removed everyone")

    @can(RecordStart, only=_ONE_PICTURE)
    async def _record_start(self, act: Act) -> Receipt:
        """A second one of its kind is refused; an RTMP output beside it is not in the way."""
        running = await self._reads.running(act.call)
        beside = bool(running) and not plain(running)
        return await self._record(act.call, {}, "began to record", beside=beside)

    @can(RtmpStart)
    async def _rtmp_start(self, act: Act) -> Receipt:
        name = target_of(act)
        running = await self._reads.running(act.call)
        beside = bool(running) and not output(running, name)
        sent = {
            "file_name_prefix": output_prefix(name),
            "rtmp_out_config": {"rtmp_url": _address(self._targets[name])},
        }
        return await self._record(act.call, sent, f"began to send to {name}", beside=beside)

    @can(RecordStop, only=_ONE_PICTURE)
    async def _record_stop(self, act: Act) -> Receipt:
        return await self._tell(plain(await self._reads.running(act.call)), "stop", "recording")

    @can(RecordPause)
    async def _record_pause(self, act: Act) -> Receipt:
        running = plain(await self._reads.running(act.call))
        return await self._tell([one for one in running if not one.paused], "pause", "recording")

    @can(RecordResume)
    async def _record_resume(self, act: Act) -> Receipt:
        running = plain(await self._reads.running(act.call))
        return await self._tell([one for one in running if one.paused], "resume", "recording")

    @can(RtmpStop)
    async def _rtmp_stop(self, act: Act) -> Receipt:
        name = target_of(act)
        sent = output(await self._reads.running(act.call), name)
        return await self._tell(sent, "stop", f"RTMP output to {name}")

    @can(LiveStart)
    async def _live_start(self, act: Act) -> Receipt:
        path = f"{meeting_path(act.call.id)}/livestreams"
        return await self._do(Kind.ONCE, "POST", path, {}, "began a livestream")

    @can(LiveStop)
    async def _live_stop(self, act: Act) -> Receipt:
        path = f"{meeting_path(act.call.id)}/active-livestream/stop"
        return await self._do(Kind.REPEATABLE, "POST", path, None, "stopped the livestream")

    async def _record(
        self, call: CallRef, sent: Mapping[str, Any], said: str, *, beside: bool
    ) -> Receipt:
        body = {"meeting_id": call.id, "allow_multiple_recordings": beside, **sent}
        return await self._do(Kind.ONCE, "POST", "/recordings", body, said)

    async def _tell(self, recordings: list[Recording], action: str, what: str) -> Receipt:
        """Have every one of them stop, pause or resume; NotAtVendor when there is none."""
        if not recordings:
            raise _missing(f"RealtimeKit has no {what} to {action} in this call.")
        receipts = [
            await self._do(
                Kind.REPEATABLE,
                "PUT",
                f"/recordings/{segment(one.id)}",
                {"action": action},
                f"took the order to {action} the {what}",
            )
            for one in recordings
        ]
        return receipts[-1]

    async def _same_run(self, call: CallRef) -> None:
        """NotAtVendor when another session runs now than the one the moderator saw."""
        if call.session is not None and (await self._reads.active(call.id)).id != call.session:
            raise _missing("That session is over; another one has begun in the same room.")

    async def _do(
        self, kind: Kind, method: str, path: str, body: Mapping[str, Any] | None, said: str
    ) -> Receipt:
        answer = await self._http.send(kind, method, path, json=body)
        read(self._http, Done, answer)
        return Receipt(evidence=f"RealtimeKit {said}.", request_id=answer.request_id)


def _people(act: Act) -> dict[str, list[str]]:
    """Both lists, since both are required: `user_id`, or the app's own id where that is missing."""
    person = act.people[0]
    if person.id == person.custom_id:
        return {"participant_ids": [], "custom_participant_ids": [person.id]}
    return {"participant_ids": [person.id], "custom_participant_ids": []}


def _address(target: RtmpTarget) -> str:
    """The whole RTMP address, key and all: for the request's body only."""
    key = target.key.get_secret_value()
    return f"{target.url.rstrip('/')}/{key}" if key else target.url


def _missing(message: str) -> NotAtVendor:
    return NotAtVendor(message, vendor=Vendor.REALTIMEKIT, status=404)
