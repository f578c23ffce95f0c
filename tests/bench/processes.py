"""Where figures are measured: worlds, bots and floors as processes while they are needed."""

import itertools
import json
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bot.demo.slack.workspace import SIGNING_SECRET
from bot.store.migrate import migrate
from tests.live.bot import CONFIG, Deployment, first_answer
from tests.live.http_client import get
from tests.live.process import Program, free_port

HELLO = get("/readyz")


class Outside(NamedTuple):
    """A world: the environment that points a bot at it, and its calls by vendor."""

    environ: Mapping[str, str]
    crowd: Mapping[str, Sequence[str]]


class Processes:
    """Starts what a figure needs. Databases are SQLite files with all tables, one for each bot."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        self._numbers = itertools.count(1)

    async def prepare(self) -> None:
        """Make the database that every bot gets a copy of."""
        await migrate(f"sqlite:///{self._template}")

    @asynccontextmanager
    async def world(self, **wanted: Any) -> AsyncIterator[Outside]:
        """Start a new world and yield it; see `tests.bench.world` for `wanted`."""
        program = await self.start("tests.bench.world", json.dumps(wanted))
        try:
            yield Outside(**json.loads(await program.line()))
        finally:
            program.kill()
        await program.ended()

    async def start(self, *arguments: str) -> Program:
        """Another program of the bench, without any environment."""
        return await Program.start(*arguments, environ={}, log=self._folder / "world.log")

    def deployment(self, world: Outside, config: str = CONFIG) -> Deployment:
        """A bot in that world, which was never started."""
        file = self.database()
        return Deployment(file.parent, f"sqlite:///{file}", world.environ, config)

    def database(self) -> Path:
        """A new file with all tables, in a folder of its own."""
        folder = self._folder / f"bot-{next(self._numbers)}"
        folder.mkdir()
        return Path(shutil.copy(self._template, folder / "callwarden.db"))

    @asynccontextmanager
    async def bot(self, world: Outside, config: str = CONFIG) -> AsyncIterator[int]:
        """Start a new bot and yield its port once it has answered."""
        port = free_port()
        program = await self.deployment(world, config).start("serve", port=port)
        async with _ready(program, port):
            yield port

    @asynccontextmanager
    async def floor(self) -> AsyncIterator[int]:
        """Start a bare Bolt app and yield its port once it has answered."""
        port = free_port()
        async with _ready(await self.start_floor(port), port):
            yield port

    async def start_floor(self, port: int) -> Program:
        """Start the bare Bolt app; returns before it is ready."""
        log = self._folder / "floor.log"
        return await Program.start(
            "tests.bench.floor",
            str(port),
            environ={"SLACK_SIGNING_SECRET": SIGNING_SECRET},
            log=log,
        )


@asynccontextmanager
async def _ready(program: Program, port: int) -> AsyncIterator[None]:
    try:
        await first_answer(program, port, HELLO)
        yield
    finally:
        program.kill()
        await program.ended()
