"""What the checks work with: the settings as far as they can be read, Slack, and the database."""

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


def home_of(identity: Mapping[str, Any]) -> str:
    """The workspace in the answer of auth.test, or the organisation the app is installed for."""
    whole = identity.get("is_enterprise_install") and identity.get("enterprise_id")
    return str(whole or identity.get("team_id"))


class Slack:
    """Slack as the checks ask it, by `probe`; auth.test is asked once for all of them."""

    def __init__(self, probe: SlackProbe) -> None:
        self.probe = probe
        self._hello: asyncio.Task[ProbeAnswer] | None = None

    async def hello(self) -> ProbeAnswer:
        """The answer to auth.test: who the bot is. Raises SlackSilent when there is none."""
        if self._hello is None:
            self._hello = asyncio.create_task(self.probe.ask("auth.test"))
        return await asyncio.shield(self._hello)

    async def aclose(self) -> None:
        """Cancel the question if it is still open; an error that no check waited for is dropped."""
        if self._hello is not None:
            self._hello.cancel()
            await asyncio.wait({self._hello})
            if not self._hello.cancelled():
                self._hello.exception()


@asynccontextmanager
async def slack_for(
    settings: Settings, clock: Clock, timeout_s: float
) -> AsyncIterator[Slack | None]:
    """Yield Slack, which gets `timeout_s` seconds for each answer; None without a token."""
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
    """What every check is given.

    `environ` are the variables that are set, `manifest` is the path of the app's manifest, which
    need not exist. `slack` is None without a token; `vendors` are those that are on.
    """

    settings: Settings
    environ: Mapping[str, str]
    clock: Clock
    slack: Slack | None
    vendors: Mapping[Vendor, CallProvider]
    manifest: Path


@asynccontextmanager
async def existing_store(context: DoctorContext) -> AsyncIterator[SqlStore | None]:
    """Yield the database; None when it is not made yet or has not the tables of this release.

    Raises CallwardenError when it does not answer; the database's own check reports that.
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
