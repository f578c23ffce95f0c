"""Slack's errors: each kind named once, and how they are read, whoever it is that answers."""

from collections.abc import Mapping
from typing import Any

import aiohttp
from pydantic import ValidationError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import responses
from bot.errors import Diagnosis
from bot.network import Cause, Network, cause_of, diagnose, proxy_cause

LONGEST_WORD = 100
"""Characters of a word of Slack's that are kept; its own are shorter."""

CALL_ERRORS = (SlackClientError, aiohttp.ClientError, OSError)
"""What a call of Slack's may end in without an answer that is of use; in time is an OSError too.

SlackApiError is one of them: whoever tells its codes apart catches it before.
"""

READ_ERRORS = (*CALL_ERRORS, ValidationError)
"""The same where the answer is read, which may not be what Slack documents."""

GARBLED = "garbled"
"""What `error_code` says of an answer that is not Slack's JSON."""

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

UNCERTAIN = {GARBLED, "fatal_error", "internal_error", "service_unavailable"}
"""Errors after which a part may have been done all the same.

(docs.slack.dev, reference/methods/chat.postMessage)
"""

BUSY = {"ratelimited", "rate_limited"}
"""Errors of who asks too often."""

NOT_EDITABLE = {"message_not_found", "cant_update_message", "edit_window_closed"}
"""Errors that mean that an earlier message cannot be written over (chat.update)."""

NO_THREAD = {
    "restricted_action_non_threadable_channel",
    "restricted_action_thread_locked",
    "cannot_reply_to_message",
    "thread_locked",
    "thread_not_found",
}
"""Errors where the channel takes messages, and this thread takes no answer."""

NOT_READABLE = {"missing_scope", "not_in_channel", "no_permission", "method_not_supported"}
"""Errors that mean that our own earlier message cannot be looked for (conversations.history)."""

NO_SUCH_MEMBER = {"user_not_found", "user_not_visible"}
"""Errors of users.info that mean: there is nobody by that id."""

NO_SUCH_GROUP = {
    "plan_upgrade_required",
    "missing_scope",
    "subteam_not_found",
    "no_such_subteam",
}
"""Errors of usergroups.users.list that mean: nobody holds a role through this group."""

NO_SUCH_CHANNEL = {"channel_not_found", "invalid_arguments"}
"""Errors of conversations.info that mean: the bot sees no such channel.

A private channel it is not in counts as not found (docs.slack.dev, methods/conversations.info).
"""

MAY_NOT_LOOK = {"missing_scope", "method_not_supported_for_channel_type"}
"""Its errors that mean: the scopes do not let the bot look at this one."""

TRIGGER_SPENT = {
    "expired_trigger_id",
    "exchanged_trigger_id",
    "invalid_trigger_id",
    "trigger_expired",
    "trigger_exchanged",
    "ratelimited",
    *UNCERTAIN,
}
"""Errors of views.open and views.push that pressing again may mend."""

VIEW_CHANGED, VIEW_CLOSED = "hash_conflict", "not_found"
"""Errors of views.update and views.publish: somebody else's drawing came first, it was closed."""

TOKEN_REFUSED = {
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "not_allowed_token_type",
    "missing_scope",
    "no_permission",
    "forbidden_team",
}
"""Errors of apps.connections.open that trying again does not mend."""


def error_code(error: SlackApiError) -> str:
    """Slack's own word for what is wrong; `garbled` where the answer is not Slack's JSON."""
    code = _told(error).get("error")
    return code[:LONGEST_WORD] if isinstance(code, str) else GARBLED


def is_refusal(error: SlackApiError) -> bool:
    """Whether Slack says for certain that it did not do it."""
    return error_code(error) not in UNCERTAIN


def complaints(error: SlackApiError) -> list[str]:
    """What Slack says about each mistake, with a JSON pointer to it; empty when it says nothing."""
    metadata = _told(error).get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    return [str(message) for message in messages] if isinstance(messages, list) else []


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
    """The diagnosis of a failed connection, with what mends it; of `url` only the host shows."""
    status = error.status if isinstance(error, aiohttp.ClientHttpProxyError) else None
    return diagnose(error, url, network, status)


def _told(error: SlackApiError) -> dict[str, Any]:
    """The answer's JSON object. An answer that is not JSON comes as aiohttp's own response."""
    data = error.response.data if isinstance(error.response, AsyncSlackResponse) else None
    return data if isinstance(data, dict) else {}
