"""What Stream's POSTs take, with the types its documentation gives them."""

from typing import Any

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
    """One RTMP output."""

    name: str
    stream_url: str
    stream_key: str | None = None
    quality: str = "720p"


class Broadcasts(Body):
    """The body of StartRTMPBroadcasts: exactly one at a time."""

    broadcasts: list[Broadcast] = Field(min_length=1, max_length=1)


class Upsert(Body):
    """The body of UpdateUsers."""

    users: dict[str, dict[str, Any]]
