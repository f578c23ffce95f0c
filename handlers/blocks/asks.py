"""An order put to those who may give it: one line in the moderation channel, and its asker's word.

Slack notifies everybody whom a posted message mentions, and everybody of a user group: so people
are mentioned while they are few, and groups never.
"""

from collections.abc import Sequence

from bot.calls.asks import Ask
from handlers.blocks.action_values import ASK_OPEN, AskValue
from handlers.blocks.cases import order_words
from handlers.blocks.elements import actions, button, paragraph, section, text_of
from handlers.blocks.message import Message
from handlers.blocks.text import MOST_NAMED, code, holder, mrkdwn, place, some_of, who


def ask_message(ask: Ask, by: str, may: Sequence[str]) -> Message:
    """The message that asks those who may give the order.

    `by` names its asker without calling them; `may` are those who may, in words.
    """
    act = ask.act
    words = order_words(act)
    where = f"({act.call.vendor.label}, {code(act.handle)})"
    why = f", reason: {mrkdwn(ask.reason, 300)}" if ask.reason else ""
    asks = f"*{by} asks:* {words[:1].lower()}{words[1:]} {where}{why}"
    who_may = f"{ask.role.capitalize()}s: {some_of(may)}" if may else f"Only {ask.role}s can."
    opened = button("Open the order", ASK_OPEN, AskValue(order=ask.id), "primary")
    return Message(text_of(f"{asks}.", who_may), [paragraph([asks, who_may]), *actions([opened])])


def asked_for_message(ask: Ask, reader: str, channel: str) -> Message:
    """The private answer to who pressed “Ask a lead”: who was asked, and where."""
    them = [holder(member) for member in ask.holders]
    few = len(them) <= MOST_NAMED
    named = " and ".join((", ".join(them[:-1]), them[-1])) if len(them) > 1 else them[0]
    see = "sees" if few and len(them) == 1 else "see"
    seen = f"{named if few else f'The {ask.role}s'} {see} it in {place(channel)}."
    asked = "Asked." if ask.actor.user == reader else f"{who(ask.actor.user)} already asked."
    words = f"{asked} {seen}"
    return Message(text_of(ask.why, words), [section(mrkdwn(ask.why, 600)), section(words)])
