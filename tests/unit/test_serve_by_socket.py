"""`serve` by Socket Mode: what is open, what is said, and how it ends."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.demo.slack.sender import Sender
from bot.demo.slack.socket_transport import SocketTransport
from bot.demo.stage import Stage, open_stage
from bot.errors import ConfigError, SocketLost
from bot.service import entrance, serve
from bot.settings import Settings
from bot.store import open_store
from handlers.inbound.socket_mode import DEAD_SECONDS
from handlers.services import Services
from tests.fakes.clock import ManualClock
from tests.live.bot import TIMEOUT_S, Deployment
from tests.live.process import free_port
from tests.live.warm import warm
from tests.unit.test_bootstrap import ended, heeded

DEAD = DEAD_SECONDS + 1


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A world with a Slack that takes connections."""
    async with open_stage(SystemClock()) as opened:
        yield opened


def environ(stage: Stage, url: str, **more: str) -> dict[str, str]:
    token = stage.slack.world.credentials.app_token
    return {**stage.environ, "SLACK_APP_TOKEN": token, "DATABASE_URL": url, **more}


@pytest.mark.usefixtures("log_setup")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_answers_by_socket_and_on_a_signal_hangs_up_and_closes(
    stage: Stage, sqlite_url: str, number: signal.Signals
) -> None:
    exchange, port = stage.slack.exchange, free_port()
    inside = free_port()
    more = {"PORT": str(port), "METRICS_PORT": str(inside)}
    settings = Settings.load(environ(stage, sqlite_url, **more), None)
    serving = asyncio.create_task(serve(settings, worker=True))
    await heeded(number)
    await stage.slack.world.until(lambda: exchange.connections)
    sender = Sender(stage.slack.world, SocketTransport(exchange, SystemClock()))
    answer = await sender.command(stage.cast.moderator, stage.cast.ops, "help")
    assert (answer.trouble, b"/calls kick" in answer.body) == (None, True)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        health = (await client.get("/healthz")).json()
        assert (health["status"], health["socket"]["state"]) == ("ok", "connected")
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.post("/slack/events")).status_code == 404
        assert (await client.get(f"http://127.0.0.1:{inside}/metrics")).status_code == 200
        assert (await client.get(f"http://127.0.0.1:{inside}/webhooks/stream")).status_code == 404
    signal.raise_signal(number)
    await serving
    await stage.slack.world.until(lambda: not exchange.connections)


@pytest.mark.usefixtures("log_setup")
async def test_a_port_for_figures_that_is_taken_is_named(stage: Stage, sqlite_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        more = {"PORT": str(free_port()), "METRICS_PORT": str(number)}
        settings = Settings.load(environ(stage, sqlite_url, **more), None)
        with pytest.raises(ConfigError, match=f"Port {number} of") as error:
            await serve(settings, worker=False)
    assert "set METRICS_PORT" in error.value.next_step


async def test_the_socket_wins_over_the_door_and_the_log_says_so(
    stage: Stage, tmp_path: Path, sqlite_url: str
) -> None:
    world = environ(stage, sqlite_url, LOG_LEVEL="INFO")
    deployment = Deployment(tmp_path, sqlite_url, world, launch=warm)
    program = await deployment.start("serve", port=free_port())
    await stage.slack.world.until(lambda: stage.slack.exchange.connections, TIMEOUT_S)
    program.stop()
    assert await ended(program) == 0
    told = program.last_words()
    assert "Socket Mode" in told
    assert "signing secret not used" in told
    assert world["SLACK_APP_TOKEN"] not in told


async def test_a_wrong_token_ends_the_process_and_says_what_to_do(
    stage: Stage, tmp_path: Path, sqlite_url: str
) -> None:
    world = environ(stage, sqlite_url, SLACK_APP_TOKEN="xapp-of-somebody-else")
    deployment = Deployment(tmp_path, sqlite_url, world, launch=warm)
    program = await deployment.start("serve", port=free_port())
    assert await ended(program) == ConfigError.exit_code
    assert "connections:write" in program.last_words()


@pytest.mark.usefixtures("log_setup")
async def test_a_slack_that_opens_no_connection_ends_it_with_75_and_everything_closed(
    stage: Stage, sqlite_url: str
) -> None:
    """The minutes between the tries pass on a clock of the test's own."""
    stage.slack.faults.error(500, on="apps.connections.open", times=None)
    settings = Settings.load(environ(stage, sqlite_url, PORT=str(free_port())), None)
    with pytest.raises(SocketLost) as lost:
        await serve(settings, worker=False, clock=ManualClock())
    assert lost.value.exit_code == 75
    async with open_store(sqlite_url, SystemClock()) as store:  # it let the file go
        await store.ping()


async def test_a_process_that_does_not_hear_slack_for_long_is_not_healthy(stage: Stage) -> None:
    clock = ManualClock()
    with capture_logs():
        web, line, _ = entrance(
            Settings.load(environ(stage, "sqlite://"), None), Services("/calls"), clock
        )
    assert line
    transport = httpx.ASGITransport(web)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as client:
        first = await client.get("/healthz")
        assert (first.status_code, first.json()["socket"]["state"]) == (200, "starting")
        clock.advance(DEAD)
        later = await client.get("/healthz")
    assert (later.status_code, later.json()["status"]) == (503, "dead")
    assert later.json()["socket"] == {
        "state": "dead",
        "connected_since": None,
        "last_frame_seconds": DEAD,
        "reconnects": 0,
    }
