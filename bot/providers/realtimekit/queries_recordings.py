"""Reading RealtimeKit's recordings: which of a call's is meant, who began it, why it stopped.

An RTMP output that the app began is a recording like any other: no answer tells the two apart. So
only what was begun from here, which its file name shows, is meant without being named.
"""

import asyncio
from collections.abc import Sequence

from pydantic import BaseModel, Field

from bot.calls.models import CallRef
from bot.calls.recordings import RunningRecording
from bot.calls.verbs import RecordPause, RecordResume, RecordStop, Verb
from bot.errors import Impossible, VendorError
from bot.providers.http.client import HttpClient
from bot.providers.http.decode import Maybe, read
from bot.providers.http.retry import Idempotency
from bot.providers.realtimekit.models import MeetingRecording, kept_as_files
from bot.providers.realtimekit.queries import RealtimeKitQueries, segment

MOST_DETAILS = 10
"""Recordings of which it is asked who began them: one request each."""

_AT_ONCE = 4
EITHER = "recording or RTMP output"
OURS = "started by Callwarden"
BACKEND = "your app's backend"
"""Who called with the account's token: RealtimeKit names the caller ORGANIZATION."""
EITHER_OF_US = f"Callwarden or {BACKEND}"
"""The same of a stop: we call with that token too, and no file name tells who stopped it."""


class _Caller(BaseModel):
    name: Maybe[str] = None
    kind: Maybe[str] = Field(None, alias="type")

    def shown(self, account: str) -> str:
        return self.name or "somebody in the call" if self.kind == "USER" else account


class _Why(BaseModel):
    caller: Maybe[_Caller] = None
    reason: Maybe[str] = None


class RecordingDetails(BaseModel):
    """What `GET /recordings/{id}` tells beyond the list: who began and who stopped it."""

    start: Maybe[_Why] = Field(None, alias="start_reason")
    stop: Maybe[_Why] = Field(None, alias="stop_reason")

    @property
    def began(self) -> str:
        """Who began it, in words; empty where the vendor does not say."""
        if self.start is None:
            return ""
        if self.start.reason == "RECORD_ON_START":
            return "started by itself when the meeting began"
        return f"started by {self.start.caller.shown(BACKEND)}" if self.start.caller else ""

    @property
    def ended(self) -> str:
        """Why it stopped, in words; empty while it runs."""
        why = self.stop
        if why is None:
            return ""
        if why.reason == "INTERNAL_ERROR":
            return "stopped by an error at RealtimeKit"
        if why.reason == "ALL_PEERS_LEFT":
            return "stopped when everyone had left"
        return f"stopped by {why.caller.shown(EITHER_OF_US)}" if why.caller else ""


class _OneRecording(BaseModel):
    data: RecordingDetails


class RecordingQueries:
    """Reads the recordings that run, and the details of each; raises `VendorError`."""

    def __init__(self, http: HttpClient, queries: RealtimeKitQueries) -> None:
        self._http = http
        self._queries = queries

    async def running(self, call: CallRef) -> Sequence[RunningRecording]:
        """The recordings that a stop or pause can mean, oldest first.

        Who began them is told of the newest ten.
        """
        found = kept_as_files(await self._queries.running(call))
        details = await self.details(
            [recording.id for recording in found if not recording.ours][:MOST_DETAILS]
        )
        listed = [
            _listed(recording, details.get(recording.id, RecordingDetails())) for recording in found
        ]
        return listed[::-1]

    async def details(self, ids: Sequence[str]) -> dict[str, RecordingDetails]:
        """The details of each of these recordings by id; without those that cannot be read."""
        turn = asyncio.Semaphore(_AT_ONCE)
        found = await asyncio.gather(*(self._details(id_, turn) for id_ in ids))
        return {
            recording: details
            for recording, details in zip(ids, found, strict=True)
            if details is not None
        }

    async def _details(self, recording: str, turn: asyncio.Semaphore) -> RecordingDetails | None:
        async with turn:
            try:
                path = f"/recordings/{segment(recording)}"
                return read(
                    self._http, _OneRecording, await self._http.send(Idempotency.READ, "GET", path)
                ).data
            except VendorError:
                return None


def recordings_meant(verb: Verb, running: Sequence[MeetingRecording]) -> list[MeetingRecording]:
    """The running recording that the verb names, or the one that was begun from here.

    Raises Impossible when several may be meant: one order never stops them all.
    """
    found = kept_as_files(running)
    named = named_by(verb)
    if named is not None:
        found = [recording for recording in found if recording.id.startswith(named)]
    elif found:
        found = [recording for recording in found if recording.ours]
    if len(found) > 1 or (named is None and not found and kept_as_files(running)):
        raise Impossible(
            "More than one recording may be meant, and none of them was named.",
            next_step="Nothing was done. Request it again: it lists what is running.",
        )
    return found


def named_by(verb: Verb) -> str | None:
    """The beginning of the id of the recording that a verb names; None where it names none."""
    return verb.recording if isinstance(verb, RecordStop | RecordPause | RecordResume) else None


def _listed(recording: MeetingRecording, details: RecordingDetails) -> RunningRecording:
    return RunningRecording(
        id=recording.id,
        kind="recording" if recording.ours else EITHER,
        by=OURS if recording.ours else details.began,
        started_at=recording.started_at or recording.invoked_at,
        paused=recording.paused,
        ours=recording.ours,
    )
