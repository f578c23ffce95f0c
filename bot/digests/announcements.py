"""The result of a request about a digest, and the announcement of it that Slack still lacks."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import Field

from bot.calls.models import Frozen
from bot.digests.subscription import Subscription


class ChangeKind(StrEnum):
    """What a request about a subscription did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    """Nothing: it was so already, or the same request came once more."""


class ChangeResult(NamedTuple):
    """A subscription after a request, and what that did; `before` is what it was before."""

    subscription: Subscription
    how: ChangeKind
    before: Subscription | None = None


class AnnouncementKind(StrEnum):
    """What an announcement says, and where it goes."""

    SET_UP = "set_up"
    """To the digest's channel: who set it up, when it comes, how to change it."""
    MOVED = "moved"
    """To the digest's new channel, the same."""
    PAUSED = "paused"
    """To the digest's owner: why it is not sent any more, and how to have it sent again."""


class Announcement(Frozen):
    """A message about a subscription that is to be posted once.

    It is written into the database together with the change that it is about. `by` is the user id
    of whoever made that; `attempt` 1 is the first try; a claim's `token` fences older ones.
    """

    key: str
    about: AnnouncementKind
    subscription: Subscription
    by: str
    since: datetime
    attempt: int = Field(default=1, ge=1)
    token: str = ""
