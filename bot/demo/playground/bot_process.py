"""The bot in a process of its own: started, killed without warning, asked to stop."""

import asyncio
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import stamina

from bot.demo.serving import loopback
from bot.errors import CallwardenError

TIMEOUT_S = 30.0
"""Seconds after which a bot that does not answer is broken."""

GRACE = 12.0
"""Seconds a bot that is asked to stop gets: it drains for up to 9."""

ASK_AGAIN = 0.05
"""Seconds between two looks whether the port is open."""


class BotBroken(CallwardenError):
    """The bot's process does not start, or ended by itself."""


class BotProcess:
    """`python -m bot serve` on a port that stays the same, with `environ` and nothing else.

    What it says goes to the end of `log`. It is in a session of its own, so that a Ctrl-C in the
    terminal reaches only its parent, which then stops it in order; it also stops when its parent is
    killed (see `child_process`).
    """

    def __init__(self, environ: Mapping[str, str], log: Path) -> None:
        self.port = _free_port()
        self._environ = {**environ, "HOST": "127.0.0.1", "PORT": str(self.port)}
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """The URL at which the bot listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """Whether it is there and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it and wait until it takes orders; BotBroken with its last words otherwise."""
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.demo.playground.child_process",
                env=self._environ,
                cwd=self._log.parent,
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        looks = stamina.retry_context(
            on=httpx.HTTPError,
            attempts=None,
            timeout=TIMEOUT_S,
            wait_initial=ASK_AGAIN,
            wait_max=ASK_AGAIN,
            wait_jitter=0,
        )
        try:
            async with loopback(self.url) as client:
                async for look in looks:
                    with look:
                        await self._ready(client)
        except httpx.HTTPError:
            raise self._broken("did not answer in time") from None

    async def kill(self) -> None:
        """End it at once, whatever it is doing (SIGKILL)."""
        if self._process is not None and self.running:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> None:
        """Ask it to stop as a host does (SIGTERM), and wait; kill it when it takes too long."""
        if self._process is None or not self.running:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(GRACE):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def _ready(self, client: httpx.AsyncClient) -> None:
        """Raise httpx's error while it is not, BotBroken when it never will be."""
        if not self.running:
            raise self._broken("ended by itself")
        (await client.get("/readyz")).raise_for_status()

    def _broken(self, why: str) -> BotBroken:
        words = self._log.read_text(encoding="utf-8", errors="replace")[-2_000:].strip()
        return BotBroken(f"The bot {why}.", next_step=f"It said last:\n{words}")


def _free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
