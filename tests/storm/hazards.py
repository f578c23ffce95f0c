"""What happens to the processes and to their database: each at random, and for how long."""

import asyncio
import contextlib
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from bot.demo.stage import Stage
from tests.storm.bot_process import Exposed
from tests.storm.fleet import Fleet

WORKED = (0.15, 1.2)
"""Seconds that a process works before something happens to it."""

LASTS = (3.5, 7.0)
"""Seconds for which a hazard lasts: past PostgreSQL's limit on idle transactions, and past what a
lease of five seconds holds for."""

LONG = 30.0
"""A storm of so many seconds has room for them; in a shorter one they are shorter."""

AHEAD = (10.0, 600.0)
"""Seconds by which a clock is set ahead: less than makes an order too old to be begun."""

NEXT_ACT = 2.0
"""Seconds for which an act is waited for, before the database goes away anyhow."""

WAITS_FOR_THE_LOCK = 1.0
"""Seconds that we wait for SQLite's write lock."""

Hazard = Callable[[Exposed, float], Awaitable[None]]


@dataclass
class Hazards:
    """Lets one thing after the other happen to the processes; `counts` are those so far."""

    fleet: Fleet
    stage: Stage
    database_url: str
    dice: random.Random
    scale: float
    counts: Counter[str] = field(default_factory=Counter)

    async def run(self) -> None:
        """Strike without end: a kill first, and then half of the time."""
        await self._strike("processes killed", self._kill)
        while True:
            others = {
                "frozen": self._freeze,
                "clocks set": self._set_clock,
                "logs unread": self._leave_unread,
                "logs gone": self._leave_log,
                "database away": self._take_database,
            }
            round_ = [*others.items(), *[("processes killed", self._kill)] * len(others)]
            self.dice.shuffle(round_)
            for name, hazard in round_:
                await self._strike(name, hazard)

    async def _strike(self, name: str, hazard: Hazard) -> None:
        """Let a process that is ready work for a moment; then let `hazard` happen to it."""
        slot = self.dice.choice(self.fleet.slots)
        await slot.ready.wait()
        await asyncio.sleep(self.dice.uniform(*WORKED))
        if isinstance(slot.program, Exposed):
            self.counts[name] += 1
            await hazard(slot.program, self.scale * self.dice.uniform(*LASTS))
        if hazard == self._kill:
            slot.ready.clear()

    async def _kill(self, program: Exposed, _: float) -> None:
        program.kill()

    async def _freeze(self, program: Exposed, seconds: float) -> None:
        program.freeze()
        try:
            await asyncio.sleep(seconds)
        finally:
            program.thaw()

    async def _set_clock(self, program: Exposed, seconds: float) -> None:
        program.clock.set_ahead(self.dice.uniform(*AHEAD))
        try:
            await asyncio.sleep(seconds)
        finally:
            program.clock.set_ahead(0)

    async def _leave_unread(self, program: Exposed, seconds: float) -> None:
        program.pipe.stop_reading()
        try:
            await asyncio.sleep(seconds)
        finally:
            program.pipe.read_on()

    async def _leave_log(self, program: Exposed, seconds: float) -> None:
        program.pipe.leave()
        await asyncio.sleep(seconds)

    async def _take_database(self, _: Exposed, seconds: float) -> None:
        """Right after a vendor did something, so that its outcome cannot be written down."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(NEXT_ACT):
                await self._next_act()
        async with away(self.database_url):
            await asyncio.sleep(seconds)

    async def _next_act(self) -> None:
        before = self._acts()
        while self._acts() == before:  # noqa: ASYNC110 - other processes act
            await asyncio.sleep(0.01)

    def _acts(self) -> int:
        return sum(len(server.effects) for server in self.stage.world.servers.values())


def away(database_url: str) -> AbstractAsyncContextManager[None]:
    """Keep everybody out of PostgreSQL, or from writing an SQLite file, in this context."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return _locked(str(url.database))
    return _closed(str(url.database), database_url)


@asynccontextmanager
async def _locked(path: str) -> AsyncIterator[None]:
    """Another connection holds the write lock, where it gets it in time."""
    with closing(_connection(path)) as connection:
        with contextlib.suppress(sqlite3.OperationalError):
            await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
        yield


def _connection(path: str) -> sqlite3.Connection:
    return sqlite3.connect(
        path, timeout=WAITS_FOR_THE_LOCK, isolation_level=None, check_same_thread=False
    )


@asynccontextmanager
async def _closed(name: str, database_url: str) -> AsyncIterator[None]:
    """The database takes no connections, and those that there are have been ended."""
    database, switch = sql.Identifier(name), sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    async with await psycopg.AsyncConnection.connect(
        database_url, dbname="template1", autocommit=True
    ) as admin:
        await admin.execute(switch.format(database, sql.SQL("false")))
        try:
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            yield
        finally:
            await admin.execute(switch.format(database, sql.SQL("true")))
