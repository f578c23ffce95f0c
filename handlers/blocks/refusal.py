"""An error as one private message: what happened, and what to do next."""

from bot.errors import CallwardenError, UnknownWord
from handlers.blocks.message import Message
from handlers.blocks.parts import MAX_TEXT, actions, button, paragraph, section, text_of
from handlers.blocks.text import mrkdwn, say
from handlers.blocks.values import TYPED, TypedValue

MAX_SAID = MAX_TEXT // 5
"""Characters of an error: five times as many, all of them escaped, still fit into a section."""


def refusal(error: CallwardenError) -> Message:
    """`error` in words; for a word nobody knows, the nearest known ones."""
    happened = say(str(error), MAX_SAID)
    nearest = error.nearest if isinstance(error, UnknownWord) else ()
    meant = " or ".join(f"`{mrkdwn(word, 40)}`" for word in nearest)
    parts = [happened]
    if meant:
        parts.append(f"Did you mean {meant}?")
    if error.next_step:
        parts.append(say(error.next_step, MAX_SAID))
    return Message(text_of(*parts), [section(part) for part in parts])


def unsent(error: CallwardenError, words: str) -> Message:
    """Nothing was sent: a vendor did not say what `words` mean. They can be tried again."""
    happened = say(str(error), MAX_SAID)
    parts = [happened, "Nothing was done."]
    again = button("Try again", TYPED, TypedValue(words=words))
    return Message(text_of(*parts), [paragraph(parts), *actions([again])])


def asked_back(error: CallwardenError, words: str) -> Message:
    """What has to be asked in a form where none can be opened any more: a button opens it."""
    told = refusal(error)
    choose = button("Choose…", TYPED, TypedValue(words=words))
    return Message(told.text, [*told.blocks, *actions([choose])])


def looking(call: str) -> Message:
    """A vendor is slow: the order is not taken yet, and the answer follows."""
    words = f"Looking for “{mrkdwn(call, 128)}”. Nothing is done yet; the answer follows here."
    return Message(text_of(words), [paragraph([words])])


def broken() -> Message:
    """When something failed that nobody foresaw: nothing is promised that is not known."""
    words = (
        "Something went wrong here, and it is in the log.",
        "Nothing that was written down is lost: look at the record (`audit`).",
    )
    return Message(" ".join(words), [paragraph(words)])
