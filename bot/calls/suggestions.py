"""Suggestions below an error: what somebody may press next."""

from bot.calls.models import CallRef, Frozen


class ErrorSuggestion(Frozen):
    """One suggestion: words to type as if anew, a call to open, or else the list of calls."""

    label: str
    words: str = ""
    call: CallRef | None = None


class WithSuggestions:
    """A mixin for errors that offer suggestions."""

    suggestions: tuple[ErrorSuggestion, ...] = ()
