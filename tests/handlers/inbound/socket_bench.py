"""Socket Mode before the stand-in, and what its listeners heard."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from slack_bolt.async_app import AsyncAck

from bot.background import BackgroundTasks
from bot.clock import Clock
from bot.demo.serving import serve
from bot.demo.slack import SlackServer, Workspace
from bot.demo.slack.socket_mode import SocketModeServer
from bot.demo.vendors.faults import Faults
from bot.meter import UNMETERED
from handlers.inbound.bolt_app import bolt_app
from handlers.inbound.socket_mode import (
    SlackAddress,
    SocketModeClient,
)

COMMAND = {"command": "/calls", "text": "help", "user_id": "U1", "team_id": "T1"}
EVENT = {"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_home_opened"}}


async def until(so: Callable[[], object], meanwhile: Callable[[], None] = lambda: None) -> None:
    """Let the two sides talk until it is so; TimeoutError when it never is."""
    async with asyncio.timeout(30):
        while not so():
            meanwhile()
            await asyncio.sleep(0.001)


@dataclass
class Bench:
    """A socket before the stand-in, and what its listeners heard; `gate` holds answers back."""

    socket: SocketModeClient
    exchange: SocketModeServer
    faults: Faults
    world: Workspace
    tasks: BackgroundTasks
    heard: list[dict[str, Any]] = field(default_factory=list)
    retries: list[Any] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def opened(self, number: int) -> None:
        """Wait for that connection, until the socket works with it too."""
        await until(lambda: self.socket.health().reconnects >= number - 1)
        await until(lambda: self.socket.health().since is not None)

    async def closed(self, number: int) -> None:
        """Wait until so many connections are left."""
        await self.world.until(lambda: len(self.exchange.connections) == number)


@asynccontextmanager
async def bench(clock: Clock, token: str | None = None) -> AsyncIterator[Bench]:
    world = Workspace(clock)
    server, tasks = SlackServer(world), BackgroundTasks()
    app = bolt_app("xoxb-1")
    async with serve(server.app) as url, server.exchange.serving():
        app_token = SecretStr(token or world.credentials.app_token)
        socket = SocketModeClient(
            app, app_token, SlackAddress(f"{url}/api/"), tasks, clock, lambda: UNMETERED
        )
        made = Bench(socket, server.exchange, server.faults, world, tasks)
        made.gate.set()

        async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
            made.heard.append(body)
            await made.gate.wait()
            await ack(text=f"you said {body['text']}")

        async def on_event(ack: AsyncAck, body: dict[str, Any], request: Any) -> None:
            made.heard.append(body)
            made.retries.append(request.headers.get("x-slack-retry-num"))
            await ack()

        app.command("/calls")(on_command)
        app.event("app_home_opened")(on_event)
        yield made
        await tasks.drain(1)


@asynccontextmanager
async def kept(made: Bench) -> AsyncIterator[asyncio.Task[None]]:
    keeping = asyncio.create_task(made.socket.run(made.stop))
    try:
        yield keeping
    finally:
        made.stop.set()
        await keeping
