"""One request to the app, and what came of it."""

import json
from dataclasses import dataclass
from typing import Any

from bot.demo.slack.screen import Json

ACK_SECONDS = 3.0
"""How long the app may take to answer (docs.slack.dev, interactivity/handling-user-interaction)."""

DISPATCH_FAILED, TIMED_OUT, BAD_ACK = "dispatch_failed", "operation_timeout", "invalid_ack"


@dataclass(frozen=True)
class Answer:
    """What the app answered; status None: nothing in time. `seconds` is how long it took."""

    status: int | None
    body: bytes
    seconds: float

    @property
    def trouble(self) -> str | None:
        """What the person is shown instead of an answer, if anything."""
        if self.seconds > ACK_SECONDS:
            return TIMED_OUT
        well = self.status is not None and self.status // 100 == 2  # noqa: PLR2004  HTTP's word
        return None if well else DISPATCH_FAILED


@dataclass(frozen=True)
class Delivery:
    """A request and its answer. `payload` is what was sent, decoded; `raw` the very bytes.

    `trouble` is what the person sees when the app failed them: `dispatch_failed`,
    `operation_timeout`, or `invalid_ack` when Slack could not use the answer.
    """

    kind: str
    payload: Json
    raw: bytes
    headers: dict[str, str]
    answer: Answer
    trouble: str | None

    @property
    def status(self) -> int | None:
        """The HTTP status; None when no answer came in time."""
        return self.answer.status

    @property
    def body(self) -> bytes:
        """The answer's bytes."""
        return self.answer.body

    @property
    def seconds(self) -> float:
        """How long the answer took, by the workspace's clock."""
        return self.answer.seconds

    def json(self) -> Any:
        """The answer's JSON; None when it is empty."""
        return json.loads(self.body) if self.body else None
