"""Slack's events: only those that are used, each done once however often it is delivered.

Slack delivers an event again at once, after a minute and after five when it got no 2xx within 3 s
(docs.slack.dev, apis/events-api), and by Socket Mode when it was not acknowledged. So it always is,
before anything is done: what goes wrong later is ours, and delivering it again would not mend it.
A retry counts by its event_id, not by its number: what came while nobody listened comes as a retry,
and is new. What an event makes us do may be done twice without harm; another process of the same
bot, or this one after a restart, does not know what was seen here.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from cachetools import TTLCache

from bot.clock import Clock
from bot.errors import TooManyRequests
from handlers.admission import LOOK, admitted
from handlers.context import SlackContext, read_event
from handlers.error_boundary import error_as_message
from handlers.screens import home
from handlers.services import Services

log = structlog.get_logger(__name__)

KEPT_SECONDS = 3600.0
"""How long an event is remembered: its last retry comes after about six minutes."""
KEPT = 10_000
"""Events remembered at most; the oldest are forgotten first."""

EVENTS: Mapping[str, Callable[[SlackContext], Awaitable[None]]] = {"app_home_opened": home.opened}
"""The events in manifest.yml, and what is done; others are acknowledged and left alone."""


class Events:
    """The events that were delivered to this process in the last hour, by event_id."""

    def __init__(self, clock: Clock) -> None:
        self._seen: TTLCache[str, bool] = TTLCache(KEPT, KEPT_SECONDS, timer=clock.monotonic)

    def is_new(self, body: Mapping[str, Any]) -> bool:
        """Whether this event comes for the first time; it is noted, so a second call says False."""
        event_id = str(body.get("event_id"))
        if event_id in self._seen:
            log.info("event repeated", event_id=event_id)
            return False
        self._seen[event_id] = True
        return True


async def _within_budget(
    handler: Callable[[SlackContext], Awaitable[None]], ctx: SlackContext
) -> None:
    try:
        async with admitted(ctx, LOOK):
            await handler(ctx)
    except TooManyRequests as no:
        await home.refused(ctx, no)


def handle_event(services: Services, body: Mapping[str, Any]) -> None:
    """Do what an event wants, in the background; its errors are logged and go no further."""

    async def attended() -> None:
        event = body["event"]
        handler = EVENTS.get(event["type"])
        if handler is not None and isinstance(event.get("user"), str):
            await services.wait()
            await error_as_message(
                _within_budget(handler, read_event(services, body)), services.meter
            )

    services.tasks.spawn(attended(), "event")
