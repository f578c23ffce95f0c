"""Looking for our own messages where Slack lets it be read once a minute, 15 messages at a time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio
from aiolimiter import AsyncLimiter
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.background import BackgroundTasks
from bot.calls.models import Vendor
from bot.demo.serving import serve
from bot.demo.slack import Channel, SlackServer, Workspace
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import Message
from bot.errors import DeliveryDeferred
from bot.moderation.absent_people import AbsentPeople
from bot.moderation.authorizer import Authorizer
from bot.moderation.call_cards import CallCards
from bot.moderation.executor import Executor
from bot.moderation.lease_consumer import Claimant
from bot.moderation.live_calls import LiveCalls
from bot.moderation.recent_calls import RecentCalls
from bot.policy import Policy, Rules
from bot.store import SqlStore, open_store
from handlers.slack_api.admin_alerts import AdminAlerts
from handlers.slack_api.case_notifier import SEARCH_SECONDS, CaseNotifier
from handlers.slack_api.history import FAR_FUTURE, MOST_PAGES, ChannelHistory
from handlers.slack_api.history_pages import PAGE
from handlers.slack_api.history_ranges import MOST_RANGES, ReadRanges, TimeRange
from handlers.slack_api.posting import MessageMark
from handlers.slack_api.response_url import ResponseUrlClient
from tests.fakes.clock import START, ManualClock
from tests.fakes.directory import Table
from tests.fakes.provider import FakeProvider
from tests.store.orders import DONE, MINUTE, order

POST, HISTORY = "chat.postMessage", "conversations.history"
LINES, SOME = 63, 20


@dataclass
class Worker:
    """A process that tells lines, before a Slack that may limit what it reads."""

    client: AsyncWebClient
    slack: SlackServer
    channel: Channel
    store: SqlStore
    clock: ManualClock
    tasks: BackgroundTasks
    case_notifier: CaseNotifier
    executor: Executor

    @property
    def lines(self) -> list[Message]:
        return self.slack.world.messages.get(self.channel.id, [])

    @property
    def in_progress(self) -> int:
        return sum("in progress" in as_text(line) for line in self.lines)

    async def asked(self, number: int) -> None:
        for item in range(number):
            await self.store.accept(order(f"k{item}", person=f"p{item}"))

    async def ended(self, number: int) -> None:
        for claim in await self.store.claim(
            vendor=Vendor.STREAM, owner="w", limit=number, lease=MINUTE
        ):
            assert await self.store.finish(claim, [DONE])

    async def tells(self, seconds: int = 0) -> None:
        """All that falls due in that time, which is looked for every ten seconds."""
        for second in range(0, seconds + 1, 10):
            self.clock.advance(10 if second else 0)
            self.executor.wake()
            assert await self.tasks.drain(30) == 0

    def read(self) -> int:
        """How many pages of the channel's history Slack has given."""
        return sum(call.answer["ok"] for call in self.slack.world.asked(HISTORY))

    async def waiting(self) -> int:
        return (await self.store.backlog()).notices.count


@pytest_asyncio.fixture
async def worker(sqlite_url: str, clock: ManualClock) -> AsyncIterator[Worker]:
    world = Workspace(clock)
    slack, channel = SlackServer(world), world.add_channel("moderation-log")
    async with (
        serve(slack.app) as world.base_url,
        aiohttp.ClientSession() as session,
        open_store(sqlite_url, clock, line_channel=channel.id, timeout_s=60) as store,
    ):
        client = AsyncWebClient(
            token=world.credentials.token,
            base_url=f"{world.base_url}/api/",
            session=session,
            retry_handlers=[],
        )
        vendor, directory, tasks = FakeProvider(), Table(), BackgroundTasks()
        live_calls = LiveCalls({vendor.vendor: vendor}, clock, RecentCalls(clock))
        policy = Policy(Rules(), directory)
        call_cards = CallCards(live_calls, policy, store, AbsentPeople(live_calls, store))
        case_notifier = CaseNotifier(
            client,
            ChannelHistory(client, clock),
            ResponseUrlClient(session),
            call_cards,
            directory,
            AsyncLimiter(10_000, 1),
            AdminAlerts(client, ()),
        )
        executor = Executor(
            store=store,
            notifier=case_notifier,
            performers={},
            authorizer=Authorizer(policy, live_calls),
            by=Claimant(clock, tasks, "w"),
        )
        yield Worker(client, slack, channel, store, clock, tasks, case_notifier, executor)


