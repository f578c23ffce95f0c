"""Windows and Home before a Slack that refuses: what can be shown is shown, nothing is raised."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.calls.actors import Actor
from bot.demo.serving import serve
from bot.demo.slack.arguments import read
from bot.demo.stage import Show
from bot.moderation.asker import Asker
from handlers.blocks.elements import header, section
from handlers.blocks.message import Message
from handlers.context import SlackContext
from handlers.screens import home
from handlers.services import OpenServices, Services
from handlers.slack_api.modal_answer import ModalAnswer

pytestmark = pytest.mark.asyncio(loop_scope="module")

CARD = Message("In words.", [header("A card"), section("Its words")])


@dataclass
class Picky:
    """A Slack that answers with these errors first; `asked` are the methods and their views."""

    errors: list[str] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        args = await read(request)
        self.asked.append((request.path_params["method"], args["view"]))
        if self.errors:
            return JSONResponse({"ok": False, "error": self.errors.pop(0)})
        return JSONResponse({"ok": True, "view": {"id": "V1"}})

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.asked]


@pytest.fixture
def picky() -> Picky:
    return Picky()


@pytest_asyncio.fixture(loop_scope="module")
async def slack(picky: Picky) -> AsyncIterator[AsyncWebClient]:
    app = Starlette(routes=[Route("/api/{method}", picky.answer, methods=["POST"])])
    async with serve(app) as url:
        yield AsyncWebClient(token="xoxb-1", base_url=f"{url}/api/", retry_handlers=[])


async def test_an_answer_from_home_opens_and_one_from_a_modal_comes_on_top(
    picky: Picky, slack: AsyncWebClient
) -> None:
    await ModalAnswer(lambda: slack, "1.2.3", None).show(CARD, in_place=True)
    await ModalAnswer(lambda: slack, "1.2.3", "V0").show(CARD, in_place=False)
    await ModalAnswer(lambda: slack, "1.2.3", "V0").show(CARD, in_place=True)
    assert picky.methods == ["views.open", "views.push", "views.update"]


async def test_a_place_that_was_held_is_filled_in_later(
    picky: Picky, slack: AsyncWebClient
) -> None:
    modal_answer = ModalAnswer(lambda: slack, "1.2.3", None)
    await modal_answer.show_waiting(in_place=True)
    await modal_answer.show(CARD, in_place=True)
    assert picky.methods == ["views.open", "views.update"]
    assert "One moment." in str(picky.asked[0])
    assert "Its words" in str(picky.asked[1])


async def test_blocks_that_slack_refuses_are_shown_as_words(
    picky: Picky, slack: AsyncWebClient
) -> None:
    picky.errors = ["invalid_arguments"]
    await ModalAnswer(lambda: slack, "1.2.3", "V0").show(CARD, in_place=True)
    assert picky.methods == ["views.update"] * 2
    assert picky.asked[1][1]["blocks"] == [section("In words.")]


@pytest.mark.parametrize("error", ["expired_trigger_id", "push_limit_reached", "internal_error"])
async def test_an_answer_that_slack_does_not_take_is_lost_and_no_more(
    picky: Picky, slack: AsyncWebClient, error: str
) -> None:
    picky.errors = [error]
    await ModalAnswer(lambda: slack, "1.2.3", "V0").show(CARD, in_place=False)
    assert picky.methods == ["views.push"]


async def test_a_slack_that_is_away_costs_only_the_answer() -> None:
    gone = AsyncWebClient(token="xoxb-1", base_url="http://127.0.0.1:9/api/", retry_handlers=[])
    modal_answer = ModalAnswer(lambda: gone, "1.2.3", None)
    await modal_answer.show_waiting(in_place=False)
    await modal_answer.show(CARD, in_place=False)


def visitor(show: Show, slack: AsyncWebClient) -> SlackContext:
    """The moderator before another Slack."""
    services = Services("/calls")
    real = show.services
    services.provide(OpenServices(real.moderation, slack, real.response_urls, real.signatures))
    user = show.stage.cast.moderator
    return SlackContext(
        services, Asker(Actor(user=user.id, team=user.team)), {}, {"tab": "home"}, None
    )


async def test_a_home_that_slack_refuses_is_shown_as_words(
    show: Show, picky: Picky, slack: AsyncWebClient
) -> None:
    picky.errors = ["invalid_arguments"]
    await home.opened(visitor(show, slack))
    first, second = [{block["type"] for block in view["blocks"]} for _, view in picky.asked]
    assert "actions" in first
    assert second == {"header", "section"}
    assert "accessory" not in str(picky.asked[1])


@pytest.mark.parametrize("error", ["hash_conflict", "internal_error"])
async def test_a_home_that_slack_does_not_take_is_not_forced(
    show: Show, picky: Picky, slack: AsyncWebClient, error: str
) -> None:
    picky.errors = [error]
    await home.opened(visitor(show, slack))
    assert picky.methods == ["views.publish"]


async def test_a_home_that_slack_cannot_be_given_is_left_as_it_was(show: Show) -> None:
    gone = AsyncWebClient(token="xoxb-1", base_url="http://127.0.0.1:9/api/", retry_handlers=[])
    await home.opened(visitor(show, gone))
