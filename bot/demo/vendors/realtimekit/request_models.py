"""What RealtimeKit's endpoints take, with the types its specification gives them."""

from typing import Literal

from pydantic import Field

from bot.demo.vendors.base import Body


class People(Body):
    """Kick and mute: both lists are required, one may be empty."""

    participant_ids: list[str]
    custom_participant_ids: list[str]


class MuteAll(Body):
    """Mute everybody: whether they may unmute themselves has to be said."""

    allow_unmute: bool


class RtmpOut(Body):
    """Where a recording is sent instead of into a file."""

    rtmp_url: str


class StartRecording(Body):
    """Start a recording; `max_seconds` between a minute and a day."""

    meeting_id: str
    allow_multiple_recordings: bool = False
    max_seconds: int | None = Field(default=None, ge=60, le=86400)
    file_name_prefix: str | None = None
    rtmp_out_config: RtmpOut | None = None


class Action(Body):
    """What to do with a recording."""

    action: Literal["stop", "pause", "resume"]


class VideoConfig(Body):
    """The picture's size."""

    height: int | None = None
    width: int | None = None


class StartLivestream(Body):
    """Start a livestream."""

    name: str | None = None
    video_config: VideoConfig | None = None


class UpdateMeeting(Body):
    """Change a meeting; INACTIVE lets nobody in any more."""

    title: str | None = None
    status: Literal["ACTIVE", "INACTIVE"] | None = None


class AddParticipant(Body):
    """Enrol somebody."""

    custom_participant_id: str
    preset_name: str
    name: str | None = None


class UpdateParticipant(Body):
    """Change somebody who is enrolled."""

    name: str | None = None
    preset_name: str | None = None


class Poll(Body):
    """Ask a question in the running session."""

    question: str
    options: list[str]
    anonymous: bool = False
    hide_votes: bool = False
