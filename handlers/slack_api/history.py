"""Looking for our own earlier messages in a channel, with as few requests as Slack may allow.

An app that is distributed and not in Slack's Marketplace may read a channel's history, and the
answers in its threads, once a minute each, 15 messages at a time (docs.slack.dev, changelog of
2025-05-29, rate limit changes for non-Marketplace apps). So whoever looks shares what was read, and
nobody looks for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import structlog
from cachetools import LRUCache
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.clock_skew import SIGNATURE_SECONDS
from bot.errors import DeliveryDeferred
from handlers.slack_api.errors import NOT_READABLE, error_code
from handlers.slack_api.history_pages import PAGE_ERRORS, PacedMethod
from handlers.slack_api.history_ranges import ReadRanges, TimeRange
from handlers.slack_api.posting import MessageMark

log = structlog.get_logger(__name__)

FAR_FUTURE = 4_102_444_800.0
"""The year 2100: later than any message. Slack begins to tell at `latest`, so that is always named.
"""

SKEW = timedelta(seconds=SIGNATURE_SECONDS)
"""How far our clock and Slack's may differ: signed requests from further off are refused."""

SOON = 0.5
"""The shortest pause until somebody looks again."""

MOST_CHANNELS, MOST_MARKS, MOST_PAGES = 50, 10_000, 20
"""Channels, and messages in each, that are remembered; pages of a thread that are read."""


class FoundMessage(NamedTuple):
    """A message of ours that was found; `answered` is whether there is a thread below it."""

    ts: str
    answered: bool


class PendingSearch(NamedTuple):
    """A message that is looked for: since when in monotonic seconds, and its turn among all.

    `attempt` is the last of ours to write it.
    """

    of: tuple[str, MessageMark]
    since: float
    turn: int
    attempt: int


@dataclass
class _Channel:
    read: ReadRanges = field(default_factory=ReadRanges)
    found: LRUCache[MessageMark, FoundMessage] = field(default_factory=lambda: LRUCache(MOST_MARKS))


class ChannelHistory:
    """Finds messages of ours by their marks; one for the process.

    What was searched for `timeout_s` seconds, and was neither found nor shown to be absent, counts
    as absent: it may then stand there twice.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        clock: Clock,
        slack_time: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._client = client
        self._clock = clock
        self._slack_time = slack_time
        self._reading = asyncio.Lock()
        self._turns = count()
        self._history, self._replies = PacedMethod(clock), PacedMethod(clock)
        self._channels: LRUCache[str, _Channel] = LRUCache(MOST_CHANNELS)
        self._searches: LRUCache[tuple[str, MessageMark], PendingSearch] = LRUCache(MOST_MARKS)

    async def find(
        self,
        channel: str,
        mark: MessageMark,
        oldest: datetime,
        timeout_s: float,
        *,
        attempt: int = 0,
        **about: Any,
    ) -> FoundMessage | None:
        """Our message with that mark, posted after `oldest`; the clocks may differ.

        Where `attempt` to write it does not follow the last one of this process, another process
        may have posted it since: what was read before says nothing of it any more.

        None where it is not there, or where the scopes do not let us read. Raises DeliveryDeferred,
        or what Slack's client raises. `about` names the message on the log's lines.
        """
        pending = self._pending(channel, mark, attempt)
        wanted = TimeRange((min(oldest, self._since(pending)) - SKEW).timestamp(), FAR_FUTURE)
        search = self._search(channel, mark, wanted, pending)
        return await self._until_timeout(search, pending, timeout_s, about)

    async def find_answer(
        self, channel: str, thread: str, mark: MessageMark, timeout_s: float, **about: Any
    ) -> FoundMessage | None:
        """Our message with that mark in the thread below the message `thread`; see `find`."""
        search = self._search_thread(channel, thread, mark)
        return await self._until_timeout(search, self._pending(channel, mark), timeout_s, about)

    def _since(self, pending: PendingSearch) -> datetime:
        """When it was first looked for: what is said to be later comes of a clock that was ahead.

        By Slack's time, which its messages bear, where that is known.
        """
        now = self._slack_time() or self._clock.now()
        return now - timedelta(seconds=self._clock.monotonic() - pending.since)

    def expect(self, channel: str, mark: MessageMark, attempt: int = 0) -> None:
        """Note that a message with that mark may stand there from now on; `find` will be asked."""
        self._searches.pop((channel, mark), None)
        self._pending(channel, mark, attempt)

    def forget(self, channel: str, mark: MessageMark) -> None:
        """Forget where the message with that mark was: it was taken away."""
        if (known := self._channels.get(channel)) is not None:
            known.found.pop(mark, None)

    def _pending(self, channel: str, mark: MessageMark, attempt: int = 0) -> PendingSearch:
        of = channel, mark
        pending = self._searches.get(of)
        if pending is None:
            pending = PendingSearch(of, self._clock.monotonic(), next(self._turns), attempt)
        elif attempt > pending.attempt + 1:
            pending = pending._replace(turn=next(self._turns))
        self._searches[of] = pending._replace(attempt=attempt)
        return pending

    async def _until_timeout(
        self,
        search: Awaitable[FoundMessage | None],
        pending: PendingSearch,
        timeout_s: float,
        about: dict[str, Any],
    ) -> FoundMessage | None:
        left = pending.since + timeout_s - self._clock.monotonic()
        try:
            found = await search
        except PAGE_ERRORS as error:
            if left > 0 and not _unreadable(error):
                if isinstance(error, DeliveryDeferred) and error.seconds > left:
                    raise DeliveryDeferred(max(SOON, left)) from error
                raise
            log.warning("earlier message not read", error=_code(error), **about)
            found = None
        self._searches.pop(pending.of, None)
        return found

    async def _search(
        self, channel: str, mark: MessageMark, wanted: TimeRange, pending: PendingSearch
    ) -> FoundMessage | None:
        async with self._reading:
            known = self._channels.setdefault(channel, _Channel())
            while mark not in known.found:
                gap = known.read.gap(wanted, pending.turn)
                if gap is None:
                    return None
                await self._read(channel, known, gap)
            return known.found[mark]

    async def _read(self, channel: str, known: _Channel, gap: TimeRange) -> None:
        """The latest page of the gap."""
        turn = next(self._turns)
        page = await self._history.page(
            self._client.conversations_history,
            channel=channel,
            oldest=f"{gap.low:.6f}",
            latest=f"{gap.high:.6f}",
        )
        times = sorted(float(message.ts) for message in page.messages)
        low = times[0] if times and page.has_more else gap.low
        known.read.add(TimeRange(low, gap.high), times[-1] if times else None, turn)
        for message in page.messages:
            if (mark := message.mark) is not None and mark not in known.found:
                known.found[mark] = FoundMessage(message.ts, answered=message.thread_ts is not None)

    async def _search_thread(
        self, channel: str, thread: str, mark: MessageMark
    ) -> FoundMessage | None:
        cursor = ""
        for _ in range(MOST_PAGES):
            page = await self._replies.page(
                self._client.conversations_replies, channel=channel, ts=thread, cursor=cursor
            )
            for message in page.messages:
                if message.mark == mark:
                    return FoundMessage(message.ts, answered=False)
            if not (cursor := page.response_metadata.next_cursor):
                break
        return None


def _unreadable(error: BaseException) -> bool:
    return isinstance(error, SlackApiError) and error_code(error) in NOT_READABLE


def _code(error: BaseException) -> str:
    return error_code(error) if isinstance(error, SlackApiError) else type(error).__name__
