"""The first message of a digest in its channel: who set it up, when it comes, how to change it."""

from functools import partial

from bot.digests.subscription import Subscription
from bot.ports import NoticeLater, NoticeLost
from handlers.blocks.digest_list import intro_message
from handlers.blocks.message import Message
from handlers.blocks.parts import section
from handlers.blocks.text import place, say
from handlers.digests import GONE
from handlers.posting import pause_before, post, taken
from handlers.visit import Visit

MAX_WHY = 300
"""Characters of Slack's reason that are worth telling."""


async def introduce(visit: Visit, subscription: Subscription, *, moved: bool) -> Message | None:
    """Post it; None, or what to tell whoever set the digest up where Slack did not take it.

    It is tried once: nobody waits for it, and the digest comes without it.
    """
    channel, asker = subscription.wish.channel, visit.asker.actor.user
    told = intro_message(subscription, asker, visit.now, visit.counter.command, moved=moved)
    write = partial(visit.counter.slack.chat_postMessage, channel=channel, unfurl_links=False)
    try:
        async with taken("digest's first message", pause_before(1), GONE, digest=subscription.id):
            await post(write, [told, Message(told.text, [])])
    except NoticeLater:
        return _untold(subscription, "Slack did not take it just now.")
    except NoticeLost as lost:
        return _untold(subscription, str(lost))
    return None


def _untold(subscription: Subscription, why: str) -> Message:
    words = (
        f"Digest {subscription.id} is set up, but {place(subscription.wish.channel)} was not told: "
        f"{say(why, MAX_WHY)}"
    )
    return Message(words, [section(words)])
