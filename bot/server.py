"""An ASGI app on a port, inside the event loop that is already running."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from bot.connections import BufferedConnection, Config, ConnectionLimits

GRACE = 3
"""Seconds that requests still in work get when the server stops: Slack waits no longer either."""


class _Guest(uvicorn.Server):
    """A uvicorn server that leaves signals to its host and says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled = asyncio.Event()
        self._asked_to_stop = asyncio.Event()

    def stop(self) -> None:
        """End `serve` once the requests in work are answered."""
        self.should_exit = True
        self._asked_to_stop.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Catch nothing: the process that hosts the server handles its own signals."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell whoever waits, whether it went well or not."""
        try:
            await super().startup(sockets)
        except SystemExit:  # uvicorn's word for a lifespan that failed
            self.should_exit = True
        finally:
            self.settled.set()

    async def main_loop(self) -> None:
        """uvicorn's, which ends at the first beat after it was asked to; this ends at once."""
        beats = asyncio.create_task(super().main_loop())
        asked = asyncio.create_task(self._asked_to_stop.wait())
        try:
            await asyncio.wait({beats, asked}, return_when=asyncio.FIRST_COMPLETED)
            if beats.done():
                beats.result()
        finally:
            beats.cancel()
            asked.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Leave at once where nothing is in work; uvicorn pauses for 100 ms."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        turn = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(turn.set_result, None)
        await turn  # after which an idle connection is gone
        if self.server_state.connections or self.server_state.tasks or self.force_exit:
            await super().shutdown(sockets)
        else:
            await self.lifespan.shutdown()


@contextlib.asynccontextmanager
async def listening(
    app: ASGIApp,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    grace: int = GRACE,
    limits: ConnectionLimits | None = None,
    websockets: bool = False,
    watch: Callable[[asyncio.Task[None]], None] | None = None,
) -> AsyncIterator[str]:
    """Serve `app` while the context lasts; yields its base URL, without a slash at the end.

    Port 0 lets the machine choose one. Requests still in work when the context ends get `grace`
    seconds. `limits` are how long a sender may take and how much it may send; `watch` is called
    with the task that serves. Raises OSError when the port is taken, RuntimeError when the app's
    lifespan fails.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=2048)
    # asyncio sets this only on sockets made with an explicit protocol; without it the second packet
    # of an answer waits 40 ms for the first one's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = Config(
        app,
        http=BufferedConnection,  # type: ignore[arg-type]  # uvicorn makes whatever it is given
        ws="auto" if websockets else "none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=grace,
    )
    config.limits = limits or ConnectionLimits()
    server = _Guest(config)
    running = asyncio.create_task(server.serve(sockets=[listener]), name="web server")
    try:
        await server.settled.wait()
        if not server.started:
            raise RuntimeError("the app did not start")
        if watch is not None:
            watch(running)
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.stop()
        await asyncio.wait({running})
        listener.close()
        if watch is None:  # otherwise who watches knows how it ended
            running.result()
