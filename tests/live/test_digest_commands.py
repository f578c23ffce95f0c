"""`callwarden digest send` and `backfill` as real processes before the make-believe world."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from bot.calls.actors import Actor
from bot.clock import SystemClock
from bot.demo.slack.workspace import TEAM
from bot.demo.stage import open_stage
from bot.digests.subscription import Wish
from bot.store import open_store
from tests.fakes.digests import wanted
from tests.live.bot import TIMEOUT_S, Deployment
from tests.live.names import MODERATOR
from tests.live.warm import warm


def _days(url: str) -> int:
    """How many calls of the past are kept."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        (number,) = database.execute("SELECT count(*) FROM usage_call").fetchone()
    return int(number)


async def test_a_digest_is_sent_once_and_the_past_is_read_once_and_goes_on_after_ctrl_c(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_stage(SystemClock()) as stage:
        bot = Deployment(tmp_path, sqlite_url, stage.environ, launch=warm)
        async with open_store(sqlite_url, SystemClock()) as store:
            wish = Wish(channel=stage.cast.digest.id)
            owner = Actor(user=MODERATOR, team=TEAM)
            await wanted(store, wish, owner, datetime(2026, 1, 1, tzinfo=UTC))
        # One vendor asks to be left alone, so that the reading is not over before it is broken off.
        stage.world.cometchat.faults.limit(60, times=None)
        reading = await bot.start("digest", "backfill", "--days", "60")
        async with asyncio.timeout(TIMEOUT_S):
            while not _days(sqlite_url):  # noqa: ASYNC110 - another process writes them
                await asyncio.sleep(0.02)
        reading.interrupt()
        assert await reading.ended() == 130, reading.last_words()
        assert "run it again to go on" in reading.last_words()
        stage.world.cometchat.faults.clear()
        again = await bot.start("digest", "backfill", "--days", "20")
        assert await again.line() == "Everything is read.\n"
        assert await again.ended() == 0
        for words in (
            "Posted.\n",
            "It is posted already, or another process is about to post it.\n",
        ):
            sending = await bot.start("digest", "send", "--subscription", "1")
            assert await sending.line() == words, sending.last_words()
            assert await sending.ended() == 0
        digest, details = stage.slack.world.messages[stage.cast.digest.id]
    assert digest.metadata
    assert digest.metadata["event_type"] == "callwarden_digest"
    assert details.metadata
    assert "minutes" in digest.text
