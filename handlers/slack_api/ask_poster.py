"""[Ask a lead]: the refused order as it is posted for those who may give it."""

import asyncio
from dataclasses import dataclass
from functools import partial

from aiolimiter import AsyncLimiter
from slack_sdk.web.async_client import AsyncWebClient

from bot.calls.asks import Ask
from bot.errors import SlackSilent
from bot.ports import Directory
from handlers.blocks.asks import ask_message
from handlers.blocks.message import Message
from handlers.blocks.text import MOST_NAMED, who
from handlers.slack_api.case_notifier import SEARCH_SECONDS, display_name
from handlers.slack_api.channel_errors import UNAVAILABLE
from handlers.slack_api.history import ChannelHistory
from handlers.slack_api.posting import MessageMark, delivery, post, retry_delay
from handlers.slack_api.shared_channels import SharedChannelGuard

EVENT_TYPE = "callwarden_ask"
"""The metadata under which a posted order can be found again after a crash."""


@dataclass(frozen=True)
class SlackAskPoster:
    """Posts orders to `channel`, which is the moderation channel; `pace` is that of its lines."""

    client: AsyncWebClient
    history: ChannelHistory
    directory: Directory
    guard: SharedChannelGuard
    channel: str
    pace: AsyncLimiter

    async def require_unshared(self) -> None:
        """Raise DeliveryImpossible where people of another workspace read the channel.

        Raises DeliveryDeferred while that is not known.
        """
        await self.guard.require(self.channel, retry_delay(1))

    async def post(self, order: Ask) -> None:
        """Post a refused order; a second attempt first looks whether the first one arrived.

        Raises DeliveryDeferred, DeliveryImpossible or, where nothing can be posted now,
        ChannelUnavailable.
        """
        await self.guard.require(self.channel, retry_delay(order.attempt))
        message = await self._message(order)
        await self.pace.acquire()
        async with delivery(
            "order asked for", retry_delay(order.attempt), {}, UNAVAILABLE
        ) as attempt:
            mark = MessageMark(EVENT_TYPE, order.id)
            if order.attempt > 1 and await self._there(order, mark):
                return
            write = partial(
                self.client.chat_postMessage,
                channel=self.channel,
                metadata=mark.metadata,
                unfurl_links=False,
            )
            await post(write, (message, Message(message.text, [])), attempt)

    async def _there(self, order: Ask, mark: MessageMark) -> bool:
        since = order.asked_at or order.refused_at
        search = self.history.find(
            self.channel, mark, since, SEARCH_SECONDS, what="order asked for"
        )
        return await search is not None

    async def _message(self, order: Ask) -> Message:
        people = await self._people(order)
        if len(people) <= MOST_NAMED:
            may = [who(person) for person in people]
        else:
            named = await asyncio.gather(
                *(display_name(self.directory, person) for person in people[:MOST_NAMED])
            )
            may = [*named, *people[MOST_NAMED:]]
        return ask_message(order, await display_name(self.directory, order.actor.user), may)

    async def _people(self, order: Ask) -> list[str]:
        """Those who may, one by one; of a group that Slack does not tell, nobody."""
        found: dict[str, None] = {}
        for holder in order.holders:
            if not holder.startswith("S"):
                found[holder] = None
                continue
            try:
                found |= dict.fromkeys(sorted(await self.directory.group(holder)))
            except SlackSilent:
                continue
        return list(found)
