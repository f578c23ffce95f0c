"""Channels shared with another workspace: its people would read along, so nothing is posted there.

Only a channel that callwarden.toml allows by name (`[slack] shared_channels`) takes digests and the
lines of cases. `is_ext_shared` is one that is shared, `is_pending_ext_shared` one that somebody was
invited to share (docs.slack.dev, reference/objects/conversation-object).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.calls.cases import Case, DigestNote, Event, Notice, NoticeKind
from bot.digests.announcements import Announcement, AnnouncementKind
from bot.digests.digest import Digest
from bot.digests.subscription import Posting
from bot.errors import ChannelUnavailable, DeliveryDeferred, DeliveryImpossible, SlackSilent
from bot.ports import DigestPoster, Directory, Notifier
from handlers.slack_api.channel_errors import SHARED
from handlers.slack_api.posting import retry_delay

WHY_SHARED = (
    "The channel is shared with another workspace. Choose another one, or ask an admin to add it "
    "to `shared_channels` under `[slack]` in callwarden.toml and to restart Callwarden."
)


@dataclass(frozen=True)
class SharedChannelGuard:
    """Knows which channels are the own workspace's alone; `allowed` are those the file names."""

    directory: Directory
    allowed: frozenset[str]

    async def require(self, channel: str, pause: float) -> None:
        """Raise DeliveryImpossible where people of another workspace would read along.

        Raises DeliveryDeferred, to try after `pause` seconds, when Slack does not say. Where the
        scopes do not let the bot look it is taken for an own one: the doctor says so.
        """
        if channel in self.allowed:
            return
        try:
            shared = await self.directory.is_shared(channel)
        except SlackSilent as silence:
            raise DeliveryDeferred(pause) from silence
        if shared:
            raise DeliveryImpossible(WHY_SHARED)


@dataclass(frozen=True)
class GuardedDigestPoster:
    """A DigestPoster that posts nothing to a channel shared with another workspace."""

    poster: DigestPoster
    guard: SharedChannelGuard

    async def post(self, posting: Posting, digest: Digest) -> str:
        """Post a digest as the poster does. Raises DeliveryImpossible for a shared channel."""
        await self.guard.require(posting.subscription.wish.channel, retry_delay(posting.attempt))
        return await self.poster.post(posting, digest)

    async def announce(self, announcement: Announcement, now: datetime) -> None:
        """Make an announcement as the poster does; an owner is told in private, channel or not."""
        if announcement.about is not AnnouncementKind.PAUSED:
            await self.guard.require(
                announcement.subscription.wish.channel, retry_delay(announcement.attempt)
            )
        await self.poster.announce(announcement, now)


@dataclass(frozen=True)
class GuardedNotifier:
    """A Notifier that writes no line into a channel shared with another workspace.

    They are kept for when it is not shared any more; that it was is put into the audit log by
    `record`.
    """

    notifier: Notifier
    guard: SharedChannelGuard
    record: Callable[[DigestNote], Awaitable[object]]

    async def show(self, notice: Notice, case: Case) -> str | None:
        """Show a case as the notifier does. Raises ChannelUnavailable for a shared channel."""
        if notice.kind is NoticeKind.LINE:
            try:
                await self.guard.require(notice.place, retry_delay(notice.attempt))
            except DeliveryImpossible as shared:
                await self._note_once(notice.place, case)
                raise ChannelUnavailable(SHARED) from shared
        return await self.notifier.show(notice, case)

    async def alert(self, channel: str, error: str) -> None:
        """Tell admins in private as the notifier does."""
        await self.notifier.alert(channel, error)

    async def _note_once(self, channel: str, case: Case) -> None:
        words = f"{channel} is shared with another workspace: cases are not told there."
        note = DigestNote(
            key=f"shared:{channel}", event=Event.REFUSED, actor=case.actor, detail=words
        )
        await self.record(note)
