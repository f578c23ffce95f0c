"""The bot behind a forward proxy that is the only way out, and a CA that only the office knows."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from bot.calls.models import Vendor
from bot.clock import SystemClock
from bot.demo.slack.sender import Sender
from bot.demo.slack.socket_transport import SocketTransport
from bot.demo.stage import Stage
from bot.doctor import Finding, Severity
from bot.doctor.checks import examine
from bot.errors import SocketLost
from bot.network import Cause
from bot.service import entrance
from bot.settings import Settings
from handlers.services import Services
from tests.doctor.surroundings import open_app
from tests.fakes.clock import ManualClock
from tests.live.bot import TIMEOUT_S, Deployment
from tests.live.process import free_port, refusing_port
from tests.live.warm import warm
from tests.network.harness import NEEDS_PROXY, NetworkHarness, all_by_tls, tinyproxy
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


OUTSIDE = ("Slack token", "Socket Mode", "RealtimeKit events", *(each.label for each in Vendor))
"""What the doctor connects to."""


@dataclass(frozen=True)
class Town:
    """A world in which everything speaks TLS by certificates of the office's CA."""

    stage: Stage
    environ: dict[str, str]

    async def findings(self, *about: str, **more: str) -> list[Finding]:
        """What the doctor finds about these with `more` in the environment, or about all."""
        rules = self.stage.cast.rules()
        file = Path(self.environ["SSL_CERT_FILE"]).with_name("callwarden.toml")
        file.write_text(rules, encoding="utf-8")
        found = await examine({**self.environ, **more}, file, SystemClock(), deadline=30.0)
        return [finding for finding in found if finding.about in about or not about]

    def target(self, name: str) -> str:
        """The host and port behind a variable."""
        return urlsplit(self.environ[name]).netloc


@pytest.fixture
async def town(office: NetworkHarness) -> AsyncIterator[Town]:
    async with open_app() as stage:
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
    town: Town, office: NetworkHarness, tmp_path: Path, sqlite_url: str
) -> None:
    """Socket Mode, Slack's Web API, the answers by response_url, and every vendor."""
    stage = town.stage
    async with tinyproxy(tmp_path, user=USER) as proxy:
        world = {**town.environ, "HTTPS_PROXY": proxy.url}
        bot = Deployment(tmp_path, sqlite_url, world, stage.cast.rules(), launch=warm)
        program = await bot.start("serve", port=free_port())
        await stage.slack.world.until(lambda: stage.slack.exchange.connections, TIMEOUT_S)
        sender = Sender(stage.slack.world, SocketTransport(stage.slack.exchange, SystemClock()))
        answer = await sender.command(stage.cast.moderator, stage.cast.ops, "")
        program.stop()
        assert await ended(program) == 0
    assert answer.trouble is None
    assert {town.target(name) for name in CONNECTED} <= set(proxy.connects())
    assert proxy.connects() == office.visits
    assert "s3cret" not in program.last_words()


async def test_the_doctor_goes_the_same_way_and_says_which(
    town: Town, office: NetworkHarness, tmp_path: Path
) -> None:
    async with tinyproxy(tmp_path, user=USER) as proxy:
        found = await town.findings(
            DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}", HTTPS_PROXY=proxy.url
        )
    assert [finding for finding in found if finding.sign is Severity.BAD] == []
    assert town.target("SOCKET_URL") in proxy.connects()
    assert town.target("REALTIMEKIT_WEBHOOK_KEYS_URL") in proxy.connects()
    assert proxy.connects() == office.visits
    (network,) = [finding for finding in found if finding.about == "Network"]
    assert urlsplit(proxy.url).netloc.partition("@")[2] in network.says
    assert str(office.file) in network.says
    assert "s3cret" not in str(found)


async def test_what_no_proxy_names_is_reached_past_it(
    town: Town, office: NetworkHarness, tmp_path: Path
) -> None:
    async with tinyproxy(tmp_path, user=USER) as proxy:
        past = {"HTTPS_PROXY": proxy.url, "NO_PROXY": "10.0.0.0/8, 127.0.0.0/8"}
        found = await town.findings(*OUTSIDE, **past)
    assert {finding.sign for finding in found} == {Severity.GOOD}
    assert proxy.connects() == {}
    assert office.visits[town.target("SOCKET_URL")] == 1


