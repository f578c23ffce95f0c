"""A digest shown to one person: the exact message where Slack draws it, all its words elsewhere."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.demo.serving import serve
from bot.demo.slack import SlackServer, Workspace
from bot.demo.slack.render import as_text
from handlers.blocks.digests.messages import channel_drafts, thread_drafts
from handlers.blocks.message import Message
from handlers.slack_api.response_url import ResponseUrlClient
from tests.fakes.clock import ManualClock
from tests.handlers.digest_examples import digest

pytestmark = pytest.mark.asyncio(loop_scope="module")

DRAFTS = (channel_drafts(digest()), thread_drafts(digest(), "/calls"))
NOTES = Message("This is a preview.", [])


@pytest_asyncio.fixture(loop_scope="module")
async def world() -> AsyncIterator[Workspace]:
    world = Workspace(ManualClock())
    world.add_channel("leads", world.add_user("Ada"))
    async with serve(SlackServer(world).app) as world.base_url:
        yield world


async def preview(world: Workspace) -> list[str]:
    """What Ada sees of a digest, its details and a note, by one response_url."""
    url = f"{world.base_url}/respond/{world.tickets.reply('UADA', 'CLEADS')}"
    async with aiohttp.ClientSession() as session:
        response_urls = ResponseUrlClient(session)
        for first, *plainer in DRAFTS:
            await response_urls.post(url, first, in_place=False, plainer=plainer)
        await response_urls.post(url, NOTES, in_place=False)
    return [as_text(ephemeral) for ephemeral in world.ephemerals["UADA"]]


async def test_where_slack_draws_it_the_exact_message_is_shown(world: Workspace) -> None:
    short, details, note = await preview(world)
    assert "Call minutes, last 14 days (line chart)" in short
    assert "Calls | 26 | 20 | 20" in details
    assert note == "This is a preview."


async def test_where_charts_are_refused_everything_is_told_within_five_posts(
    world: Workspace,
) -> None:
    world.switches.charts = False
    with capture_logs() as log:
        short, details, note = await preview(world)
    assert "• 17 Nov: Stream Video 140, RealtimeKit 140, CometChat 140" in short
    assert "• Calls: 26 (the Tuesday before 20, a usual Tuesday 20)" in details
    assert note == "This is a preview."
    assert [line["event"] for line in log] == ["message rejected"] * 2
