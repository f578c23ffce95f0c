"""The Notifier: each case's line in the moderation channel, and the asker's own answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import structlog
from aiolimiter import AsyncLimiter
from pydantic import BaseModel, ValidationError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.calls.cases import Case, Notice, NoticeKind
from bot.calls.outcomes import State
from bot.errors import Impossible, VendorError
from bot.moderation.board import Board
from bot.ports import NoticeLater, NoticeLost, Store
from handlers.blocks.call import call_message
from handlers.blocks.cases import answer_message, line_message
from handlers.blocks.message import Message
from handlers.replies import Replies
from handlers.slack_errors import complaints, error_code, retry_after

log = structlog.get_logger(__name__)

EVENT_TYPE = "callwarden_case"
"""The metadata under which a line can be found again after a crash."""

POST_SECONDS = 10.0
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds until each further try, where Slack names none; the last of them from then on."""

SKEW = timedelta(minutes=5)
"""How far our clock and Slack's may differ: signed requests from further off are refused."""

GONE = {"channel_not_found", "is_archived", "account_inactive"}
"""Slack's errors after which nothing can be written to that place."""

TAKEN_AWAY = {"message_not_found", "cant_update_message", "edit_window_closed"}
"""Slack's errors that mean that an earlier message cannot be written over."""

UNREADABLE = {"missing_scope", "not_in_channel", "no_permission", "method_not_supported"}
"""Slack's errors that mean that our own earlier message cannot be looked for."""

UNDRAWABLE = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}
"""Slack's errors that mean that the text would do, and the blocks do not."""


class _Metadata(BaseModel):
    event_type: str
    event_payload: dict[str, Any]


class _Said(BaseModel):
    ts: str
    metadata: _Metadata | None = None

    def tells(self, notice: Notice) -> bool:
        """Whether this is our message for that notice."""
        told = self.metadata
        return (
            told is not None
            and told.event_type == EVENT_TYPE
            and told.event_payload.get("key") == notice.key
        )


class _History(BaseModel):
    messages: list[_Said]


class _Posted(BaseModel):
    ts: str


@dataclass(frozen=True)
class Outbox:
    """Shows cases in Slack. Posting twice is worse than looking first, so a second try looks.

    `pace` keeps the moderation channel below what Slack takes, about one message a second
    (docs.slack.dev, apis/web-api/rate-limits); meanwhile newer states overtake older ones.
    """

    client: AsyncWebClient
    replies: Replies
    board: Board
    store: Store
    pace: AsyncLimiter

    async def show(self, notice: Notice, case: Case) -> str | None:
        """Post or edit what `notice` is about; the message's timestamp for a channel line."""
        if notice.kind is NoticeKind.ANSWER:
            await self.replies.post(notice.place, await self._answer(case), in_place=case.card)
            return None
        await self.pace.acquire()
        pause = PAUSES[min(notice.attempt, len(PAUSES)) - 1]
        try:
            async with asyncio.timeout(POST_SECONDS):
                return await self._line(notice, case)
        except SlackApiError as error:
            raise _signal(error, pause) from error
        except (
            TimeoutError,
            SlackClientError,
            aiohttp.ClientError,
            OSError,
            ValidationError,
        ) as error:
            log.warning("line not shown", case=case.number, error=type(error).__name__)
            raise NoticeLater(pause) from error

    async def _answer(self, case: Case) -> Message:
        """The card the act came from, drawn anew; where the vendor is silent, the case alone.

        What is not confirmed stands above the card, with why and what to do next.
        """
        told = answer_message(case)
        if not case.card:
            return told
        try:
            view = await self.board.open(case.act.call)
        except (VendorError, Impossible):
            return told
        card = call_message(view, await self.store.recent(case.act.call, limit=3))
        if case.state in {State.ASKED, State.CONFIRMED}:
            return card
        return Message(told.text, [*told.blocks, *card.blocks])

    async def _line(self, notice: Notice, case: Case) -> str:
        message = line_message(case)
        async for earlier in self._earlier(notice, case):
            if await self._edit(notice.place, earlier, message):
                return earlier
        return await self._post(notice, message)

    async def _earlier(self, notice: Notice, case: Case) -> AsyncIterator[str]:
        """Where this line may stand already: as remembered, then as Slack has it."""
        if notice.posted is not None:
            yield notice.posted
        if notice.attempt > 1 and (found := await self._find(notice, case)) is not None:
            yield found

    async def _edit(self, channel: str, ts: str, message: Message) -> bool:
        """Write over the message; False when it is not there any more."""
        try:
            await _drawn(partial(self.client.chat_update, channel=channel, ts=ts), message)
        except SlackApiError as error:
            if error_code(error) not in TAKEN_AWAY:
                raise
            return False
        return True

    async def _post(self, notice: Notice, message: Message) -> str:
        post = partial(
            self.client.chat_postMessage,
            channel=notice.place,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": notice.key}},
            unfurl_links=False,
        )
        return _Posted.model_validate((await _drawn(post, message)).data).ts

    async def _find(self, notice: Notice, case: Case) -> str | None:
        """Our own earlier message for this notice, where the scopes let us read it."""
        since = f"{(case.asked_at - SKEW).timestamp():.6f}"
        try:
            async for page in await self.client.conversations_history(
                channel=notice.place, oldest=since, include_all_metadata=True, limit=200
            ):
                for said in _History.model_validate(page.data).messages:
                    if said.tells(notice):
                        return said.ts
        except SlackApiError as error:
            if error_code(error) not in UNREADABLE:
                raise
            log.warning("earlier line not readable", case=case.number, error=error_code(error))
        return None


async def _drawn(
    write: Callable[..., Awaitable[AsyncSlackResponse]], message: Message
) -> AsyncSlackResponse:
    """Write the message; where Slack refuses its blocks, once more as text, so nothing is lost."""
    try:
        return await write(text=message.text, blocks=message.blocks)
    except SlackApiError as error:
        if error_code(error) not in UNDRAWABLE:
            raise
        log.warning("blocks refused", error=error_code(error), complaints=complaints(error))
        return await write(text=message.text, blocks=[])


def _signal(error: SlackApiError, pause: float) -> NoticeLater | NoticeLost:
    """Whether to try again, and when."""
    code = error_code(error)
    log.warning("line not shown", error=code)
    if code in GONE:
        return NoticeLost(f"Slack answered {code}")
    return NoticeLater(retry_after(error.response.headers, pause))
