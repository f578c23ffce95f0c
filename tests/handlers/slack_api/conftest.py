"""The case notifier before the stand-in of Slack."""

from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio
from aiolimiter import AsyncLimiter
from slack_sdk.web.async_client import AsyncWebClient

from bot.calls.acts import Act, Person
from bot.calls.cases import Case
from bot.calls.verbs import Kick
from bot.demo.serving import serve
from bot.demo.slack import SlackServer, Workspace
from bot.moderation.absent_people import AbsentPeople
from bot.moderation.call_cards import CallCards
from bot.moderation.live_calls import LiveCalls
from bot.moderation.recent_calls import RecentCalls
from bot.policy import Policy, Rules
from bot.policy.rules import People
from bot.ports import Member
from bot.store import open_store
from handlers.slack_api.admin_alerts import AdminAlerts
from handlers.slack_api.case_notifier import CaseNotifier
from handlers.slack_api.history import ChannelHistory
from handlers.slack_api.response_url import ResponseUrlClient
from tests.fakes.clock import ManualClock
from tests.fakes.directory import HOME, Table
from tests.fakes.provider import FakeProvider
from tests.handlers.slack_api.notifier_bench import GONE, MARY, REMOVED, MoodySlack, NotifierBench


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def moods() -> AsyncIterator[MoodySlack]:
    """One port for all tests of this file, with another Slack behind it for each."""
    moods = MoodySlack()
    async with serve(moods) as moods.url:
        yield moods


@pytest_asyncio.fixture(loop_scope="module")
async def mail(
    moods: MoodySlack, clock: ManualClock, sqlite_url: str
) -> AsyncIterator[NotifierBench]:
    world = Workspace(clock)
    ada = world.add_user("Ada")
    channel = world.add_channel("moderation-log", ada)
    slack, vendor = SlackServer(world), FakeProvider()
    room = vendor.open_call("default:room", "ann=Ann", title="Room")
    act = Act(verb=Kick(), call=room, title="Room", people=(Person(id="ann", name="Ann"),))
    case = Case(number=1, act=act, actor=MARY, asked_at=clock.now())
    moods.app, moods.refuses_blocks, moods.refuses = slack.app, False, ""
    world.base_url = moods.url
    async with aiohttp.ClientSession() as session, open_store(sqlite_url, clock) as store:
        client = AsyncWebClient(
            token=world.credentials.token,
            base_url=f"{moods.url}/api/",
            session=session,
            retry_handlers=[],
        )
        directory = Table()
        mary = Member(user=MARY.user, team=HOME, name="Mary *M*")
        directory.members = {MARY.user: mary, REMOVED.user: GONE}
        live_calls = LiveCalls({vendor.vendor: vendor}, clock, RecentCalls(clock))
        policy = Policy(Rules(people=People(leads=(MARY.user,))), directory)
        call_cards = CallCards(live_calls, policy, store, AbsentPeople(live_calls, store))
        alerts = AdminAlerts(client, [ada.id, "U0GONE"])
        history, pace = ChannelHistory(client, clock), AsyncLimiter(100, 1)
        case_notifier = CaseNotifier(
            client, history, ResponseUrlClient(session), call_cards, directory, pace, alerts
        )
        yield NotifierBench(
            case_notifier,
            slack,
            moods,
            vendor,
            channel,
            ada,
            case,
            clock,
            directory,
            live_calls,
            store,
        )
