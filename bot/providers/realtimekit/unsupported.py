"""What RealtimeKit has no act for, why, and what comes nearest."""

from collections.abc import Mapping

from bot.calls.capabilities import Capability, cannot
from bot.calls.verbs import (
    Block,
    CaptionsStart,
    CaptionsStop,
    DeleteRecording,
    DeleteTranscript,
    GoBack,
    GoLive,
    Grant,
    GroupBan,
    GroupRemove,
    GroupUnban,
    LiveStart,
    LiveStop,
    MemberAdd,
    MemberRemove,
    Pin,
    Poll,
    Preset,
    RecordStart,
    Revoke,
    Ring,
    RtmpStop,
    RtmpStopAll,
    Say,
    TranscribeStart,
    TranscribeStop,
    Unblock,
    Unpin,
    Unsilence,
)

_HANDED_BY_YOU = "Adding somebody makes a new token, which only your own backend can hand to them."
_BY_PRESET = "RealtimeKit gives rights by preset, not one by one."
_BY_THE_APP = "RealtimeKit leaves who is in front to the app; its REST API has no pin."
_NO_STAGE = "RealtimeKit's REST API has no backstage."
_AS_SET_UP = (
    "RealtimeKit transcribes as the meeting and its presets are set up; "
    "its REST API neither starts nor stops it."
)
_NO_GROUP = "RealtimeKit keeps no chat group behind a call."
_GONE_IN_A_WEEK = "RealtimeKit deletes it itself after seven days; its REST API deletes none."

CANNOT: Mapping[str, Capability] = {
    Unsilence.name: cannot(
        "RealtimeKit has no unmute. Whether joining again lifts a silence is not documented."
    ),
    Unblock.name: cannot(_HANDED_BY_YOU),
    MemberAdd.name: cannot(_HANDED_BY_YOU),
    Grant.name: cannot(_BY_PRESET, instead=Preset),
    Revoke.name: cannot(_BY_PRESET, instead=Preset),
    Pin.name: cannot(_BY_THE_APP),
    Unpin.name: cannot(_BY_THE_APP),
    Ring.name: cannot("RealtimeKit rings nobody: people join with the token your backend gives."),
    Say.name: cannot("RealtimeKit's REST API sends no message into a call.", instead=Poll),
    RtmpStopAll.name: cannot("RealtimeKit stops each output by name.", instead=RtmpStop),
    GoLive.name: cannot(_NO_STAGE, instead=LiveStart),
    GoBack.name: cannot(_NO_STAGE, instead=LiveStop),
    TranscribeStart.name: cannot(_AS_SET_UP, instead=RecordStart),
    TranscribeStop.name: cannot(_AS_SET_UP),
    CaptionsStart.name: cannot(_AS_SET_UP),
    CaptionsStop.name: cannot(_AS_SET_UP),
    GroupRemove.name: cannot(_NO_GROUP, instead=MemberRemove),
    GroupBan.name: cannot(_NO_GROUP, instead=Block),
    GroupUnban.name: cannot(_NO_GROUP),
    DeleteRecording.name: cannot(_GONE_IN_A_WEEK),
    DeleteTranscript.name: cannot(_GONE_IN_A_WEEK),
}
"""One line for each verb without an act."""
