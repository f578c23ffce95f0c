"""The processes of one bot: each started again whenever it ends."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence

from tests.live.bot import TIMEOUT_S, Deployment, first_answer
from tests.live.http_client import get
from tests.live.process import Program, free_port

SETTLED_IN = 1.0
"""Seconds after which a worker, which has no port to ask at, is taken to be at work."""


class ProcessSlot:
    """A process that is started again whenever it ends; `port` is 0 for a worker."""

    def __init__(self, deployment: Deployment, arguments: Sequence[str]) -> None:
        self.port = free_port() if arguments[0] == "serve" else 0
        self.ready = asyncio.Event()
        self.program: Program | None = None
        self._deployment = deployment
        self._arguments = arguments

    async def keep(self) -> None:
        """Start the process, and again whenever it has ended."""
        while True:
            await self.run()

    async def run(self) -> None:
        """Start the process and wait for its end."""
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
    """All processes of one bot."""

    def __init__(self, deployment: Deployment, commands: Sequence[Sequence[str]]) -> None:
        self.slots = [ProcessSlot(deployment, arguments) for arguments in commands]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run every process while the context lasts; at the end ask all to stop and wait."""
        starters = [asyncio.create_task(slot.keep()) for slot in self.slots]
        try:
            await self.all_ready()
            yield
        finally:
            for starter in starters:
                starter.cancel()
            await asyncio.gather(*starters, return_exceptions=True)
            await asyncio.gather(*(_stop(slot.program) for slot in self.slots))

    async def all_ready(self) -> None:
        """Wait until each process can work; TimeoutError when one never can."""
        async with asyncio.timeout(TIMEOUT_S):
            await asyncio.gather(*(slot.ready.wait() for slot in self.slots))

    async def web(self, dice: random.Random) -> int:
        """Wait until a web process answers; returns its port."""
        webs = [slot for slot in self.slots if slot.port]
        ready = [slot for slot in webs if slot.ready.is_set()]
        if not ready:
            await webs[0].ready.wait()
        return dice.choice(ready or webs[:1]).port


async def _stop(program: Program | None) -> None:
    if program is not None:
        program.stop()
        await program.ended()
