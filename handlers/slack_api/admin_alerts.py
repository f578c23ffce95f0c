"""What admins are told in private: that no line of a case can be posted any more, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.calls.outages import ChannelOutage
from bot.errors import DeliveryDeferred, DeliveryImpossible
from handlers.blocks.elements import section
from handlers.blocks.message import Message
from handlers.blocks.text import code, count, place, when
from handlers.slack_api.channel_errors import TRY_NOW, UNREACHABLE, problem_of
from handlers.slack_api.digest_announcements import direct_channel
from handlers.slack_api.posting import delivery, post, retry_delay

log = structlog.get_logger(__name__)


def alert_message(channel: str, error: str) -> Message:
    """The private message to an admin: `channel` takes no lines of cases, why, what mends it."""
    problem = problem_of(error)
    words = (
        f"{place(channel)} ({code(channel)}) {problem.says}. Lines of cases are kept, to be "
        f"posted once it takes messages again; orders are still carried out. Callwarden tries once "
        f"an hour. {problem.mend} {TRY_NOW}"
    )
    return Message(words, [section(words)])


def outage_words(outage: ChannelOutage) -> str:
    """The channel that takes no messages, why and what mends it, for an admin's Home."""
    problem = problem_of(outage.error)
    return (
        f":warning: {place(outage.channel)} ({code(outage.channel)}) {problem.says}. Since "
        f"{when(outage.began_at)}, {count(outage.kept, 'line')} of cases kept; the next try is at "
        f"{when(outage.retry_at)}. {problem.mend}"
    )


@dataclass(frozen=True)
class AdminAlerts:
    """Writes to each of the admins who are named one by one."""

    client: AsyncWebClient
    admins: Sequence[str]

    async def channel_unavailable(self, channel: str, error: str) -> None:
        """Tell each admin in private; one who cannot be reached reads it on Home and in the log."""
        log.error("channel lost", channel=channel, error=error)
        for admin in self.admins:
            await self._tell(admin, alert_message(channel, error))

    async def _tell(self, admin: str, message: Message) -> None:
        try:
            async with delivery("alert", retry_delay(1), UNREACHABLE, admin=admin) as attempt:
                direct = await direct_channel(self.client, admin)
                write = partial(self.client.chat_postMessage, channel=direct)
                await post(write, [message], attempt)
        except (DeliveryDeferred, DeliveryImpossible) as lost:
            log.warning("admin not told", admin=admin, why=str(lost))
