"""The Notifier: each case's line in the moderation channel, and the asker's own answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial

import structlog
from aiolimiter import AsyncLimiter
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.calls.actors import Reader
from bot.calls.cases import Case, Manner, Notice, NoticeKind
from bot.calls.outcomes import State
from bot.calls.rights import NOTHING
from bot.errors import DeliveryDeferred, Impossible, NotPermitted, SlackSilent, VendorError
from bot.moderation.call_cards import CallCards
from bot.ports import Directory
from handlers.blocks.call_card import call_message
from handlers.blocks.cases import TROUBLE, answer_message, line_message, trouble_message
from handlers.blocks.message import Message
from handlers.blocks.text import code, mrkdwn
from handlers.slack_api.admin_alerts import AdminAlerts
from handlers.slack_api.channel_errors import UNAVAILABLE
from handlers.slack_api.errors import NO_THREAD, NOT_EDITABLE, error_code
from handlers.slack_api.history import ChannelHistory, FoundMessage
from handlers.slack_api.posting import (
    Attempt,
    MessageMark,
    delivery,
    post,
    retry_delay,
    write_first_accepted,
)
from handlers.slack_api.response_url import ResponseUrlClient

log = structlog.get_logger(__name__)

EVENT_TYPE = "callwarden_case"
"""The metadata under which a line can be found again after a crash."""

SEARCH_SECONDS = 90.0
"""Seconds for which a line is looked for that may stand there; then it is posted, perhaps again.

