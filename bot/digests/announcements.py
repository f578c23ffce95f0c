"""What became of a request about a digest, and what a place in Slack still has to be told of it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import Field

from bot.calls.models import Frozen
from bot.digests.subscription import Subscription


class ChangeKind(StrEnum):
    """What became of a request."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    """It was so already, or the same request came once more."""


class ChangeResult(NamedTuple):
    """A subscription as it is now, and how it came to be so; `before` is as it was."""

    subscription: Subscription
    how: ChangeKind
    before: Subscription | None = None


class AnnouncementKind(StrEnum):
    """What is told."""

    SET_UP = "set_up"
    """To its channel: who set it up, when it comes, how to change it."""
    MOVED = "moved"
    """To its new channel, the same."""
    PAUSED = "paused"
    """To its owner: why it does not come any more, and how to have it come again."""


class Announcement(Frozen):
    """Something to be told once, written down together with what it is about.

    `by` is the user id of whoever did it; `attempt` 1 is the first try; `token` fences.
    """

    key: str
    about: AnnouncementKind
    subscription: Subscription
    by: str
    since: datetime
    attempt: int = Field(default=1, ge=1)
    token: str = ""
