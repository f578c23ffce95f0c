"""What the bot asks of Slack: who people are, and to post what became of things."""

from datetime import datetime
from typing import Protocol

from bot.calls.actors import Member, Place
from bot.calls.asks import Ask
from bot.calls.cases import Case, Notice
from bot.digests.announcements import Announcement
from bot.digests.digest import Digest
from bot.digests.subscription import Posting


class Directory(Protocol):
    """Who people are in Slack, cached.

    Every method raises SlackSilent when Slack does not answer.
    """

    async def home(self) -> str:
        """The workspace (T…) that the bot's token belongs to, or its organisation (E…)."""

    async def member(self, user: str) -> Member:
        """The person with that user id."""

    async def group(self, group: str) -> frozenset[str]:
        """The user ids in a user group; empty on plans that have no groups."""

    async def place(self, channel: str) -> Place | None:
        """The channel as it is now; None where the scopes do not let the bot look."""

    async def is_shared(self, channel: str) -> bool:
        """Whether people of another workspace read the channel.

        False where the bot may not look.
        """

    async def belongs(self, user: str, channel: str) -> bool | None:
        """Whether a person is in a channel that the bot is in; None where it may not look."""


class Notifier(Protocol):
    """Shows cases in the places of their notices."""

    async def show(self, notice: Notice, case: Case) -> str | None:
        """Post or edit the message of a notice; its timestamp where there is one.

        A second attempt looks for the message of the first one. Raises DeliveryDeferred,
        DeliveryImpossible, or ChannelUnavailable where nothing can be posted to the channel now.
        """

    async def alert(self, channel: str, error: str) -> None:
        """Tell admins in private that a channel cannot be posted to; `error` is Slack's code."""


class AskPoster(Protocol):
    """Posts refused orders to those who may give them.

    Every method raises DeliveryDeferred, DeliveryImpossible and ChannelUnavailable.
    """

    @property
    def channel(self) -> str:
        """The channel that they are posted to."""

    async def post(self, ask: Ask) -> None:
        """Post the order; a second attempt looks first whether the first one arrived."""

    async def require_unshared(self) -> None:
        """Raises DeliveryImpossible where people of another workspace read the channel."""


class DigestPoster(Protocol):
    """Posts digests, and announcements about them.

    Every method raises DeliveryDeferred, MessageRefused and DeliveryImpossible.
    """

    async def post(self, posting: Posting, digest: Digest) -> str:
        """Post the digest, and return the timestamp of its message.

        A second attempt looks first whether the first one arrived.
        """

    async def announce(self, announcement: Announcement, now: datetime) -> None:
        """Post the announcement; a second attempt looks first whether the first one arrived."""
