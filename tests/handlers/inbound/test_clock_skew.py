"""Slack's requests are refused where the machine's clock is off. That shows."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio

from bot.clock import SystemClock
from bot.clock_skew import SLACK, ClockSkew
from bot.demo.slack.signing import Signature, headers
from bot.demo.stage import Show, open_show
from bot.scheduler.clock_checks import ClockChecks
from bot.service import entrance
from bot.settings import Settings
from handlers.inbound.signatures import RequestSignature as SealOf
from handlers.inbound.signatures import SlackSignatures, TooLate
from handlers.slack_api.clients import ask_for_date


class Off(SystemClock):
    """A machine's clock that is off by `seconds`."""

    seconds = 0.0

    def now(self) -> datetime:
        """The present moment by it."""
        return super().now() + timedelta(seconds=self.seconds)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def show(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Show]:
    async with open_show(tmp_path_factory.mktemp("show")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def clock(show: Show) -> Off:
    """The machine's clock, as right as Slack says it is, of a bot that has just begun."""
    await show.services.tasks.drain(30)
    clock = Off()
    show.services.skew = ClockSkew(clock)
    show.services.skew.compare(SLACK, SystemClock().now())
    return clock


def door(show: Show, host: str = "127.0.0.1") -> httpx.AsyncClient:
    app = entrance(Settings.load(show.stage.environ, None), show.services).web
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{host}")


async def late(show: Show, *, secret: str | None = None, more: str = "") -> int:
    """Post what was signed long ago, or seems so where our clock is wrong; the status."""
    fields = {"command": "/calls", "text": f"help {more}", "team_id": show.workspace.team}
    body = urlencode(fields).encode()
    secret = secret or show.workspace.credentials.signing_secret
    signed = headers(Signature.OLD, secret, body, SystemClock())
    form = {"content-type": "application/x-www-form-urlencoded"}
    async with door(show) as slack:
        return (await slack.post("/slack/events", content=body, headers=form | signed)).status_code


async def no_database() -> None:
    """A file has no time."""


@pytest.mark.asyncio(loop_scope="module")
async def test_what_slack_signed_and_seems_too_old_makes_us_ask_slack_for_the_time(
    show: Show, clock: Off
) -> None:
    """So a deaf bot knows. What a stranger signed does not, nor what is too long to be read."""
    assert clock.seconds == 0
    slack, tasks = partial(ask_for_date, show.services.slack), show.services.tasks
    ClockChecks(show.services.skew, slack, no_database, tasks)
    before = len(show.workspace.asked("api.test"))
    assert [await late(show, secret="0" * 32), await late(show, more="x" * 20_000)] == [401, 401]
    await tasks.drain(30)
    assert len(show.workspace.asked("api.test")) == before
    assert [await late(show), await late(show)] == [401, 401]
    await tasks.drain(30)
    assert len(show.workspace.asked("api.test")) == before + 1


@pytest.mark.parametrize(
    ("stamp", "body"),
    [(60, b"\xff"), (2 * 86_400, b"text=help")],
    ids=["no text", "older than a day"],
)
def test_what_slack_cannot_have_signed_lately_is_no_sign_of_a_wrong_clock(
    stamp: int, body: bytes
) -> None:
    now = int(SystemClock().now().timestamp())
    signed = SealOf(str(now - 600 - stamp), f"v0={'0' * 64}")
    assert not SlackSignatures("secret", SystemClock()).was_signed(TooLate(signed), body)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_deaf_bot_is_not_ready_and_says_why_to_who_may_know(show: Show, clock: Off) -> None:
    async with door(show) as admin, door(show, "calls.example") as stranger:
        assert (await admin.get("/readyz")).json()["parts"]["clock"] == "right"
        clock.seconds = 200
        assert (await admin.get("/readyz")).json()["parts"]["clock"] == "200 s off"
        clock.seconds = 600
        answer = await admin.get("/readyz")
        assert answer.status_code == 503
        assert "600 s ahead of Slack's" in answer.json()["why"]
        told = await stranger.get("/readyz")
        assert (told.status_code, told.json()) == (503, {"status": "not ready"})
