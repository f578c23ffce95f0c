"""Writing views: forms, answers in modals, and Home."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import structlog
from slack_sdk.errors import SlackApiError

from handlers.slack_api.clients import ApiCall
from handlers.slack_api.errors import CALL_ERRORS, UNDRAWABLE, cause, complaints, error_code

log = structlog.get_logger(__name__)

NO_ANSWER = "no answer"
"""Stands for an error code where Slack did not answer."""

TRIGGER_SECONDS = 3.0
"""How long a trigger_id opens a view, and so how long that is waited for (Slack's rule)."""


class OpenView(NamedTuple):
    """A view in front of somebody, as it was drawn last; `error` is why it was not drawn now."""

    id: str = ""
    hash: str = ""
    error: str = ""


async def put_view(call: ApiCall, view: Mapping[str, Any], timeout_s: float) -> OpenView:
    """Write a view by a method of Slack's.

    Raises SlackApiError where Slack refuses it, and one of CALL_ERRORS where there is no answer
    within `timeout_s` seconds.
    """
    async with asyncio.timeout(timeout_s):
        answer = await call(view=view)
    shown: dict[str, Any] = answer.get("view") or {}
    return OpenView(str(shown.get("id") or ""), str(shown.get("hash") or ""))


async def write_view(
    call: ApiCall,
    drafts: Sequence[Mapping[str, Any]],
    timeout_s: float,
    *,
    event: str,
    expected: Collection[str] = (),
) -> OpenView:
    """Write the first of `drafts` whose blocks Slack takes, the plainest last; raises nothing.

    What stands in the way is logged as `event`, unless its code is one that is `expected`.
    """
    code = ""
    for view in drafts:
        try:
            return await put_view(call, view, timeout_s)
        except SlackApiError as error:
            if (code := error_code(error)) not in expected:
                log.warning(event, error=code, complaints=complaints(error))
            if code not in UNDRAWABLE:
                break
        except CALL_ERRORS as error:
            log.warning(event, error=type(error).__name__, cause=cause(error))
            code = NO_ANSWER
            break
    return OpenView(error=code)