async def test_lines_that_slack_refused_need_not_be_looked_for(worker: Worker) -> None:
    """A busy Slack says for certain that nothing was posted."""
    worker.slack.world.switches.history_limited = True
    worker.slack.faults.limit(2, on=POST, times=10)
    await worker.asked(5)
    await worker.tells(20)
    assert (len(worker.lines), await worker.waiting()) == (5, 0)
    assert worker.slack.world.asked(HISTORY) == []


async def test_after_slack_was_away_one_reading_tells_of_all_lines_that_none_is_there(
    worker: Worker,
) -> None:
    worker.slack.world.switches.history_limited = True
    worker.slack.faults.error(503, on=POST, times=None)
    await worker.asked(SOME)
    await worker.tells()
    worker.slack.faults.clear()
    assert worker.lines == []
    await worker.ended(SOME)
    await worker.tells(100)
    assert (len(worker.lines), worker.in_progress, await worker.waiting()) == (SOME, 0, 0)
    assert worker.read() <= 2


async def test_every_line_is_settled_within_two_minutes_although_few_can_be_found(
    worker: Worker,
) -> None:
    """All stand there and nobody knows where; 30 at most are told of in two minutes."""
    worker.slack.world.switches.history_limited = True
    worker.slack.faults.nulls("ts", on=POST, times=LINES)
    await worker.asked(LINES)
    await worker.tells()
    assert worker.in_progress == LINES
    await worker.ended(LINES)
    await worker.tells(100)
    assert await worker.waiting() == 0
    newest = {line.metadata["event_payload"]["key"]: line for line in worker.lines if line.metadata}
    assert len(newest) == LINES
    assert not any("in progress" in as_text(line) for line in newest.values())
    found = 2 * PAGE
    assert (len(worker.lines), worker.in_progress) == (2 * LINES - found, LINES - found)
    assert worker.read() == 2
    assert worker.clock.now() - START < timedelta(minutes=2)


async def test_without_that_limit_every_line_is_found_and_stands_there_once(
    worker: Worker,
) -> None:
    worker.slack.faults.nulls("ts", on=POST, times=SOME)
    await worker.asked(SOME)
    await worker.tells()
    await worker.ended(SOME)
    await worker.tells(10)
    assert (len(worker.lines), worker.in_progress, await worker.waiting()) == (SOME, 0, 0)
    assert worker.read() == SOME // PAGE + 1


FAR = 3_600.0
"""Seconds by which a clock is ahead."""

MARKS = [MessageMark("callwarden_case", f"line:{number}") for number in range(3)]


async def test_a_history_that_cannot_be_read_is_not_waited_for_longer_than_there_is_patience(
    worker: Worker,
) -> None:
    history, channel, now = worker.case_notifier.history, worker.channel.id, worker.clock.now()
    worker.slack.faults.error(500, on=HISTORY, times=None)
    with pytest.raises(SlackApiError):
        await history.find(channel, MARKS[0], now, SEARCH_SECONDS)
    with pytest.raises(DeliveryDeferred) as later:
        await history.find(channel, MARKS[1], now, SEARCH_SECONDS)
    assert later.value.seconds == 1, "one asks for all"
    worker.clock.advance(SEARCH_SECONDS)
    with capture_logs() as log:
        assert await history.find(channel, MARKS[0], now, SEARCH_SECONDS) is None
        assert await history.find(channel, MARKS[1], now, SEARCH_SECONDS) is None
    assert [line["error"] for line in log] == ["internal_error", "DeliveryDeferred"]


async def test_a_message_posted_after_a_reading_is_found_by_the_next(worker: Worker) -> None:
    """What was read lately says nothing of it."""
    history, channel, now = worker.case_notifier.history, worker.channel.id, worker.clock.now()
    for mark in MARKS:
        assert await history.find(channel, mark, now, SEARCH_SECONDS) is None
        metadata = mark.metadata
        posted = worker.slack.world.post(channel, "line", [], metadata=metadata)
        found = await history.find(channel, mark, now, SEARCH_SECONDS)
        assert found == (posted.ts, False)
        worker.slack.world.post(channel, "answer", [], thread_ts=posted.ts)
    again = ChannelHistory(worker.client, worker.clock)
    found = await again.find(channel, MARKS[0], now, SEARCH_SECONDS)
    assert found is not None
    assert found.answered


