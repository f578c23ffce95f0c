"""One request from Slack, read once: who, where, what for, and how to answer."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from bot.calls.actors import Actor
from bot.calls.acts import Act
from bot.calls.cases import Order
from bot.calls.lookups import Lookup
from bot.errors import CallwardenError, VendorError
from bot.moderation.asker import Asker
from bot.moderation.service import ModerationService
from handlers.blocks.message import Message
from handlers.error_boundary import error_as_message
from handlers.services import Services
from handlers.slack_api.modal_answer import ModalAnswer

T = TypeVar("T")

FORM_KEY, DIGEST_FORM_KEY = "form", "digest.form"
"""Kinds of keys: of the forms of orders, and of digests."""


@dataclass(frozen=True)
class SlackContext:
    """One request from Slack, as handlers get it: who asks, what for, and how to answer.

    `body` is Slack's payload, `payload` the pressed element or the view in it. `reply_url` is None
    for forms, Home and modals, which are no messages; a press in one of the last two is answered in
    `modal_answer`.
    """

    services: Services
    asker: Asker
    body: dict[str, Any] = field(repr=False)
    payload: dict[str, Any] = field(repr=False)
    reply_url: str | None = field(repr=False)
    modal_answer: ModalAnswer | None = None

    @property
    def moderation(self) -> ModerationService:
        """The moderation service, once the services are open."""
        return self.services.moderation

    @property
    def trigger_id(self) -> str:
        """The id that opens one form, once, within 3 seconds (Slack's rule)."""
        return str(self.body["trigger_id"])

    @property
    def now(self) -> datetime:
        """This moment, on the process's clock."""
        return self.moderation.clock.now()

    @property
    def in_modal(self) -> bool:
        """Whether what was pressed is in a modal."""
        return self.modal_answer is not None and self.modal_answer.modal_id is not None

    @property
    def on_private_message(self) -> bool:
        """Whether what was pressed is in a message that only the asker sees."""
        return bool((self.body.get("container") or {}).get("is_ephemeral"))

    def order(self, key: str, act: Act, reason: str) -> Order:
        """An order of the asker's, answered where they gave it; `key` is its idempotency key."""
        return Order(
            key=key,
            act=act,
            actor=self.asker.actor,
            reason=reason,
            channel=self.asker.channel,
            reply_url=self.reply_url,
            in_place=self.on_private_message,
            words=str(self.body.get("text") or ""),
        )

    @property
    def fields(self) -> dict[str, Any]:
        """What is filled in around what was pressed: the message's fields, or the view's."""
        holder = self.body.get("view") or self.body
        return dict((holder.get("state") or {}).get("values") or {})

    def key(self, kind: str, *parts: object) -> str:
        """An idempotency key: the same for every delivery of the same request."""
        return ":".join((kind, self.asker.actor.team, *map(str, parts)))

    @property
    def command_key(self) -> str:
        """The key of an order in words. It ends with the trigger_id: see `read_lookup`."""
        return self.key("command", self.trigger_id)

    def form_key(self, kind: str = FORM_KEY) -> str:
        """The key of a submitted form as it was filled in: another one once a mistake is mended."""
        view = self.payload
        filled = json.dumps(view["state"]["values"], sort_keys=True).encode()
        return self.key(kind, view["id"], view["hash"], hashlib.sha256(filled).hexdigest()[:16])

    async def answer(self, message: Message, *, in_place: bool = False) -> None:
        """Show `message` to the asker only, or in the place of the card that was pressed."""
        if self.reply_url is not None:
            await self.services.response_urls.try_post(self.reply_url, message, in_place=in_place)
        elif self.modal_answer is not None:
            await self.modal_answer.show(message, in_place=in_place)

    async def answer_best(self, drafts: Sequence[Message]) -> None:
        """Show the first of `drafts` that Slack takes, the plainest last; a modal has no charts.

        (docs.slack.dev: data_visualization and data_table stand in messages, not in modals.)
        """
        if self.reply_url is not None:
            first, *plainer = drafts
            await self.services.response_urls.try_post(
                self.reply_url, first, in_place=False, plainer=plainer
            )
        else:
            await self.answer(next((draft for draft in drafts[1:] if draft.blocks), drafts[0]))

    async def show_waiting(self, *, in_place: bool = False) -> None:
        """Show that the answer follows, where a modal has to be opened before a vendor is asked."""
        if self.reply_url is None and self.modal_answer is not None:
            await self.modal_answer.show_waiting(in_place=in_place)

    async def error_as_message(self, work: Awaitable[T]) -> T | Message:
        """What `work` returns, or the error it raised as a message to this asker."""
        return await error_as_message(work, self.services.meter, self.diagnosis)

    async def diagnosis(self, error: CallwardenError) -> str:
        """Why no connection to a vendor came about, for admins; for anybody else empty."""
        if not isinstance(error, VendorError) or error.diagnosis is None:
            return ""
        return await self.moderation.diagnosis(self.asker, error)

    def later(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        """Do `work` in the background, after acknowledging; an error is shown to the asker."""

        async def work_and_tell() -> None:
            await self.services.wait()
            trouble = await self.error_as_message(work())
            if trouble is not None:
                await self.answer(trouble)

        self.services.tasks.spawn(work_and_tell(), name)


def read_command(services: Services, body: dict[str, Any]) -> SlackContext:
    """The context of a slash command, from its form fields."""
    actor = Actor(user=body["user_id"], team=_team(body))
    asker = Asker(actor, body.get("channel_id"))
    return SlackContext(services, asker, body, body, body.get("response_url"))


def read_lookup(services: Services, lookup: Lookup) -> SlackContext:
    """The context of a command that was put off: it is answered where it was typed.

    Its trigger stands at the end of its key, and still opens a form where that is not long ago.
    """
    trigger_id = lookup.key.rpartition(":")[2]
    body = {"text": lookup.words, "command": lookup.command, "trigger_id": trigger_id}
    asker = Asker(lookup.actor, lookup.channel)
    return SlackContext(services, asker, body, body, lookup.reply_url)


def read_press(services: Services, body: dict[str, Any]) -> SlackContext:
    """The context of a `block_actions` payload; its first action is the one pressed."""
    modal_answer = None
    if view := body.get("view"):
        modal_id = view["id"] if view.get("type") == "modal" else None
        modal_answer = ModalAnswer(lambda: services.slack, str(body.get("trigger_id")), modal_id)
    url = body.get("response_url")
    return SlackContext(services, _person(body), body, body["actions"][0], url, modal_answer)


def read_form(services: Services, body: dict[str, Any]) -> SlackContext:
    """The context of a `view_submission` payload."""
    return SlackContext(services, _person(body), body, body["view"], None)


def read_suggestion(services: Services, body: dict[str, Any]) -> SlackContext:
    """The context of a `block_suggestion` payload: letters typed into a menu of a form."""
    return SlackContext(services, _person(body), body, body, None)


def read_shortcut(services: Services, body: dict[str, Any]) -> SlackContext:
    """The context of a global `shortcut`, which has no channel and nowhere to answer."""
    return SlackContext(services, _person(body), body, body, None)


def read_event(services: Services, body: Mapping[str, Any]) -> SlackContext:
    """The context of an event about a person; it can be answered in their Home only."""
    event = body["event"]
    asker = Asker(Actor(user=event["user"], team=_team(body)))
    return SlackContext(services, asker, dict(body), event, None)


def _person(body: dict[str, Any]) -> Asker:
    """Whoever pressed."""
    channel = (body.get("channel") or {}).get("id")
    return Asker(Actor(user=body["user"]["id"], team=_team(body)), channel)


def _team(body: Mapping[str, Any]) -> str:
    """The workspace a request names; the organisation where it names none; for keys and the audit.

    Each kind of payload has it elsewhere, and an app that is installed for a whole organisation
    gets `team: null` (docs.slack.dev, reference/interaction-payloads). Who somebody is, Slack's
    users.info says.
    """
    user, team, enterprise = (body.get(name) or {} for name in ("user", "team", "enterprise"))
    named = (
        user.get("team_id") if isinstance(user, Mapping) else None,
        body.get("team_id"),
        team.get("id"),
        enterprise.get("id"),
        body.get("enterprise_id"),
    )
    return next((str(team_id) for team_id in named if team_id), "")
