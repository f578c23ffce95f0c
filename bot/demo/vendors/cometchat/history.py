"""CometChat's past calls as JSON: minutes, Unix seconds, and who never came."""

from typing import Any

from bot.demo.vendors.base import seconds
from bot.demo.vendors.past import PastCall, PastStay, between
from bot.usage.records import Ending

UNTAKEN = ("unanswered", "rejected", "canceled")
"""What became of calls that nobody took; which one it was, is chosen by when they began."""

CALLER = "superhero1"


def past_call_json(call: PastCall) -> dict[str, Any]:
    """A call that is over, as JSON; one that failed has ended, though nobody was there."""
    taken = call.ending is Ending.ANSWERED
    minutes = call.person_seconds / 60
    length = between(call.started_at, call.ended_at)
    written: dict[str, Any] = {
        "sessionId": call.id,
        "totalAudioMinutes": 0 if call.video else minutes,
        "totalVideoMinutes": minutes if call.video else 0,
        "totalDurationInMinutes": minutes,
        "totalDuration": f"{length // 3600:02}:{length // 60 % 60:02}:{length % 60:02}",
        "metaData": [],
        "hasRecording": bool(call.recordings),
        "initiatedAt": seconds(call.started_at),
        "initiator": CALLER,
        "mode": "call",
        "receiver": call.title,
        "receiverType": "group",
        "status": _status(call),
        "tags": [],
        "totalParticipants": len(call.stays),
        "type": "video" if call.video else "audio",
        "mid": f"mid-{call.id}",
        "participants": [*(_stay(call, stay) for stay in call.stays), _absent(call)],
    }
    if taken:
        written["startedAt"] = seconds(call.started_at)
    if call.ending is not Ending.UNANSWERED:
        written["endedAt"] = seconds(call.ended_at)
    if call.recordings:
        written["recordings"] = [_recording(call, n) for n in range(len(call.recordings))]
    return written


def _status(call: PastCall) -> str:
    if call.ending is Ending.UNANSWERED:
        return UNTAKEN[seconds(call.started_at) % len(UNTAKEN)]
    return "ended"


def _stay(call: PastCall, stay: PastStay) -> dict[str, Any]:
    minutes = stay.seconds / 60
    return {
        "uid": stay.person,
        "totalAudioMinutes": 0 if call.video else minutes,
        "totalVideoMinutes": minutes if call.video else 0,
        "totalDuration": minutes,
        "deviceId": f"{stay.person}@rtc.demo/{call.id}",
        "isJoined": True,
        "joinedAt": seconds(stay.joined_at),
        "leftAt": seconds(stay.left_at),
        "mid": f"mid-{call.id}",
        "state": "ended",
    }


def _absent(call: PastCall) -> dict[str, Any]:
    """Somebody who was invited and never came."""
    return {
        "uid": "superhero9",
        "totalAudioMinutes": 0,
        "totalVideoMinutes": 0,
        "totalDuration": 0,
        "isJoined": False,
        "mid": f"mid-{call.id}",
        "state": "unanswered",
    }


def _recording(call: PastCall, number: int) -> dict[str, Any]:
    """`duration` in minutes, as the overview page has it."""
    recording = call.recordings[number]
    began = seconds(recording.started_at)
    return {
        "rid": f"{call.id}_{number + 1}",
        "duration": recording.seconds / 60,
        "startTime": began,
        "endTime": began + recording.seconds,
        "recording_url": f"https://recordings.demo/{call.id}/{number + 1}.mp4?signature=demo",
    }
