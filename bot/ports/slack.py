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

        A second attempt looks for the first one. Raises `DeliveryDeferred`, `DeliveryImpossible`
        or, where nothing can be posted to the channel now, `ChannelUnavailable`.
        """

    async def alert(self, channel: str, error: str) -> None:
        """Tell admins in private that a channel cannot be posted to, with Slack's error code."""


class AskPoster(Protocol):
    """Puts an order in front of those who may give it.

    Raises `DeliveryDeferred`, `DeliveryImpossible` and `ChannelUnavailable`.
    """

    @property
    def channel(self) -> str:
        """Where that is."""

    async def post(self, ask: Ask) -> None:
        """Post it; a second attempt looks first whether the first one arrived."""

    async def require_unshared(self) -> None:
        """DeliveryImpossible where people of another workspace read what is posted there."""


class DigestPoster(Protocol):
    """Puts a digest into its channel.

    Raises `DeliveryDeferred`, `MessageRefused` or `DeliveryImpossible`.
    """

    async def post(self, posting: Posting, digest: Digest) -> str:
        """Post it; its timestamp. A second attempt looks first whether the first one arrived."""

    async def announce(self, announcement: Announcement, now: datetime) -> None:
        """Tell a channel or an owner; a second attempt looks first whether the first arrived."""
