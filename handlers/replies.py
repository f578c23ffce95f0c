"""Answering by response_url: private, best effort, at most 5 posts in 30 minutes (Slack's rule)."""

import asyncio
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.ports import NoticeLater, NoticeLost
from handlers.blocks.message import Message

log = structlog.get_logger(__name__)

POST_SECONDS = 5.0
"""The longest wait for one post."""

TOO_MANY, SERVER_ERROR = 429, 500


@dataclass(frozen=True)
class Replies:
    """Posts messages to response_urls over one shared session."""

    session: aiohttp.ClientSession

    async def post(self, url: str, message: Message, *, in_place: bool) -> None:
        """Show `message` to the asker only; `in_place` replaces the card the press came from.

        Raises NoticeLater when Slack is busy or away, NoticeLost when the address is used up.
        """
        hook = AsyncWebhookClient(url, session=self.session, retry_handlers=[])
        try:
            async with asyncio.timeout(POST_SECONDS):
                answer = await hook.send(
                    text=message.text,
                    blocks=message.blocks,
                    response_type="ephemeral",
                    replace_original=in_place,
                )
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise NoticeLater(1.0) from error
        if answer.status_code == TOO_MANY:
            raise NoticeLater(float(answer.headers.get("Retry-After", "1")))
        if answer.status_code >= SERVER_ERROR:
            raise NoticeLater(1.0)
        if answer.status_code >= 400:  # noqa: PLR2004  anything Slack calls our fault
            raise NoticeLost(f"Slack answered {answer.status_code}: {answer.body}")

    async def offer(self, url: str, message: Message, *, in_place: bool) -> None:
        """`post`, where losing the message loses nothing but the message."""
        try:
            await self.post(url, message, in_place=in_place)
        except (NoticeLater, NoticeLost) as lost:
            log.warning("answer not shown", why=str(lost))
