"""A case's line: once in the channel, edited as the case goes on, whatever Slack does meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiolimiter import AsyncLimiter
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.testing import capture_logs

from bot.calls.actors import Actor, Reader
from bot.calls.acts import Act, Person
from bot.calls.cases import Case, Manner, Notice, NoticeKind
from bot.calls.outcomes import Result, State
from bot.calls.verbs import Kick
from bot.demo.serving import serve
from bot.demo.slack import Channel, SlackServer, User, Workspace
from bot.demo.slack.render import as_text
from bot.demo.slack.screen import Message
from bot.errors import (
    ChannelUnavailable,
    ClaimLost,
    DeliveryDeferred,
    DeliveryImpossible,
    MessageRefused,
    VendorTimeout,
)
from bot.held_lease import HeldLease, holding
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
from handlers.slack_api.channel_errors import SHARED, UNAVAILABLE
from handlers.slack_api.errors import NO_THREAD, UNDRAWABLE
from handlers.slack_api.history import ChannelHistory
from handlers.slack_api.response_url import ResponseUrlClient
from tests.fakes.clock import ManualClock
from tests.fakes.directory import HOME, Table
from tests.fakes.provider import FakeProvider

MARY = Actor(user="U0MARY", team=HOME)
REMOVED = Actor(user="U0GONE", team=HOME)
GONE = Member(user=REMOVED.user, team=HOME, gone=True)

pytestmark = pytest.mark.asyncio(loop_scope="module")

POST, UPDATE, HISTORY = "chat.postMessage", "chat.update", "conversations.history"


COMPLAINT = "[ERROR] this surface does not take it [json-pointer:/blocks/0]"


@dataclass
class Moods:
    """Stands before Slack; a Slack in a bad mood refuses every block, or with `refuses` all.

    Methods without `on` in their path are left alone.
    """

    app: ASGIApp = field(default_factory=Starlette)
    refuses_blocks: bool = False
    refuses: str = ""
    on: str = ""
    refused: int = 0
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        bad = self.refuses_blocks or self.refuses
        if scope["type"] != "http" or not bad or self.on not in scope["path"]:
            await self.app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        if not self.refuses and not json.loads(body).get("blocks"):
            await self.app(scope, _again(body), send)
            return
        self.refused += 1
        answer = JSONResponse(
            {
                "ok": False,
                "error": self.refuses or "invalid_blocks",
                "response_metadata": {"messages": [COMPLAINT]},
            },
            status_code=200 if scope["path"].startswith("/api/") else 400,
        )
        await answer(scope, receive, send)


def _again(body: bytes) -> Receive:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    return receive


@dataclass
class Mail:
    """An outbox, the Slack and the vendor before it, and one case to tell."""

    case_notifier: CaseNotifier
    slack: SlackServer
    moods: Moods
    vendor: FakeProvider
    channel: Channel
    ada: User
    case: Case
    clock: ManualClock
    directory: Table

    @property
    def world(self) -> Workspace:
        return self.slack.world

    @property
    def lines(self) -> list[Message]:
        return self.world.messages.get(self.channel.id, [])

    def notice(self, **more: Any) -> Notice:
        told = {"key": "line:1", "kind": NoticeKind.LINE, "case": 1, "version": 1}
        return Notice.model_validate({**told, "place": self.channel.id, **more})

    def asked(self, method: str) -> int:
        return len(self.world.asked(method))

    def reply_url(self, source: Message | None = None) -> str:
        key = self.world.tickets.reply(self.ada.id, self.channel.id, source)
        return f"{self.world.base_url}/respond/{key}"

    def answer(self, url: str, **more: Any) -> Notice:
        return self.notice(kind=NoticeKind.ANSWER, key="answer:1", place=url, **more)

    def of_card(self, card: Message) -> Notice:
        return self.answer(self.reply_url(card), manner=Manner.CARD)

    def roots(self) -> list[Message]:
        """The lines, without what is in their threads."""
        return [line for line in self.lines if line.thread_ts is None]

    def thread(self) -> list[Message]:
        """What is in the thread of the one line."""
        (line,) = self.roots()
        return [message for message in self.lines if message.thread_ts == line.ts]

    def told(self) -> list[Message]:
        return self.world.ephemerals.get(self.ada.id, [])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def moods() -> AsyncIterator[Moods]:
    """One port for all tests of this file, with another Slack behind it for each."""
    moods = Moods()
    async with serve(moods) as moods.url:
        yield moods


@pytest_asyncio.fixture(loop_scope="module")
async def mail(moods: Moods, clock: ManualClock, sqlite_url: str) -> AsyncIterator[Mail]:
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
        yield Mail(case_notifier, slack, moods, vendor, channel, ada, case, clock, directory)


def finished(case: Case) -> Case:
    result = Result(person="ann", name="Ann", state=State.CONFIRMED, evidence="She is gone.")
    return case.model_copy(update={"state": State.CONFIRMED, "results": (result,)})


def ended(case: Case, state: State) -> Case:
    if state.open:
        return case
    result = Result(person="ann", name="Ann", state=state, evidence="It rained.")
    return case.model_copy(update={"state": state, "results": (result,)})


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("admin", [False, True])
async def test_why_the_vendor_cannot_be_reached_stands_below_what_came_to_nothing_for_admins(
    mail: Mail, state: State, *, admin: bool
) -> None:
    mail.vendor.diagnosis = "There is no address for the name x (DNS). Check it."
    people = People(admins=(MARY.user,)) if admin else People(leads=(MARY.user,))
    call_cards = replace(
        mail.case_notifier.call_cards, policy=Policy(Rules(people=people), mail.directory)
    )
    case_notifier = replace(mail.case_notifier, call_cards=call_cards)
    await case_notifier.show(mail.answer(mail.reply_url()), ended(mail.case, state))
    shown = not (state.open or state.settled) and admin
    assert ("no address for the name" in str(mail.told()[-1].blocks)) is shown
    await case_notifier.show(mail.notice(), ended(mail.case, state))
    assert "no address" not in str([line.blocks for line in mail.lines])


async def test_a_case_is_posted_once_and_later_states_edit_that_line(mail: Mail) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    assert [line.ts for line in mail.lines] == [ts]
    assert mail.lines[0].metadata == {
        "event_type": "callwarden_case",
        "event_payload": {"key": "line:1"},
    }
    assert "in progress" in str(mail.lines[0].blocks)
    again = await mail.case_notifier.show(mail.notice(posted=ts, version=2), finished(mail.case))
    assert again == ts
    assert [line.ts for line in mail.lines] == [ts]
    assert "confirmed" in str(mail.lines[0].blocks)
    assert (mail.asked(POST), mail.asked(UPDATE)) == (1, 1)


async def test_a_process_that_slept_posts_nothing_with_its_old_claim(mail: Mail) -> None:
    """Whatever it waited for last: its turn, a name, or the network. Another process has it."""
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    over = finished(mail.case)
    notices = mail.notice(key="line:2"), mail.notice(posted=ts), mail.answer(mail.reply_url())
    with holding(HeldLease(mail.clock, timedelta(minutes=1))):
        mail.clock.advance(48)
        for notice in notices:
            with pytest.raises(ClaimLost):
                await mail.case_notifier.show(notice, over)
    assert (mail.asked(POST), mail.asked(UPDATE), mail.told()) == (1, 0, [])
    for notice in notices:
        await mail.case_notifier.show(notice, over)
    assert (mail.asked(POST), mail.asked(UPDATE), len(mail.told())) == (2, 1, 1)


@pytest.mark.parametrize(
    ("state", "taken"), [(State.ASKED, 1), (State.CONFIRMED, 1), (State.NOT_CONFIRMED, 2)]
)
async def test_each_message_in_the_moderation_channel_waits_its_turn(
    mail: Mail, state: State, taken: int
) -> None:
    """Slack takes about one a second there; private answers wait for nobody."""
    pace = AsyncLimiter(3, 3600)
    paced = replace(mail.case_notifier, pace=pace)
    case = ended(mail.case, state)
    await paced.show(mail.answer(mail.reply_url()), case)
    assert pace.has_capacity(3)
    await paced.show(mail.notice(), case)
    assert pace.has_capacity(3 - taken)
    assert not pace.has_capacity(4 - taken)


async def test_a_line_names_the_asker_and_mentions_nobody(mail: Mail) -> None:
    await mail.case_notifier.show(mail.notice(), mail.case)
    said = f"{mail.lines[0].text} {mail.lines[0].blocks}"
    assert "by Mary \u2217M\u2217" in said
    assert "<@" not in said


async def test_a_line_names_the_asker_by_their_id_while_slack_is_silent(mail: Mail) -> None:
    mail.directory.silent.add(MARY.user)
    await mail.case_notifier.show(mail.notice(), mail.case)
    said = f"{mail.lines[0].text} {mail.lines[0].blocks}"
    assert f"by `{MARY.user}`" in said
    assert "<@" not in said


@pytest.mark.parametrize("state", list(State))
async def test_only_what_did_not_go_as_asked_calls_its_asker_and_only_to_the_thread(
    mail: Mail, state: State
) -> None:
    await mail.case_notifier.show(mail.notice(), ended(mail.case, state))
    called = [as_text(message) for message in mail.thread()]
    if state in {State.ASKED, State.CONFIRMED, State.ALREADY}:
        assert called == []
    else:
        (words,) = called
        assert words.startswith(f"@{MARY.user} ")
        assert "It rained." in words


async def test_the_asker_is_called_once_although_the_answer_was_lost(mail: Mail) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.slack.faults.drop(after=True, on=POST)
    case = ended(mail.case, State.FAILED)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(posted=ts, version=2), case)
    again = await mail.case_notifier.show(mail.notice(posted=ts, version=2, attempt=2), case)
    assert (again, len(mail.roots()), len(mail.thread())) == (ts, 1, 1)


async def test_a_call_that_never_arrived_is_made_at_the_next_try(mail: Mail) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.slack.faults.drop(on=POST)
    case = ended(mail.case, State.NOT_CONFIRMED)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(posted=ts, version=2), case)
    await mail.case_notifier.show(mail.notice(posted=ts, version=2, attempt=2), case)
    assert len(mail.thread()) == 1


async def test_a_line_whose_answer_was_lost_is_found_again_and_not_posted_twice(mail: Mail) -> None:
    mail.slack.faults.drop(after=True, on=POST)
    with pytest.raises(DeliveryDeferred) as later:
        await mail.case_notifier.show(mail.notice(), mail.case)
    assert later.value.seconds == 1
    ts = await mail.case_notifier.show(mail.notice(attempt=2), finished(mail.case))
    assert [line.ts for line in mail.lines] == [ts]
    assert "confirmed" in str(mail.lines[0].blocks)


async def test_a_lost_line_is_found_although_slacks_clock_is_behind_ours(mail: Mail) -> None:
    mail.slack.faults.drop(after=True, on=POST)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(), mail.case)
    ahead = mail.case.model_copy(update={"asked_at": mail.clock.now() + timedelta(minutes=4)})
    await mail.case_notifier.show(mail.notice(attempt=2), ahead)
    assert len(mail.lines) == 1


async def test_a_lost_line_is_found_behind_hundreds_of_others(mail: Mail) -> None:
    mail.slack.faults.drop(after=True, on=POST)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(), mail.case)
    for number in range(250):
        mail.world.post(mail.channel.id, f"chatter {number}", [])
    await mail.case_notifier.show(mail.notice(attempt=2), mail.case)
    assert len(mail.lines) == 251
    assert mail.asked(HISTORY) == 17


async def test_what_others_put_into_their_messages_is_not_taken_for_ours(mail: Mail) -> None:
    foreign = (None, {"event_type": "deploy", "event_payload": {"key": "line:1"}})
    for metadata in foreign:
        mail.world.post(mail.channel.id, "hello", [], user=mail.ada.id, metadata=metadata)
    ts = await mail.case_notifier.show(mail.notice(attempt=2), mail.case)
    assert mail.lines[-1].ts == ts
    assert len(mail.lines) == 3


async def test_without_the_scope_to_read_it_says_so_and_posts(mail: Mail) -> None:
    mail.world.credentials.scopes -= {"channels:history"}
    with capture_logs() as log:
        assert await mail.case_notifier.show(mail.notice(attempt=2), mail.case) == mail.lines[0].ts
    assert [(line["event"], line["error"]) for line in log] == [
        ("earlier message not readable", "missing_scope")
    ]


async def test_a_line_that_somebody_took_away_is_posted_anew(mail: Mail) -> None:
    first = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.world.delete(mail.lines[0])
    second = await mail.case_notifier.show(
        mail.notice(posted=first, version=2), finished(mail.case)
    )
    assert [line.ts for line in mail.lines] == [second]
    assert second != first


async def test_a_line_posted_anew_whose_answer_was_lost_is_found_too(mail: Mail) -> None:
    first = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.world.delete(mail.lines[0])
    mail.slack.faults.drop(after=True, on=POST)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(posted=first), finished(mail.case))
    await mail.case_notifier.show(mail.notice(posted=first, attempt=2), finished(mail.case))
    assert len(mail.lines) == 1


async def test_429_waits_as_long_as_slack_asks(mail: Mail) -> None:
    mail.slack.faults.limit(17, on=POST)
    with pytest.raises(DeliveryDeferred) as later:
        await mail.case_notifier.show(mail.notice(), mail.case)
    assert later.value.seconds == 17
    assert mail.lines == []


@pytest.mark.parametrize("method", [HISTORY, UPDATE])
async def test_429_while_looking_or_editing_posts_nothing(mail: Mail, method: str) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.slack.faults.limit(3, on=method)
    posted = ts if method == UPDATE else None
    with pytest.raises(DeliveryDeferred) as later:
        await mail.case_notifier.show(mail.notice(posted=posted, attempt=2), mail.case)
    assert later.value.seconds == 3
    assert len(mail.lines) == 1


async def test_an_archived_channel_takes_no_line_until_it_is_opened_again(mail: Mail) -> None:
    mail.channel.archived = True
    with pytest.raises(ChannelUnavailable, match="is_archived"):
        await mail.case_notifier.show(mail.notice(), mail.case)
    mail.channel.archived = False
    assert await mail.case_notifier.show(mail.notice(), mail.case) == mail.lines[0].ts


async def test_a_line_in_a_channel_that_was_archived_since_cannot_be_edited_now(mail: Mail) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.channel.archived = True
    with pytest.raises(ChannelUnavailable, match="is_archived"):
        await mail.case_notifier.show(mail.notice(posted=ts, version=2), finished(mail.case))


async def test_a_channel_the_bot_is_not_in_or_knows_nothing_of_takes_no_line_now(
    mail: Mail,
) -> None:
    with pytest.raises(ChannelUnavailable, match="channel_not_found"):
        await mail.case_notifier.show(mail.notice(place="C0GONE"), mail.case)
    mail.channel.members.discard(mail.world.bot.id)
    with pytest.raises(ChannelUnavailable, match="not_in_channel"):
        await mail.case_notifier.show(mail.notice(attempt=6), mail.case)


async def test_every_error_that_somebody_has_to_mend_says_what_and_how_in_private(
    mail: Mail,
) -> None:
    for error in UNAVAILABLE.keys() - {SHARED}:
        mail.channel.refuses = error
        with pytest.raises(ChannelUnavailable) as closed:
            await mail.case_notifier.show(mail.notice(), mail.case)
        await mail.case_notifier.alert(mail.channel.id, closed.value.error)
        words = mail.world.messages[mail.world.direct(mail.ada.id).id][-1].text
        assert UNAVAILABLE[error].says in words
        assert UNAVAILABLE[error].mend in words
        assert "kept" in words


async def test_a_line_is_told_although_its_thread_takes_no_answer(mail: Mail) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    for error in NO_THREAD:
        mail.channel.refuses_answers = error
        case = ended(mail.case, State.FAILED)
        with capture_logs() as log:
            assert await mail.case_notifier.show(mail.notice(posted=ts, version=2), case) == ts
        assert [(one["event"], one["error"]) for one in log] == [("asker not called", error)]
    assert mail.thread() == []


async def test_an_error_of_the_thread_that_passes_is_tried_again(mail: Mail) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case)
    mail.slack.faults.limit(3, on=POST)
    case = ended(mail.case, State.FAILED)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(posted=ts, version=2), case)


async def test_lines_are_posted_in_the_order_in_which_they_are_given(mail: Mail) -> None:
    mail.slack.faults.slow(0.05, on=POST)
    cases = [mail.case.model_copy(update={"number": number}) for number in range(1, 5)]
    await asyncio.gather(
        *(mail.case_notifier.show(mail.notice(key=f"line:{case.number}"), case) for case in cases)
    )
    keys = [line.metadata["event_payload"]["key"] for line in mail.lines if line.metadata]
    assert keys == ["line:1", "line:2", "line:3", "line:4"]


@pytest.mark.parametrize("attempt", [1, 2])
@pytest.mark.parametrize("trouble", ["error", "drop", "html", "malformed", "no timestamp"])
async def test_whatever_slack_answers_the_line_is_tried_again_and_is_there_once(
    mail: Mail, trouble: str, attempt: int
) -> None:
    faults = mail.slack.faults
    if trouble == "no timestamp":
        faults.nulls("ts", on=POST)
    else:
        getattr(faults, trouble)(on=POST)
    with pytest.raises(DeliveryDeferred) as later:
        await mail.case_notifier.show(mail.notice(attempt=attempt), mail.case)
    assert later.value.seconds == {1: 1, 2: 2}[attempt]
    await mail.case_notifier.show(mail.notice(attempt=attempt + 1), mail.case)
    assert len(mail.lines) == 1


async def test_a_history_that_cannot_be_read_posts_nothing(mail: Mail) -> None:
    mail.slack.faults.nulls("messages", on=HISTORY)
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(attempt=2), mail.case)
    assert mail.lines == []


async def test_slack_away_altogether_means_later(mail: Mail) -> None:
    mail.case_notifier.client.base_url = "http://127.0.0.1:9/api/"
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.notice(), mail.case)


@pytest.mark.parametrize("posted", [False, True])
async def test_blocks_that_slack_refuses_are_sent_once_more_as_text(
    mail: Mail, posted: bool
) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case) if posted else None
    mail.moods.refuses_blocks = True
    act = mail.case.act.model_copy(update={"title": "<!channel> Room"})
    case = mail.case.model_copy(update={"act": act})
    with capture_logs() as log:
        shown = await mail.case_notifier.show(mail.notice(posted=ts), case)
    line = mail.lines[0]
    assert (line.ts, line.blocks, len(mail.lines)) == (shown, [], 1)
    assert "Case #1" in line.text
    assert "<!channel>" not in line.text
    assert (log[0]["event"], log[0]["plain"]) == ("message refused", False)
    assert log[0]["complaints"] == [COMPLAINT]


@pytest.mark.parametrize("posted", [False, True])
async def test_a_line_that_slack_refuses_for_what_it_is_is_given_up_and_not_tried_for_ever(
    mail: Mail, posted: bool
) -> None:
    ts = await mail.case_notifier.show(mail.notice(), mail.case) if posted else None
    for error in UNDRAWABLE:
        mail.moods.refuses = error
        before = mail.moods.refused
        with capture_logs() as log, pytest.raises(MessageRefused, match=error):
            await mail.case_notifier.show(mail.notice(posted=ts, version=2), mail.case)
        assert mail.moods.refused - before == 2, "once with blocks, and once as text"
        told = [(line["event"], line["plain"]) for line in log]
        assert told == [("message refused", False), ("message refused", True)]


async def test_an_answer_is_private_and_tells_the_case(mail: Mail) -> None:
    assert await mail.case_notifier.show(mail.answer(mail.reply_url()), finished(mail.case)) is None
    assert len(mail.told()) == 1
    assert "confirmed" in mail.told()[0].text
    assert mail.lines == []


async def test_the_answer_for_a_card_redraws_it_in_its_place(mail: Mail) -> None:
    card = mail.world.post(mail.channel.id, "old card", [], to=mail.ada.id)
    await mail.case_notifier.show(mail.of_card(card), finished(mail.case))
    assert mail.told() == [card]
    assert "Room" in str(card.blocks)
    assert "Ann" in str(card.blocks)


VIEWER = Actor(user="U0VIEW", team=HOME)


@pytest.mark.parametrize(
    ("asker", "reader", "joined", "acts"),
    [
        (MARY, None, False, True),
        (VIEWER, None, False, False),
        (MARY, None, True, False),
        (MARY, MARY, False, True),
        (VIEWER, MARY, True, True),
        (MARY, VIEWER, True, False),
    ],
)
async def test_the_card_drawn_anew_offers_what_its_reader_may_do(
    mail: Mail, asker: Actor, reader: Actor | None, joined: bool, acts: bool
) -> None:
    """Who joined another's case reads it too; of an older release it is not known who that was."""
    card = mail.world.post(mail.channel.id, "old card", [], to=mail.ada.id)
    known = None if reader is None else Reader(actor=reader, channel=mail.channel.id)
    notice = mail.answer(mail.reply_url(card), manner=Manner.CARD, joined=joined, reader=known)
    case = finished(mail.case.model_copy(update={"actor": asker}))
    await mail.case_notifier.show(notice, case)
    assert ("Lock" in str(card.blocks)) is acts
    assert "Refresh" in str(card.blocks)


