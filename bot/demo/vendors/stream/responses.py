"""Stream's calls as JSON: nanoseconds, one object for each call; named as Stream names them."""

from collections import Counter
from datetime import datetime
from typing import Any

from bot.demo.vendors.base import nanoseconds
from bot.demo.vendors.rooms import RoomStay, Visitor
from bot.demo.vendors.stream.state import StreamCall, StreamSession, UserFeedback

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
} | {
    "backstage": {"enabled": True, "join_ahead_time_seconds": 0},
    "recording": {"mode": "available"},
    "transcription": {"mode": "disabled"},
}
"""The settings every call has, as far as somebody here reads them."""


NO_LIMITS: dict[str, Any] = {"max_participants_exclude_roles": []}
"""LimitsSettingsResponse of a call without any."""


def user_json(visitor: Visitor, since: int) -> dict[str, Any]:
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


def participant_json(call: StreamCall, stay: RoomStay) -> dict[str, Any]:
    """CallParticipantResponse."""
    joined = nanoseconds(stay.joined_at)
    return {
        "user": user_json(stay.visitor, joined),
        "user_session_id": stay.presence,
        "role": call.role(stay.visitor),
        "joined_at": joined,
    }


def attended_json(stay: RoomStay, now: datetime) -> dict[str, Any]:
    """ParticipantSessionDetails."""
    left = {"left_at": nanoseconds(stay.left_at)} if stay.left_at else {}
    return {
        "user_id": stay.visitor.id,
        "user_session_id": stay.presence,
        "publisher_type": "webrtc",
        "roles": [stay.visitor.role],
        "joined_at": nanoseconds(stay.joined_at),
        "duration_in_seconds": int(((stay.left_at or now) - stay.joined_at).total_seconds()),
        **left,
    }


def session_json(call: StreamCall, session: StreamSession) -> dict[str, Any]:
    """CallSessionResponse: a snapshot of the people, and complete counts."""
    here = call.here()
    written: dict[str, Any] = {
        "id": session.id,
        "started_at": nanoseconds(session.started_at),
        "participants": [participant_json(call, stay) for stay in here[:SNAPSHOT]],
        "participants_count_by_role": dict(Counter(call.role(stay.visitor) for stay in here)),
        "anonymous_participant_count": 0,
        "accepted_by": {},
        "missed_by": {},
        "rejected_by": {},
    }
    if session.ended_at:
        written["ended_at"] = nanoseconds(session.ended_at)
    return written


def egress_json(call: StreamCall) -> dict[str, Any]:
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


def call_json(call: StreamCall) -> dict[str, Any]:
    """CallResponse."""
    kind, _, name = call.id.partition(":")
    created = nanoseconds(call.created_at)
    written: dict[str, Any] = {
        "type": kind,
        "id": name,
        "cid": call.id,
        "current_session_id": call.session.id if call.session and call.ongoing else "",
        "created_by": user_json(Visitor("backend", "Backend", "admin"), created),
        "custom": {"title": call.title},
        "created_at": created,
        "updated_at": created,
        "recording": bool(call.recording),
        "transcribing": call.transcribing is not None,
        "captioning": call.captioning,
        "translating": False,
        "backstage": call.backstage,
        "blocked_user_ids": list(call.blocked),
        "settings": {**SETTINGS, "limits": {**NO_LIMITS, **call.limits}},
        "egress": egress_json(call),
        "ingress": {},
    }
    if call.session:
        written["session"] = session_json(call, call.session)
    if call.ended_at:
        written["ended_at"] = nanoseconds(call.ended_at)
    return written


def call_state_json(call: StreamCall) -> dict[str, Any]:
    """CallStateResponseFields: the call, its members, and what the token may do."""
    members = [member_json(call, person) for person in call.members]
    return {"call": call_json(call), "members": members, "own_capabilities": []}


def member_json(call: StreamCall, person: str) -> dict[str, Any]:
    """MemberResponse."""
    since = nanoseconds(call.created_at)
    return {
        "user_id": person,
        "user": user_json(Visitor(person, person.capitalize()), since),
        "role": call.members[person],
        "custom": {},
        "created_at": since,
        "updated_at": since,
    }


def feedback_json(call: StreamCall, said: UserFeedback) -> dict[str, Any]:
    """UserFeedbackResponse: neither a name nor a time."""
    return {
        "cid": call.id,
        "session_id": said.session,
        "user_id": said.person,
        "rating": said.rating,
        "reason": said.reason,
        "platform": {},
        "sdk": "web",
        "sdk_version": "1.0.0",
    }


def stats_json(call: StreamCall, person: str) -> dict[str, Any]:
    """CallStatsParticipant with each of their connections."""
    stays = [stay for stay in call.stays if stay.visitor.id == person]
    return {
        "user_id": person,
        "name": stays[0].visitor.name,
        "roles": [stays[0].visitor.role],
        "sessions": [_connection_stats_json(call, stay) for stay in stays],
    }


def _connection_stats_json(call: StreamCall, stay: RoomStay) -> dict[str, Any]:
    written: dict[str, Any] = {
        "user_session_id": stay.presence,
        "is_live": stay.here,
        "started_at": nanoseconds(stay.joined_at),
        "published_tracks": {},
        **call.measures.get(stay.presence, {}),
    }
    if stay.left_at:
        written["ended_at"] = nanoseconds(stay.left_at)
    return written