@pytest.mark.parametrize("shown", ["", "bot:wr0ng@"])
async def test_a_proxy_that_wants_a_password_is_named_as_the_cause(
    town: Town, office: NetworkHarness, tmp_path: Path, shown: str
) -> None:
    async with tinyproxy(tmp_path, user=USER) as proxy:
        as_given = proxy.url.replace(f"{USER}@", shown)
        found = await town.findings(*OUTSIDE, HTTPS_PROXY=as_given)
    assert len(found) == len(OUTSIDE)
    for finding in found:
        assert finding.sign in {Severity.BAD, Severity.WARNING}
        assert re.search(
            r"The proxy 127.0.0.1:\d+ wants a user and a password that it", finding.says
        )
        assert "HTTPS_PROXY as http://user:password@127.0.0.1:" in finding.mend
    assert "wr0ng" not in str(found)
    assert office.visits == {}


async def test_a_proxy_that_lets_nobody_through_is_named_as_the_cause(
    town: Town, office: NetworkHarness, tmp_path: Path
) -> None:
    allowed = tmp_path / "allowed"
    allowed.write_text("elsewhere.test\n", encoding="utf-8")
    options = (f'Filter "{allowed}"', "FilterDefaultDeny Yes")
    async with tinyproxy(tmp_path, *options) as proxy:
        found = await town.findings(*OUTSIDE, HTTPS_PROXY=proxy.url)
    assert len(found) == len(OUTSIDE)
    for finding in found:
        assert re.search(r"does not let us through to 127.0.0.1:\d+ \(403\)", finding.says)
        assert "allowed there" in finding.mend
    assert office.visits == {}


async def test_a_proxy_that_does_not_reach_the_other_side_says_so(
    town: Town, tmp_path: Path
) -> None:
    away = f"https://127.0.0.1:{refusing_port()}"
    async with tinyproxy(tmp_path) as proxy:
        (found,) = await town.findings("Stream Video", STREAM_BASE_URL=away, HTTPS_PROXY=proxy.url)
    assert re.search(r"The proxy 127.0.0.1:\d+ did not reach 127.0.0.1:\d+ \(50\d\)", found.says)
    assert "STREAM_BASE_URL" in found.mend


async def test_a_proxy_that_is_away_is_named_as_the_cause(town: Town) -> None:
    found = await town.findings(*OUTSIDE, HTTPS_PROXY=f"http://{USER}@127.0.0.1:{refusing_port()}")
    assert len(found) == len(OUTSIDE)
    for finding in found:
        assert re.search(r"The proxy 127.0.0.1:\d+ cannot be reached: it refuses", finding.says)
        assert "Check HTTPS_PROXY" in finding.mend
    assert "s3cret" not in str(found)


async def test_a_proxy_may_be_spoken_to_by_tls(
    town: Town, office: NetworkHarness, tmp_path: Path
) -> None:
    """TLS within TLS, for requests and for the WebSocket."""
    async with tinyproxy(tmp_path) as proxy, office.front(proxy.url) as by_tls:
        found = await town.findings(*OUTSIDE, HTTPS_PROXY=by_tls)
    assert {finding.sign for finding in found} == {Severity.GOOD}
    assert set(proxy.connects()) < set(office.visits)


async def test_socket_mode_says_why_it_does_not_connect(town: Town, tmp_path: Path) -> None:
    """In the log at each try, and at its end: with what mends it, and no password."""
    async with tinyproxy(tmp_path, user=USER) as proxy:
        wrong = {"HTTPS_PROXY": proxy.url.replace("s3cret", "wr0ng")}
        settings = Settings.load({**town.environ, **wrong}, None)
        _, socket, *_ = entrance(settings, Services("/calls"), ManualClock())
        assert socket
        with capture_logs() as log, pytest.raises(SocketLost) as lost:
            await socket.run(asyncio.Event())
    tried = [line for line in log if line["event"] == "socket not connected"]
    assert {line["cause"] for line in tried} == {Cause.PROXY_PASSWORD}
    assert "wants a user and a password that it knows" in str(lost.value)
    assert "HTTPS_PROXY" in lost.value.next_step
    assert "wr0ng" not in str(log) + str(lost.value) + lost.value.next_step
