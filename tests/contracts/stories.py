"""What the one call in the answers is like: running, recorded and streamed, or none of these."""

from collections.abc import Mapping

from bot.calls.models import Vendor
from tests.contracts.answers import OMIT, Story

CALLS = {Vendor.STREAM: "default:room", Vendor.REALTIMEKIT: "m-1", Vendor.COMETCHAT: "v1.us.room"}
"""The id of the call, as the vendor's acts take it."""

PERSON = "ben"
"""Who is in it, by the app's own id."""

ENDS = ("ended_at", "left_at", "deleted_at", "endedAt", "leftAt", "live_ended_at", "next", "prev")
"""Fields whose presence says that something is over, or that there is more."""

_STREAM: Story = {
    "call.cid": "default:room",
    "call.id": "room",
    "call.type": "default",
    "current_session_id": "run-1",
    "call_session_id": "run-1",
    "session_id": "run-1",
    "session.id": "run-1",
    "user.id": PERSON,
    "user_id": PERSON,
    "user_session_id": "ben-1",
    "published_tracks": ["audio", "video"],
    "total_participants": 1,
    "recordings.filename": "rec_1.mp4",
    "transcriptions.filename": "t_1.jsonl",
    "call_types": {"default": {"name": "default"}},
    "egress.composite_recording": OMIT,
    "egress.individual_recording": OMIT,
    "egress.raw_recording": OMIT,
}
_KIT: Story = {
    "associated_id": "m-1",
    "meeting_id": "m-1",
    "session_id": "s-1",
    "sessionId": "s-1",
    "sessions.id": "s-1",
    "active_session.get_active_session.data.id": "s-1",
    "sessions.get_session_details.data.session.id": "s-1",
    "meetings.get_meeting_by_id.data.id": "m-1",
    "participants.user_id": "u-1",
    "participants.custom_participant_id": PERSON,
    "custom_participant_id": PERSON,
    "meetings.get_meeting_participants.data.id": "u-1",
    "meetings.get_meeting_participant.data.id": "u-1",
    "presets.get.data.name": "viewer",
    "success": True,
    "total_count": 1,
    "start_offset": 0,
    "end_offset": 1,
}
_COMET: Story = {
    "data.sessionId": "v1.us.room",
    "data.status": "ongoing",
    "data.receiver": "room",
    "data.receiverType": "group",
    "data.mode": "call",
    "participants.uid": PERSON,
    "data.uid": PERSON,
    "list-group-members.data.status": "offline",
    "list-banned-users.data.status": "offline",
    "participants.isJoined": True,
    "participants.state": "ongoing",
    "pagination.total": 1,
    "pagination.total_pages": 1,
    "pagination.current_page": 1,
    "startTime": 1692368127,
    "endTime": 1692368146,
    "startedAt": 1692368127,
}
_OVER = dict.fromkeys(ENDS, OMIT)

WORLDS: Mapping[Vendor, Mapping[str, Story]] = {
    Vendor.STREAM: {
        "quiet": {**_OVER, **_STREAM, "egress.rtmps": [], "egress.hls": OMIT},
        "busy": {
            **_OVER,
            **_STREAM,
            "call.recording": True,
            "call.transcribing": True,
            "call.captioning": True,
            "call.backstage": True,
            "egress.broadcasting": True,
            "egress.rtmps": [{"name": "tube", "started_at": 1778198400000000000}],
            "hls.status": "running",
            "blocked_user_ids": [PERSON],
        },
    },
    Vendor.REALTIMEKIT: {
        "quiet": {**_OVER, **_KIT, "recordings.get_recordings.data": []},
        "recording": {
            **_OVER,
            **_KIT,
            "recordings.get_recordings.data.status": "RECORDING",
            "output_file_name": "callwarden.1",
        },
        "paused": {
            **_OVER,
            **_KIT,
            "recordings.get_recordings.data.status": "PAUSED",
            "output_file_name": "callwarden.1",
        },
        "recorded by the app": {
            **_OVER,
            **_KIT,
            "recordings.get_recordings.data.status": "RECORDING",
            "stop_reason": OMIT,
        },
        "streaming": {
            **_OVER,
            **_KIT,
            "recordings.get_recordings.data.status": "RECORDING",
            "output_file_name": "rtmp.tube.1",
        },
    },
    Vendor.COMETCHAT: {"group call": {**_OVER, **_COMET}},
}
"""Every vendor's answers in each of the states a call can be in."""
