"""An error as one private message: what happened, and what to do next."""

from bot.calls.live import ListView
from bot.calls.suggestions import ErrorSuggestion, WithSuggestions
from bot.errors import CallwardenError, NotPermitted, RoleTooLow, UnknownWord
from handlers.blocks.action_values import (
    ASK,
    BACK,
    OPEN,
    TYPED,
    AskValue,
    CallValue,
    ListValue,
    TypedValue,
)
from handlers.blocks.elements import MAX_TEXT, actions, button, context, paragraph, section, text_of
from handlers.blocks.message import Block, Message
from handlers.blocks.text import an, holder, mrkdwn, say, some_of

MAX_SAID = MAX_TEXT // 5
"""Characters of an error: five times as many, all of them escaped, still fit into a section."""


def refusal(error: CallwardenError, diagnosis: str = "") -> Message:
    """`error` in words; for a word nobody knows, the nearest known ones.

    `diagnosis` is for admins, where its reader is one.
    """
    happened = say(str(error), MAX_SAID)
    nearest = error.nearest if isinstance(error, UnknownWord) else ()
    meant = " or ".join(f"`{mrkdwn(word, 40)}`" for word in nearest)
    parts = [happened]
    if meant:
        parts.append(f"Did you mean {meant}?")
    refused = error if isinstance(error, NotPermitted) else None
    named = refused is not None and bool(refused.holders)
    if error.next_step and not (named and isinstance(error, RoleTooLow)):
        parts.append(say(error.next_step, MAX_SAID))
    if refused is not None and named:
        parts.append(_who_may(refused))
    blocks = [*(section(part) for part in parts), *suggestion_buttons(error)]
    if refused is not None and refused.ask:
        ask = button(f"Ask {an(refused.role)}", ASK, AskValue(order=refused.ask))
        blocks += actions([ask])
    if refused is not None and refused.line:
        blocks.append(context(_for_the_file(refused.line)))
    return Message(text_of(*parts), [*blocks, *for_admins(diagnosis)])


def _who_may(error: NotPermitted) -> str:
    """`Leads: @Leo, @Ana`: in a private answer a mention notifies nobody."""
    return f"{error.role.capitalize()}s: {some_of(tuple(map(holder, error.holders)))}"


def _for_the_file(line: str) -> str:
    """What an admin writes into callwarden.toml; a block of code stays one."""
    return line if "```" in line else say(line, MAX_SAID)


def unsent(error: CallwardenError, words: str | None, diagnosis: str = "") -> Message:
    """The message that nothing was sent, since a vendor did not say what `words` mean.

    A button tries them again. None where their reader may not order it anyway; then there is no
    button. `diagnosis` as for `refusal`.
    """
    happened = say(str(error), MAX_SAID)
    parts = [happened, "Nothing was done."]
    blocks = [paragraph(parts), *_typed("Try again", words), *for_admins(diagnosis)]
    return Message(text_of(*parts), blocks)


def asked_back(error: CallwardenError, words: str | None) -> Message:
    """The message that has to ask, where no form can be opened any more: a button opens one.

    `words` as for `unsent`.
    """
    answer = refusal(error)
    return Message(answer.text, [*answer.blocks, *_typed("Choose…", words)])


def said_again(error: CallwardenError, words: str) -> Message:
    """Why nothing came of `words`, with a button to say them again."""
    answer = refusal(error)
    return Message(answer.text, [*answer.blocks, *_typed("Try again", words)])


def for_admins(diagnosis: str) -> list[Block]:
    """The blocks of a `diagnosis`, which only admins are shown; none where it is empty."""
    return [context(f"For admins: {mrkdwn(diagnosis, MAX_SAID)}")] if diagnosis else []


def _typed(label: str, words: str | None) -> list[Block]:
    return [] if words is None else actions([button(label, TYPED, TypedValue(words=words))])


def looking(call: str) -> Message:
    """The message that an order is not taken yet, since its vendor is slow; an answer follows."""
    words = f"Looking for “{mrkdwn(call, 128)}”. Nothing is done yet; the answer follows here."
    return Message(text_of(words), [paragraph([words])])


def broken() -> Message:
    """The message for an unforeseen failure: it promises nothing that is not known."""
    words = (
        "Something went wrong in Callwarden; the bot's log says what.",
        "Nothing that was saved is lost: look at the audit log (`audit`).",
    )
    return Message(" ".join(words), [paragraph(words)])


def suggestion_buttons(error: object) -> list[Block]:
    """The row of buttons that an error offers; none for one that offers nothing."""
    suggestions = error.suggestions if isinstance(error, WithSuggestions) else ()
    return actions([_button(suggestion, index) for index, suggestion in enumerate(suggestions)])


def _button(suggestion: ErrorSuggestion, index: int) -> Block | None:
    if suggestion.words:
        return button(suggestion.label, f"{TYPED}#{index}", TypedValue(words=suggestion.words))
    if suggestion.call is not None:
        return button(suggestion.label, f"{OPEN}#{index}", CallValue(call=suggestion.call))
    return button(suggestion.label, f"{BACK}#{index}", ListValue(view=ListView()))
