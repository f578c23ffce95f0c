"""What channels and owners are told of digests: who set one up, and why one comes no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from pydantic import BaseModel
from slack_sdk.web.async_client import AsyncWebClient

from bot.digest_delivery.announcer import Undelivered
from bot.digests.announcements import Announcement, AnnouncementKind
from bot.digests.subscription import Subscription
from handlers.blocks.digests.subscriptions import intro_message, owner_message
from handlers.blocks.elements import section
from handlers.blocks.message import Message
from handlers.blocks.text import place, say
from handlers.slack_api.channel_errors import UNREACHABLE
from handlers.slack_api.history import ChannelHistory
from handlers.slack_api.posting import Attempt, MessageMark, delivery, post, retry_delay

log = structlog.get_logger(__name__)

EVENT_TYPE = "callwarden_digest_telling"
"""The metadata under which these can be found again after a crash."""

DIGEST_SEARCH_SECONDS = 1_800.0
"""Seconds for which a message of a digest is looked for that may stand there; it is in no hurry."""

MAX_WHY = 300
"""Characters of Slack's reason that are worth telling."""


class _Opened(BaseModel):
    """The answer of conversations.open."""

    class _Channel(BaseModel):
        id: str

    channel: _Channel


async def direct_channel(client: AsyncWebClient, user: str) -> str:
    """The direct message between the bot and somebody, by id; raises SlackApiError."""
    opened = await client.conversations_open(users=user)
    return _Opened.model_validate(opened.data).channel.id


@dataclass(frozen=True)
class SlackAnnouncements:
    """Posts what channels and owners are to be told of digests, each announcement once.

    `channel_errors` are Slack's errors after which a channel takes nothing.
    """

    client: AsyncWebClient
    history: ChannelHistory
    command: str
    channel_errors: Mapping[str, str]

    async def announce(self, announcement: Announcement, now: datetime) -> None:
        """Post one announcement to its channel or owner; a second attempt looks for it first.

        Raises DeliveryDeferred when Slack is busy or away, DeliveryImpossible with why it never
        will be posted.
        """
        subscription, pause = announcement.subscription, retry_delay(announcement.attempt)
        if announcement.about is AnnouncementKind.PAUSED:
            message = owner_message(subscription, self.command)
            async with delivery(
                "owner's message", pause, UNREACHABLE, digest=subscription.id
            ) as attempt:
                channel = await direct_channel(self.client, announcement.by)
                await self._once(announcement, channel, message, attempt)
            return
        moved = announcement.about is AnnouncementKind.MOVED
        message = intro_message(subscription, announcement.by, now, self.command, moved=moved)
        async with delivery(
            "digest's first message", pause, self.channel_errors, digest=subscription.id
        ) as attempt:
            await self._once(announcement, subscription.wish.channel, message, attempt)

    async def _once(
        self, announcement: Announcement, channel: str, message: Message, attempt: Attempt
    ) -> None:
        """A second attempt looks first, where the scopes let it."""
        mark = MessageMark(EVENT_TYPE, announcement.key)
        if announcement.attempt > 1:
            about: dict[str, Any] = {
                "what": announcement.about,
                "digest": announcement.subscription.id,
            }
            search = self.history.find(
                channel, mark, announcement.since, DIGEST_SEARCH_SECONDS, **about
            )
            if await search is not None:
                return
        write = partial(
            self.client.chat_postMessage,
            channel=channel,
            metadata=mark.metadata,
            unfurl_links=False,
        )
        await post(write, [message, Message(message.text, [])], attempt)


def untold_message(subscription: Subscription, untold: Undelivered) -> Message:
    """The message to who set a digest up, where its channel could not be told of it."""
    again = "" if untold.lost else " It is tried again."
    done = "moved" if untold.announcement.about is AnnouncementKind.MOVED else "set up"
    words = (
        f"Digest {subscription.id} is {done}, but {place(subscription.wish.channel)} was not told: "
        f"{say(untold.why, MAX_WHY)}{again}"
    )
    return Message(words, [section(words)])
