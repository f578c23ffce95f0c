"""The DigestPoster: a digest in its channel, its details in the thread, and words to its owner."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.digests.announcements import Announcement
from bot.digests.digest import Digest
from bot.digests.subscription import Posting
from bot.errors import DeliveryImpossible
from bot.usage.days import local_day
from handlers.blocks.digests.messages import channel_drafts, thread_drafts
from handlers.blocks.message import Message
from handlers.slack_api.channel_errors import DIGEST_UNAVAILABLE
from handlers.slack_api.clients import ApiCall
from handlers.slack_api.digest_announcements import DIGEST_SEARCH_SECONDS, SlackAnnouncements
from handlers.slack_api.history import ChannelHistory
from handlers.slack_api.posting import MessageMark, delivery, post, retry_delay

log = structlog.get_logger(__name__)

EVENT_TYPE, THREAD_TYPE = "callwarden_digest", "callwarden_digest_details"
"""The metadata under which a digest and its details can be found again after a crash."""

THREADLESS = {
    "restricted_action_non_threadable_channel": "The channel takes no threads.",
    **DIGEST_UNAVAILABLE,
}
"""Slack's errors after which the details stay away and the digest stands."""


@dataclass(frozen=True)
class SlackDigestPoster:
    """Posts digests to Slack; a second attempt looks first whether the first one arrived.

    `posted` are the digests of this process whose details are still to come: where the bot may
    not read the channel's history, they keep a second attempt from posting the digest again.
    """

    client: AsyncWebClient
    history: ChannelHistory
    command: str = "/calls"
    posted: dict[str, str] = field(default_factory=dict)

    async def post(self, posting: Posting, digest: Digest) -> str:
        """Post the digest, then its details in its thread, each once; the digest's timestamp.

        Raises DeliveryDeferred when Slack is busy or away, MessageRefused when it refuses this
        digest for what it is, DeliveryImpossible with what the owner can do where it takes none in
        that channel.
        """
        pause = retry_delay(posting.attempt)
        ts = await self._digest(posting, channel_drafts(digest), pause)
        self.posted[posting.key] = ts
        await self._details(posting, ts, thread_drafts(digest, self.command), pause)
        del self.posted[posting.key]
        return ts

    async def _digest(self, posting: Posting, drafts: list[Message], pause: float) -> str:
        channel, mark = _channel(posting), MessageMark(EVENT_TYPE, posting.key)
        if (known := posting.posted or self.posted.get(posting.key)) is not None:
            return known
        if posting.attempt > 1:
            search = self.history.find(
                channel,
                mark,
                _since(posting),
                DIGEST_SEARCH_SECONDS,
                what="digest",
                key=posting.key,
            )
            async with delivery("digest", pause, DIGEST_UNAVAILABLE, key=posting.key):
                if (earlier := await search) is not None:
                    return earlier.ts
        async with delivery("digest", pause, DIGEST_UNAVAILABLE, key=posting.key) as attempt:
            return await post(self._writing(channel, mark), drafts, attempt)

    async def _details(
        self, posting: Posting, ts: str, drafts: list[Message], pause: float
    ) -> None:
        channel, mark = _channel(posting), MessageMark(THREAD_TYPE, posting.key)
        try:
            if posting.attempt > 1:
                about = {"what": "digest's details", "key": posting.key}
                search = self.history.find_answer(channel, ts, mark, DIGEST_SEARCH_SECONDS, **about)
                async with delivery("digest's details", pause, THREADLESS, key=posting.key):
                    if await search is not None:
                        return
            async with delivery("digest's details", pause, THREADLESS, key=posting.key) as attempt:
                await post(self._writing(channel, mark, thread_ts=ts), drafts, attempt)
        except DeliveryImpossible as lost:
            log.warning("digest details not posted", key=posting.key, why=str(lost))

    def _writing(self, channel: str, mark: MessageMark, **more: Any) -> ApiCall:
        return partial(
            self.client.chat_postMessage,
            channel=channel,
            metadata=mark.metadata,
            unfurl_links=False,
            **more,
        )

    async def announce(self, announcement: Announcement, now: datetime) -> None:
        """Tell a channel or an owner what became of a digest; raises as `post`."""
        await SlackAnnouncements(
            self.client, self.history, self.command, DIGEST_UNAVAILABLE
        ).announce(announcement, now)


def _channel(posting: Posting) -> str:
    return posting.subscription.wish.channel


def _since(posting: Posting) -> datetime:
    """From when on it may stand in the channel: the beginning of its day, or before if sent so."""
    start = local_day(posting.day, posting.subscription.wish.clock).start
    return min(start, posting.due_at)
