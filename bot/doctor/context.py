"""What is examined: the settings as far as they can be read, and Slack, asked once who we are."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.calls.models import Vendor
from bot.clock import Clock
from bot.ports import CallProvider
from bot.settings import Settings
from bot.store import SqlStore
from bot.store.urls import sqlite_file
from handlers.slack_api.probe import ProbeAnswer, SlackProbe, open_probe

UNSEEN = "Not looked at: Slack does not answer to the bot's token."


def home_of(told: Mapping[str, Any]) -> str:
    """The workspace that auth.test names, or the organisation the app is installed for."""
    whole = told.get("is_enterprise_install") and told.get("enterprise_id")
    return str(whole or told.get("team_id"))


class Slack:
    """Slack behind `probe`. Who the bot is there is asked once, for every check."""

    def __init__(self, probe: SlackProbe) -> None:
        self.probe = probe
        self._hello: asyncio.Task[ProbeAnswer] | None = None

    async def hello(self) -> ProbeAnswer:
        """The answer to auth.test; SlackSilent."""
        if self._hello is None:
            self._hello = asyncio.create_task(self.probe.ask("auth.test"))
        return await asyncio.shield(self._hello)

    async def aclose(self) -> None:
        """Wait for no answer any more; an error nobody waited for is nobody's."""
        if self._hello is not None:
            self._hello.cancel()
            await asyncio.wait({self._hello})
            if not self._hello.cancelled():
                self._hello.exception()


@asynccontextmanager
async def slack_for(
    settings: Settings, clock: Clock, timeout_s: float
) -> AsyncIterator[Slack | None]:
    """Slack while the context lasts, with that many seconds for an answer; None without a token."""
    token = settings.slack.bot_token
    if token is None:
        yield None
        return
    secret, url = token.get_secret_value(), settings.slack.api_url
    async with open_probe(secret, url, clock, timeout_s, settings.network) as opened:
        slack = Slack(opened)
        try:
            yield slack
        finally:
            await slack.aclose()


@dataclass(frozen=True)
class DoctorContext:
    """`environ` are the variables that are set, `manifest` the app's manifest where it is here.

    `slack` is None without a token; `vendors` are those that are on.
    """

    settings: Settings
    environ: Mapping[str, str]
    clock: Clock
    slack: Slack | None
    vendors: Mapping[Vendor, CallProvider]
    manifest: Path


@asynccontextmanager
async def existing_store(context: DoctorContext) -> AsyncIterator[SqlStore | None]:
    """The database while the context lasts; None where it is not made yet, or has other tables.

    Raises CallwardenError where it does not answer, which is told of the database itself.
    """
    url = context.settings.process.database_url.get_secret_value()
    file = sqlite_file(url)
    if file is not None and not file.exists():
        yield None
        return
    store = SqlStore(url, context.clock)
    try:
        yield store if await store.schema_fits() else None
    finally:
        await store.stop()
