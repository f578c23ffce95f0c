"""What can be done in a Stream Video call, and what cannot and why."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.calls.acts import Act
from bot.calls.capabilities import Capability, Enforcement, cannot, performers
from bot.calls.models import RtmpTarget
from bot.calls.outcomes import Receipt
from bot.calls.verbs import (
    Block,
    Grant,
    GroupBan,
    GroupRemove,
    GroupUnban,
    Kick,
    LiveStart,
    Poll,
    Preset,
    RecordPause,
    RecordResume,
    RecordStart,
    RecordStop,
    RtmpStart,
    Say,
    Summarise,
    TranscribeStart,
    Unblock,
)
from bot.errors import Impossible
from bot.providers.stream.acts_media import StreamMediaActs
from bot.providers.stream.acts_people import StreamPeopleActs
from bot.providers.stream.acts_prepare import PREPARED
from bot.providers.stream.acts_room import StreamRoomActs

NO_PAUSE = "Stream Video can only start and stop a recording."
NO_GROUP = "A call of Stream Video has no chat group behind it."
CANNOT: Mapping[str, Capability] = MappingProxyType(
    {
        RecordPause.name: cannot(NO_PAUSE, instead=RecordStop),
        RecordResume.name: cannot(NO_PAUSE, instead=RecordStart),
        GroupRemove.name: cannot(NO_GROUP, instead=Kick),
        GroupBan.name: cannot(NO_GROUP, instead=Block),
        GroupUnban.name: cannot(NO_GROUP, instead=Unblock),
        Preset.name: cannot(
            "Stream Video has no presets: permissions are given one by one.", instead=Grant
        ),
        Poll.name: cannot("Stream Video has no polls in calls.", instead=Say),
        Summarise.name: cannot("Stream Video makes no summaries.", instead=TranscribeStart),
    }
)


class StreamActs(StreamPeopleActs, StreamRoomActs, StreamMediaActs):
    """Every act of one Stream app."""

    def capabilities(self) -> dict[str, Capability]:
        """What Stream makes of each verb; RTMP goes to the named targets only."""
        can_do = {verb: doing.capability for verb, doing in DOING.items()}
        return {**can_do, **CANNOT, RtmpStart.name: _rtmp_capability(self.targets)}

    async def perform(self, act: Act) -> Receipt:
        """Do it once; Impossible for a verb that Stream has no act for."""
        doing = DOING.get(act.verb.name)
        if doing is None:
            raise Impossible(f"{act.verb.label} is not possible. {CANNOT[act.verb.name].why}")
        if act.before is None and act.verb.name in PREPARED:
            act = await self.preparing.prepare(act, ())
        receipt: Receipt = await getattr(self, doing.method)(act)
        return receipt


DOING = performers(StreamActs)
"""Which method does a verb."""


def _rtmp_capability(targets: Mapping[str, RtmpTarget]) -> Capability:
    if not targets:
        return cannot("No RTMP target is named in callwarden.toml.", instead=LiveStart)
    return Capability(level=Enforcement.ENFORCED, only={"to": tuple(targets)})
