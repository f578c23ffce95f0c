"""RealtimeKit's meetings as they are kept, and as JSON: ISO 8601, three ids a person.

A *meeting* is a lasting room, a *session* one live run of it.
"""

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.demo.vendors.base import iso, seconds
from bot.demo.vendors.rooms import Room, RoomStay, Visitor

ORGANIZATION = "0f0e0d0c-0b0a-4090-8080-070605040302"
STARTING = timedelta(seconds=2)
"""How long a recording stays INVOKED before it is RECORDING."""
UPLOADING = timedelta(seconds=5)
KEPT = timedelta(days=7)
"""How long a recording can be downloaded."""


def made_id(*parts: str) -> str:
    """A UUID that is the same whenever it is made from the same words."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts)))


@dataclass
class RoomRecording:
    """A recording; `rtmp_url` is set when it is sent out by RTMP, which no answer shows.

    `starter` is who began it, where that was somebody in the call; `bot` is whether its recorder
    shows among the connections; `stop_reason` is as documented.
    """

    id: str
    session: str
    prefix: str
    invoked_at: datetime
    rtmp_url: str | None = None
    paused: bool = False
    stopped_at: datetime | None = None
    starter: "Enrolment | None" = None
    bot: bool = False
    stop_reason: str | None = None

    @property
    def active(self) -> bool:
        """Whether it has not been stopped."""
        return self.stopped_at is None

    def stop(self, now: datetime, why: str) -> None:
        """End it; `why` is API_CALL, INTERNAL_ERROR or ALL_PEERS_LEFT."""
        self.stopped_at, self.stop_reason = now, why

    def status(self, now: datetime) -> str:
        """INVOKED, RECORDING or PAUSED, then UPLOADING, UPLOADED."""
        if self.stopped_at:
            return "UPLOADED" if now - self.stopped_at >= UPLOADING else "UPLOADING"
        if self.paused:
            return "PAUSED"
        return "RECORDING" if now - self.invoked_at >= STARTING else "INVOKED"

    def details_json(self, now: datetime) -> dict[str, Any]:
        """The recording as its details show it: also who began it, and why it stopped."""
        written = self.as_json(now)
        started = _caller(self.starter)
        written["start_reason"] = {"reason": "API_CALL", "caller": started}
        if self.stop_reason:
            written["stop_reason"] = {"reason": self.stop_reason}
            if self.stop_reason == "API_CALL":
                written["stop_reason"]["caller"] = _caller(None)
        return written

    def as_json(self, now: datetime) -> dict[str, Any]:
        """The recording as JSON; the two URLs are signed, so they are secrets."""
        status, name = self.status(now), f"{self.prefix}_{seconds(self.invoked_at)}"
        written: dict[str, Any] = {
            "id": self.id,
            "session_id": self.session,
            "status": status,
            "invoked_time": iso(self.invoked_at),
            "output_file_name": f"{name}.mp4",
        }
        if status != "INVOKED":
            written["started_time"] = iso(self.invoked_at + STARTING)
        if self.stopped_at:
            written["stopped_time"] = iso(self.stopped_at)
            written["recording_duration"] = seconds(self.stopped_at) - seconds(self.invoked_at)
        if status == "UPLOADED" and self.stopped_at:
            signed = f"?Expires=1&Signature={secrets.token_hex(8)}"
            written["download_url"] = f"https://rec.realtimekit.example/{name}.mp4{signed}"
            written["audio_download_url"] = f"https://rec.realtimekit.example/{name}.mp3{signed}"
            written["download_url_expiry"] = iso(self.stopped_at + KEPT)
        return written


def _caller(who: "Enrolment | None") -> dict[str, str]:
    """ORGANIZATION is whoever has the account's token; of people, name and id are told."""
    if who is None:
        return {"type": "ORGANIZATION"}
    return {"type": "USER", "name": who.visitor.name, "user_Id": who.id}


@dataclass
class RoomSession:
    """One run of a meeting. `ended_at` is set when the keep-alive time is over."""

    id: str
    started_at: datetime
    ended_at: datetime | None = None
    most: int = 0
    summary_at: datetime | None = None
    """When a summary was asked for."""


@dataclass
class ConnectionQuality:
    """How somebody's connection does.

    `mos` is a mean opinion score from 1 to 5, `lossy` the share of measurements with 5 % loss or
    more, `slow` that with 250 ms or more, `lost` the packets lost of a thousand sent.
    """

    mos: float = 4.4
    lossy: float = 0.0
    slow: float = 0.0
    lost: int = 0


