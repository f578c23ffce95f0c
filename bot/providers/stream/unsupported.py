"""What Stream Video has no act for, why, and what comes nearest."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.calls.capabilities import Capability, cannot
from bot.calls.verbs import (
    Block,
    Grant,
    GroupBan,
    GroupRemove,
    GroupUnban,
    Kick,
    Poll,
    Preset,
    RecordPause,
    RecordResume,
    RecordStart,
    RecordStop,
    Say,
    Summarise,
    TranscribeStart,
    Unblock,
)

_NO_PAUSE = "Stream Video can only start and stop a recording."
_NO_GROUP = "A call of Stream Video has no chat group behind it."
CANNOT: Mapping[str, Capability] = MappingProxyType(
    {
        RecordPause.name: cannot(_NO_PAUSE, instead=RecordStop),
        RecordResume.name: cannot(_NO_PAUSE, instead=RecordStart),
        GroupRemove.name: cannot(_NO_GROUP, instead=Kick),
        GroupBan.name: cannot(_NO_GROUP, instead=Block),
        GroupUnban.name: cannot(_NO_GROUP, instead=Unblock),
        Preset.name: cannot(
            "Stream Video has no presets: permissions are given one by one.", instead=Grant
        ),
        Poll.name: cannot("Stream Video has no polls in calls.", instead=Say),
        Summarise.name: cannot("Stream Video makes no summaries.", instead=TranscribeStart),
    }
)
"""One line for each verb without an act."""
