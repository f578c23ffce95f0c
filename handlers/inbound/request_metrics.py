"""What Slack sends, as it arrives: which kind it is, how soon it was answered, under which id."""

from collections.abc import Callable, Mapping
from typing import Any, Self

from bot.clock import Clock
from bot.meter import Meter
from bot.trace import begin, end

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
    """The kind of a request: command, press, form, options, event, shortcut, or `other`."""
    if "command" in body:
        return "command"
    return KINDS.get(str(body.get("type")), "other")


class RequestTimer:
    """Trace a request under its id (None: a new one), and count the time until its answer.

    `meter` is asked at the end, when the process may have opened meanwhile. `body` is set once it
    is read; a request whose body never is, or that was turned away, is not counted.
    """

    __slots__ = ("_began", "_clock", "_meter", "_request", "_traced", "body")

    def __init__(
        self, meter: Callable[[], Meter], clock: Clock, request: str | None = None
    ) -> None:
        self.body: Mapping[str, Any] | None = None
        self._meter, self._clock, self._request = meter, clock, request

    def __enter__(self) -> Self:
        self._began = self._clock.monotonic()
        self._traced = begin(self._request)
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        end(self._traced)
        if self.body is not None and error is None:
            self._meter().acked(kind_of(self.body), self._clock.monotonic() - self._began)
