"""What Slack hands out with a press: trigger_ids and response_urls, and how long they are good.

docs.slack.dev, interactivity/handling-user-interaction: a trigger opens one modal within 3 seconds;
a response_url takes 5 posts within 30 minutes.
"""

import itertools
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.demo.slack.errors import Refused
from bot.demo.slack.screen import Message

TRIGGER_SECONDS = 3.0
REPLY_SECONDS = 30 * 60.0
REPLIES = 5


@dataclass
class Trigger:
    """Whose press it was, until when (monotonic seconds) it is good, and whether it was used."""

    user: str
    until: float
    used: bool = False


@dataclass
class ReplyTo:
    """Where a response_url leads. `source` is the message whose button was pressed, if any.

    `said` are the texts that were posted there.
    """

    user: str
    channel: str
    until: float
    source: Message | None = None
    posts: int = 0
    said: list[str] = field(default_factory=list)


class Tickets:
    """Everything handed out so far."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self._triggers: dict[str, Trigger] = {}
        self._replies: dict[str, ReplyTo] = {}

    def trigger(self, user: str) -> str:
        """A new trigger_id."""
        number = next(self._numbers)
        key = f"{number}.7000000001.{number:032x}"
        self._triggers[key] = Trigger(user, self._clock.monotonic() + TRIGGER_SECONDS)
        return key

    def exchange(self, key: str) -> str:
        """Use a trigger_id; the person it belongs to. Refused when unknown, late or used."""
        trigger = self._triggers.get(key)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self._clock.monotonic() > trigger.until:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def reply(self, user: str, channel: str, source: Message | None = None) -> str:
        """A new way to answer; the last part of its response_url."""
        key = f"{next(self._numbers):024x}"
        until = self._clock.monotonic() + REPLY_SECONDS
        self._replies[key] = ReplyTo(user, channel, until, source)
        return key

    def look(self, key: str) -> ReplyTo:
        """Where a response_url leads, without using it. Refused when unknown."""
        reply = self._replies.get(key)
        if reply is None:
            raise Refused("invalid_response_url")
        return reply

    def spend(self, key: str) -> ReplyTo:
        """Where one more post goes; it counts. Refused when unknown, late or used up."""
        reply = self.look(key)
        if self._clock.monotonic() > reply.until:
            raise Refused("expired_url")
        if reply.posts >= REPLIES:
            raise Refused("used_url")
        reply.posts += 1
        return reply
