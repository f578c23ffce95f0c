"""The buttons below an error that offers ways on."""

from bot.calls.live import ListView
from bot.calls.suggestions import Suggestion, WithSuggestions
from handlers.blocks.action_values import BACK, OPEN, TYPED, CallValue, ListValue, TypedValue
from handlers.blocks.elements import actions, button
from handlers.blocks.message import Block


def ways_on(error: object) -> list[Block]:
    """A row of buttons; nothing for an error that offers none."""
    suggestions = error.suggestions if isinstance(error, WithSuggestions) else ()
    return actions([_button(suggestion, index) for index, suggestion in enumerate(suggestions)])


def _button(suggestion: Suggestion, index: int) -> Block | None:
    if suggestion.words:
        return button(suggestion.label, f"{TYPED}#{index}", TypedValue(words=suggestion.words))
    if suggestion.call is not None:
        return button(suggestion.label, f"{OPEN}#{index}", CallValue(call=suggestion.call))
    return button(suggestion.label, f"{BACK}#{index}", ListValue(view=ListView()))
