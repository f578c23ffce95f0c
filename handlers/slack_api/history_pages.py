"""Pages of a channel's history or of a thread, asked for no sooner than Slack wants to be asked."""

import asyncio
from typing import Any

from pydantic import BaseModel
from slack_sdk.errors import SlackApiError

from bot.clock import Clock
from bot.errors import DeliveryDeferred
from handlers.slack_api.clients import ApiCall
from handlers.slack_api.errors import BUSY, READ_ERRORS, error_code, retry_after
from handlers.slack_api.posting import MessageMark

PAGE = 15
"""Messages asked for at once."""

READ_SECONDS = 4.0
"""The longest wait for one page."""

AGAIN_SECONDS = 1.0
"""How long nobody asks again after a page that could not be read, where Slack names no time."""

PAGE_ERRORS = (DeliveryDeferred, *READ_ERRORS)
"""What reading may end in."""


class Metadata(BaseModel):
    """A message's metadata, by which ours are known."""

    event_type: str
    event_payload: dict[str, Any]

    @property
    def mark(self) -> MessageMark | None:
        """The mark by which it is found; None for another app's."""
        key = self.event_payload.get("key")
        return MessageMark(self.event_type, key) if isinstance(key, str) else None


class HistoryMessage(BaseModel):
    """A message of a channel's history, as Slack's answer has it."""

    ts: str
    thread_ts: str | None = None
    metadata: Metadata | None = None

    @property
    def mark(self) -> MessageMark | None:
        """The mark in its metadata; None where it has none of ours."""
        return self.metadata.mark if self.metadata else None


class NextPage(BaseModel):
    """Where the next page begins; empty after the last."""

    next_cursor: str = ""


class Page(BaseModel):
    """An answer of conversations.history or conversations.replies."""

    messages: list[HistoryMessage]
    has_more: bool = False
    response_metadata: NextPage = NextPage()


class PacedMethod:
    """One method of Slack's, which is not asked before Slack wants to be."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = float("-inf")

    async def page(self, read: ApiCall, **which: Any) -> Page:
        """One page, read by the method `read` with the arguments `which`.

        Raises DeliveryDeferred while Slack is not to be asked, and what Slack's client raises.
        """
        if (left := self._until - self._clock.monotonic()) > 0:
            raise DeliveryDeferred(left)
        try:
            async with asyncio.timeout(READ_SECONDS):
                answer = await read(include_all_metadata=True, limit=PAGE, **which)
            return Page.model_validate(answer.data)
        except SlackApiError as error:
            pause = retry_after(error.response.headers, AGAIN_SECONDS)
            self._until = self._clock.monotonic() + pause
            if error_code(error) in BUSY:
                raise DeliveryDeferred(pause) from error
            raise
        except PAGE_ERRORS:
            self._until = self._clock.monotonic() + AGAIN_SECONDS
            raise
