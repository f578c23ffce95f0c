"""Sending Slack's requests to the app by HTTP: signed, with 3 seconds for an answer."""

import asyncio
from dataclasses import dataclass, field

import httpx

from bot.clock import Clock
from bot.demo.slack.delivery import ACK_SECONDS, Answer
from bot.demo.slack.signing import Signature, headers
from bot.demo.vendors.faults import Dropped

JUST_TOO_LATE = ACK_SECONDS + 0.001


@dataclass(frozen=True)
class HttpTransport:
    """Posts to the app at `path` behind `client`, whose own timeouts do not count.

    `late` are requests that had not been answered in time. They are left to end by themselves: the
    app goes on working, as it does behind a real server. `clock` measures; `signing_clock` gives
    the time that is signed. `timeout_s` is in real seconds.
    """

    client: httpx.AsyncClient
    clock: Clock
    signing_clock: Clock
    secret: str
    path: str = "/slack/events"
    timeout_s: float = ACK_SECONDS
    late: set[asyncio.Task[httpx.Response]] = field(default_factory=set)

    async def post(
        self, raw: bytes, told: dict[str, str], seal: Signature
    ) -> tuple[Answer, dict[str, str]]:
        """The app's answer to these bytes, and all headers that were sent."""
        told = {**told, **headers(seal, self.secret, raw, self.signing_clock)}
        start = self.clock.monotonic()
        request = self.client.post(self.path, content=raw, headers=told, timeout=None)
        task = asyncio.create_task(request)
        self.late.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait({task}, timeout=self.timeout_s)
        seconds = self.clock.monotonic() - start
        if not done:
            return Answer(None, b"", max(seconds, JUST_TOO_LATE)), told
        if task.exception() is not None:
            return self._broken(task, seconds), told
        return Answer(task.result().status_code, task.result().content, seconds), told

    async def settle(self) -> None:
        """Wait for the late ones."""
        await asyncio.gather(*self.late, return_exceptions=True)

    def _broken(self, task: "asyncio.Task[httpx.Response]", seconds: float) -> Answer:
        error = task.exception()
        if error is not None and not isinstance(error, httpx.TransportError | Dropped):
            raise error
        return Answer(None, b"", seconds)

    def _ended(self, task: "asyncio.Task[httpx.Response]") -> None:
        self.late.discard(task)
        if not task.cancelled():
            task.exception()  # a late one's error interests nobody, and asyncio wants it looked at
