"""Slack's side of Socket Mode: addresses for one connection each, envelopes out, acks in.

docs.slack.dev, apis/events-api/using-socket-mode: a connection begins with `hello`; an envelope has
an id, and an answer only where `accepts_response_payload` says so; at most ten connections, an
envelope goes to one of them; `disconnect` says that a connection ends, and why. What was not
acknowledged when its connection broke is sent again, with its old id, on the next one. An event
that was not acknowledged in time is sent again as a retry.
"""

import asyncio
import contextlib
import enum
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.demo.slack.screen import Json
from bot.demo.slack.workspace import APP, Workspace

MOST = 10
"""Connections an app may have open (docs.slack.dev, using-socket-mode)."""

EVENT = "events_api"


class Cut(enum.Enum):
    """When a connection breaks: the app's ack is lost with it, or Slack has it already."""

    ACK_LOST = "before ack"
    AFTER_ACK = "after ack"


@dataclass(eq=False)
class Envelope:
    """Something to be taken by the app once; `sent` counts how often it went out."""

    id: str
    kind: str
    payload: Json
    acked: asyncio.Future[Json | None]
    attempt: int = 0
    sent: int = 0

    def frame(self) -> Json:
        """The envelope as the JSON that is sent."""
        told: Json = {
            "envelope_id": self.id,
            "type": self.kind,
            "payload": self.payload,
            "accepts_response_payload": self.kind != EVENT,
        }
        if self.kind == EVENT:
            reason = "timeout" if self.attempt else ""
            told |= {"retry_attempt": self.attempt, "retry_reason": reason}
        return told


@dataclass(eq=False)
class Connection:
    """One connection. `owed` are the envelopes that went out by it and are not acknowledged.

    A `numb` one hears nothing and says nothing, and yet is open: a dead peer behind a live router.
    """

    ws: web.WebSocketResponse
    transport: asyncio.Transport | None
    owed: dict[str, Envelope] = field(default_factory=dict)
    numb: bool = False

    def abort(self) -> None:
        """Break it without a goodbye."""
        if self.transport is not None:
            self.transport.abort()


class SocketModeServer:
    """The app's sockets. `connections` are open now, oldest first; `opened` counts all so far.

    `cuts` are for the acks to come, one each: where its connection breaks, None for not at all.
    """

    def __init__(self, world: Workspace) -> None:
        self.connections: list[Connection] = []
        self.opened = 0
        self.cuts: list[Cut | None] = []
        self._world = world
        self._base = ""
        self._tickets: set[str] = set()
        self._numbers = itertools.count(1)
        self._waiting: dict[str, Envelope] = {}

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Take connections on a free port of loopback while the context lasts."""
        app = web.Application()
        app.router.add_get("/link", self._link)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self._base = f"ws://{host}:{port}/link"
        self._world.socket_address = self.address
        try:
            yield
        finally:
            self._world.socket_address = None
            self.drop()
            await runner.cleanup()

    def address(self) -> str:
        """A new address, good for one connection."""
        ticket = f"{next(self._numbers):032x}"
        self._tickets.add(ticket)
        return f"{self._base}?ticket={ticket}&app_id={APP}"

    async def send(self, kind: str, payload: Json, attempt: int = 0) -> Json | None:
        """The app's answer to an envelope, whenever it comes; None where it is just an ack."""
        acked: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        envelope = Envelope(f"env-{next(self._numbers)}", kind, payload, acked, attempt)
        self._waiting[envelope.id] = envelope
        await self._deliver()
        try:
            return await acked
        finally:
            self._waiting.pop(envelope.id, None)
            for connection in self.connections:
                connection.owed.pop(envelope.id, None)

    async def ping(self) -> None:
        """A ping on every connection, as Slack sends them all the time."""
        for connection in list(self.connections):
            if not connection.numb:
                await connection.ws.ping(b"Ping from applink")

    async def disconnect(self, reason: str) -> None:
        """Tell every connection that it ends; it stays open until Slack or the app closes it."""
        for connection in list(self.connections):
            await connection.ws.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {}}
            )

    async def close(self, connection: Connection) -> None:
        """End one, politely."""
        await connection.ws.close()

    def drop(self) -> None:
        """Break every connection without a goodbye."""
        for connection in list(self.connections):
            connection.abort()

    def numb(self) -> None:
        """Let every connection go deaf and dumb."""
        for connection in self.connections:
            connection.numb = True

    async def _link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden
        self._tickets.discard(ticket)
        ws = web.WebSocketResponse(autoping=False)
        await ws.prepare(request)
        if len(self.connections) >= MOST:
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await ws.close()
            return ws
        connection = Connection(ws, request.transport)
        await ws.send_json(self._hello())
        self.connections.append(connection)
        self.opened += 1
        self._world.changed()
        try:
            await self._deliver()
            await self._hear(connection)
        finally:
            self.connections.remove(connection)
            self._waiting |= connection.owed
            self._world.changed()
        await self._deliver()
        return ws

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections) + 1,
            "connection_info": {"app_id": APP},
            "debug_info": {"host": "applink", "approximate_connection_time": 18_060},
        }

    async def _hear(self, connection: Connection) -> None:
        async for frame in connection.ws:
            if connection.numb:
                continue
            if frame.type is WSMsgType.PING:
                await connection.ws.pong(frame.data)
            elif frame.type is WSMsgType.TEXT and not self._acked(
                connection, json.loads(frame.data)
            ):
                connection.abort()

    def _acked(self, connection: Connection, told: Any) -> bool:
        """Take an ack; False when the connection breaks over it."""
        envelope = connection.owed.get(str(told.get("envelope_id")))
        if envelope is None:
            return True
        cut = self.cuts.pop(0) if self.cuts else None
        if cut is Cut.ACK_LOST:
            return False
        del connection.owed[envelope.id]
        if not envelope.acked.done():
            envelope.acked.set_result(told.get("payload"))
        return cut is None

    async def _deliver(self) -> None:
        """Send what waits over the newest connection that is open."""
        while self._waiting and self.connections:
            connection = self.connections[-1]
            envelope = self._waiting.pop(next(iter(self._waiting)))
            connection.owed[envelope.id] = envelope
            envelope.sent += 1
            if not connection.numb:
                with contextlib.suppress(ConnectionError, RuntimeError):  # it breaks: sent again
                    await connection.ws.send_json(envelope.frame())
