"""Stream's calls as they are kept, and as they are written: nanoseconds, one object per call."""

import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.demo.vendors.base import nanoseconds
from bot.demo.vendors.rooms import Room, Stay, Visitor

SNAPSHOT = 100
"""How many people `call.session.participants` holds at most; the counts beside it are complete."""

SETTINGS: dict[str, dict[str, Any]] = {
    name: {}
    for name in (
        "audio",
        "backstage",
        "broadcasting",
        "frame_recording",
        "geofencing",
        "individual_recording",
        "limits",
        "raw_recording",
        "recording",
        "ring",
        "screensharing",
        "session",
        "thumbnails",
        "transcription",
        "video",
    )
}
"""The settings every call has; what they say matters to nobody here."""


@dataclass
class Session:
    """One run of a call, from the first person to the last."""

    id: str
    started_at: datetime
    ended_at: datetime | None = None


@dataclass
class Recorded:
    """A finished recording."""

    kind: str
    session: str
    started_at: datetime
    ended_at: datetime

    @property
    def filename(self) -> str:
        """The file's name, unique in the call."""
        return f"rec_{self.kind}_{self.session}_{nanoseconds(self.started_at)}.mp4"

    def wire(self, cid: str) -> dict[str, Any]:
        """CallRecording; `url` is signed, so it is a secret."""
        signed = secrets.token_hex(8)
        return {
            "filename": self.filename,
            "url": f"https://recordings.stream.example/{cid}/{self.filename}?Signature={signed}",
            "start_time": nanoseconds(self.started_at),
            "end_time": nanoseconds(self.ended_at),
            "session_id": self.session,
            "recording_type": self.kind,
        }


@dataclass
class StreamCall(Room):
    """A call. `id` is the cid, `type:id`; `recording` maps each running kind to its start."""

    session: Session | None = None
    sessions: int = 0
    ended_at: datetime | None = None
    blocked: list[str] = field(default_factory=list)
    recording: dict[str, datetime] = field(default_factory=dict)
    recorded: list[Recorded] = field(default_factory=list)
    playlist: str | None = None
    rtmps: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def ongoing(self) -> bool:
        """Whether a session is running."""
        return self.session is not None and self.session.ended_at is None

    def begin(self, now: datetime) -> None:
        """Start a session unless one is running."""
        if not self.ongoing:
            self.sessions += 1
            self.session = Session(f"{self.id.replace(':', '-')}-s{self.sessions}", now)

    def settle(self, now: datetime) -> None:
        """End the session when nobody is left, and with it what was sent out of it."""
        if self.session is None or not self.ongoing or self.here():
            return
        self.session.ended_at = now
        for kind in list(self.recording):
            self.stop_recording(kind, now)
        self.playlist = None
        self.rtmps.clear()

    def stop_recording(self, kind: str, now: datetime) -> bool:
        """Finish one kind of recording; False when it was not running."""
        started = self.recording.pop(kind, None)
        if started is None or self.session is None:
            return False
        self.recorded.append(Recorded(kind, self.session.id, started, now))
        return True


def wire_user(visitor: Visitor, since: int) -> dict[str, Any]:
    """UserResponse."""
    return {
        "id": visitor.id,
        "name": visitor.name,
        "role": visitor.role,
        "language": "",
        "teams": [],
        "custom": {},
        "blocked_user_ids": [],
        "banned": False,
        "shadow_banned": False,
        "online": True,
        "invisible": False,
        "created_at": since,
        "updated_at": since,
    }


def wire_participant(stay: Stay) -> dict[str, Any]:
    """CallParticipantResponse."""
    joined = nanoseconds(stay.joined_at)
    return {
        "user": wire_user(stay.visitor, joined),
        "user_session_id": stay.presence,
        "role": stay.visitor.role,
        "joined_at": joined,
    }


def wire_session(call: StreamCall, session: Session) -> dict[str, Any]:
    """CallSessionResponse: a snapshot of the people, and complete counts."""
    here = call.here()
    written: dict[str, Any] = {
        "id": session.id,
        "started_at": nanoseconds(session.started_at),
        "participants": [wire_participant(stay) for stay in here[:SNAPSHOT]],
        "participants_count_by_role": dict(Counter(stay.visitor.role for stay in here)),
        "anonymous_participant_count": 0,
        "accepted_by": {},
        "missed_by": {},
        "rejected_by": {},
    }
    if session.ended_at:
        written["ended_at"] = nanoseconds(session.ended_at)
    return written


def wire_egress(call: StreamCall) -> dict[str, Any]:
    """EgressResponse; `stream_key` of each RTMP output comes back, so this holds secrets."""
    egress: dict[str, Any] = {
        "broadcasting": call.playlist is not None or bool(call.rtmps),
        "rtmps": list(call.rtmps.values()),
    }
    if call.playlist:
        egress["hls"] = {"playlist_url": call.playlist, "status": "running"}
    for kind in call.recording:
        egress[f"{kind}_recording"] = {"status": "running"}
    return egress


def wire_call(call: StreamCall) -> dict[str, Any]:
    """CallResponse."""
    kind, _, name = call.id.partition(":")
    created = nanoseconds(call.created_at)
    written: dict[str, Any] = {
        "type": kind,
        "id": name,
        "cid": call.id,
        "current_session_id": call.session.id if call.session and call.ongoing else "",
        "created_by": wire_user(Visitor("backend", "Backend", "admin"), created),
        "custom": {"title": call.title},
        "created_at": created,
        "updated_at": created,
        "recording": bool(call.recording),
        "transcribing": False,
        "captioning": False,
        "translating": False,
        "backstage": False,
        "blocked_user_ids": list(call.blocked),
        "settings": SETTINGS,
        "egress": wire_egress(call),
        "ingress": {},
    }
    if call.session:
        written["session"] = wire_session(call, call.session)
    if call.ended_at:
        written["ended_at"] = nanoseconds(call.ended_at)
    return written


def wire_state(call: StreamCall) -> dict[str, Any]:
    """CallStateResponseFields: the call, its invited members, and what the token may do."""
    return {"call": wire_call(call), "members": [], "own_capabilities": []}
