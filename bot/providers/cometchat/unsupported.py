"""What CometChat has no act for, why, and what comes nearest."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.calls.capabilities import Capability, cannot
from bot.calls.verbs import (
    VERBS,
    Block,
    DeleteRecording,
    DeleteTranscript,
    GroupBan,
    GroupRemove,
    GroupUnban,
    Kick,
    LiveStart,
    LiveStop,
    RecordPause,
    RecordResume,
    RecordStart,
    RecordStop,
    RtmpStart,
    RtmpStop,
    RtmpStopAll,
    Summarise,
    TranscribeStart,
    TranscribeStop,
    Unblock,
    Verb,
)

_READ_ONLY = "CometChat's call API can only be read; only the app's own client can act in a call."
_RECORDING = "CometChat records only from the app's own client; what was recorded can be listed."
_DELETE = "CometChat lists recordings and transcripts and documents no way to delete them."
_STREAM = "CometChat documents no livestream."
_WRITING = "CometChat's API lists transcripts and starts or stops none."


def _all(why: str, *verbs: type[Verb]) -> dict[str, Capability]:
    return {verb.name: cannot(why) for verb in verbs}


CANNOT: Mapping[str, Capability] = MappingProxyType(
    {
        **dict.fromkeys(VERBS, cannot(_READ_ONLY)),
        **_all(_RECORDING, RecordStart, RecordStop, RecordPause, RecordResume),
        **_all(_DELETE, DeleteRecording, DeleteTranscript),
        **_all(_STREAM, LiveStart, LiveStop, RtmpStart, RtmpStop, RtmpStopAll),
        **_all(_WRITING, TranscribeStart, TranscribeStop),
        **_all("CometChat documents no summary of a call.", Summarise),
        Kick.name: cannot(_READ_ONLY, instead=GroupRemove),
        Block.name: cannot(_READ_ONLY, instead=GroupBan),
        Unblock.name: cannot(_READ_ONLY, instead=GroupUnban),
    }
)
"""One line for each verb; the acts on groups come in the place of theirs."""
