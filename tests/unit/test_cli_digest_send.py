"""`callwarden digest send` before Slack: how each way of ending is told to whoever calls it."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.calls.actors import Actor
from bot.clock import SystemClock
from bot.demo.serving import serve
from bot.demo.slack import SlackServer, Workspace
from bot.demo.slack.render import as_text
from bot.digests.subscription import Wish
from bot.store import open_store
from tests.fakes.digests import wanted
from tests.handlers.slack_api.notifier_bench import MoodySlack
from tests.unit.test_cli import Run
from tests.unit.test_cli import run as run  # noqa: PLC0414  the fixture

pytestmark = pytest.mark.usefixtures("log_setup")

SEND = ("digest", "send", "--subscription", "1")


@pytest.fixture
def moods() -> MoodySlack:
    """What stands before Slack."""
    return MoodySlack()


@pytest.fixture
def slack(moods: MoodySlack) -> Iterator[SlackServer]:
    """One with a channel for leads, in a thread of its own: the command has the other one."""
    server = SlackServer(Workspace(SystemClock()))
    server.world.add_channel("leads", server.world.add_user("Ada"))
    moods.app = server.app
    ready, done, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()

    async def be_there() -> None:
        async with serve(moods) as server.world.base_url:
            ready.set()
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(be_there(),))
    thread.start()
    assert ready.wait(30)
    yield server
    loop.call_soon_threadsafe(done.set)
    thread.join()
    loop.close()


@pytest.fixture
def environ(slack: SlackServer, sqlite_url: str) -> dict[str, str]:
    """What points the command at them, with subscription 1 for that channel."""

    async def write() -> None:
        async with open_store(sqlite_url, SystemClock()) as store:
            owner = Actor(user="UADA", team=slack.world.team)
            await wanted(store, Wish(channel="CLEADS"), owner, datetime(2026, 1, 1, tzinfo=UTC))

    asyncio.run(write())
    return {
        "DATABASE_URL": sqlite_url,
        "SLACK_API_URL": f"{slack.world.base_url}/api/",
        "SLACK_BOT_TOKEN": slack.world.credentials.token,
        "SLACK_SIGNING_SECRET": "not-used-to-send",
    }


def test_slack_being_away_ends_with_75_and_another_try_with_0(
    run: Run, slack: SlackServer, environ: dict[str, str]
) -> None:
    slack.faults.error(500, on="chat.postMessage")
    said = run(*SEND, **environ)
    assert (said.code, said.out) == (75, "")
    assert said.err == "Slack did not take it. Try again in a minute.\n"
    assert run(*SEND, **environ).code == 0
    digest, _ = slack.world.messages["CLEADS"]
    assert "Details in the thread" in as_text(digest)


def test_a_channel_that_is_gone_ends_with_1_and_its_owner_is_told(
    run: Run, slack: SlackServer, environ: dict[str, str]
) -> None:
    slack.world.channels["CLEADS"].archived = True
    said = run(*SEND, **environ)
    assert (said.code, said.out) == (1, "")
    assert "Its channel cannot be written to. It is paused" in said.err
    (told,) = slack.world.messages[slack.world.direct("UADA").id]
    assert "The channel is archived" in as_text(told)


def test_a_digest_that_slack_refuses_for_what_it_is_ends_with_1_and_pauses_nothing(
    run: Run, slack: SlackServer, moods: MoodySlack, environ: dict[str, str]
) -> None:
    moods.refuses, moods.on = "msg_too_long", "chat.postMessage"
    said = run(*SEND, **environ)
    assert (said.code, said.out) == (1, "")
    assert "Slack refuses this digest itself" in said.err
    assert "The next one is sent as planned." in said.err
    assert slack.world.messages == {}
