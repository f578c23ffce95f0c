"""What Slack sends, as it arrives: which kind it is, how soon it was answered, under which id."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bot.clock import Clock
from bot.meter import Meter
from bot.trace import traced

KINDS: Mapping[str, str] = {
    "block_actions": "press",
    "block_suggestion": "options",
    "event_callback": "event",
    "message_action": "shortcut",
    "shortcut": "shortcut",
    "view_closed": "form",
    "view_submission": "form",
}
"""Slack's payload types and what they are called here."""


def kind_of(body: Mapping[str, Any]) -> str:
    """command, press, form, options, event or shortcut; `other` for what Slack may add."""
    if "command" in body:
        return "command"
    return KINDS.get(str(body.get("type")), "other")


class Arrival:
    """One request at the door. `body` is set once it is read; what never is, is not counted."""

    body: Mapping[str, Any] | None = None


@contextmanager
def arriving(
    meter: Callable[[], Meter], clock: Clock, request: str | None = None
) -> Iterator[Arrival]:
    """Trace a request under its id (None: a new one), and count the time until its answer.

    `meter` is asked at the end, when the process may have opened meanwhile. A request that was
    turned away is not counted.
    """
    arrival, began = Arrival(), clock.monotonic()
    with traced(request):
        yield arrival
    if arrival.body is not None:
        meter().acked(kind_of(arrival.body), clock.monotonic() - began)
