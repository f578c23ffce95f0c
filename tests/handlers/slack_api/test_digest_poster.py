"""A digest in its channel: posted once with its details, whatever Slack does meanwhile."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

import aiohttp
import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.testing import capture_logs

from bot.calls.actors import Actor
from bot.calls.models import Vendor
from bot.demo.serving import serve
from bot.demo.slack import Channel, SlackServer, User, Workspace
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import Message
from bot.digest_delivery.builder import DigestBuilder
from bot.digest_delivery.dispatcher import LEASE, DigestDispatcher
from bot.digest_delivery.refresh import UsageRefresh
from bot.digests.digest import Waiting
from bot.digests.subscription import Posting, Subscription, Wish
from bot.errors import DeliveryDeferred, DeliveryImpossible
from bot.store import SqlStore, open_store
from handlers.slack_api.digest_poster import SlackDigestPoster
from handlers.slack_api.history import ChannelHistory
from tests.fakes.clock import ManualClock
from tests.fakes.digests import wanted
from tests.handlers.digest_examples import MADE, TUESDAY, digest

pytestmark = pytest.mark.asyncio(loop_scope="module")

POST, HISTORY, REPLIES = "chat.postMessage", "conversations.history", "conversations.replies"
OPEN = "conversations.open"
SENT = TUESDAY + timedelta(days=1)
DIGEST = digest(
    waiting=(Waiting(kind="not_confirmed", case=128, words="Kick Ann: Room", since=MADE),)
)


@dataclass
class Port:
    """One port for all tests of this file, with another Slack behind it for each.

    After `quota` messages Slack wants none for 9 seconds. With `refuses` it refuses each message
    under that error, and counts them.
    """

    app: ASGIApp = field(default_factory=Starlette)
    url: str = ""
    quota: int | None = None
    refuses: str = ""
    refused: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.refuses and scope["path"].endswith(POST):
            self.refused += 1
            await JSONResponse({"ok": False, "error": self.refuses})(scope, receive, send)
            return
        if self.quota is not None and scope["path"].endswith(POST):
            if not self.quota:
                answer = JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429)
                answer.headers["Retry-After"] = "9"
                await answer(scope, receive, send)
                return
            self.quota -= 1
        await self.app(scope, receive, send)


@dataclass
class PosterSetup:
    """A poster, the Slack before it, and the channel of one subscription."""

    poster: SlackDigestPoster
    slack: SlackServer
    port: Port
    channel: Channel
    ada: User

    @property
    def world(self) -> Workspace:
        return self.slack.world

    @property
    def said(self) -> list[Message]:
        return self.world.messages.get(self.channel.id, [])

    @property
    def roots(self) -> list[Message]:
        return [message for message in self.said if message.thread_ts is None]

    @property
    def replies(self) -> list[Message]:
        return [message for message in self.said if message.thread_ts is not None]

    @property
    def private(self) -> list[Message]:
        return self.world.messages.get(self.world.direct(self.ada.id).id, [])

    def subscription(self, **more: Any) -> Subscription:
        wish = Wish(channel=more.pop("channel", self.channel.id), zone="Europe/London")
        owner = Actor(user=self.ada.id, team=self.world.team)
        return Subscription(id=7, wish=wish, owner=owner, made_at=MADE, **more)

    def posting(self, **more: Any) -> Posting:
        told = {"key": "7:2026-11-18", "day": SENT, "due_at": MADE, **more}
        channel = told.pop("channel", self.channel.id)
        return Posting(subscription=self.subscription(channel=channel), **told)

    def another(self) -> SlackDigestPoster:
        """The same poster in another process."""
        client = self.poster.client
        return SlackDigestPoster(
            client, ChannelHistory(client, self.world.clock), self.poster.command
        )

    def asked(self, method: str) -> int:
        return len(self.world.asked(method))

    def once(self) -> bool:
        """Whether the digest and its details stand there, each once."""
        return (
            [reply.thread_ts for reply in self.replies]
            == [self.roots[0].ts]
            == [root.ts for root in self.roots]
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def port() -> AsyncIterator[Port]:
    port = Port()
    async with serve(port) as port.url:
        yield port


@pytest_asyncio.fixture(loop_scope="module")
async def setup(port: Port) -> AsyncIterator[PosterSetup]:
    world = Workspace(ManualClock(MADE))
    ada = world.add_user("Ada")
    channel = world.add_channel("leads", ada)
    slack = SlackServer(world)
    port.app, port.quota, world.base_url = slack.app, None, port.url
    port.refuses, port.refused = "", 0
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token=world.credentials.token,
            base_url=f"{port.url}/api/",
            session=session,
            retry_handlers=[],
        )
        yield PosterSetup(
            SlackDigestPoster(client, ChannelHistory(client, world.clock)),
            slack,
            port,
            channel,
            ada,
        )


async def test_a_digest_is_posted_with_its_details_in_its_thread_and_calls_nobody(
    setup: PosterSetup,
) -> None:
    ts = await setup.poster.post(setup.posting(), DIGEST)
    [root], [reply] = setup.roots, setup.replies
    assert (root.ts, reply.thread_ts) == (ts, ts)
    key = {"key": "7:2026-11-18"}
    assert root.metadata == {"event_type": "callwarden_digest", "event_payload": key}
    assert reply.metadata == {"event_type": "callwarden_digest_details", "event_payload": key}
    assert "42 calls, 1,310 minutes, a third more than a usual Tuesday" in as_text(root)
    assert "[Case #128]" in as_text(root)
    assert "<@" not in str(reply.blocks) + str(root.blocks)
    assert {"data_visualization"} < {block["type"] for block in root.blocks}
    assert setup.asked(HISTORY) == 0
    assert setup.poster.posted == {}


async def test_a_workspace_that_refuses_charts_gets_everything_as_text(setup: PosterSetup) -> None:
    setup.world.switches.charts = False
    with capture_logs() as log:
        await setup.poster.post(setup.posting(), DIGEST)
    assert setup.once()
    assert "• 17 Nov: Stream Video 140, RealtimeKit 140, CometChat 140" in as_text(setup.roots[0])
    assert "[Case #128]" in as_text(setup.roots[0])
    assert "• Calls: 26 (the Tuesday before 20, a usual Tuesday 20)" in as_text(setup.replies[0])
    assert [line["event"] for line in log] == ["message rejected"] * 2


@pytest.mark.parametrize("same", [True, False], ids=["the same process", "another process"])
async def test_a_crash_between_posting_and_marking_posts_once(
    setup: PosterSetup, same: bool
) -> None:
    first = await setup.poster.post(setup.posting(), DIGEST)
    again = setup.poster if same else setup.another()
    assert await again.post(setup.posting(attempt=2), DIGEST) == first
    assert setup.once()


async def test_a_crash_between_the_digest_and_its_details_adds_the_details(
    setup: PosterSetup,
) -> None:
    first = await setup.poster.post(setup.posting(), DIGEST)
    setup.world.delete(setup.replies[0])
    assert await setup.another().post(setup.posting(attempt=2), DIGEST) == first
    assert setup.once()


async def test_a_digest_whose_answer_was_lost_is_found_again(setup: PosterSetup) -> None:
    setup.slack.faults.drop(after=True, on=POST)
    with pytest.raises(DeliveryDeferred) as later:
        await setup.poster.post(setup.posting(), DIGEST)
    assert later.value.seconds == 1
    await setup.another().post(setup.posting(attempt=2), DIGEST)
    assert setup.once()


async def test_another_days_digest_is_not_taken_for_this_one(setup: PosterSetup) -> None:
    await setup.poster.post(setup.posting(key="7:2026-11-17"), DIGEST)
    await setup.poster.post(setup.posting(attempt=2), DIGEST)
    assert (len(setup.roots), len(setup.replies)) == (2, 2)


async def test_a_digest_that_was_sent_before_its_time_is_found_too(setup: PosterSetup) -> None:
    await setup.poster.post(setup.posting(), DIGEST)
    due_later = setup.posting(attempt=2, due_at=MADE + timedelta(hours=5))
    await setup.another().post(due_later, DIGEST)
    assert setup.once()


async def test_what_is_known_to_stand_there_is_not_looked_for(setup: PosterSetup) -> None:
    first = await setup.poster.post(setup.posting(), DIGEST)
    assert await setup.another().post(setup.posting(attempt=2, posted=first), DIGEST) == first
    assert setup.once()
    assert setup.asked(HISTORY) == 0


@pytest.mark.parametrize("readable", [True, False])
async def test_429_on_the_details_does_not_repeat_the_digest(
    setup: PosterSetup, readable: bool
) -> None:
    if not readable:
        setup.world.credentials.scopes -= {"channels:history"}
    setup.port.quota = 1
    with pytest.raises(DeliveryDeferred) as later:
        await setup.poster.post(setup.posting(), DIGEST)
    assert (later.value.seconds, len(setup.roots), setup.replies) == (9, 1, [])
    setup.port.quota = None
    assert await setup.poster.post(setup.posting(attempt=2), DIGEST) == setup.roots[0].ts
    assert setup.once()


async def test_where_the_history_may_not_be_read_another_process_says_so(
    setup: PosterSetup,
) -> None:
    setup.world.credentials.scopes -= {"channels:history"}
    with capture_logs() as log:
        await setup.poster.post(setup.posting(attempt=2), DIGEST)
    assert setup.once()
    assert {line["error"] for line in log} == {"missing_scope"}


@pytest.mark.parametrize("trouble", ["error", "drop", "html", "malformed"])
@pytest.mark.parametrize("attempt", [1, 2])
async def test_whatever_slack_answers_the_digest_is_there_once_at_last(
    setup: PosterSetup, trouble: str, attempt: int
) -> None:
    getattr(setup.slack.faults, trouble)(on=POST)
    with pytest.raises(DeliveryDeferred) as later:
        await setup.poster.post(setup.posting(attempt=attempt), DIGEST)
    assert later.value.seconds == {1: 1, 2: 2}[attempt]
    await setup.poster.post(setup.posting(attempt=attempt + 1), DIGEST)
    assert setup.once()


async def test_429_waits_as_long_as_slack_asks(setup: PosterSetup) -> None:
    setup.slack.faults.limit(17, on=POST)
    with pytest.raises(DeliveryDeferred) as later:
        await setup.poster.post(setup.posting(), DIGEST)
    assert later.value.seconds == 17
    assert setup.said == []


@pytest.mark.parametrize("method", [HISTORY, REPLIES])
async def test_429_while_looking_posts_nothing_twice(setup: PosterSetup, method: str) -> None:
    await setup.poster.post(setup.posting(), DIGEST)
    setup.slack.faults.limit(3, on=method)
    with pytest.raises(DeliveryDeferred) as later:
        await setup.another().post(setup.posting(attempt=2), DIGEST)
    assert later.value.seconds == 3
    assert setup.once()


async def test_slack_away_altogether_means_later(setup: PosterSetup) -> None:
    setup.poster.client.base_url = "http://127.0.0.1:9/api/"
    with pytest.raises(DeliveryDeferred):
        await setup.poster.post(setup.posting(), DIGEST)


async def test_an_archived_channel_is_lost_and_the_words_say_what_to_do(setup: PosterSetup) -> None:
    setup.channel.archived = True
    with pytest.raises(DeliveryImpossible, match="Unarchive it, or choose another channel"):
        await setup.poster.post(setup.posting(), DIGEST)


async def test_a_channel_without_the_bot_is_lost_and_the_words_say_how_to_invite_it(
    setup: PosterSetup,
) -> None:
    setup.channel.members.discard(setup.world.bot.id)
    with pytest.raises(DeliveryImpossible, match="/invite @Callwarden"):
        await setup.poster.post(setup.posting(), DIGEST)


async def test_a_channel_that_slack_does_not_know_is_lost(setup: PosterSetup) -> None:
    with pytest.raises(DeliveryImpossible, match="Slack knows no such channel"):
        await setup.poster.post(setup.posting(channel="C0GONE"), DIGEST)


async def test_details_that_cannot_be_written_leave_the_digest_standing(setup: PosterSetup) -> None:
    root = setup.world.post(setup.channel.id, "digest", [])
    setup.channel.archived = True
    with capture_logs() as log:
        assert await setup.poster.post(setup.posting(posted=root.ts), DIGEST) == root.ts
    assert log[-1]["event"] == "digest details not posted"


async def test_no_log_line_has_a_token_or_what_was_said(setup: PosterSetup) -> None:
    setup.slack.faults.error(on=POST)
    with capture_logs() as log, pytest.raises(DeliveryDeferred):
        await setup.poster.post(setup.posting(), DIGEST)
    assert log
    assert setup.world.credentials.token not in str(log)
    assert "minutes" not in str(log)


class Due(NamedTuple):
    """A store with one subscription, whose digest of SENT is due; `clock` is theirs."""

    store: SqlStore
    clock: ManualClock
    builder: DigestBuilder
    one: Subscription

    def dispatcher(self, poster: SlackDigestPoster, owner: str) -> DigestDispatcher:
        fresh = UsageRefresh({}, self.store, self.store, self.clock).fresh
        return DigestDispatcher(self.store, self.builder, poster, fresh, self.clock, owner)


@pytest_asyncio.fixture(loop_scope="module")
async def due(setup: PosterSetup, sqlite_url: str) -> AsyncIterator[Due]:
    clock = ManualClock(MADE - timedelta(days=1))
    async with open_store(sqlite_url, clock) as store:
        builder = DigestBuilder(
            usage=store, digests=store, chain=store, clock=clock, vendors=tuple(Vendor)
        )
        wish, owner = setup.subscription().wish, setup.subscription().owner
        one = await wanted(store, wish, owner, clock.now())
        clock.advance(timedelta(days=1, minutes=1).total_seconds())
        yield Due(store, clock, builder, one)


async def test_a_worker_that_dies_between_posting_and_marking_leaves_one_digest(
    setup: PosterSetup, due: Due
) -> None:
    claimed = await due.store.claim_posting(due.one, SENT, owner="first", lease=LEASE)
    assert claimed is not None
    await setup.poster.post(claimed, await due.builder.make(due.one, SENT))  # and it marks nothing
    due.clock.advance(LEASE.total_seconds() + 1)
    second = due.dispatcher(setup.another(), "second")
    await second.send_due()
    await second.send_due()
    assert setup.once()
    assert setup.asked(HISTORY) == 1
    assert "Stream Video's calls of this day were not read yet." in as_text(setup.roots[0])


async def test_a_digest_that_slack_refuses_for_what_it_is_leaves_the_next_morning_its_own(
    setup: PosterSetup, due: Due
) -> None:
    dispatcher, setup.port.refuses = due.dispatcher(setup.poster, "one"), "msg_too_long"
    with capture_logs() as log:
        await dispatcher.send_due()
    due.clock.advance(LEASE.total_seconds() + 1)
    await dispatcher.send_due()
    assert setup.port.refused == 2, "once with blocks, and once as text"
    assert (log[-1]["event"], log[-1]["day"]) == ("digest given up", str(SENT))
    assert "msg_too_long" in log[-1]["why"]
    setup.port.refuses = ""
    due.clock.advance(timedelta(days=1).total_seconds())
    await dispatcher.send_due()
    (kept,) = await due.store.subscriptions()
    assert (setup.once(), kept.why, kept.paused_until) == (True, "", None)
    assert setup.private == []
