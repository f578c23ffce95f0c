"""What the bot asks of Slack: its people and places, and to show what became of things."""

from datetime import datetime
from typing import Protocol

from bot.calls.actors import Member, Place
from bot.calls.asks import Ask
from bot.calls.cases import Case, Notice
from bot.digests.announcements import Announcement
from bot.digests.digest import Digest
from bot.digests.subscription import Posting


class Directory(Protocol):
    """Who people are in Slack, cached; raises `SlackSilent` when Slack does not answer."""

    async def home(self) -> str:
        """The workspace (T…) the bot's token belongs to, or its organisation (E…)."""

    async def member(self, user: str) -> Member:
        """One person."""

    async def group(self, group: str) -> frozenset[str]:
        """The user ids in a user group; empty on plans that have no groups."""

    async def place(self, channel: str) -> Place | None:
        """One channel, as it is now; None where the scopes do not let the bot look."""

    async def is_shared(self, channel: str) -> bool:
        """Whether people of another workspace read a channel; False where the bot may not look."""

    async def belongs(self, user: str, channel: str) -> bool | None:
        """Whether somebody is in a channel that the bot is in; None where it may not look."""


class Notifier(Protocol):
    """Shows a case somewhere in Slack."""

    async def show(self, notice: Notice, case: Case) -> str | None:
        """Post or edit the message; its timestamp where there is one.

        A second attempt looks for the first one. Raises `NoticeLater`, `NoticeLost` or, where
        nothing can be posted to the channel now, `ChannelUnavailable`.
        """

    async def alert(self, channel: str, error: str) -> None:
        """Tell admins in private that a channel cannot be posted to, with Slack's error code."""


class AskPoster(Protocol):
    """Puts an order in front of those who may give it.

    Raises `NoticeLater`, `NoticeLost` and `ChannelUnavailable`.
    """

    @property
    def channel(self) -> str:
        """Where that is."""

    async def post(self, ask: Ask) -> None:
        """Post it; a second attempt looks first whether the first one arrived."""

    async def require_own(self) -> None:
        """NoticeLost where people of another workspace read what is posted there."""


class DigestPoster(Protocol):
    """Puts a digest into its channel. Raises `NoticeLater`, `MessageRefused` or `NoticeLost`."""

    async def post(self, posting: Posting, digest: Digest) -> str:
        """Post it; its timestamp. A second attempt looks first whether the first one arrived."""

    async def announce(self, announcement: Announcement, now: datetime) -> None:
        """Tell a channel or an owner; a second attempt looks first whether the first arrived."""


class NoticeLater(Exception):
    """Slack asks to wait `seconds`, or could not be reached.

    `doubtful`: a new message may stand there all the same, and has to be looked for. `posted` is
    the timestamp of one that does, where something else of the notice is still to be told.
    """

    def __init__(
        self, seconds: float, *, doubtful: bool = False, posted: str | None = None
    ) -> None:
        super().__init__(f"try again in {seconds:g} s")
        self.seconds = seconds
        self.doubtful = doubtful
        self.posted = posted


class ChannelUnavailable(Exception):
    """Slack takes no message in that channel now, until somebody mends it; `error` is its code."""

    def __init__(self, error: str) -> None:
        super().__init__(f"Slack answered {error}")
        self.error = error


class NoticeLost(Exception):
    """Slack will never take this message, so it is not tried again.

    The place is gone (the address has expired, the channel is archived), or, as `MessageRefused`,
    the message is at fault.
    """


class MessageRefused(NoticeLost):
    """Slack refuses this one message for what it is, also as plain text.

    Nothing is known against the place: another message may be taken there.
    """
