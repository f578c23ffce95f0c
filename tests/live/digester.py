"""A worker that does nothing but send the digests that are due, on the day that a file names.

`python -m tests.live.digester <file>`, with the bot's environment. What it works with is the real
thing: the store, the rows, Slack's Web API client. It prints `ready` when it begins, and ends only
when it is killed.
"""

import asyncio
import os
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.bootstrap import digest_builder
from bot.clock import SystemClock
from bot.digest_delivery.dispatcher import DigestDispatcher
from bot.digest_delivery.refresh import UsageRefresh
from bot.logs import configure_logs
from bot.scheduler.scheduler import guarded
from bot.settings import Settings
from bot.store import open_store
from handlers.slack_api.digest_poster import SlackDigestPoster
from handlers.slack_api.history import ChannelHistory

LEASE = timedelta(seconds=2)
"""What a killed worker held is taken up after this."""

PAUSE = 0.05


class DayOfFile(SystemClock):
    """A clock that stands at noon of the day in a file, which another process writes."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        """Noon, in UTC, of the day that the file names now."""
        day = date.fromisoformat(self._file.read_text(encoding="utf-8"))
        return datetime.combine(day, time(12), UTC)


async def work(file: Path) -> None:
    """Send what is due, again and again, until killed."""
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
        dispatcher = DigestDispatcher(
            digests=store,
            builder=digest_builder(settings, store, clock),
            poster=SlackDigestPoster(slack, ChannelHistory(slack, clock)),
            fresh=UsageRefresh({}, store, store, clock).fresh,
            clock=clock,
            owner=str(os.getpid()),
            lease=LEASE,
        )
        print("ready", flush=True)  # noqa: T201 - for the test
        while True:
            await guarded("digests", dispatcher.send_due)
            await asyncio.sleep(PAUSE)


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1])))