async def test_somebody_who_was_taken_out_meanwhile_is_told_the_case_alone(mail: Mail) -> None:
    card = mail.world.post(mail.channel.id, "old card", [], to=mail.ada.id)
    case = finished(mail.case.model_copy(update={"actor": REMOVED}))
    await mail.case_notifier.show(mail.of_card(card), case)
    assert "confirmed" in str(card.blocks)
    assert "Refresh" not in str(card.blocks)


@pytest.mark.parametrize("away", ["silent", "off"])
async def test_where_the_vendor_is_silent_or_off_the_card_becomes_the_case_alone(
    mail: Mail, away: str
) -> None:
    if away == "silent":
        mail.vendor.silent = VendorTimeout("No answer.", vendor="stream")
    else:
        mail.case_notifier.call_cards.live_calls.providers = {}
    card = mail.world.post(mail.channel.id, "old card", [], to=mail.ada.id)
    await mail.case_notifier.show(mail.of_card(card), finished(mail.case))
    assert "Case #1" in card.text
    assert "confirmed" in str(card.blocks)


async def test_an_answer_takes_the_place_of_the_message_it_was_asked_in(mail: Mail) -> None:
    old = mail.world.post(mail.channel.id, "old case", [], to=mail.ada.id)
    notice = mail.answer(mail.reply_url(old), manner=Manner.IN_PLACE)
    await mail.case_notifier.show(notice, mail.case)
    assert mail.told() == [old]
    assert old.text == "Working on it: kick Ann from “Room” (case #1)."
    await mail.case_notifier.show(notice, finished(mail.case))
    assert mail.told() == [old]
    assert as_text(old).startswith("✅ #1 kicked Ann from “Room”")


