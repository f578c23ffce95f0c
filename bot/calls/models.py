"""Calls and the people in them, in words of no vendor; all times are UTC."""

from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationInfo, field_validator

from bot.calls.names import shown


class Frozen(BaseModel):
    """The base of values: compared by content, never changed, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Vendor(StrEnum):
    """The vendor that carries a call. The value is the key in settings, cases and commands."""

    STREAM = "stream"
    REALTIMEKIT = "realtimekit"
    COMETCHAT = "cometchat"

    @property
    def label(self) -> str:
        """The vendor's name as people write it."""
        return _LABELS[self]


_LABELS = {
    Vendor.STREAM: "Stream Video",
    Vendor.REALTIMEKIT: "RealtimeKit",
    Vendor.COMETCHAT: "CometChat",
}


class CallRef(Frozen):
    """Which call: the vendor, the id its moderation paths take, and the run of it we mean.

    `id` is Stream's `type:id`, RealtimeKit's *meeting* id, CometChat's session id. `session` is
    the vendor's id of this run (Stream `current_session_id`, RealtimeKit session id), so that a
    room which emptied and filled again is not mistaken for the one the moderator saw.
    """

    vendor: Vendor
    id: str
    session: str | None = None


class RecordingState(StrEnum):
    """Whether a call is recorded; UNKNOWN where a listing does not say."""

    OFF = "off"
    ON = "on"
    PAUSED = "paused"
    UNKNOWN = "unknown"


class CallLog(Frozen):
    """A call as its vendor's call log has it; None is what the vendor does not say.

    `mode` is call, meet or presenter; `between` says whether `receiver` is a user or a group.
    `seconds` is how long the call lasted, `audio_seconds` and `video_seconds` what all people
    together sent. `devices` counts connections: somebody with two devices counts twice.
    """

    status: str | None = None
    mode: str | None = None
    media: str | None = None
    initiator: str | None = None
    receiver: str | None = None
    between: str | None = None
    seconds: int | None = None
    audio_seconds: int | None = None
    video_seconds: int | None = None
    devices: int | None = None
    recordings: int | None = None


class Call(Frozen):
    """One live (or just ended) call. `people` counts who is connected now; times are UTC.

    `broadcasting` is HLS, `rtmp` the names of the RTMP outputs running, `locked` whether nobody
    new can join, `blocked` the ids of those who are kept out, `grouped` whether a chat group is
    behind it, `backstage` whether the audience is out, `muted` and `silenced` how many people in it
    are so by cases of ours, `limit` how many people may be in it at most; None where there is none
    or the vendor's answer does not say. A `title` that cannot be seen is the id instead.
    """

    ref: CallRef
    title: str
    people: int
    started_at: datetime | None = None
    ended_at: datetime | None = None
    recording: RecordingState = RecordingState.UNKNOWN
    broadcasting: bool | None = None
    rtmp: tuple[str, ...] | None = None
    locked: bool | None = None
    backstage: bool | None = None
    limit: int | None = None
    muted: int | None = None
    silenced: int | None = None
    transcribing: bool | None = None
    captioning: bool | None = None
    kind: str | None = None
    blocked: tuple[str, ...] | None = None
    grouped: bool | None = None
    log: CallLog | None = None

    @field_validator("title")
    @classmethod
    def _visible(cls, title: str, known: ValidationInfo) -> str:
        ref: CallRef | None = known.data.get("ref")
        return shown(title, ref.id if ref else None)


class Participant(Frozen):
    """A person connected to a call now.

    `id` is what the vendor's acts take (Stream and CometChat user id, RealtimeKit `user_id`);
    `custom_id` the app's own id where the vendor keeps both; `presence` names this connection
    (Stream `user_session_id`, RealtimeKit peer id). `muted` and `speaking` are None where unknown.
    `silenced`: a case of ours holds that took their right to send.
    Somebody not `known` is there without an id that acts take (a recorder): shown, never acted
    upon; `id` then only tells them from others.
    """

    id: str
    name: str | None = None
    custom_id: str | None = None
    role: str | None = None
    presence: str | None = None
    joined_at: datetime | None = None
    muted: bool | None = None
    speaking: bool | None = None
    silenced: bool = False
    known: bool = True

    @property
    def shown(self) -> str:
        """The name a moderator reads: the display name, or an id when none can be seen."""
        if not self.known:
            return shown(self.name)
        return shown(self.name, self.id, self.custom_id)


class RtmpTarget(Frozen):
    """A place a call can be sent to: the address, and the stream key that nobody may read."""

    url: str
    key: SecretStr


T = TypeVar("T")


class Page(Frozen, Generic[T]):
    """Some items, the cursor for the next ones (None at the end), and the total where known.

    `unknown` counts entries beside the items that do not say which call they are.
    """

    items: tuple[T, ...]
    next: str | None = None
    total: int | None = None
    unknown: int = 0
