"""Private answers by response_url: an offer that fails costs a line in the log and no more."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.demo.serving import serve
from bot.demo.slack import SlackServer, User, Workspace
from handlers.blocks.message import Message
from handlers.slack_api.response_url import ResponseUrlClient
from tests.fakes.clock import ManualClock

pytestmark = pytest.mark.asyncio(loop_scope="module")

HELLO = Message("hello", [{"type": "section", "text": {"type": "mrkdwn", "text": "*hello*"}}])


@dataclass
class Post:
    """Somebody who typed a command, and the way to answer them."""

    response_urls: ResponseUrlClient
    slack: SlackServer
    ada: User

    @property
    def world(self) -> Workspace:
        return self.slack.world

    def url(self) -> str:
        channel = next(iter(self.world.channels))
        return f"{self.world.base_url}/respond/{self.world.tickets.reply(self.ada.id, channel)}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def post() -> AsyncIterator[Post]:
    world = Workspace(ManualClock())
    ada = world.add_user("Ada")
    world.add_channel("general", ada)
    slack = SlackServer(world)
    async with serve(slack.app) as world.base_url, aiohttp.ClientSession() as session:
        yield Post(ResponseUrlClient(session), slack, ada)


async def test_an_offer_is_shown_to_its_asker_only(post: Post) -> None:
    await post.response_urls.try_post(post.url(), HELLO, in_place=False)
    assert post.world.ephemerals[post.ada.id][-1].text == "hello"
    assert post.world.messages == {}


@pytest.mark.parametrize(
    ("status", "why"),
    [(400, "Slack answered 400"), (404, "Slack answered 404"), (503, "try again in 1 s")],
)
async def test_an_offer_that_is_refused_is_a_line_in_the_log(
    post: Post, status: int, why: str
) -> None:
    post.slack.faults.error(status)
    with capture_logs() as log:
        await post.response_urls.try_post(post.url(), HELLO, in_place=False)
    assert [line["event"] for line in log] == ["answer not shown"]
    assert why in log[0]["why"]
    assert "/respond/" not in str(log)


@pytest.mark.parametrize(("named", "kept"), [(0, "0.5"), (30, "30"), (97_200, "300")])
async def test_an_offer_that_comes_too_often_says_how_long_slack_wants_to_rest(
    post: Post, named: int, kept: str
) -> None:
    post.slack.faults.limit(named)
    with capture_logs() as log:
        await post.response_urls.try_post(post.url(), HELLO, in_place=False)
    assert log[0]["why"] == f"try again in {kept} s"


async def test_an_offer_to_nowhere_is_a_line_in_the_log(post: Post) -> None:
    with capture_logs() as log:
        await post.response_urls.try_post("http://127.0.0.1:9/respond/1", HELLO, in_place=False)
    assert "127.0.0.1" not in str(log)
    assert [line.get("cause") for line in log] == ["refused", None]
