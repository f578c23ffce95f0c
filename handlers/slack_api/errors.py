"""Reading what Slack says is wrong, also where it is not Slack who answers."""

from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import responses
from bot.errors import Diagnosis
from bot.network import Cause, Network, cause_of, diagnose, proxy_cause

LONGEST_WORD = 100
"""Characters of a word of Slack's that are kept; its own are shorter."""

UNDRAWABLE = {
    "invalid_arguments",
    "invalid_attachments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "metadata_too_large",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
}
"""Slack's errors about what a message or a view is: the same one is refused again, a plain one may
do.

From the errors of chat.postMessage, chat.update and views.* (docs.slack.dev, reference/methods),
without those about arguments that we never send.
"""


def error_code(error: SlackApiError) -> str:
    """Slack's own word for what is wrong; `garbled` where the answer is not Slack's JSON."""
    code = _told(error).get("error")
    return code[:LONGEST_WORD] if isinstance(code, str) else "garbled"


def is_refusal(error: SlackApiError) -> bool:
    """Whether Slack says for certain that it did not do it.

    Of these three it may have done a part (docs.slack.dev, reference/methods/chat.postMessage).
    """
    return error_code(error) not in {
        "garbled",
        "fatal_error",
        "internal_error",
        "service_unavailable",
    }


def complaints(error: SlackApiError) -> list[str]:
    """What Slack says about each mistake, with a JSON pointer to it; empty when it says nothing."""
    metadata = _told(error).get("response_metadata")
    said = metadata.get("messages") if isinstance(metadata, dict) else None
    return [str(message) for message in said] if isinstance(said, list) else []


def retry_after(headers: Mapping[str, str], otherwise: float) -> float:
    """Seconds that Slack asks to wait, half a second at least and five minutes at most.

    `otherwise` where it names none that can be read.
    """
    asked = responses.retry_after(headers)
    return otherwise if asked is None else asked


def cause(error: BaseException) -> Cause:
    """Why Slack did not answer, as a word for the log."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return proxy_cause(error.status)
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return Cause.PROXY_UNREACHABLE
    return cause_of(error)


def diagnosis_of(error: BaseException, url: str, network: Network) -> Diagnosis:
    """Why, with what mends it; nothing of `url` is shown but its host."""
    status = error.status if isinstance(error, aiohttp.ClientHttpProxyError) else None
    return diagnose(error, url, network, status)


def _told(error: SlackApiError) -> dict[str, Any]:
    """The answer's JSON object. An answer that is not JSON comes as aiohttp's own response."""
    told = error.response.data if isinstance(error.response, AsyncSlackResponse) else None
    return told if isinstance(told, dict) else {}
