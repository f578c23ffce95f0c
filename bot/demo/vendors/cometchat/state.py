"""CometChat's calls as they are kept, and as JSON: Unix seconds, no display names."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import Any

from bot.demo.vendors.base import iso, seconds
from bot.demo.vendors.rooms import Room, RoomStay

NEWEST = 5
"""How many transcriptions a call shows; the rest are in the listing of their own."""


@dataclass
class CometCall(Room):
    """A call. `title` stays with us: the vendor has no such field."""

    mode: str = "call"
    kind: str = "video"
    initiator: str = "superhero1"
    receiver: str = "supergroup"
    receiver_type: str = "group"
    invited: list[str] = field(default_factory=list)
    ended_at: datetime | None = None
    recordings: list[dict[str, Any]] = field(default_factory=list)
    transcriptions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def status(self) -> str:
        """How far the call has come."""
        if self.ended_at:
            return "ended"
        return "ongoing" if self.stays else "initiated"


@dataclass
class Group:
    """A group of the Chat API: who belongs to it, and who is banned from it, by uid."""

    members: set[str] = field(default_factory=set)
    banned: set[str] = field(default_factory=set)


def sample() -> dict[str, Any]:
    """The call that the vendor's documentation of Get Call shows."""
    text = files("bot.demo.vendors").joinpath("samples", "cometchat_call.json").read_text("utf-8")
    call: dict[str, Any] = json.loads(text)["data"]
    return call


def call_json(call: CometCall, now: datetime) -> dict[str, Any]:
    """A call as JSON: `totalDuration` as a clock shows it, all else in minutes or Unix seconds."""
    end = call.ended_at or now
    joined = {stay.visitor.id for stay in call.stays}
    minutes = sum(_minutes(stay, end) for stay in call.stays)
    written: dict[str, Any] = {
        "sessionId": call.id,
        "totalAudioMinutes": 0 if call.kind == "video" else minutes,
        "totalVideoMinutes": minutes if call.kind == "video" else 0,
        "totalDurationInMinutes": minutes,
        "totalDuration": _timer(call, end),
        "metaData": [],
        "hasRecording": False,
        "initiatedAt": seconds(call.created_at),
        "initiator": call.initiator,
        "mode": call.mode,
        "receiver": call.receiver,
        "receiverType": call.receiver_type,
        "status": call.status,
        "tags": [],
        "totalParticipants": len(call.stays),
        "type": call.kind,
        "mid": f"mid-{call.id}",
        "participants": [
            *(_participant_json(call, stay, end) for stay in call.stays),
            *(_invited_json(call, uid) for uid in call.invited if uid not in joined),
        ],
    }
    if call.stays:
        written["startedAt"] = seconds(call.stays[0].joined_at)
    if call.recordings:
        written |= {"hasRecording": True, "recordings": call.recordings}
    if call.transcriptions:
        written |= {"hasTranscription": True, "transcriptions": call.transcriptions[:NEWEST]}
    if call.ended_at:
        written["endedAt"] = seconds(call.ended_at)
    return written


def recording_json(call: CometCall, began: datetime, ended: datetime) -> dict[str, Any]:
    """A recording as JSON, `duration` in minutes."""
    number = len(call.recordings) + 1
    return {
        "rid": f"{call.id}_{number}",
        "duration": (ended - began).total_seconds() / 60,
        "startTime": seconds(began),
        "endTime": seconds(ended),
        "recording_url": f"https://recordings.demo/{call.id}/{number}.mp4?signature=demo",
    }


def transcription_json(call: CometCall, began: datetime, ended: datetime) -> dict[str, Any]:
    """A transcription as JSON, `transcriptDate` in ISO 8601."""
    number = len(call.transcriptions) + 1
    return {
        "roomName": call.id,
        "mid": f"mid-{call.id}",
        "tid": f"{call.id}_t{number}",
        "startTime": seconds(began),
        "endTime": seconds(ended),
        "transcriptDate": iso(ended),
        "transcriptUrl": f"https://transcripts.demo/{call.id}/{number}.json?signature=demo",
    }


def _participant_json(call: CometCall, stay: RoomStay, end: datetime) -> dict[str, Any]:
    minutes = _minutes(stay, end)
    written: dict[str, Any] = {
        "uid": stay.visitor.id,
        "totalAudioMinutes": 0 if call.kind == "video" else minutes,
        "totalVideoMinutes": minutes if call.kind == "video" else 0,
        "totalDuration": minutes,
        "deviceId": f"{stay.presence}@rtc.demo/{call.id}",
        "isJoined": True,
        "joinedAt": seconds(stay.joined_at),
        "mid": f"mid-{call.id}",
        "state": "ongoing" if stay.here else "ended",
    }
    if stay.left_at:
        written["leftAt"] = seconds(stay.left_at)
    return written


def _invited_json(call: CometCall, uid: str) -> dict[str, Any]:
    return {
        "uid": uid,
        "totalAudioMinutes": 0,
        "totalVideoMinutes": 0,
        "totalDuration": 0,
        "isJoined": False,
        "mid": f"mid-{call.id}",
        "state": "unanswered",
    }


def _minutes(stay: RoomStay, end: datetime) -> float:
    return ((stay.left_at or end) - stay.joined_at).total_seconds() / 60


def _timer(call: CometCall, end: datetime) -> str:
    since = call.stays[0].joined_at if call.stays else end
    minutes, second = divmod(int((end - since).total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"
