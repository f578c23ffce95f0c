"""Sending Slack's requests to the app by Socket Mode instead of HTTP."""

import asyncio
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from bot.clock import Clock
from bot.demo.slack.delivery import ACK_SECONDS, Answer
from bot.demo.slack.http_transport import JUST_TOO_LATE
from bot.demo.slack.screen import Json
from bot.demo.slack.signing import Signature
from bot.demo.slack.socket_mode import EVENT, SocketModeServer

OK = 200
RETRY = "X-Slack-Retry-Num"


@dataclass(frozen=True)
class SocketTransport:
    """Sends what would be posted as envelopes instead; nothing is signed, as Slack does not.

    `late` are envelopes that were not acknowledged in time; Slack still takes their ack, and shows
    nothing for it. `timeout_s` is in real seconds.
    """

    exchange: SocketModeServer
    clock: Clock
    timeout_s: float = ACK_SECONDS
    late: set[asyncio.Task[Json | None]] = field(default_factory=set)

    async def post(
        self, raw: bytes, told: dict[str, str], seal: Signature
    ) -> tuple[Answer, dict[str, str]]:
        """The app's answer to these bytes, as an HTTP answer would be."""
        del seal
        kind, payload = _envelope(raw, told["Content-Type"])
        start = self.clock.monotonic()
        sending = asyncio.create_task(self.exchange.send(kind, payload, int(told.get(RETRY, "0"))))
        self.late.add(sending)
        sending.add_done_callback(self.late.discard)
        done, _ = await asyncio.wait({sending}, timeout=self.timeout_s)
        seconds = self.clock.monotonic() - start
        if not done:
            return Answer(None, b"", max(seconds, JUST_TOO_LATE)), told
        answer = sending.result()
        return Answer(OK, b"" if answer is None else json.dumps(answer).encode(), seconds), told

    async def settle(self) -> None:
        """Give up on the late ones."""
        for task in set(self.late):
            task.cancel()
        await asyncio.gather(*self.late, return_exceptions=True)


def _envelope(raw: bytes, content: str) -> tuple[str, Json]:
    """The type of the envelope and what is in it, from what would be posted."""
    if content.startswith("application/json"):
        return EVENT, json.loads(raw)
    fields = dict(parse_qsl(raw.decode(), keep_blank_values=True))
    if "payload" in fields:
        return "interactive", json.loads(fields["payload"])
    return "slash_commands", fields
