"""Writing to a place in Slack so that nothing is lost in it and nothing is said there twice."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import structlog
from pydantic import BaseModel
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import ChannelUnavailable, DeliveryDeferred, DeliveryImpossible, MessageRefused
from bot.held_lease import require_held
from handlers.blocks.message import Message
from handlers.slack_api.clients import ApiCall
from handlers.slack_api.errors import (
    READ_ERRORS,
    UNDRAWABLE,
    cause,
    complaints,
    error_code,
    is_refusal,
    retry_after,
)

log = structlog.get_logger(__name__)

POST_SECONDS = 10.0
"""The longest wait for Slack to take a message."""

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds until each further try, where Slack names none; the last of them from then on."""

LONGEST_PAUSE = PAUSES[-1]
"""The same for what Slack surely refused: that seldom passes by itself."""


class MessageMark(NamedTuple):
    """The metadata under which a message of ours can be found again after a crash."""

    event_type: str
    key: str

    @property
    def metadata(self) -> dict[str, Any]:
        """The mark as message metadata (docs.slack.dev, messaging/message-metadata)."""
        return {"event_type": self.event_type, "event_payload": {"key": self.key}}


@dataclass
class Attempt:
    """A try to write something; `in_doubt` while a new message may stand there unknown to us."""

    in_doubt: bool = False


class _Posted(BaseModel):
    ts: str


def retry_delay(attempt: int) -> float:
    """Seconds until the next try after `attempt` tries, where Slack names none."""
    return PAUSES[min(attempt, len(PAUSES)) - 1]


@asynccontextmanager
async def delivery(
    what: str,
    pause: float,
    lost: Mapping[str, str],
    unavailable: Collection[str] = (),
    **about: Any,
) -> AsyncIterator[Attempt]:
    """A context that writes a message to Slack within 10 s, and turns errors into ours.

    Raises DeliveryDeferred, DeliveryImpossible or ChannelUnavailable, nothing else of Slack's.

    `lost` are Slack's errors after which this will never be written, with what is said of each,
    `unavailable` those after which nothing can be written there until somebody mends it. `what` and
    `about` name the message on the log's line.
    """
    attempt = Attempt()
    try:
        async with asyncio.timeout(POST_SECONDS):
            yield attempt
    except SlackApiError as error:
        code = error_code(error)
        log.warning("message not shown", what=what, error=code, **about)
        if code in lost:
            raise DeliveryImpossible(lost[code]) from error
        if code in unavailable:
            raise ChannelUnavailable(code) from error
        pause = pause if attempt.in_doubt else LONGEST_PAUSE
        seconds = retry_after(error.response.headers, pause)
        raise DeliveryDeferred(seconds, doubtful=attempt.in_doubt) from error
    except READ_ERRORS as error:
        log.warning(
            "message not shown", what=what, error=type(error).__name__, cause=cause(error), **about
        )
        raise DeliveryDeferred(pause, doubtful=attempt.in_doubt) from error


async def post(write: ApiCall, drafts: Sequence[Message], attempt: Attempt) -> str:
    """Post the first of `drafts` that Slack takes; the message's timestamp."""
    attempt.in_doubt = True
    try:
        answer = await write_first_accepted(write, drafts)
    except SlackApiError as error:
        attempt.in_doubt = not is_refusal(error)
        raise
    ts = _Posted.model_validate(answer.data).ts
    attempt.in_doubt = False
    return ts


async def write_first_accepted(write: ApiCall, drafts: Sequence[Message]) -> AsyncSlackResponse:
    """Write the first of `drafts` that Slack takes: the plainest comes last.

    MessageRefused where it takes none of them for what they are: it never will. ClaimLost where it
    is done under a lease that may have run out: somebody else may write it.
    """
    code = ""
    for draft in drafts:
        require_held()
        try:
            return await write(text=draft.text, blocks=draft.blocks)
        except SlackApiError as error:
            if (code := error_code(error)) not in UNDRAWABLE:
                raise
            plain = not draft.blocks
            log.warning("message rejected", plain=plain, error=code, complaints=complaints(error))
    raise MessageRefused(f"Slack refuses this message itself, also as plain text ({code}).")
