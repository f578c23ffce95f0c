"""One WebSocket to Slack: frames in, acknowledgements out, and when something last came.

The SDK's own client is not used: it measures with the wall clock, keeps Slack's pings to itself,
logs the ticket in the address, and reconnects in loops of its own (docs/decisions/0009).
"""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import structlog
from aiohttp import WSMsgType

from bot.clock import Clock
from bot.errors import Disconnected, PayloadUnreadable
from bot.network import DIRECT, Network
from handlers.slack_api.errors import diagnosis_of
from handlers.slack_api.json_object import Json, json_object

log = structlog.get_logger(__name__)

SOCKET_ERRORS = (aiohttp.ClientError, OSError, RuntimeError)
"""What writing may end in: aiohttp raises RuntimeError where it is closed, or closing."""


def disconnected(error: BaseException, url: str, network: Network) -> Disconnected:
    """The Disconnected to raise when no connection to `url` came about because of `error`."""
    diagnosis = diagnosis_of(error, url, network)
    return Disconnected(diagnosis.says, diagnosis=diagnosis)


class SlackSocket:
    """An open WebSocket to Slack, and what is known of its state.

    `last_frame_at` is when its last frame came, pings included (monotonic seconds).
    `ready` is done once Slack said hello; `stale` once the connection is to be replaced, with the
    reason; `ended` once nothing more is read from it.
    """

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, clock: Clock) -> None:
        self._ws = ws
        self._clock = clock
        self.since = clock.now()
        self.opened = self.last_frame_at = clock.monotonic()
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.stale: asyncio.Future[str] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()

    @classmethod
    async def open(
        cls, session: aiohttp.ClientSession, url: str, clock: Clock, network: Network = DIRECT
    ) -> "SlackSocket":
        """Connect to an address from `apps.connections.open`; raises Disconnected."""
        try:
            proxy = network.proxy_for(url)
            return cls(await session.ws_connect(url, autoping=False, proxy=proxy), clock)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise disconnected(error, url, network) from error

    def mark_ready(self) -> None:
        """Note that Slack said hello."""
        if not self.ready.done():
            self.ready.set_result(None)

    def mark_stale(self, why: str) -> None:
        """Note that this connection is to be replaced; the first reason stands."""
        if not self.stale.done():
            self.stale.set_result(why)

    def end(self) -> None:
        """Note that nothing more is read from it."""
        self.mark_stale("closed")
        if not self.ended.done():
            self.ended.set_result(None)

    async def messages(self) -> AsyncIterator[Json]:
        """Every JSON object Slack sends, until the connection ends; pings are answered."""
        while True:
            frame = await self._ws.receive()
            if frame.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED}:
                return
            if frame.type is WSMsgType.ERROR:
                log.warning("frame not read", error=type(frame.data).__name__)
                return
            self.last_frame_at = self._clock.monotonic()
            if frame.type is WSMsgType.PING:
                await self._pong(frame.data)
            elif frame.type is WSMsgType.TEXT and (message := _object(frame.data)) is not None:
                yield message

    async def answer(self, envelope_id: str, payload: Json | None) -> None:
        """Acknowledge an envelope, with an answer where there is one; raises Disconnected."""
        envelope: Json = {"envelope_id": envelope_id}
        if payload is not None:
            envelope["payload"] = payload
        try:
            await self._ws.send_json(envelope)
        except SOCKET_ERRORS as error:
            raise Disconnected(type(error).__name__) from error

    async def ping(self) -> None:
        """Ask the other side for a sign of life; whether it comes shows in `last_frame_at`."""
        try:
            await self._ws.ping()
        except SOCKET_ERRORS:
            self.mark_stale("closed")

    async def close(self) -> None:
        """Hang up; a dead other side is not waited for."""
        self.mark_stale("closed")
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._ws.close()
        except SOCKET_ERRORS as error:
            log.info("socket not closed", error=type(error).__name__)

    async def _pong(self, data: bytes) -> None:
        try:
            await self._ws.pong(data)
        except SOCKET_ERRORS:
            self.mark_stale("closed")


CLOSING_SECONDS = 1.0
"""How long a goodbye may take."""


def _object(text: str) -> Json | None:
    try:
        return json_object(text)
    except PayloadUnreadable:
        log.warning("frame not read", error="no JSON object")
        return None
