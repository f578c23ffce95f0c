"""Workers that do nothing but rounds of digests, on the day that a file names, and are killed.

`python -m tests.live.digester <file> <seed>`, with the bot's environment. What a worker works with
is the real thing: the store, the rows, Slack's Web API client. Each is a process of its own, forked
from one that has loaded everything, so that many live and die in a short time. At SIGTERM it prints
how many were killed.
"""

import asyncio
import os
import random
import signal
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import sleep

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.bootstrap import digest_maker
from bot.clock import SystemClock
from bot.logs import configure_logs
from bot.schedule.freshness import Freshness
from bot.schedule.rounds import Rounds
from bot.schedule.runner import guarded
from bot.settings import Settings
from bot.store import open_store
from handlers.digests import SlackDigests

LEASE = timedelta(seconds=2)
"""What a killed worker held is taken up after this."""

PAUSE = 0.02

LIFE = (0.05, 2.5)
"""Seconds that a worker works, at least and at most."""


class DayOfFile(SystemClock):
    """Noon of the day that stands in a file, which another process writes."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        day = date.fromisoformat(self._file.read_text(encoding="utf-8"))
        return datetime.combine(day, time(12), UTC)


async def work(file: Path, ready: int) -> None:
    """Rounds without end; a byte is written to `ready` when they begin."""
    settings, clock = Settings.from_process(), DayOfFile(file)
    configure_logs("WARNING")
    url = settings.process.database_url.get_secret_value()
    async with open_store(url, clock) as store, aiohttp.ClientSession() as session:
        slack = AsyncWebClient(
            settings.slack.token(),
            base_url=settings.slack.api_url,
            session=session,
            retry_handlers=[],
        )
        rounds = Rounds(
            digests=store,
            maker=digest_maker(settings, store, clock),
            poster=SlackDigests(slack),
            fresh=Freshness({}, store, store, clock).fresh,
            clock=clock,
            owner=str(os.getpid()),
            lease=LEASE,
        )
        os.write(ready, b".")
        while True:
            await guarded("digests", rounds.go)
            await asyncio.sleep(PAUSE)


def raise_and_kill(file: Path, dice: random.Random) -> int:
    """One worker after the other, each killed without warning; how many, once SIGTERM comes."""
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
    killed = 0
    while not stopping:
        ready, begun = os.pipe()
        worker = os.fork()
        if worker == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            asyncio.run(work(file, begun))
        os.close(begun)
        os.read(ready, 1)
        os.close(ready)
        sleep(dice.uniform(*LIFE))
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
        killed += 1
    return killed


if __name__ == "__main__":
    print(raise_and_kill(Path(sys.argv[1]), random.Random(sys.argv[2])))  # noqa: T201 - for the test
