"""A small workspace, its Web API, and a tiny real Bolt app that people talk to."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.demo.slack import Channel, Sender, SlackServer, User, Workspace
from bot.demo.vendors import AppTransport
from tests.fakes.clock import ManualClock

Json = dict[str, Any]


@dataclass
class Town:
    """A workspace with somebody of each kind, and a channel with most of them in it."""

    world: Workspace
    server: SlackServer
    ada: User
    guest: User
    stranger: User
    general: Channel


@pytest.fixture
def town(clock: ManualClock) -> Town:
    world = Workspace(clock)
    ada = world.add_user("Ada")
    guest = world.add_user("Gus", guest=True)
    stranger = world.add_user("Sam", stranger=True)
    general = world.add_channel("general", ada, guest, stranger)
    return Town(world, SlackServer(world), ada, guest, stranger, general)


@pytest.fixture
def world(town: Town) -> Workspace:
    return town.world


class Api:
    """Calls the Web API directly, with the right token unless another is given."""

    def __init__(self, server: SlackServer) -> None:
        self._token = server.world.credentials.token
        self.client = httpx.AsyncClient(
            transport=AppTransport(server.app), base_url="http://slack.test"
        )

    async def __call__(self, method: str, *, token: str | None = None, **args: Any) -> Json:
        response = await self.client.post(f"/api/{method}", json=args, headers=self.bearer(token))
        answer: Json = response.json()
        return answer

    def bearer(self, token: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {token or self._token}"}


@pytest.fixture
async def api(town: Town) -> AsyncIterator[Api]:
    calls = Api(town.server)
    async with calls.client:
        yield calls


@pytest.fixture
def bolt(world: Workspace) -> AsyncApp:
    """A Bolt app without listeners; it checks signatures."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=world.team, bot_token=world.credentials.token
        )

    return AsyncApp(
        signing_secret=world.credentials.signing_secret,
        authorize=authorize,
        process_before_response=True,
        ssl_check_enabled=False,
    )


@pytest.fixture
async def sender(world: Workspace, bolt: AsyncApp) -> AsyncIterator[Sender]:
    """People who talk to that app."""
    handler = AsyncSlackRequestHandler(bolt)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    app = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
    transport = AppTransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as client:
        yield Sender(world, client)