async def test_who_asked_what_somebody_else_had_asked_reads_so_with_the_outcome(mail: Mail) -> None:
    for case in (mail.case, finished(mail.case)):
        await mail.case_notifier.show(mail.answer(mail.reply_url(), joined=True), case)
    early, late = map(as_text, mail.told())
    assert early == f"@{MARY.user} already asked for this: case #1.\n[Case #1]"
    assert late.startswith(f"@{MARY.user} already asked for this: case #1.\n✅ #1 kicked Ann")


async def test_a_card_says_above_it_that_somebody_else_had_asked_before(mail: Mail) -> None:
    card = mail.world.post(mail.channel.id, "old card", [], to=mail.ada.id)
    notice = mail.of_card(card).model_copy(update={"joined": True})
    await mail.case_notifier.show(notice, finished(mail.case))
    assert as_text(card).startswith(f"@{MARY.user} already asked for this: case #1.")
    assert "Refresh" in as_text(card)


async def test_an_answer_whose_blocks_are_refused_is_told_as_text(mail: Mail) -> None:
    mail.moods.refuses_blocks = True
    with capture_logs() as log:
        await mail.case_notifier.show(mail.answer(mail.reply_url()), finished(mail.case))
    assert (mail.told()[0].blocks, "confirmed" in mail.told()[0].text) == ([], True)
    assert (log[0]["event"], log[0]["plain"]) == ("message refused", False)


