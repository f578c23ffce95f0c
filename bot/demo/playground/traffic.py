"""The log of requests between Slack and the bot: what was asked, and how long it took."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.demo.slack.delivery import ACK_SECONDS, Delivery
from bot.demo.slack.workspace import ApiCall

KEPT = 200
"""Exchanges kept; the oldest are forgotten."""


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. `seconds` None for the bot's own requests, which nobody times.

    `title` says what it was in a few words, `trouble` what went wrong, empty when nothing did.
    """

    number: int
    at: datetime
    to_bot: bool
    title: str
    asked: Any
    answered: Any
    seconds: float | None = None
    trouble: str = ""

    @property
    def late(self) -> bool:
        """Whether Slack would have stopped waiting."""
        return self.seconds is not None and self.seconds > ACK_SECONDS


@dataclass
class Traffic:
    """The latest exchanges, oldest first."""

    kept: deque[Exchange] = field(default_factory=lambda: deque(maxlen=KEPT))
    count: int = 0

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.kept)

    def delivered(self, delivery: Delivery, at: datetime) -> None:
        """Slack asked the bot."""
        trouble = delivery.trouble or ""
        self._add(
            at=at,
            to_bot=True,
            title=_title(delivery),
            asked=delivery.payload,
            answered={"status": delivery.status, "body": delivery.body.decode(errors="replace")},
            seconds=delivery.seconds,
            trouble=trouble,
        )

    def called(self, call: ApiCall, at: datetime) -> None:
        """The bot asked Slack."""
        well = call.answer.get("ok", True)
        trouble = "" if well else str(call.answer.get("error", "refused"))
        self._add(
            at=at,
            to_bot=False,
            title=call.method,
            asked=call.args,
            answered=call.answer,
            trouble=trouble,
        )

    def _add(self, **told: Any) -> None:
        self.count += 1
        self.kept.append(Exchange(number=self.count, **told))


def _title(delivery: Delivery) -> str:
    payload = delivery.payload
    if delivery.kind == "command":
        return f"{payload['command']} {payload['text']}".strip()
    if delivery.kind == "block_actions":
        return f"press {payload['actions'][0]['action_id'].partition('|')[0]}"
    if delivery.kind in {"view_submission", "view_closed"}:
        return f"{delivery.kind} {payload['view'].get('callback_id', '')}".strip()
    return delivery.kind
