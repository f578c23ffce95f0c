"""Answering by response_url: private, best effort, at most 5 posts in 30 minutes (Slack's rule)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.errors import DeliveryDeferred, DeliveryImpossible
from bot.held_lease import require_held
from bot.network import DIRECT, Network
from handlers.blocks.message import Message
from handlers.slack_api.clients import webhook_client
from handlers.slack_api.errors import CALL_ERRORS, UNDRAWABLE, cause, retry_after

log = structlog.get_logger(__name__)

POST_SECONDS = 5.0
"""The longest wait for one post."""

SOON = 1.0
"""Seconds until the next try where Slack names none."""

TOO_MANY, OUR_FAULT, SERVER_ERROR = 429, 400, 500
QUOTED = 200
"""Characters of Slack's answer that are worth a line in the log."""


@dataclass(frozen=True)
class ResponseUrlClient:
    """Posts messages to response_urls over one shared session."""

    session: aiohttp.ClientSession
    network: Network = DIRECT

    async def post(
        self, url: str, message: Message, *, in_place: bool, plainer: Sequence[Message] = ()
    ) -> None:
        """Show `message` to the asker only; `in_place` replaces the card the press came from.

        Where Slack refuses its blocks, the first of `plainer` is shown that it takes. Raises
        DeliveryDeferred when Slack is busy or away, DeliveryImpossible when the address is used up,
        and ClaimLost where it is done under a lease that may have run out.
        """
        hook = webhook_client(self.session, url, self.network)
        try:
            async with asyncio.timeout(POST_SECONDS):
                answer = await _send(hook, (message, *plainer), in_place=in_place)
        except CALL_ERRORS as error:
            log.warning("answer not taken", error=type(error).__name__, cause=cause(error))
            raise DeliveryDeferred(SOON) from error
        if answer.status_code == TOO_MANY:
            raise DeliveryDeferred(retry_after(answer.headers, SOON))
        if answer.status_code >= SERVER_ERROR:
            raise DeliveryDeferred(SOON)
        if answer.status_code >= OUR_FAULT:
            raise DeliveryImpossible(f"Slack answered {answer.status_code}: {answer.body[:QUOTED]}")

    async def try_post(
        self, url: str, message: Message, *, in_place: bool, plainer: Sequence[Message] = ()
    ) -> None:
        """Show `message` as `post` does; where that fails, it is only logged."""
        try:
            await self.post(url, message, in_place=in_place, plainer=plainer)
        except (DeliveryDeferred, DeliveryImpossible) as lost:
            log.warning("answer not shown", why=str(lost))


def _is_undrawable(answer: str) -> bool:
    """Whether Slack refuses the message for what it is; a response_url says so in its text."""
    return any(error in answer for error in UNDRAWABLE)


async def _send(
    hook: AsyncWebhookClient, drafts: Sequence[Message], *, in_place: bool
) -> WebhookResponse:
    """Send the first whose blocks Slack takes, else the last one's text, so nothing is lost."""
    for draft in drafts:
        require_held()
        answer = await hook.send(
            text=draft.text,
            blocks=draft.blocks,
            response_type="ephemeral",
            replace_original=in_place,
        )
        if answer.status_code < OUR_FAULT or not _is_undrawable(answer.body or ""):
            return answer
        log.warning("message rejected", plain=not draft.blocks, answer=answer.body[:QUOTED])
    require_held()
    text = drafts[-1].text
    return await hook.send(text=text, response_type="ephemeral", replace_original=in_place)
