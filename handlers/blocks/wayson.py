"""The buttons below an error that offers ways on."""

from bot.calls.live import ListView
from bot.calls.suggestions import Way, WithWays
from handlers.blocks.action_values import BACK, OPEN, TYPED, CallValue, ListValue, TypedValue
from handlers.blocks.elements import actions, button
from handlers.blocks.message import Block


def ways_on(error: object) -> list[Block]:
    """A row of buttons; nothing for an error that offers none."""
    ways = error.ways if isinstance(error, WithWays) else ()
    return actions([_button(way, index) for index, way in enumerate(ways)])


def _button(way: Way, index: int) -> Block | None:
    if way.words:
        return button(way.label, f"{TYPED}#{index}", TypedValue(words=way.words))
    if way.call is not None:
        return button(way.label, f"{OPEN}#{index}", CallValue(call=way.call))
    return button(way.label, f"{BACK}#{index}", ListValue(view=ListView()))