@pytest.mark.parametrize(("attempt", "found"), [(2, False), (3, True)])
async def test_a_line_is_looked_for_anew_where_another_process_had_a_try_at_it_since(
    worker: Worker, attempt: int, *, found: bool
) -> None:
    """After our own last try, what was read of the channel since still holds."""
    history, channel, now = worker.case_notifier.history, worker.channel.id, worker.clock.now()
    history.expect(channel, MARKS[0], attempt=1)
    assert await history.find(channel, MARKS[1], now, SEARCH_SECONDS) is None
    worker.slack.world.post(channel, "by another one", [], metadata=MARKS[0].metadata)
    there = await history.find(channel, MARKS[0], now, SEARCH_SECONDS, attempt=attempt)
    assert (there is not None) is found
    assert worker.read() == (2 if found else 1)


async def test_a_line_is_found_though_its_order_was_recorded_by_a_clock_that_was_ahead(
    worker: Worker,
) -> None:
    """Messages bear Slack's time: one that lies before what was asked for is no other one."""
    right, ahead, channel = worker.clock, ManualClock(worker.clock.now()), worker.channel.id
    ahead.set(FAR)
    asked = ahead.now()
    by_slack, by_us = ChannelHistory(worker.client, ahead, right.now), worker.case_notifier.history
    for history in by_slack, by_us:
        history.expect(channel, MARKS[0])
    posted = worker.slack.world.post(channel, "line", [], metadata=MARKS[0].metadata)
    for clock in right, ahead:
        clock.advance(FAR / 2)
    for history in by_slack, by_us:
        assert await history.find(channel, MARKS[0], asked, 2 * FAR) == (posted.ts, False)


async def test_a_long_thread_is_read_to_its_end_and_no_further(worker: Worker) -> None:
    history, world, channel = worker.case_notifier.history, worker.slack.world, worker.channel.id
    root = world.post(channel, "line", [])
    for _ in range(PAGE):
        world.post(channel, "chatter", [], thread_ts=root.ts)
    assert await history.find_answer(channel, root.ts, MARKS[0], SEARCH_SECONDS) is None
    world.post(channel, "told", [], thread_ts=root.ts, metadata=MARKS[0].metadata)
    assert await history.find_answer(channel, root.ts, MARKS[0], SEARCH_SECONDS) is not None
    for _ in range(PAGE * MOST_PAGES):
        world.post(channel, "chatter", [], thread_ts=root.ts)
    world.post(channel, "told", [], thread_ts=root.ts, metadata=MARKS[1].metadata)
    assert await history.find_answer(channel, root.ts, MARKS[1], SEARCH_SECONDS) is None


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("post"), st.integers(1, 4)),
            st.tuples(st.just("look"), st.integers(0, 40)),
            st.tuples(st.just("go on"), st.integers(0, 3)),
        ),
        max_size=40,
    )
)
def test_all_that_is_wanted_is_read_nothing_is_read_twice_and_nothing_is_overlooked(
    steps: list[tuple[str, int]],
) -> None:
    """Readings in pages of three, by looks that begin, stop and go on between posts."""
    covered, turn = ReadRanges(), 0
    channel: list[int] = []
    seen: set[int] = set()
    looks: list[tuple[TimeRange, int, frozenset[int]]] = []
    for step, number in steps:
        turn += 1
        if step == "post":
            channel.extend(range(len(channel) + 1, len(channel) + 1 + number))
        elif step == "look":
            looks.append((TimeRange(float(number), FAR_FUTURE), turn, frozenset(channel)))
        elif looks:
            wanted, since, there = looks[number % len(looks)]
            gap = covered.gap(wanted, since)
            if gap is None:
                assert {person for person in there if person > wanted.low} <= seen
                continue
            assert wanted.low <= gap.low < gap.high <= wanted.high
            told = [item for item in channel if gap.low < item < gap.high]
            page = told[-3:]
            assert not seen & set(page), "read twice"
            seen |= set(page)
            low = float(page[0]) if len(told) > 3 else gap.low
            covered.add(TimeRange(low, gap.high), page[-1] if page else None, turn)


def test_a_channel_is_read_once_to_its_end_however_much_was_said_in_it() -> None:
    """A message at a time; what was read lies side by side, and is remembered as one range."""
    covered, left = ReadRanges(), 3 * MOST_RANGES
    while (gap := covered.gap(TimeRange(0.0, FAR_FUTURE), 0)) is not None:
        assert gap.low < left < gap.high, "read twice"
        covered.add(TimeRange(float(left) if left > 1 else gap.low, gap.high), float(left), 0)
        left -= 1
    assert left == 0
    assert len(covered.ranges) == 1
