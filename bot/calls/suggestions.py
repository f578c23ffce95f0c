"""Ways on from an error: what somebody may press next."""

from bot.calls.models import CallRef, Frozen


class Suggestion(Frozen):
    """One way on: the words to type as if anew, a call to open, or else the list of calls."""

    label: str
    words: str = ""
    call: CallRef | None = None


class WithSuggestions:
    """What an error is besides, that offers ways on."""

    suggestions: tuple[Suggestion, ...] = ()
