"""The Notifier: each case's line in the moderation channel, and the asker's own answer."""

import asyncio
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.calls.cases import Case, Notice, NoticeKind
from bot.errors import VendorError
from bot.moderation.board import Board
from bot.ports import NoticeLater, NoticeLost, Store
from handlers.blocks.call import call_message
from handlers.blocks.cases import answer_message, line_message
from handlers.blocks.message import Message
from handlers.replies import Replies

log = structlog.get_logger(__name__)

EVENT_TYPE = "callwarden_case"
"""The metadata under which a line can be found again after a crash."""

POST_SECONDS = 10.0
LATER = 30.0
"""Seconds until the next try where Slack names none: a channel may be mended meanwhile."""

GONE = {"channel_not_found", "is_archived", "account_inactive", "invalid_blocks"}
"""Slack's errors after which this message can never be written."""

UNREADABLE = {"missing_scope", "not_in_channel", "no_permission", "method_not_supported"}
"""Slack's errors that mean that our own earlier message cannot be looked for."""


@dataclass(frozen=True)
class Outbox:
    """Shows cases in Slack. Posting twice is worse than looking first, so a second try looks."""

    client: AsyncWebClient
    replies: Replies
    board: Board
    store: Store

    async def show(self, notice: Notice, case: Case) -> str | None:
        """Post or edit what `notice` is about; the message's timestamp for a channel line."""
        if notice.kind is NoticeKind.ANSWER:
            await self.replies.post(notice.place, await self._answer(case), in_place=case.card)
            return None
        try:
            async with asyncio.timeout(POST_SECONDS):
                return await self._line(notice, case)
        except SlackApiError as error:
            raise _signal(error) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise NoticeLater(LATER if notice.attempt > 1 else 1.0) from error

    async def _answer(self, case: Case) -> Message:
        """The card the act came from, drawn anew; where the vendor is silent, the case alone."""
        if not case.card:
            return answer_message(case)
        try:
            view = await self.board.open(case.act.call)
        except VendorError:
            return answer_message(case)
        return call_message(view, await self.store.recent(case.act.call, limit=3))

    async def _line(self, notice: Notice, case: Case) -> str | None:
        message = line_message(case)
        posted = notice.posted
        if posted is None and notice.attempt > 1:
            posted = await self._find(notice, case)
        if posted is not None:
            await self.client.chat_update(
                channel=notice.place, ts=posted, text=message.text, blocks=message.blocks
            )
            return posted
        sent = await self.client.chat_postMessage(
            channel=notice.place,
            text=message.text,
            blocks=message.blocks,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": notice.key}},
            unfurl_links=False,
        )
        return str(sent["ts"])

    async def _find(self, notice: Notice, case: Case) -> str | None:
        """Our own earlier message for this notice, where the scopes let us read it."""
        since = f"{case.asked_at.timestamp():.6f}"
        try:
            async for page in await self.client.conversations_history(
                channel=notice.place, oldest=since, include_all_metadata=True, limit=200
            ):
                for message in page["messages"]:
                    payload = message.get("metadata", {}).get("event_payload", {})
                    if payload.get("key") == notice.key:
                        return str(message["ts"])
        except SlackApiError as error:
            if error.response["error"] not in UNREADABLE:
                raise
            log.info("earlier message not readable", error=error.response["error"])
        return None


def _signal(error: SlackApiError) -> NoticeLater | NoticeLost:
    """Whether to try again, and when."""
    code = error.response.get("error", "")
    log.warning("message not shown", error=code)
    if code in GONE:
        return NoticeLost(f"Slack answered {code}")
    return NoticeLater(float(error.response.headers.get("Retry-After", LATER)))
