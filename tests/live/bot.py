"""The bot in processes of its own, pointed at a make-believe world."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.loopback import strangers
from tests.live.http_client import Answer, Line
from tests.live.names import LINES, MODERATOR
from tests.live.process import Program

TIMEOUT_S = 30.0
"""Seconds after which a process that does not answer is broken."""

CONFIG = f"""\
[people]
moderators = ["{MODERATOR}"]

[slack]
moderation_channel = "{LINES}"

[limits]
looks_burst = 100_000
looks_per_minute = 100_000
orders_burst = 100_000
orders_per_minute = 100_000
"""
"""Programs ask and order faster than any person. `[limits]` is last: what is appended is in it."""


@dataclass(frozen=True)
class Deployment:
    """What every process of one bot shares: its files, its database, and its world's addresses.

    `world` is the environment that points a bot at the world; `config` is callwarden.toml; `launch`
    is how a process begins: executed, or warm.
    """

    folder: Path
    database_url: str
    world: Mapping[str, str]
    config: str = CONFIG
    launch: Callable[..., Awaitable[Program]] = Program.start

    async def start(self, *arguments: str, port: int = 0) -> Program:
        """Start `callwarden <arguments>`; returns before it is ready."""
        config = self.folder / "callwarden.toml"
        config.write_text(self.config, encoding="utf-8")
        environ = {
            "LOG_LEVEL": "WARNING",
            **self.world,
            "DATABASE_URL": self.database_url,
            "PORT": str(port),
            "CALLWARDEN_CONFIG": str(config),
        }
        assert strangers(environ) == [], "another process would ask somebody outside"
        return await self.launch("bot", *arguments, environ=environ, log=self.folder / "bot.log")


async def first_answer(program: Program, port: int, request: bytes) -> Answer:
    """The first answer `program` gives to `request`, asked again until its port is open."""
    line = Line(port)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                try:
                    return await line.ask(request)
                except OSError:
                    if not program.running:
                        raise RuntimeError(program.last_words()) from None
                    await asyncio.sleep(0.002)
    finally:
        line.close()
