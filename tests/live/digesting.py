"""Workers that are killed at random while digests are due, and what stands in the channels then."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.calls.actors import Actor
from bot.clock import SystemClock
from bot.demo.slack.workspace import TEAM
from bot.demo.stage import Stage, open_stage
from bot.digests.subscription import Wish
from bot.store import SqlStore
from bot.store.urls import address_of
from handlers.slack_api.digest_poster import EVENT_TYPE, THREAD_TYPE
from tests.fakes.digests import wanted
from tests.live.names import MODERATOR
from tests.live.warm import warm

SLOW = 0.05
"""Seconds that Slack takes for each message, so that some die while it is on its way."""

LIFE = (0.05, 2.5)
"""Seconds that a worker works, at least and at most."""

TIMEOUT_S = 60.0
"""Seconds in which a day's digests have to be posted."""

LAST_DAY = date(2026, 10, 30)
"""Days long past, so that every message is younger than its day, as it is in real life."""

_LEFT = text("SELECT count(*) FROM digest_posting WHERE day = :day AND state = 'posted'")


@dataclass(frozen=True)
class Count:
    """`digests` and `details`: how often each one stands in Slack, by its key."""

    digests: Counter[str]
    details: Counter[str]
    killed: int


async def digest_storm(
    database_url: str, folder: Path, *, channels: int, days: int, seed: int = 7
) -> Count:
    """Post `channels` digests over `days` days by two workers that are killed again and again."""
    file = folder / "day"
    async with open_stage(SystemClock()) as stage:
        await _subscribe(database_url, stage, channels, _day(1 - days))
        file.write_text(_day(1 - days).isoformat(), encoding="utf-8")
        stage.slack.faults.slow(SLOW, on="/chat.postMessage", times=None)
        environ = {**stage.environ, "DATABASE_URL": database_url, "LOG_LEVEL": "ERROR"}
        async with _two_workers(file, environ, folder / "digests.log", seed) as killed:
            for back in reversed(range(days)):
                _turn(file, _day(-back))
                await _all_posted(database_url, _day(-back), channels)
        return Count(_keys(stage, EVENT_TYPE), _keys(stage, THREAD_TYPE), sum(killed))


def _day(back: int) -> date:
    return LAST_DAY + timedelta(days=back)


def _turn(file: Path, day: date) -> None:
    """Turn the calendar in one step: a worker never reads half a day."""
    new = file.with_suffix(".new")
    new.write_text(day.isoformat(), encoding="utf-8")
    new.replace(file)


async def _subscribe(database_url: str, stage: Stage, channels: int, first: date) -> None:
    store = SqlStore(database_url, SystemClock())
    await store.start()
    owner = Actor(user=MODERATOR, team=TEAM)
    made_at = datetime.combine(first, time(), UTC)
    try:
        for number in range(channels):
            channel = stage.slack.world.add_channel(f"digest-{number}", stage.cast.moderator)
            wish = Wish(channel=channel.id, at=time(11, 50))
            await wanted(store, wish, owner, made_at)
    finally:
        await store.stop()


@contextlib.asynccontextmanager
async def _two_workers(
    file: Path, environ: Mapping[str, str], log: Path, seed: int
) -> AsyncIterator[list[int]]:
    """Two workers at a time, each killed and replaced; a 1 for each that was killed."""
    killed: list[int] = []
    async with asyncio.TaskGroup() as group:
        digesters = [
            group.create_task(_raise_and_kill(file, environ, log, dice, killed))
            for dice in (random.Random(f"{seed}{n}") for n in range(2))
        ]
        yield killed
        for digester in digesters:
            digester.cancel()


async def _raise_and_kill(
    file: Path, environ: Mapping[str, str], log: Path, dice: random.Random, killed: list[int]
) -> None:
    """One worker after the other, each killed without warning."""
    while True:
        worker = await warm("tests.live.digester", str(file), environ=environ, log=log)
        try:
            await worker.line()
            await asyncio.sleep(dice.uniform(*LIFE))
        finally:
            worker.kill()
            await worker.ended()
        killed.append(1)


async def _all_posted(database_url: str, day: date, number: int) -> None:
    engine = create_async_engine(address_of(database_url).url)
    try:
        async with asyncio.timeout(TIMEOUT_S), engine.connect() as connection:
            while (await connection.scalar(_LEFT, {"day": day})) != number:
                await connection.rollback()
                await asyncio.sleep(0.1)
    finally:
        await engine.dispose()


def _keys(stage: Stage, event_type: str) -> Counter[str]:
    """Messages of that kind in all channels and their threads."""
    return Counter(
        str(message.metadata["event_payload"]["key"])
        for messages in stage.slack.world.messages.values()
        for message in messages
        if message.metadata and message.metadata["event_type"] == event_type
    )
