"""The case notifier with the Slack and the vendor before it, and one case to tell."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.calls.actors import Actor
from bot.calls.cases import Case, Manner, Notice, NoticeKind
from bot.calls.outcomes import Result, State
from bot.demo.slack import Channel, SlackServer, User, Workspace
from bot.demo.slack.screen import Message
from bot.moderation.absent_people import AbsentPeople
from bot.moderation.call_cards import CallCards
from bot.moderation.live_calls import LiveCalls
from bot.policy import Policy
from bot.ports import Member
from bot.store import SqlStore
from handlers.slack_api.case_notifier import CaseNotifier
from tests.fakes.clock import ManualClock
from tests.fakes.directory import HOME, Table
from tests.fakes.provider import FakeProvider

MARY = Actor(user="U0MARY", team=HOME)
REMOVED = Actor(user="U0GONE", team=HOME)
GONE = Member(user=REMOVED.user, team=HOME, gone=True)

POST, UPDATE, HISTORY = "chat.postMessage", "chat.update", "conversations.history"


COMPLAINT = "[ERROR] this surface does not take it [json-pointer:/blocks/0]"


@dataclass
class MoodySlack:
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
class NotifierBench:
    """An outbox, the Slack and the vendor before it, and one case to tell."""

    case_notifier: CaseNotifier
    slack: SlackServer
    moods: MoodySlack
    vendor: FakeProvider
    channel: Channel
    ada: User
    case: Case
    clock: ManualClock
    directory: Table
    live_calls: LiveCalls
    store: SqlStore

    def cards(self, policy: Policy) -> CallCards:
        """What draws cards by those rules."""
        absent_people = AbsentPeople(self.live_calls, self.store)
        return CallCards(self.live_calls, policy, self.store, absent_people)

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


def finished(case: Case) -> Case:
    result = Result(person="ann", name="Ann", state=State.CONFIRMED, evidence="She is gone.")
    return case.model_copy(update={"state": State.CONFIRMED, "results": (result,)})


def ended(case: Case, state: State) -> Case:
    if state.open:
        return case
    result = Result(person="ann", name="Ann", state=state, evidence="It rained.")
    return case.model_copy(update={"state": state, "results": (result,)})
