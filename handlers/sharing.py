"""Channels shared with another workspace: its people would read along, so nothing is posted there.

Only a channel that callwarden.toml allows by name (`[slack] shared_channels`) takes digests and the
lines of cases. `is_ext_shared` is one that is shared, `is_pending_ext_shared` one that somebody was
invited to share (docs.slack.dev, reference/objects/conversation-object).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.calls.cases import Case, DigestNote, Event, Notice, NoticeKind
from bot.digests.digest import Digest
from bot.digests.subscription import Posting
from bot.digests.telling import About, Telling
from bot.errors import SlackSilent
from bot.ports import DigestPoster, Directory, NoticeLater, NoticeLost, Notifier, Store
from handlers.blocks.message import Message
from handlers.blocks.parts import section
from handlers.blocks.text import code, place
from handlers.introducing import UNREACHABLE, direct_channel
from handlers.posting import pause_before, post, taken

log = structlog.get_logger(__name__)

WHY = (
    "The channel is shared with another workspace. Choose another one, or ask an admin to add it "
    "to `shared_channels` under `[slack]` in callwarden.toml and to restart Callwarden."
)


@dataclass(frozen=True)
class OwnChannels:
    """Knows which channels are the own workspace's alone; `allowed` are those the file names."""

    directory: Directory
    allowed: frozenset[str]

    async def require(self, channel: str, pause: float) -> None:
        """NoticeLost where people of another workspace would read along.

        NoticeLater, after `pause` seconds, when Slack does not say. Where the scopes do not let the
        bot look it is taken for an own one: the doctor says so.
        """
        if channel in self.allowed:
            return
        try:
            shared = await self.directory.is_shared(channel)
        except SlackSilent as silence:
            raise NoticeLater(pause) from silence
        if shared:
            raise NoticeLost(WHY)


@dataclass(frozen=True)
class OwnDigests:
    """A DigestPoster that posts nothing to a channel shared with another workspace."""

    poster: DigestPoster
    own: OwnChannels

    async def post(self, posting: Posting, digest: Digest) -> str:
        """As the poster; NoticeLost for a shared channel, so that the owner is told why."""
        await self.own.require(posting.subscription.wish.channel, pause_before(posting.attempt))
        return await self.poster.post(posting, digest)

    async def tell(self, telling: Telling, now: datetime) -> None:
        """As the poster; an owner is told in private, so that needs no channel of their own."""
        if telling.about is not About.PAUSED:
            await self.own.require(telling.subscription.wish.channel, pause_before(telling.attempt))
        await self.poster.tell(telling, now)


@dataclass(frozen=True)
class OwnLines:
    """A Notifier that writes no line into a channel shared with another workspace.

    `admins` are told once why the lines stay away; that it was so is in the audit log.
    """

    notifier: Notifier
    own: OwnChannels
    store: Store
    client: AsyncWebClient
    admins: Sequence[str]

    async def show(self, notice: Notice, case: Case) -> str | None:
        """As the notifier; NoticeLost for a line that people of another workspace would read."""
        if notice.kind is NoticeKind.LINE:
            try:
                await self.own.require(notice.place, pause_before(notice.attempt))
            except NoticeLost:
                await self._tell_once(notice.place, case)
                raise
        return await self.notifier.show(notice, case)

    async def _tell_once(self, channel: str, case: Case) -> None:
        words = f"{channel} is shared with another workspace: cases are not told there."
        log.warning("moderation channel is shared", channel=channel)
        note = DigestNote(
            key=f"shared:{channel}", event=Event.REFUSED, actor=case.actor, detail=words
        )
        if await self.store.note(note):
            for admin in self.admins:
                await self._tell(admin, channel)

    async def _tell(self, admin: str, channel: str) -> None:
        """A private word; one who cannot be reached reads it in the log and from the doctor."""
        told = (
            f"{place(channel)} ({code(channel)}) is shared with another workspace, so Callwarden "
            "posts no lines of cases there. To allow it, add it to `shared_channels` under "
            "`[slack]` in callwarden.toml and restart Callwarden; or set another "
            "`moderation_channel`."
        )
        try:
            async with taken("shared channel", pause_before(1), UNREACHABLE, admin=admin):
                direct = await direct_channel(self.client, admin)
                write = partial(self.client.chat_postMessage, channel=direct)
                await post(write, [Message(told, [section(told)])])
        except (NoticeLater, NoticeLost) as lost:
            log.warning("admin not told", admin=admin, why=str(lost))
