"""Suggestions below an error: what somebody may press next."""

from bot.calls.models import CallRef, Frozen


class ErrorSuggestion(Frozen):
    """What somebody may press below an error: words to type anew, a call, or else the list."""

    label: str
    words: str = ""
    call: CallRef | None = None


class WithSuggestions:
    """A mixin for errors that offer suggestions."""

    suggestions: tuple[ErrorSuggestion, ...] = ()
