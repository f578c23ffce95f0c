"""What Stream's POSTs take, with the types its documentation gives them."""

from typing import Any, Literal

from pydantic import Field

from bot.demo.vendors.base import Body
from bot.demo.vendors.rooms import TRACKS


class Participants(Body):
    """The body of QueryCallParticipants."""

    filter_conditions: dict[str, Any] = Field(default_factory=dict)


class MuteUsers(Body):
    """The body of MuteUsers: the track flags choose what is muted."""

    user_ids: list[str] = Field(default_factory=list)
    mute_all_users: bool = False
    audio: bool = False
    video: bool = False
    screenshare: bool = False
    screenshare_audio: bool = False
    muted_by_id: str | None = None

    @property
    def tracks(self) -> set[str]:
        """The tracks that are named."""
        return {track for track in TRACKS if getattr(self, track)}


class Target(Body):
    """The body of BlockUser and UnblockUser."""

    user_id: str


class KickUser(Target):
    """The body of KickUser."""

    block: bool = False
    kicked_by_id: str | None = None


class Broadcast(Body):
    """One RTMP output; its name may be anything of 255 characters."""

    name: str = Field(min_length=1, max_length=255)
    stream_url: str
    stream_key: str | None = None
    quality: str = "720p"


class Broadcasts(Body):
    """The body of StartRTMPBroadcasts: exactly one at a time."""

    broadcasts: list[Broadcast] = Field(min_length=1, max_length=1)


class Upsert(Body):
    """The body of UpdateUsers."""

    users: dict[str, dict[str, Any]]


Right = Literal["screenshare", "send-audio", "send-video"]
"""What somebody may be given or denied in a call: everything else is refused."""


class Permissions(Target):
    """The body of UpdateUserPermissions."""

    grant_permissions: list[Right] = Field(default_factory=list)
    revoke_permissions: list[Right] = Field(default_factory=list)


class LimitSettings(Body):
    """LimitsSettingsRequest: what is not named stays as it is; no people, or 0, is no limit."""

    max_participants: int | None = None
    max_participants_exclude_owner: bool | None = None
    max_participants_exclude_roles: list[str] | None = None
    max_duration_seconds: int | None = Field(None, ge=0)


class SettingsOverride(Body):
    """CallSettingsRequest, as far as calls here have settings."""

    limits: LimitSettings = LimitSettings()


class UpdateCall(Body):
    """The body of UpdateCall."""

    settings_override: SettingsOverride = SettingsOverride()


class PinTrack(Target):
    """The body of VideoPin and VideoUnpin: both fields are required."""

    session_id: str


class Member(Body):
    """MemberRequest."""

    user_id: str
    role: str = "user"


class Members(Body):
    """The body of UpdateCallMembers."""

    update_members: list[Member] = Field(default_factory=list)
    remove_members: list[str] = Field(default_factory=list)


class Event(Body):
    """The body of SendCallEvent."""

    custom: dict[str, Any] = Field(default_factory=dict)
    user_id: str | None = None


class Ringing(Body):
    """The body of RingCall; without ids every member who is not in the call is rung."""

    members_ids: list[str] = Field(default_factory=list)
    video: bool = False


class Opening(Body):
    """The body of GoLive: what starts with it."""

    start_hls: bool = False
    start_recording: bool = False
    start_composite_recording: bool = False
    start_individual_recording: bool = False
    start_raw_recording: bool = False
    start_transcription: bool = False
    start_closed_caption: bool = False


class Closing(Body):
    """The body of StopLive: what is not continued stops."""

    continue_hls: bool = False
    continue_recording: bool = False
    continue_composite_recording: bool = False
    continue_individual_recording: bool = False
    continue_raw_recording: bool = False
    continue_rtmp_broadcasts: bool = False
    continue_transcription: bool = False
    continue_closed_caption: bool = False

    def continues(self, recording: str) -> bool:
        """Whether that kind of recording goes on; the old name stands for the composite one."""
        old = recording == "composite" and self.continue_recording
        return old or bool(getattr(self, f"continue_{recording}_recording"))


class StartTranscription(Body):
    """The body of StartTranscription."""

    language: str | None = None
    enable_closed_captions: bool = False


class StopTranscription(Body):
    """The body of StopTranscription."""

    stop_closed_captions: bool = False


class StartCaptions(Body):
    """The body of StartClosedCaptions."""

    language: str | None = None
    enable_transcription: bool = False


class StopCaptions(Body):
    """The body of StopClosedCaptions."""

    stop_transcription: bool = False