A line that says for ever that a case is in progress is worse than one that stands there twice.
"""


async def display_name(directory: Directory, user: str) -> str:
    """What somebody is called, without a mention; their id while Slack does not say."""
    try:
        name = (await directory.member(user)).name
    except SlackSilent:
        name = ""
    return mrkdwn(name, 80) if name else code(user)


@dataclass(frozen=True)
class CaseNotifier:
    """Shows cases in Slack: as a line in the moderation channel, and as an answer to the asker.

    Posting twice is worse than looking first, so a second try looks for the message. `pace` keeps
    the moderation channel below what Slack takes, about one message a second (docs.slack.dev,
    apis/web-api/rate-limits); meanwhile newer states overtake older ones. New lines are posted one
    after the other, in the order in which they are given.
    """

    client: AsyncWebClient
    history: ChannelHistory
    response_urls: ResponseUrlClient
    call_cards: CallCards
    directory: Directory
    pace: AsyncLimiter
    alerts: AdminAlerts
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def show(self, notice: Notice, case: Case) -> str | None:
        """Post or edit the message that `notice` owes; the timestamp of a line, None for an answer.

        Raises DeliveryDeferred, DeliveryImpossible, ChannelUnavailable and StoreError.
        """
        if notice.kind is NoticeKind.ANSWER:
            in_place = notice.manner is not Manner.NEW
            await self.response_urls.post(
                notice.place, await self._answer(notice, case), in_place=in_place
            )
            return None
        line = await self._line(notice, case)
        if case.state in TROUBLE:
            try:
                await self._call_asker(notice, case, line)
            except DeliveryDeferred as later:
                later.posted = line.ts
                raise
        return line.ts

    async def alert(self, channel: str, error: str) -> None:
        """Tell admins in private that a channel cannot be posted to, and what mends it."""
        await self.alerts.channel_unavailable(channel, error)

    def _delivery(self, what: str, notice: Notice) -> AbstractAsyncContextManager[Attempt]:
        pause = retry_delay(notice.attempt)
        return delivery(what, pause, {}, UNAVAILABLE, case=notice.case)

    async def _answer(self, notice: Notice, case: Case) -> Message:
        """The card the act came from, drawn anew for its reader; else the case alone.

        What is not confirmed stands above the card, with why and what to do next, and so does that
        somebody else had asked before.
        """
        reader = _reader(notice, case)
        rights = await self.call_cards.rights(reader, case.act.call.vendor) if reader else NOTHING
        why = self.call_cards.connection_trouble(case.act.call.vendor)
        answer = answer_message(case, rights, joined=notice.joined, diagnosis=why)
        if notice.manner is not Manner.CARD:
            return answer
        try:
            who = reader or Reader(actor=case.actor, channel=case.channel)
            view, cases = await self.call_cards.open(who.actor, who.channel, case.act.call)
        except (VendorError, Impossible, NotPermitted):
            return answer
        if reader is None:  # somebody else, and an older release did not write down who
            view, cases = view.model_copy(update={"rights": NOTHING}), []
        card = call_message(view, cases)
        if case.state in {State.ASKED, State.CONFIRMED} and not notice.joined:
            return card
        return Message(answer.text, [*answer.blocks, *card.blocks])

    async def _line_message(self, case: Case) -> Message:
        """The line, with the asker's name: a mention would notify them of each case."""
        by = await display_name(self.directory, case.actor.user)
        return line_message(case, by, undoable=self.call_cards.is_undoable(case))

    async def _call_asker(self, notice: Notice, case: Case, line: FoundMessage) -> None:
        """Say in the line's thread what went wrong, where it takes answers."""
        await self.pace.acquire()
        async with self._delivery("trouble", notice) as attempt:
            try:
                await self._call_once(notice, case, line, attempt)
            except SlackApiError as error:
                if (code := error_code(error)) not in NO_THREAD:
                    raise
                log.warning("asker not called", case=case.number, error=code)

    async def _call_once(
        self, notice: Notice, case: Case, line: FoundMessage, attempt: Attempt
    ) -> None:
        """A further attempt looks there first, where anything was answered."""
        mark = MessageMark(EVENT_TYPE, f"trouble:{case.number}")
        channel, metadata = notice.place, mark.metadata
        if notice.attempt > 1 and line.answered:
            search = self.history.find_answer(
                channel, line.ts, mark, SEARCH_SECONDS, what="trouble", case=case.number
            )
            if await search is not None:
                return
        write = partial(
            self.client.chat_postMessage, channel=channel, thread_ts=line.ts, metadata=metadata
        )
        await post(write, _drafts(trouble_message(case)), attempt)

    async def _line(self, notice: Notice, case: Case) -> FoundMessage:
        """The line as it stands now."""
        message = await self._line_message(case)
        if notice.posted is None and notice.attempt == 1:
            return await self._in_turn(notice, message)
        await self.pace.acquire()
        async with self._delivery("line", notice):
            async for earlier in self._earlier(notice, case):
                if await self._edit(notice.place, earlier.ts, message):
                    return earlier
                self.history.forget(notice.place, _mark(notice))
        return await self._in_turn(notice, message)

    async def _in_turn(self, notice: Notice, message: Message) -> FoundMessage:
        """Post a new line after those that were given before it."""
        async with self._turn:
            await self.pace.acquire()
            try:
                async with self._delivery("line", notice) as attempt:
                    return FoundMessage(await self._post(notice, message, attempt), answered=False)
            except DeliveryDeferred as later:
                if later.doubtful:
                    self.history.expect(notice.place, _mark(notice), notice.attempt)
                raise

    async def _earlier(self, notice: Notice, case: Case) -> AsyncIterator[FoundMessage]:
        """Where this line may stand already: as remembered, then as Slack has it."""
        if notice.posted is not None:
            yield FoundMessage(notice.posted, answered=True)
        if notice.attempt > 1 and (found := await self._find(notice, case)) is not None:
            yield found

    async def _edit(self, channel: str, ts: str, message: Message) -> bool:
        """Write over the message; False when it is not there any more."""
        try:
            await write_first_accepted(
                partial(self.client.chat_update, channel=channel, ts=ts), _drafts(message)
            )
        except SlackApiError as error:
            if error_code(error) not in NOT_EDITABLE:
                raise
            return False
        return True

    async def _post(self, notice: Notice, message: Message, attempt: Attempt) -> str:
        write = partial(
            self.client.chat_postMessage,
            channel=notice.place,
            metadata=_mark(notice).metadata,
            unfurl_links=False,
        )
        return await post(write, _drafts(message), attempt)

    async def _find(self, notice: Notice, case: Case) -> FoundMessage | None:
        """Our own earlier message for this notice, where Slack lets us read it in time."""
        return await self.history.find(
            notice.place,
            _mark(notice),
            case.asked_at,
            SEARCH_SECONDS,
            attempt=notice.attempt,
            what="line",
            case=case.number,
        )


def _reader(notice: Notice, case: Case) -> Reader | None:
    """Who reads an answer; None where only its asker was written down and it is somebody else."""
    if notice.reader is None and not notice.joined:
        return Reader(actor=case.actor, channel=case.channel)
    return notice.reader


def _mark(notice: Notice) -> MessageMark:
    return MessageMark(EVENT_TYPE, notice.key)


def _drafts(message: Message) -> tuple[Message, Message]:
    """The message, and where Slack refuses its blocks, its text, so that nothing is lost."""
    return message, Message(message.text, [])
