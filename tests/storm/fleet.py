"""The processes of one bot: each started again whenever it ends."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence

from tests.live.bot import PATIENCE, Deployment, first_answer
from tests.live.http_client import get
from tests.live.process import Program, free_port

SETTLED_IN = 1.0
"""Seconds after which a worker, which has no port to ask at, is taken to be at work."""


class Berth:
    """A place in the fleet where a process always runs; `port` is 0 for a worker."""

    def __init__(self, deployment: Deployment, arguments: Sequence[str]) -> None:
        self.port = free_port() if arguments[0] == "serve" else 0
        self.ready = asyncio.Event()
        self.program: Program | None = None
        self._deployment = deployment
        self._arguments = arguments

    async def keep(self) -> None:
        """Start it, and again whenever it has ended."""
        while True:
            await self.run()

    async def run(self) -> None:
        """Start it and wait for its end."""
        self.program = await self._deployment.start(*self._arguments, port=self.port)
        arriving = asyncio.create_task(self._arrive(self.program))
        try:
            await self.program.ended()
        finally:
            self.ready.clear()
            arriving.cancel()
            with contextlib.suppress(asyncio.CancelledError, RuntimeError):
                await arriving

    async def _arrive(self, program: Program) -> None:
        if self.port:
            await first_answer(program, self.port, get("/readyz"))
        else:
            await asyncio.sleep(SETTLED_IN)
        self.ready.set()


class Fleet:
    """Every process of one bot."""

    def __init__(self, deployment: Deployment, crew: Sequence[Sequence[str]]) -> None:
        self.berths = [Berth(deployment, arguments) for arguments in crew]

    @contextlib.asynccontextmanager
    async def at_sea(self) -> AsyncIterator[None]:
        """Everything runs, until all are asked to stop at the end."""
        keepers = [asyncio.create_task(berth.keep()) for berth in self.berths]
        try:
            await self.everyone_ready()
            yield
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)
            await asyncio.gather(*(_stop(berth.program) for berth in self.berths))

    async def everyone_ready(self) -> None:
        """Wait until each process can work; TimeoutError when one never can."""
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(berth.ready.wait() for berth in self.berths))

    async def web(self, dice: random.Random) -> int:
        """The port of a web process that answers; waits until there is one."""
        webs = [berth for berth in self.berths if berth.port]
        ready = [berth for berth in webs if berth.ready.is_set()]
        if not ready:
            await webs[0].ready.wait()
        return dice.choice(ready or webs[:1]).port


async def _stop(program: Program | None) -> None:
    if program is not None:
        program.stop()
        await program.ended()
