"""What a vendor's call log can be searched for: also calls that are over."""

from enum import StrEnum

from pydantic import Field

from bot.calls.models import Frozen

MAX_USER = 255


class LoggedStatus(StrEnum):
    """The states of a call by which CometChat's list of calls can be filtered."""

    ONGOING = "ongoing"
    ENDED = "ended"
    UNANSWERED = "unanswered"
    REJECTED = "rejected"


class Media(StrEnum):
    """Whether a call has audio only or video."""

    AUDIO = "audio"
    VIDEO = "video"


class LogFilter(Frozen):
    """What calls of a log are searched for; None means any. `user` is somebody's id in the app."""

    status: LoggedStatus | None = None
    user: str | None = Field(default=None, min_length=1, max_length=MAX_USER)
    media: Media | None = None
    recorded: bool | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether it asks for anything but all calls."""
        return self != LogFilter()