@dataclass
class Enrolment:
    """Somebody added to a meeting: what their token stands for. `id` is `user_id` in reports."""

    id: str
    visitor: Visitor
    preset: str
    created_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The enrolment as JSON, as its endpoints show it."""
        return {
            "id": self.id,
            "name": self.visitor.name,
            "custom_participant_id": self.visitor.id,
            "preset_name": self.preset,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.created_at),
        }

    def acted_json(self) -> dict[str, Any]:
        """The person as the answers to kick and mute show them."""
        return {
            "id": self.id,
            "name": self.visitor.name,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.created_at),
        }


@dataclass
class MeetingRoom(Room):
    """A lasting room. `stays` are those of the newest session, older ones are in `past`."""

    active: bool = True
    keep_alive: timedelta = timedelta(seconds=60)
    session: RoomSession | None = None
    runs: int = 0
    past: list[tuple[RoomSession, list[RoomStay]]] = field(default_factory=list)
    enrolled: dict[str, Enrolment] = field(default_factory=dict)
    tokens: dict[str, Enrolment] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    recordings: list[RoomRecording] = field(default_factory=list)
    livestream: dict[str, Any] | None = None
    networks: dict[str, ConnectionQuality] = field(default_factory=dict)

    def marks(self) -> tuple[str, ...]:
        """What runs here now; an RTMP output is a recording too."""
        told = {
            "recording": any(recording.stopped_at is None for recording in self.recordings),
            "livestream": self.livestream,
            "locked": not self.active,
        }
        return tuple(name for name, on in told.items() if on)

    def live(self) -> RoomSession | None:
        """The session that is running, if any."""
        return self.session if self.session and self.session.ended_at is None else None

    def begin(self, now: datetime) -> RoomSession:
        """The running session, a new one if there is none."""
        if self.session and self.session.ended_at:
            self.past.append((self.session, self.stays))
            self.session, self.stays = None, []
        if self.session is None:
            self.runs += 1
            self.session = RoomSession(made_id(self.id, "session", str(self.runs)), now)
        return self.session

    def settle(self, now: datetime) -> None:
        """End the session once it has been empty for the keep-alive time."""
        session = self.live()
        if session is None or self.here():
            return
        emptied = max([session.started_at, *(s.left_at for s in self.stays if s.left_at)])
        if now - emptied >= self.keep_alive:
            self.close(emptied + self.keep_alive)

    def close(self, now: datetime) -> None:
        """End the session with all that runs in it."""
        session = self.live()
        if session is None:
            return
        session.ended_at, self.livestream = now, None
        for recording in self.running():
            recording.stop(now, "ALL_PEERS_LEFT")

    def enrol(self, visitor: Visitor, preset: str, now: datetime) -> Enrolment:
        """Add somebody and give them a token; it lets them in until they are deleted."""
        self.deleted.discard(visitor.id)
        added = Enrolment(made_id(self.id, visitor.id, str(len(self.tokens))), visitor, preset, now)
        self.enrolled[added.id] = self.tokens[visitor.id] = added
        return added

    def recorders(self, session: RoomSession) -> list[dict[str, Any]]:
        """The connections of what records a session: without ids, as the documents let them be.

        They are bots and not counted among the people.
        """
        return [
            {
                "id": made_id("recorder", recording.id),
                "display_name": "Recorder",
                "joined_at": iso(recording.invoked_at),
                "created_at": iso(recording.invoked_at),
                "updated_at": iso(recording.invoked_at),
            }
            for recording in self.recordings
            if recording.active and recording.bot and recording.session == session.id
        ]

    def running(self) -> list[RoomRecording]:
        """Recordings that have not been stopped, newest last."""
        return [recording for recording in self.recordings if recording.active]

    def as_json(self) -> dict[str, Any]:
        """The meeting as JSON."""
        return {
            "id": self.id,
            "title": self.title,
            "status": "ACTIVE" if self.active else "INACTIVE",
            "session_keep_alive_time_in_secs": self.keep_alive.total_seconds(),
            "created_at": iso(self.created_at),
            "updated_at": iso(self.created_at),
        }

    def session_json(
        self, session: RoomSession, stays: list[RoomStay], now: datetime
    ) -> dict[str, Any]:
        """A session as JSON with its counts; `minutes_consumed` adds up everybody's minutes."""
        minutes = sum(((s.left_at or now) - s.joined_at).total_seconds() / 60 for s in stays)
        written: dict[str, Any] = {
            "id": session.id,
            "associated_id": self.id,
            "meeting_display_name": self.title,
            "type": "meeting",
            "status": "ENDED" if session.ended_at else "LIVE",
            "live_participants": sum(stay.here for stay in stays),
            "max_concurrent_participants": session.most,
            "minutes_consumed": round(minutes, 2),
            "organization_id": ORGANIZATION,
            "started_at": iso(session.started_at),
            "created_at": iso(session.started_at),
            "updated_at": iso(now),
        }
        if session.ended_at:
            written["ended_at"] = iso(session.ended_at)
        return written

    def stay_json(self, stay: RoomStay, now: datetime) -> dict[str, Any]:
        """A session participant as JSON: `id` is the peer's, `user_id` the enrolment's."""
        enrolled = self.tokens[stay.visitor.id]
        written: dict[str, Any] = {
            "id": made_id(self.id, "peer", stay.presence, iso(stay.joined_at)),
            "user_id": enrolled.id,
            "custom_participant_id": stay.visitor.id,
            "display_name": stay.visitor.name,
            "preset_name": enrolled.preset,
            "joined_at": iso(stay.joined_at),
            "duration": ((stay.left_at or now) - stay.joined_at).total_seconds() / 60,
            "created_at": iso(stay.joined_at),
            "updated_at": iso(stay.left_at or stay.joined_at),
        }
        if stay.left_at:
            written["left_at"] = iso(stay.left_at)
        return written
