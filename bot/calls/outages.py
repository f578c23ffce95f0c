"""Channels that take no messages now: archived, closed to the bot, or gone."""

from datetime import datetime

from bot.calls.models import Frozen


class ChannelOutage(Frozen):
    """A channel's outage: from the first message that Slack refused there until one arrives.

    `error` is Slack's error code of the latest try, `retry_at` the moment of the next, `kept` how
    many lines of cases wait for it. Times are UTC.
    """

    channel: str
    error: str
    began_at: datetime
    retry_at: datetime
    kept: int = 0
