"""The make-believe world on loopback, and the real bot in front of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import httpx

from bot.bootstrap import App, open_app
from bot.clock import Clock, SystemClock
from bot.demo.serving import loopback, serve, serve_all
from bot.demo.slack.people import Channel, User
from bot.demo.slack.sender import Sender
from bot.demo.slack.socket_transport import SocketTransport
from bot.demo.slack.web_api import SlackServer
from bot.demo.slack.workspace import Workspace
from bot.demo.vendors.realtimekit.webhook_keys import PATH
from bot.demo.world import World
from bot.service import entrance, services_of
from bot.settings import Settings
from bot.store import SqlStore
from handlers.inbound.socket_mode import SocketModeClient
from handlers.services import Services

SLOWNESS = 10.0
"""How many times longer Slack waits before a show: there, nobody measures how fast the machine is.
"""

TARGET, TARGET_KEY = "youtube", "made-up-stream-key"


@dataclass(frozen=True)
class Cast:
    """Who is in the workspace, and where they talk."""

    moderator: User
    lead: User
    viewer: User
    guest: User
    stranger: User
    ops: Channel
    log: Channel
    digest: Channel

    @classmethod
    def of(cls, workspace: Workspace) -> "Cast":
        """Put everybody into the workspace."""
        people = (
            workspace.add_user("Mira"),
            workspace.add_user("Leo"),
            workspace.add_user("Vic"),
            workspace.add_user("Gus", guest=True),
            workspace.add_user("Olga", stranger=True),
        )
        return cls(
            *people,
            ops=workspace.add_channel("call-ops", *people),
            log=workspace.add_channel("moderation-log", *people[:3]),
            digest=workspace.add_channel("digest", *people[:3]),
        )

    def rules(self) -> str:
        """A callwarden.toml for them."""
        return f"""\
reasons = ["Spam", "Harassment", "Shared private data"]

[people]
moderators = ["{self.moderator.id}"]
leads = ["{self.lead.id}"]

[protected]
people = ["vera"]
roles = ["admin"]

[slack]
moderation_channel = "{self.log.id}"

[limits]
lines_per_second = 100
looks_burst = 10_000
orders_burst = 10_000

[rtmp.{TARGET}]
url = "rtmps://live.example.com/app"
key_env = "{TARGET.upper()}_KEY"
"""


@dataclass(frozen=True)
class Stage:
    """The world, its Slack, its people, and the environment that points a bot at them."""

    world: World
    slack: SlackServer
    cast: Cast
    environ: Mapping[str, str]


@asynccontextmanager
async def open_stage(
    clock: Clock, *, seed: int = 2026, slowness: float = 1.0
) -> AsyncIterator[Stage]:
    """Serve a new world in this event loop while the context lasts; `slowness` is its Slack's."""
    world = World(clock, seed)
    workspace = Workspace(clock, slowness=slowness)
    cast, slack = Cast.of(workspace), SlackServer(workspace)
    async with AsyncExitStack() as stack:
        keys = world.realtimekit.webhook_keys
        stream, kit, comet, host, workspace.base_url = await stack.enter_async_context(
            serve_all(
                *(server.app for server in (world.stream, world.realtimekit, world.cometchat)),
                keys.app,
                slack.app,
            )
        )
        environ = {
            "SLACK_BOT_TOKEN": workspace.credentials.token,
            "SLACK_SIGNING_SECRET": workspace.credentials.signing_secret,
            "SLACK_API_URL": f"{workspace.base_url}/api/",
            "STREAM_API_KEY": world.stream.api_key,
            "STREAM_API_SECRET": world.stream.api_secret,
            "STREAM_BASE_URL": stream,
            "REALTIMEKIT_ACCOUNT_ID": world.realtimekit.account_id,
            "REALTIMEKIT_APP_ID": world.realtimekit.app_id,
            "REALTIMEKIT_API_TOKEN": world.realtimekit.api_token,
            "REALTIMEKIT_BASE_URL": f"{kit}/client/v4",
            "REALTIMEKIT_WEBHOOK_KEYS_URL": f"{host}{PATH}",
            "COMETCHAT_APP_ID": world.cometchat.app_id,
            "COMETCHAT_REGION": world.cometchat.region,
            "COMETCHAT_API_KEY": world.cometchat.api_key,
            "COMETCHAT_BASE_URL": f"{comet}/v3",
            "COMETCHAT_CHAT_BASE_URL": f"{comet}/chat/v3",
            f"{TARGET.upper()}_KEY": TARGET_KEY,
        }
        await stack.enter_async_context(slack.exchange.serving())
        yield Stage(world, slack, cast, environ)


@dataclass(frozen=True)
class Show:
    """A stage with the bot on it, in this process; `sender` is people at their keyboards.

    `http` is a client of the bot's HTTP server. `environ` is the environment with which another
    process of the same bot is started.
    """

    stage: Stage
    environ: Mapping[str, str]
    app: App
    services: Services
    sender: Sender
    http: httpx.AsyncClient

    @property
    def store(self) -> SqlStore:
        """The bot's database."""
        return self.app.store

    @property
    def workspace(self) -> Workspace:
        """What Slack shows."""
        return self.stage.slack.world


@asynccontextmanager
async def open_show(
    folder: Path,
    *,
    database_url: str | None = None,
    seed: int = 2026,
    rules: str | None = None,
    by_socket: bool = False,
    more: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Show]:
    """The bot before the world, its files in `folder`; `rules` None is the cast's own.

    `by_socket`: Slack's requests come by Socket Mode, as they do where an app-level token is set.
    `more` are variables of the bot's environment beside those of the stage, or in their place.
    """
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(
            open_stage(SystemClock(), seed=seed, slowness=SLOWNESS)
        )
        config = folder / "callwarden.toml"
        config.write_text(stage.cast.rules() if rules is None else rules, encoding="utf-8")
        environ = {
            **stage.environ,
            "DATABASE_URL": database_url or f"sqlite:///{folder / 'callwarden.db'}",
            "CALLWARDEN_CONFIG": str(config),
            **more,
        }
        if by_socket:
            environ["SLACK_APP_TOKEN"] = stage.slack.world.credentials.app_token
        settings = Settings.load(environ, config)
        services = services_of(settings)
        app = await stack.enter_async_context(open_app(settings, services, worker=True))
        served = entrance(settings, services)
        url = await stack.enter_async_context(serve(served.web))
        client = await stack.enter_async_context(loopback(url))
        line: httpx.AsyncClient | SocketTransport = client
        if served.socket is not None:
            await stack.enter_async_context(_kept(served.socket))
            slack = stage.slack.world
            line = SocketTransport(stage.slack.exchange, slack.clock, slack.timeout_s)
        sender = Sender(stage.slack.world, line)
        yield Show(stage, environ, app, services, sender, client)


@asynccontextmanager
async def _kept(socket: SocketModeClient) -> AsyncIterator[None]:
    """A socket that is kept open while the context lasts."""
    stop = asyncio.Event()
    keeping = asyncio.create_task(socket.run(stop))
    try:
        yield
    finally:
        stop.set()
        await keeping
