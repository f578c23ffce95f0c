"""The bot behind a forward proxy that is the only way out, and a CA that only the office knows."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.clock import SystemClock
from bot.demo.slack.sender import Sender
from bot.demo.slack.socket_line import SocketLine
from bot.demo.stage import Stage, open_stage
from tests.live.bot import PATIENCE, Deployment
from tests.live.process import free_port
from tests.live.warm import warm
from tests.network.office import NEEDS_PROXY, Office, all_by_tls, tinyproxy
from tests.unit.test_bootstrap import ended

pytestmark = NEEDS_PROXY

USER = "bot:s3cret"

CONNECTED = (
    "SLACK_API_URL",
    "SOCKET_URL",
    "STREAM_BASE_URL",
    "REALTIMEKIT_BASE_URL",
    "COMETCHAT_BASE_URL",
)
"""What `serve` by Socket Mode connects to for a list of calls."""


@dataclass(frozen=True)
class Town:
    """A world in which everything speaks TLS by certificates of the office's CA."""

    stage: Stage
    environ: dict[str, str]

    def target(self, name: str) -> str:
        """The host and port behind a variable."""
        return urlsplit(self.environ[name]).netloc


@pytest.fixture
async def town(office: Office) -> AsyncIterator[Town]:
    async with open_stage(SystemClock()) as stage:
        world, exchange = stage.slack.world, stage.slack.exchange
        given = {**stage.environ, "SOCKET_URL": exchange.address().replace("ws:", "http:")}
        async with all_by_tls(office, given) as environ:
            socket = urlsplit(environ["SOCKET_URL"]).netloc
            world.base_url = environ["SLACK_API_URL"].removesuffix("/api/")
            world.socket_address = lambda: re.sub(
                "ws://[^/]+", f"wss://{socket}", exchange.address()
            )
            environ["SLACK_APP_TOKEN"] = world.credentials.app_token
            environ["SSL_CERT_FILE"] = str(office.file)
            yield Town(stage, environ)


async def test_everything_that_goes_out_goes_through_the_proxy(
    town: Town, office: Office, tmp_path: Path, sqlite_url: str
) -> None:
    """Socket Mode, Slack's Web API, the answers by response_url, and every vendor."""
    stage = town.stage
    async with tinyproxy(tmp_path, user=USER) as proxy:
        world = {**town.environ, "HTTPS_PROXY": proxy.url}
        bot = Deployment(tmp_path, sqlite_url, world, stage.cast.rules(), launch=warm)
        program = await bot.start("serve", port=free_port())
        await stage.slack.world.until(lambda: stage.slack.exchange.plugs, PATIENCE)
        sender = Sender(stage.slack.world, SocketLine(stage.slack.exchange, SystemClock()))
        answer = await sender.command(stage.cast.moderator, stage.cast.ops, "")
        program.stop()
        assert await ended(program) == 0
    assert answer.trouble is None
    assert {town.target(name) for name in CONNECTED} <= set(proxy.connects())
    assert proxy.connects() == office.visits
    assert "s3cret" not in program.last_words()
