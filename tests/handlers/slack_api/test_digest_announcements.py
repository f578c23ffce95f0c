"""What a channel and an owner are told of a digest: once, whatever Slack does meanwhile."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, NamedTuple

import aiohttp
import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from bot.calls.actors import Actor
from bot.demo.serving import serve
from bot.demo.slack import SlackServer, Workspace
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import Message
from bot.digest_delivery.announcer import Undelivered
from bot.digests.announcements import Announcement, AnnouncementKind
from bot.digests.subscription import Subscription, Wish
from bot.errors import DeliveryDeferred, DeliveryImpossible
from handlers.slack_api.digest_announcements import untold_message
from handlers.slack_api.digest_poster import SlackDigestPoster
from handlers.slack_api.history import ChannelHistory
from tests.fakes.clock import ManualClock
from tests.handlers.digest_examples import MADE

pytestmark = pytest.mark.asyncio(loop_scope="module")

POST, OPEN = "chat.postMessage", "conversations.open"
OWNER = "UADA"


class PosterSetup(NamedTuple):
    """A poster and the Slack before it."""

    poster: SlackDigestPoster
    slack: SlackServer

    @property
    def world(self) -> Workspace:
        return self.slack.world

    @property
    def channel(self) -> list[Message]:
        return self.world.messages.get("CLEADS", [])

    @property
    def private(self) -> list[Message]:
        return self.world.messages.get(self.world.direct(OWNER).id, [])

    def announcement(
        self, about: AnnouncementKind, attempt: int = 1, **became: Any
    ) -> Announcement:
        wish = Wish(channel="CLEADS", zone="Europe/London")
        owner = Actor(user=OWNER, team=self.world.team)
        one = Subscription(id=7, wish=wish, owner=owner, made_at=MADE, **became)
        return Announcement(
            key=f"{about}:7", about=about, subscription=one, by=OWNER, since=MADE, attempt=attempt
        )

    async def announce(self, about: AnnouncementKind, attempt: int = 1, **became: Any) -> None:
        await self.poster.announce(self.announcement(about, attempt, **became), MADE)


@pytest_asyncio.fixture(loop_scope="module")
async def setup() -> AsyncIterator[PosterSetup]:
    slack = SlackServer(Workspace(ManualClock(MADE)))
    slack.world.add_channel("leads", slack.world.add_user("Ada"))
    async with serve(slack.app) as url, aiohttp.ClientSession() as session:
        slack.world.base_url = url
        token = slack.world.credentials.token
        client = AsyncWebClient(
            token=token, base_url=f"{url}/api/", session=session, retry_handlers=[]
        )
        yield PosterSetup(
            SlackDigestPoster(client, ChannelHistory(client, slack.world.clock)), slack
        )


@pytest.mark.parametrize(
    ("about", "says"),
    [(AnnouncementKind.SET_UP, "set up a digest"), (AnnouncementKind.MOVED, "moved a digest")],
)
async def test_a_channel_is_told_once_also_after_a_crash_before_it_was_noted(
    setup: PosterSetup, about: AnnouncementKind, says: str
) -> None:
    for attempt in (1, 2, 3):
        await setup.announce(about, attempt)
    [message] = setup.channel
    assert says in as_text(message)
    assert "every day at 09:00 Europe/London" in as_text(message)
    for word in ("edit 7", "pause 7", "stop 7"):
        assert f"/calls digest {word}" in as_text(message)


@pytest.mark.parametrize(
    ("about", "says"),
    [
        (AnnouncementKind.SET_UP, "Digest 7 is set up, but"),
        (AnnouncementKind.MOVED, "is moved, but"),
    ],
)
async def test_whoever_asked_is_told_what_became_of_it_where_the_channel_was_not(
    setup: PosterSetup, about: AnnouncementKind, says: str
) -> None:
    announcement = setup.announcement(about)
    untold = Undelivered(announcement, "The channel is archived.", lost=True)
    message = untold_message(announcement.subscription, untold)
    assert says in message.text
    assert message.text in str(message.blocks)


async def test_the_owner_is_told_in_private_why_it_is_paused(setup: PosterSetup) -> None:
    until = (MADE + timedelta(days=9)).date()
    why = "It is <!here> archived. Type `/invite`."
    await setup.announce(AnnouncementKind.PAUSED, why=why, paused_until=until)
    [message] = setup.private
    assert as_text(message).startswith("Digest 7 for #CLEADS is paused. It is")
    assert "<!here>" not in str(message.blocks)
    assert "`/invite`" in str(message.blocks)
    assert "/calls digest resume 7 resumes it" in as_text(message)
    assert setup.channel == []


async def test_without_the_scope_for_direct_messages_it_is_given_up(setup: PosterSetup) -> None:
    setup.world.credentials.scopes -= {"im:write"}
    with pytest.raises(DeliveryImpossible, match="missing_scope"):
        await setup.announce(AnnouncementKind.PAUSED)
    assert setup.private == []


async def test_a_channel_that_takes_nothing_says_what_to_do(setup: PosterSetup) -> None:
    setup.world.channels["CLEADS"].archived = True
    with pytest.raises(DeliveryImpossible, match="Unarchive it"):
        await setup.announce(AnnouncementKind.SET_UP)


@pytest.mark.parametrize("trouble", ["error", "drop", "malformed"])
@pytest.mark.parametrize(
    ("about", "method"), [(AnnouncementKind.PAUSED, OPEN), (AnnouncementKind.SET_UP, POST)]
)
async def test_a_slack_in_trouble_is_asked_again_later(
    setup: PosterSetup, trouble: str, about: AnnouncementKind, method: str
) -> None:
    getattr(setup.slack.faults, trouble)(on=method)
    with pytest.raises(DeliveryDeferred):
        await setup.announce(about)
    setup.slack.faults.clear()
    await setup.announce(about, 2)
    assert len(setup.channel) + len(setup.private) == 1
