"""Bolt, set up so that nothing it does by default costs an order or an acknowledgement."""

import logging
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError

from handlers.inbound.request_metrics import kind_of

log = structlog.get_logger(__name__)


def bolt_app(token: str) -> AsyncApp:
    """A Bolt app for one workspace, for requests by HTTP and by socket.

    It trusts what it is given: `handlers.inbound` verifies signatures, nobody else has the socket.

    `process_before_response`: listeners only write down and acknowledge, so the answer need not be
    polled for (Bolt's default takes 10 ms) and is not lost when a listener raises right after it.
    What Bolt does for events is off: it would drop those of the bot's own user, and the one that is
    subscribed to, app_home_opened, is about whoever opens a tab. `handlers.events` takes each once.
    Our own `authorize`: Bolt's asks Slack before its first command, and fails with Slack.
    What nothing is registered for is told in our words: Bolt's would show what people wrote there.
    A `name`: Bolt looks for one through the source of every caller, which takes 100 ms.
    """

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token)

    logger = logging.getLogger("slack")
    logger.addFilter(_is_news)
    app = AsyncApp(
        name="callwarden",
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        ignoring_self_events_enabled=False,
        raise_error_for_unhandled_request=True,
        logger=logger,
    )
    app.error(_tell)
    return app


async def _tell(error: Exception, body: Mapping[str, Any]) -> None:
    """One line for a request without an answer: 404 where nobody takes its kind, else 500."""
    kind = kind_of(body)
    if isinstance(error, BoltUnhandledRequestError):
        log.warning("request not taken", kind=kind)
    else:
        log.error("listener failed", kind=kind, exc_info=error)


def _is_news(record: logging.LogRecord) -> bool:
    """Bolt finds our token in the environment by itself and warns that it does not use it."""
    return "SLACK_BOT_TOKEN" not in record.getMessage()