async def test_a_used_up_response_url_is_given_up(mail: Mail) -> None:
    url = mail.reply_url()
    for _ in range(5):
        await mail.case_notifier.show(mail.answer(url), mail.case)
    with pytest.raises(DeliveryImpossible, match="used_url"):
        await mail.case_notifier.show(mail.answer(url), mail.case)


async def test_a_response_url_is_good_for_half_an_hour(mail: Mail) -> None:
    url = mail.reply_url()
    mail.clock.advance(31 * 60)
    with pytest.raises(DeliveryImpossible, match="expired_url"):
        await mail.case_notifier.show(mail.answer(url), mail.case)


@pytest.mark.parametrize(("trouble", "seconds"), [("limit", 9), ("error", 1), ("drop", 1)], ids=str)
async def test_an_answer_that_slack_does_not_take_now_is_tried_later(
    mail: Mail, trouble: str, seconds: float
) -> None:
    faults = mail.slack.faults
    if trouble == "limit":
        faults.limit(9, on="respond")
    else:
        getattr(faults, trouble)(on="respond")
    with pytest.raises(DeliveryDeferred) as later:
        await mail.case_notifier.show(mail.answer(mail.reply_url()), mail.case)
    assert later.value.seconds == seconds


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/respond/1", "mailto:somebody", "no url"])
async def test_an_address_that_leads_nowhere_is_tried_later_and_breaks_nothing(
    mail: Mail, url: str
) -> None:
    with pytest.raises(DeliveryDeferred):
        await mail.case_notifier.show(mail.answer(url), mail.case)


async def test_a_card_whose_act_failed_says_why_and_what_to_do(mail: Mail) -> None:
    card = mail.world.post(mail.channel.id, "old card", [], to=mail.ada.id)
    result = Result(
        person="ann", name="Ann", state=State.NOT_CONFIRMED, evidence="Mist.", next_step="Look."
    )
    case = mail.case.model_copy(
        update={"state": State.NOT_CONFIRMED, "results": (result,), "attempt": 1}
    )
    await mail.case_notifier.show(mail.of_card(card), case)
    shown = as_text(card)
    for words in ("Mist.", "Look.", "Check again", "Do it again", "Refresh"):
        assert words in shown
