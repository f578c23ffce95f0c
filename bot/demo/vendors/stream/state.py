"""Stream's calls as they are kept: their runs, people, files, and what people may do."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.demo.vendors.base import nanoseconds
from bot.demo.vendors.rooms import Room, Visitor

SENDERS = ("send-audio", "send-video", "screenshare")
_HOSTS = dict.fromkeys(("host", "admin"), (*SENDERS, "join-backstage"))
_MEETING = {**_HOSTS, "user": SENDERS, "speaker": SENDERS}
GRANTS: dict[str, dict[str, tuple[str, ...]]] = {
    "audio_room": {**_HOSTS, "speaker": ("send-audio",), "user": ()},
    "default": _MEETING,
    "development": _MEETING,
    "livestream": {**_HOSTS, "user": ()},
}
"""What each role may do in calls of a type: in an audio room a user only listens."""

SENDING = {"audio": "send-audio", "video": "send-video", "screenshare": "screenshare"}
"""The permission without which a track cannot be sent."""


@dataclass
class StreamSession:
    """One run of a call, from the first person to the last."""

    id: str
    started_at: datetime
    ended_at: datetime | None = None


@dataclass
class KeptFile:
    """A finished recording or, without a `kind`, transcription."""

    filename: str
    session: str
    started_at: datetime
    ended_at: datetime
    kind: str | None = None

    def as_json(self, cid: str) -> dict[str, Any]:
        """CallRecording or CallTranscription; `url` is signed, so it is a secret."""
        signed = secrets.token_hex(8)
        kept = {
            "filename": self.filename,
            "url": f"https://files.stream.example/{cid}/{self.filename}?Signature={signed}",
            "start_time": nanoseconds(self.started_at),
            "end_time": nanoseconds(self.ended_at),
            "session_id": self.session,
        }
        return kept if self.kind is None else {**kept, "recording_type": self.kind}


@dataclass
class UserFeedback:
    """What somebody said about a run of a call."""

    person: str
    session: str
    rating: int
    reason: str
    at: datetime


@dataclass
class StreamCall(Room):
    """A call. `id` is the cid, `type:id`.

    `recording` maps each running kind to its start, `members` each user id to a role, `permissions`
    each user id to what was granted (True) or revoked (False), `measures` each connection to what
    was measured of it.
    """

    session: StreamSession | None = None
    sessions: int = 0
    ended_at: datetime | None = None
    blocked: list[str] = field(default_factory=list)
    recording: dict[str, datetime] = field(default_factory=dict)
    recorded: list[KeptFile] = field(default_factory=list)
    transcribing: datetime | None = None
    transcribed: list[KeptFile] = field(default_factory=list)
    captioning: bool = False
    backstage: bool = False
    limits: dict[str, Any] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    permissions: dict[str, dict[str, bool]] = field(default_factory=dict)
    pinned: set[tuple[str, str]] = field(default_factory=set)
    events: list[dict[str, Any]] = field(default_factory=list)
    opinions: list[UserFeedback] = field(default_factory=list)
    measures: dict[str, dict[str, int]] = field(default_factory=dict)
    playlist: str | None = None
    rtmps: dict[str, dict[str, Any]] = field(default_factory=dict)

    def marks(self) -> tuple[str, ...]:
        """What runs here now."""
        told = {
            "recording": self.recording,
            "livestream": self.playlist,
            "RTMP": self.rtmps,
            "transcribed": self.transcribing,
            "captions": self.captioning,
            "backstage": self.backstage,
            "limited": self.limits.get("max_participants"),
        }
        return tuple(name for name, on in told.items() if on)

    @property
    def ongoing(self) -> bool:
        """Whether a session is running."""
        return self.session is not None and self.session.ended_at is None

    def begin(self, now: datetime) -> None:
        """Start a session unless one is running."""
        if not self.ongoing:
            self.sessions += 1
            self.session = StreamSession(f"{self.id.replace(':', '-')}-s{self.sessions}", now)

    def may(self, visitor: Visitor, permission: str) -> bool:
        """Whether somebody holds a permission: as given or revoked, else by their role."""
        by_role = permission in GRANTS.get(self.kind, _MEETING).get(self.role(visitor), ())
        return self.permissions.get(visitor.id, {}).get(permission, by_role)

    @property
    def kind(self) -> str:
        """The type of the call."""
        return self.id.partition(":")[0]

    def role(self, visitor: Visitor) -> str:
        """Somebody's role in this call: as a member of it, else their own."""
        return self.members.get(visitor.id, visitor.role)

    def full(self, visitor: Visitor) -> bool:
        """Whether the limit of people keeps somebody out; those in the call stay below any limit.

        What the vendor counts is not documented: here everyone but those of the excluded roles.
        """
        most = self.limits.get("max_participants")
        out = self.limits.get("max_participants_exclude_roles") or ()
        if not most or self.role(visitor) in out:
            return False
        counted = sum(self.role(stay.visitor) not in out for stay in self.here())
        return counted >= int(most)

    def settle(self, now: datetime) -> None:
        """End the session when nobody is left, and with it what it sent and granted."""
        if self.session is None or not self.ongoing or self.here():
            return
        self.session.ended_at = now
        self.permissions.clear()
        for kind in list(self.recording):
            self.stop_recording(kind, now)
        self.stop_transcription(now)
        self.captioning = False
        self.playlist = None
        self.rtmps.clear()

    def stop_recording(self, kind: str, now: datetime) -> bool:
        """Finish one kind of recording; False when it was not running."""
        started = self.recording.pop(kind, None)
        if started is None or self.session is None:
            return False
        name = f"rec_{kind}_{self.session.id}_{nanoseconds(started)}.mp4"
        self.recorded.append(KeptFile(name, self.session.id, started, now, kind))
        return True

    def stop_transcription(self, now: datetime) -> bool:
        """Finish the transcription; False when it was not running."""
        started, self.transcribing = self.transcribing, None
        if started is None or self.session is None:
            return False
        name = f"transcript_{self.session.id}_{nanoseconds(started)}.jsonl"
        self.transcribed.append(KeptFile(name, self.session.id, started, now))
        return True
